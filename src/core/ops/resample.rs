//! Resampling with Lanczos3: on the values as they are stored, or on light.

use crate::codec::Header;
use crate::image::{buffer, Image, Layout, Size, Window};
use crate::{Error, Result};
use limn_pixels::resample::{Resampler, Row, Shape, Sides};

/// Memory that resampling needs beside the pixels before and after it, bytes: the rows that the filter looks at.
pub fn resample_bytes(header: &Header, from: Size, to: Size, linear: bool) -> u64 {
    let shape = Shape { channels: header.layout.channels(), light: linear };
    let whole = [0.0, 0.0, f64::from(from.width), f64::from(from.height)];
    limn_pixels::resample::bytes(shape, header.deep, sides(from), whole, sides(to))
}

fn sides(size: Size) -> Sides {
    (size.width, size.height)
}

/// Makes `out` pixels of the part of the image that counts. `cut` is the part's place in that picture
/// scaled whole: then the part alone is computed.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn resample(image: Image, out: Size, cut: Option<(u32, u32, Size)>, linear: bool) -> Result<Image> {
    let image = image.tightened()?;
    let (held, seen) = (image.held(), image.window());
    let whole = Window { x: 0.0, y: 0.0, width: f64::from(held.width), height: f64::from(held.height) };
    if held == out && seen == whole && cut.is_none_or(|(_, _, scaled)| scaled == held) {
        return Ok(image.settled()?.standing_for(out));
    }
    // A decoder has made it of the right size already.
    if let Some((x, y, _)) = cut.filter(|(_, _, scaled)| seen == whole && *scaled == held && image.wide().is_none()) {
        return image.settled()?.cut(x, y, out);
    }
    let from = match cut {
        None => seen,
        Some((x, y, scaled)) => {
            let (fx, fy) = (seen.width / f64::from(scaled.width), seen.height / f64::from(scaled.height));
            Window {
                x: seen.x + f64::from(x) * fx,
                y: seen.y + f64::from(y) * fy,
                width: f64::from(out.width) * fx,
                height: f64::from(out.height) * fy,
            }
        }
    };
    // Rounding must not push the box beyond the source's edge.
    let (x, y) = (from.x.clamp(0.0, whole.width - 1e-3), from.y.clamp(0.0, whole.height - 1e-3));
    let (width, height) = (from.width.min(whole.width - x), from.height.min(whole.height - y));
    let part = [x, y, width, height];
    let layout = image.layout();
    let mut streamed = Streamed::new(layout, image.wide().is_some(), linear, (held, part), out)?;
    let row = (held.width as usize * layout.channels()).max(1);
    match image.wide() {
        Some(wide) => wide.chunks_exact(row).for_each(|row| streamed.push(Row::Sixteen(row))),
        None => image.data().chunks_exact(row).for_each(|row| streamed.push(Row::Eight(row))),
    }
    drop(image);
    streamed.finish()?.ok_or(Error::Internal)
}

/// A picture on its way to another size, row by row.
pub struct Streamed {
    resampler: Resampler,
    out: Size,
    layout: Layout,
    data: Vec<u8>,
}

impl Streamed {
    /// Makes `out` of a part (x, y, width, height) of a picture of `from`.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn new(layout: Layout, deep: bool, linear: bool, (from, part): (Size, [f64; 4]), out: Size) -> Result<Streamed> {
        let shape = Shape { channels: layout.channels(), light: linear };
        let none_left = || Error::NoMemory("There is no memory left to resize the image.".into());
        let resampler = Resampler::new(shape, deep, sides(from), part, sides(out)).ok_or_else(none_left)?;
        Ok(Streamed { resampler, out, layout, data: buffer(out.pixels() * layout.channels() as u64)? })
    }

    /// Takes the next row.
    pub fn push(&mut self, row: Row<'_>) {
        self.resampler.row(row, &mut self.data);
    }

    /// The picture; `None` where rows were missing.
    ///
    /// # Errors
    /// None of its own.
    pub fn finish(self) -> Result<Option<Image>> {
        match self.resampler.is_done() {
            true => Image::new(self.out, self.layout, self.data).map(Some),
            false => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(size: Size) -> Image {
        let data = (0..size.pixels()).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
        Image::new(size, Layout::Gray, data).unwrap()
    }

    #[test]
    fn light_is_added_where_that_is_wanted() {
        // Black and white in equal parts are half the light, which is 188 in sRGB, and 128 as values.
        let made = |linear| resample(ramp(Size::new(64, 64)), Size::new(8, 8), None, linear).unwrap().data()[27];
        assert!(made(false).abs_diff(128) <= 2 && made(true).abs_diff(188) <= 2, "{} {}", made(false), made(true));
    }

    #[test]
    fn deep_samples_are_resized_before_they_are_rounded() {
        let data = (0..64u32).map(|i| 1000 + (i % 2 * 257) as u16).collect();
        let made = resample(Image::deep(Size::new(8, 8), Layout::Gray, data).unwrap(), Size::new(2, 2), None, false).unwrap();
        assert!(made.data().iter().all(|v| *v == 4), "{:?}", made.data());
    }

    #[test]
    fn clear_pixels_lend_no_colour_to_light() {
        let data = [255, 0, 0, 255, 0, 255, 0, 0].repeat(32);
        let made = resample(Image::new(Size::new(8, 8), Layout::Rgba, data).unwrap(), Size::new(2, 2), None, true).unwrap();
        assert!(made.data().chunks(4).all(|p| p[0] > 250 && p[1] == 0 && p[3].abs_diff(128) < 14), "{:?}", made.data());
    }

    #[test]
    fn a_window_is_what_is_resized() {
        let half = Image::new(Size::new(4, 1), Layout::Gray, vec![0, 0, 200, 200]).unwrap();
        let seen = half.seen_through(Window { x: 2.0, y: 0.0, width: 2.0, height: 1.0 }, Size::new(2, 1));
        assert_eq!(resample(seen, Size::new(1, 1), None, false).unwrap().data(), [200]);
    }
}
