//! Contrast.

use super::{level, Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `contrast,N`.
pub const SPEC: Spec = Spec {
    name: "contrast",
    args: "-100…100 (0 changes nothing)",
    doc: "Moves every sample away from the middle grey, 128, or towards it: by 1 + N/100 above 0, by 1 + N/200 below.",
    examples: &["contrast,50", "contrast,-50"],
    in_oss: true,
    parse: |args: &mut Args| Ok(Step::Pixels(Box::new(Contrast { level: level::read(args)? }))),
};

/// The operation.
#[derive(Debug)]
pub struct Contrast {
    /// -100 to 100.
    pub level: i32,
}

impl Op for Contrast {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let level = self.level as f32;
        let gain = 1.0 + level / if level > 0.0 { 100.0 } else { 200.0 };
        Ok(level::through(image, |v| (v - 128.0) * gain + 128.0))
    }
}

impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contrast,{}", self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn made(level: i32, pixel: [u8; 3]) -> Vec<u8> {
        let image = Image::new(Size::new(1, 1), Layout::Rgb, pixel.to_vec()).unwrap();
        Contrast { level }.apply(image, &Kit::default()).unwrap().into_data()
    }

    #[test]
    fn samples_leave_the_middle_or_come_to_it() {
        assert_eq!(made(100, [0, 100, 138]), [0, 72, 148]);
        assert_eq!(made(-100, [28, 128, 228]), [78, 128, 178]);
        assert_eq!(made(0, [1, 2, 3]), [1, 2, 3]);
    }
}
