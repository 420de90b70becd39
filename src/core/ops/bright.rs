//! Brightness.

use super::{level, Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `bright,N`.
pub const SPEC: Spec = Spec {
    name: "bright",
    args: "-100…100 (0 changes nothing)",
    doc: "Adds N to every sample.",
    examples: &["bright,40", "bright,-60"],
    in_oss: true,
    parse: |args: &mut Args| Ok(Step::Pixels(Box::new(Bright { level: level::read(args)? }))),
};

/// The operation.
#[derive(Debug)]
pub struct Bright {
    /// -100 to 100.
    pub level: i32,
}

impl Op for Bright {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let level = self.level as f32;
        Ok(level::through(image, |v| v + level))
    }
}

impl fmt::Display for Bright {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bright,{}", self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn made(level: i32, pixel: [u8; 3]) -> Vec<u8> {
        let image = Image::new(Size::new(1, 1), Layout::Rgb, pixel.to_vec()).unwrap();
        Bright { level }.apply(image, &Kit::default()).unwrap().into_data()
    }

    #[test]
    fn samples_are_moved_and_cut() {
        assert_eq!(made(50, [0, 100, 230]), [50, 150, 255]);
        assert_eq!(made(-50, [0, 100, 230]), [0, 50, 180]);
        assert_eq!(made(0, [0, 100, 230]), [0, 100, 230]);
    }
}
