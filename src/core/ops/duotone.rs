//! Two colours: one for the shadows, one for the lights.

use super::gray::luma;
use super::{Op, Spec, Step};
use crate::image::{Color, Image};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::{Error, Result};
use std::fmt;

/// `duotone,d_RRGGBB,l_RRGGBB`.
pub const SPEC: Spec = Spec {
    name: "duotone",
    args: "d_RRGGBB for the shadows, l_RRGGBB for the lights",
    doc: "Replaces each luminance by a mixture of two colours.",
    examples: &["duotone,d_102040,l_ffcc66"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Duotone {
    /// Of black.
    pub dark: Color,
    /// Of white.
    pub light: Color,
}

fn parse(args: &mut Args) -> Result<Step> {
    match (args.color("d")?, args.color("l")?) {
        (Some(dark), Some(light)) => Ok(Step::Pixels(Box::new(Duotone { dark, light }))),
        _ => Err(Error::MissingArg("duotone: d and l are both wanted.".into())),
    }
}

impl Op for Duotone {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (dark, light) = (self.dark.rgba, self.light.rgba);
        Ok(image.with_colour()?.map_pixels(|pixel| {
            let level = u32::from(luma(pixel));
            for ((sample, dark), light) in pixel.iter_mut().take(3).zip(dark).zip(light) {
                *sample = ((u32::from(dark) * (255 - level) + u32::from(light) * level + 127) / 255) as u8;
            }
        }))
    }
}

impl fmt::Display for Duotone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "duotone,d_{},l_{}", self.dark, self.light)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    #[test]
    fn black_and_white_become_the_two_colours() {
        let op = Duotone { dark: Color::from_hex("102030").unwrap(), light: Color::from_hex("ffee00").unwrap() };
        let image = Image::new(Size::new(2, 1), Layout::Gray, vec![0, 255]).unwrap();
        assert_eq!(op.apply(image, &Kit::default()).unwrap().data(), [0x10, 0x20, 0x30, 0xff, 0xee, 0]);
    }
}
