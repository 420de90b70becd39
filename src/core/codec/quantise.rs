//! At most 256 colours: exactly those of the picture, or the best few with the error spread around.

use crate::image::{buffer, zeroed};
use crate::Result;
use color_quant::NeuQuant;
use std::collections::HashMap;

/// Most pixels that the quantiser learns from: what bounds its time, whatever the picture's size.
const SAMPLES: usize = 1 << 16;
/// An alpha from which on a colour of the palette is made opaque: what was learnt almost opaque was opaque.
const NEARLY_OPAQUE: u8 = 248;
/// Eighths of the error that are passed on: all of it makes visible worms in flat areas.
const SPREAD: i32 = 7;

/// A picture as numbers of colours.
pub struct Indexed {
    /// RGBA, those that are not opaque first.
    pub colours: Vec<[u8; 4]>,
    /// One a pixel.
    pub indices: Vec<u8>,
}

/// The picture, RGB or RGBA by its channels, with its own colours; `None` if it has more than `most`, which is told early.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn exact(pixels: &[u8], channels: usize, most: usize) -> Result<Option<Indexed>> {
    let mut seen: HashMap<[u8; 4], u8> = HashMap::new();
    let mut colours = Vec::new();
    let mut last = None;
    let pixels = || pixels.chunks_exact(channels).map(visible);
    for pixel in pixels() {
        if last == Some(pixel) {
            continue;
        }
        last = Some(pixel);
        if seen.insert(pixel, 0).is_none() {
            if colours.len() == most {
                return Ok(None);
            }
            colours.push(pixel);
        }
    }
    colours.sort_by_key(|c| (c[3] == 255, u32::from_be_bytes(*c)));
    seen.extend(colours.iter().zip(0..=255u8).map(|(c, i)| (*c, i)));
    let mut indices = buffer(pixels().len() as u64)?;
    let mut last = ([0; 4], seen.get(&[0; 4]).copied().unwrap_or(0));
    for pixel in pixels() {
        if pixel != last.0 {
            last = (pixel, seen.get(&pixel).copied().unwrap_or(0));
        }
        indices.push(last.1);
    }
    Ok(Some(Indexed { colours, indices }))
}

/// The picture with at most `most` colours, 65 to 256; rows are `width` pixels.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn reduced(rgba: &[u8], width: u32, most: usize) -> Result<Indexed> {
    match exact(rgba, 4, most)? {
        Some(exact) => Ok(exact),
        None => learnt(rgba, width, most),
    }
}

/// All transparent pixels are one colour.
fn visible(p: &[u8]) -> [u8; 4] {
    match p {
        [r, g, b, a] if *a > 0 => [*r, *g, *b, *a],
        [r, g, b] => [*r, *g, *b, 255],
        _ => [0; 4],
    }
}

fn learnt(rgba: &[u8], width: u32, most: usize) -> Result<Indexed> {
    let shown = || rgba.chunks_exact(4).filter(|p| p[3] > 0);
    let count = shown().count();
    let clear = usize::from(count * 4 < rgba.len());
    let opaque = shown().all(|p| p[3] == 255);
    let mut sample = buffer(SAMPLES as u64 * 4 + 4)?;
    shown().step_by(count.div_ceil(SAMPLES).max(1)).for_each(|p| sample.extend_from_slice(p));
    let net = NeuQuant::new(1, most - clear, &sample);
    let mut colours = vec![[0; 4]; clear];
    colours.extend(net.color_map_rgba().chunks_exact(4).map(|c| {
        let alpha = if opaque || c[3] >= NEARLY_OPAQUE { 255 } else { c[3] };
        [c[0], c[1], c[2], alpha]
    }));
    let nearest = |pixel: [u8; 4]| clear + net.index_of(&pixel);
    let indices = spread(rgba, width as usize, &colours, nearest)?;
    Ok(opaque_last(Indexed { colours, indices }))
}

/// Floyd and Steinberg's error diffusion, every other row backwards. Transparent pixels keep index 0 and
/// take no part; opaque pixels stay opaque.
fn spread(rgba: &[u8], width: usize, colours: &[[u8; 4]], nearest: impl Fn([u8; 4]) -> usize) -> Result<Vec<u8>> {
    let mut indices = zeroed(rgba.len() as u64 / 4)?;
    // Errors in sixteenths of the row at hand and the one below, with a column more at each side.
    let (mut here, mut below) = (vec![[0i32; 4]; width + 2], vec![[0i32; 4]; width + 2]);
    let rows = rgba.chunks_exact(width * 4).zip(indices.chunks_exact_mut(width));
    for (y, (row, out)) in rows.enumerate() {
        below.fill([0; 4]);
        for i in 0..width {
            let x = if y % 2 == 0 { i } else { width - 1 - i };
            let (Some(p), Some(out), Some(carried)) = (row.get(x * 4..x * 4 + 4), out.get_mut(x), here.get(x + 1)) else { continue };
            let pixel = visible(p);
            if pixel[3] == 0 {
                continue;
            }
            let mut wanted = pixel;
            for (want, carried) in wanted.iter_mut().zip(carried) {
                *want = (i32::from(*want) + (carried + 8).div_euclid(16)).clamp(0, 255) as u8;
            }
            wanted[3] = if pixel[3] == 255 { 255 } else { wanted[3].max(1) };
            let index = nearest(wanted);
            *out = index as u8;
            let got = colours.get(index).copied().unwrap_or(wanted);
            let error: [i32; 4] = std::array::from_fn(|c| (i32::from(wanted[c]) - i32::from(got[c])) * SPREAD / 8);
            let (ahead, behind) = if y % 2 == 0 { (x + 2, x) } else { (x, x + 2) };
            let add = |row: &mut Vec<[i32; 4]>, at: usize, part: i32| {
                if let Some(sum) = row.get_mut(at) {
                    sum.iter_mut().zip(error).for_each(|(sum, e)| *sum += e * part);
                }
            };
            add(&mut here, ahead, 7);
            add(&mut below, behind, 3);
            add(&mut below, x + 1, 5);
            add(&mut below, ahead, 1);
        }
        std::mem::swap(&mut here, &mut below);
    }
    Ok(indices)
}

/// A PNG lists alpha only up to the last colour that has some.
fn opaque_last(indexed: Indexed) -> Indexed {
    let Indexed { colours, mut indices } = indexed;
    let mut order: Vec<usize> = (0..colours.len()).collect();
    crate::sort::by_key(&mut order, |i| colours.get(*i).is_some_and(|c| c[3] == 255));
    let mut to = [0u8; 256];
    for (new, old) in (0..=255u8).zip(&order) {
        if let Some(to) = to.get_mut(*old) {
            *to = new;
        }
    }
    indices.iter_mut().for_each(|i| *i = to[usize::from(*i)]);
    Indexed { colours: order.iter().filter_map(|i| colours.get(*i).copied()).collect(), indices }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(indexed: &Indexed) -> Vec<u8> {
        indexed.indices.iter().flat_map(|i| indexed.colours[usize::from(*i)]).collect()
    }

    #[test]
    fn few_colours_come_back_exactly() {
        let rgba: Vec<u8> = (0..256u32).flat_map(|i| [i as u8, 255 - i as u8, 7, if i % 3 == 0 { 90 } else { 255 }]).collect();
        let indexed = reduced(&rgba, 16, 256).unwrap();
        assert_eq!(back(&indexed), rgba);
        let opaque = indexed.colours.iter().position(|c| c[3] == 255).unwrap();
        assert!(indexed.colours[opaque..].iter().all(|c| c[3] == 255));
        assert!(exact(&rgba, 4, 255).unwrap().is_none());
    }

    #[test]
    fn many_colours_come_back_nearly_and_on_average() {
        let rgba: Vec<u8> = (0..64 * 64u32).flat_map(|i| [(i % 64 * 4) as u8, (i / 64 * 4) as u8, 128, 255]).collect();
        let indexed = reduced(&rgba, 64, 256).unwrap();
        let found = back(&indexed);
        assert!(found.chunks(4).all(|p| p[3] == 255));
        let mean = |d: &[u8], c: usize| d.iter().skip(c).step_by(4).map(|v| f64::from(*v)).sum::<f64>() / 4096.0;
        for c in 0..3 {
            assert!((mean(&rgba, c) - mean(&found, c)).abs() < 1.5, "channel {c}");
        }
        let worst = rgba.iter().zip(&found).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst < 48, "{worst}");
    }

    #[test]
    fn transparent_pixels_stay_so() {
        let rgba: Vec<u8> =
            (0..32 * 32u32).flat_map(|i| [(i % 32 * 8) as u8, (i / 32 * 8) as u8, i as u8, if i % 5 == 0 { 0 } else { 255 }]).collect();
        let indexed = reduced(&rgba, 32, 256).unwrap();
        let found = back(&indexed);
        assert!(rgba.chunks(4).zip(found.chunks(4)).all(|(a, b)| a[3] == b[3]));
        assert!(indexed.colours.len() <= 256);
    }
}
