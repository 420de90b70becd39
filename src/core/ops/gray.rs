//! Greyscale.

use super::{level, Op, Spec, Step};
use crate::image::{buffer, Image, Layout};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `gray`.
pub const SPEC: Spec = Spec {
    name: "gray",
    args: "none",
    doc: "Takes all colour away.",
    examples: &["gray"],
    in_oss: false,
    parse: |_: &mut Args| Ok(Step::Pixels(Box::new(Gray))),
};

/// The operation.
#[derive(Debug)]
pub struct Gray;

/// Luminance of one pixel, 0 to 255; of grey itself.
pub fn luma(pixel: &[u8]) -> u8 {
    match pixel {
        [r, g, b, ..] => {
            let [lr, lg, lb] = level::LUMA;
            (f32::from(*r) * lr + f32::from(*g) * lg + f32::from(*b) * lb).round() as u8
        }
        [l] => *l,
        _ => 0,
    }
}

impl Op for Gray {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        match image.layout() {
            Layout::Gray => Ok(image),
            Layout::Rgb => {
                let size = image.held();
                let mut data = buffer(size.pixels())?;
                data.extend(image.data().chunks_exact(3).map(luma));
                Image::new(size, Layout::Gray, data)
            }
            Layout::Rgba => Ok(image.map_pixels(|pixel| {
                let level = luma(pixel);
                pixel.iter_mut().take(3).for_each(|sample| *sample = level);
            })),
        }
    }
}

impl fmt::Display for Gray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gray")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_is_brighter_than_blue() {
        assert_eq!([luma(&[255, 255, 255]), luma(&[0, 255, 0]), luma(&[0, 0, 255]), luma(&[7])], [255, 182, 18, 7]);
    }
}
