//! The alpha plane beside a lossy frame: filtered, then packed without loss (WebP container, ALPH).

use super::Vp8Error;
use crate::vp8l;

/// How a sample is foretold from its neighbours; the number is that of the chunk header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    None = 0,
    Horizontal = 1,
    Vertical = 2,
    Gradient = 3,
}

const FILTERS: [Filter; 4] = [Filter::None, Filter::Horizontal, Filter::Vertical, Filter::Gradient];

/// Differences of one row to what the filter foretells.
fn filter_row(filter: Filter, above: Option<&[u8]>, row: &[u8], out: &mut [u8]) {
    let mut left = above.map_or(0, |above| above.first().copied().unwrap_or(0));
    let mut corner = left;
    for (x, (&sample, out)) in row.iter().zip(out.iter_mut()).enumerate() {
        let up = above.and_then(|above| above.get(x).copied());
        let foretold = match (filter, up) {
            (Filter::None, _) => 0,
            (Filter::Horizontal, _) | (_, None) => left,
            (Filter::Vertical, Some(up)) => up,
            (Filter::Gradient, Some(up)) if x == 0 => up,
            (Filter::Gradient, Some(up)) => (i16::from(left) + i16::from(up) - i16::from(corner)).clamp(0, 255) as u8,
        };
        *out = sample.wrapping_sub(foretold);
        left = sample;
        corner = up.unwrap_or(0);
    }
}

/// Hands out the rows of a plane as what the filter leaves of them.
fn each_row(filter: Filter, plane: &[u8], width: usize, give: &mut dyn FnMut(&[u8])) {
    let mut differences = vec![0; width];
    let mut above = None;
    for row in plane.chunks(width) {
        filter_row(filter, above, row, &mut differences);
        give(&differences);
        above = Some(row);
    }
}

/// The filter that leaves least. How it plays together with copies and palettes cannot be told without looking for them.
fn best_filter(plane: &[u8], width: u32, height: u32) -> Result<Filter, Vp8Error> {
    // Few levels are packed into places of a palette, which differences would undo.
    if is_of_few_levels(plane) {
        return Ok(Filter::None);
    }
    let mut best = (f64::INFINITY, Filter::None);
    for filter in FILTERS {
        let bits = vp8l::write::plane_bits(width, height, |put| each_row(filter, plane, width as usize, put))?;
        if bits < best.0 {
            best = (bits, filter);
        }
    }
    Ok(best.1)
}

/// Whether a plane has as many levels as the palette of bundled pixels at most.
fn is_of_few_levels(plane: &[u8]) -> bool {
    let mut seen = [false; 256];
    plane.iter().for_each(|&level| seen[usize::from(level)] = true);
    seen.iter().filter(|seen| **seen).count() <= vp8l::write::BUNDLED
}

/// Packs an alpha plane, 0 transparent to 255 opaque, as the payload of an `ALPH` chunk.
///
/// # Errors
/// The size is not within 1..=16383, the plane is not `width * height` bytes, or memory is short.
#[inline(never)]
pub fn alpha_chunk(plane: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Vp8Error> {
    super::check_size(width, height)?;
    if plane.len() != width as usize * height as usize {
        return Err(Vp8Error::WrongLength);
    }
    let filter = best_filter(plane, width, height)?;
    let packed = vp8l::write::encode_plane(width, height, |put| each_row(filter, plane, width as usize, put))?;
    let (header, body) = if packed.len() < plane.len() { ((filter as u8) << 2 | 1, packed.as_slice()) } else { (0, plane) };
    let mut out = Vec::new();
    out.try_reserve_exact(1 + body.len()).map_err(|_| Vp8Error::OutOfMemory)?;
    out.push(header);
    out.extend_from_slice(body);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode;
    use super::*;
    use crate::vp8::tests::file;

    fn round_trip(name: &str, width: u32, height: u32, alpha: impl Fn(u32, u32) -> u8) {
        let plane: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| alpha(x, y)).collect();
        let alph = alpha_chunk(&plane, width, height).unwrap();
        assert!(alph.len() <= plane.len() + 1);
        let vp8 = encode(&vec![90; plane.len() * 3], 3, width, height, 50).unwrap();
        let file = file(width, height, &vp8, Some(&alph));
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
        let mut pixels = vec![0; plane.len() * 4];
        decoder.read_image(&mut pixels).unwrap();
        let found: Vec<u8> = pixels.chunks(4).map(|p| p[3]).collect();
        assert!(found == plane, "{name} {width}x{height}");
    }

    #[test]
    fn alpha_comes_back_exactly() {
        for (w, h) in [(1, 1), (1, 9), (13, 1), (17, 33), (120, 75)] {
            round_trip("flat", w, h, |_, _| 128);
            round_trip("ramp", w, h, |x, y| (x * 3 + y * 5) as u8);
            round_trip("disc", w, h, |x, y| {
                let (x, y) = (x as i32 - w as i32 / 2, y as i32 - h as i32 / 2);
                if x * x + y * y < 400 {
                    255
                } else {
                    0
                }
            });
            round_trip("noise", w, h, |x, y| ((x * 7919) ^ (y * 104729)).wrapping_mul(2654435761).to_le_bytes()[3]);
        }
    }

    #[test]
    fn the_filter_is_chosen_by_what_it_leaves() {
        let (w, h) = (320u32, 240u32);
        let chosen = |alpha: &dyn Fn(f32, f32) -> f32| {
            let level = |x: u32, y: u32| alpha(x as f32 - 160.0, y as f32 - 120.0).clamp(0.0, 255.0) as u8;
            let plane: Vec<u8> = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| level(x, y)).collect();
            let chunk = alpha_chunk(&plane, w, h).unwrap();
            let each =
                FILTERS.map(|filter| vp8l::write::encode_plane(w, h, |put| each_row(filter, &plane, w as usize, put)).unwrap().len());
            (chunk.len() - 1, each)
        };
        // A soft ellipse, a hard one with a soft rim, and a slope that turns.
        let ellipse: &dyn Fn(f32, f32) -> f32 = &|x, y| 500.0 - 420.0 * (x * x / 20_000.0 + y * y / 11_000.0).sqrt();
        let rim: &dyn Fn(f32, f32) -> f32 = &|x, y| 128.0 + 90.0 * (100.0 - (x * x + y * y).sqrt());
        let slope: &dyn Fn(f32, f32) -> f32 = &|x, y| 128.0 + x * 0.6 + y * 0.4 + 20.0 * (x * 0.05).sin();
        for alpha in [ellipse, rim, slope] {
            let (taken, each) = chosen(alpha);
            let (least, most) = (each.into_iter().min().unwrap(), each.into_iter().max().unwrap());
            assert!(taken * 20 <= least * 21 && most > least, "{taken} of {each:?}");
        }
    }
}
