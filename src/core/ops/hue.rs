//! Turning of hues.

use super::{level, Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `hue,N`.
pub const SPEC: Spec = Spec {
    name: "hue",
    args: "-100…100 (0 changes nothing)",
    doc: "Turns every hue around the colour circle; 100 and -100 are half a turn.",
    examples: &["hue,30", "hue,100"],
    in_oss: false,
    parse: |args: &mut Args| Ok(Step::Pixels(Box::new(Hue { level: level::read(args)? }))),
};

/// The operation.
#[derive(Debug)]
pub struct Hue {
    /// -100 to 100.
    pub level: i32,
}

impl Op for Hue {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (sin, cos) = (self.level as f32 * 1.8).to_radians().sin_cos();
        // The matrix of CSS's hue-rotate (Filter Effects Module Level 1).
        let m = [
            [0.213 + cos * 0.787 - sin * 0.213, 0.715 - cos * 0.715 - sin * 0.715, 0.072 - cos * 0.072 + sin * 0.928],
            [0.213 - cos * 0.213 + sin * 0.143, 0.715 + cos * 0.285 + sin * 0.140, 0.072 - cos * 0.072 - sin * 0.283],
            [0.213 - cos * 0.213 - sin * 0.787, 0.715 - cos * 0.715 + sin * 0.715, 0.072 + cos * 0.928 + sin * 0.072],
        ];
        Ok(level::matrix(image, m))
    }
}

impl fmt::Display for Hue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hue,{}", self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn made(level: i32, pixel: [u8; 3]) -> Vec<u8> {
        let image = Image::new(Size::new(1, 1), Layout::Rgb, pixel.to_vec()).unwrap();
        Hue { level }.apply(image, &Kit::default()).unwrap().into_data()
    }

    #[test]
    fn grey_stays_and_half_a_turn_is_the_same_both_ways() {
        assert_eq!(made(37, [90, 90, 90]), [90, 90, 90]);
        assert_eq!(made(100, [120, 60, 60]), made(-100, [120, 60, 60]));
        let turned = made(100, [120, 60, 60]);
        assert!(turned[0] < turned[1] && turned[0] < turned[2], "{turned:?}");
    }
}
