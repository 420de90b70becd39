//! The one argument of operations that make a sample brighter or darker: a level from -100 to 100.

use crate::image::{Image, Layout};
use crate::params::args::{integer, refuse, Args};
use crate::Result;

/// Reads the single value.
///
/// # Errors
/// `bad_arg`.
pub fn read(args: &mut Args) -> Result<i32> {
    let (name, wanted) = (args.action().to_string(), "an integer from -100 to 100");
    let text = args.only(wanted)?;
    integer(text, &(-100..=100)).map(|v| v as i32).ok_or_else(|| refuse(&name, wanted, text))
}

/// Replaces each colour sample by what the curve says of it; alpha stays.
pub fn through(image: Image, curve: impl Fn(f32) -> f32) -> Image {
    let table: Vec<u8> = (0..=255u8).map(|v| curve(f32::from(v)).round().clamp(0.0, 255.0) as u8).collect();
    image.map_pixels(|pixel| {
        for sample in pixel.iter_mut().take(3) {
            *sample = table.get(usize::from(*sample)).copied().unwrap_or(*sample);
        }
    })
}

/// Multiplies each colour by a matrix; grey, which has no colour, stays.
pub fn matrix(image: Image, m: [[f32; 3]; 3]) -> Image {
    if image.layout() == Layout::Gray {
        return image;
    }
    image.map_pixels(|pixel| {
        let [r, g, b, ..] = pixel else { return };
        let (x, y, z) = (f32::from(*r), f32::from(*g), f32::from(*b));
        for (sample, row) in [r, g, b].into_iter().zip(m) {
            *sample = (row[0] * x + row[1] * y + row[2] * z).round().clamp(0.0, 255.0) as u8;
        }
    })
}

/// Luminance of each primary, as CSS's colour filters round it (Filter Effects Module Level 1).
pub const LUMA: [f32; 3] = [0.213, 0.715, 0.072];
