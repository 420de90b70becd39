//! Saturation of colours.

use super::{level, Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `saturation,N`.
pub const SPEC: Spec = Spec {
    name: "saturation",
    args: "-100…100 (0 changes nothing)",
    doc: "Makes colours stronger or weaker; -100 leaves grey.",
    examples: &["saturation,60", "saturation,-60"],
    in_oss: false,
    parse: |args: &mut Args| Ok(Step::Pixels(Box::new(Saturation { level: level::read(args)? }))),
};

/// The operation.
#[derive(Debug)]
pub struct Saturation {
    /// -100 to 100.
    pub level: i32,
}

impl Op for Saturation {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let s = 1.0 + self.level as f32 / 100.0;
        let row = |i: usize| {
            let mut row = level::LUMA.map(|l| l * (1.0 - s));
            if let Some(own) = row.get_mut(i) {
                *own += s;
            }
            row
        };
        Ok(level::matrix(image, [row(0), row(1), row(2)]))
    }
}

impl fmt::Display for Saturation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "saturation,{}", self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn made(level: i32, pixel: [u8; 3]) -> Vec<u8> {
        let image = Image::new(Size::new(1, 1), Layout::Rgb, pixel.to_vec()).unwrap();
        Saturation { level }.apply(image, &Kit::default()).unwrap().into_data()
    }

    #[test]
    fn grey_stays_and_colours_move() {
        assert_eq!(made(80, [90, 90, 90]), [90, 90, 90]);
        let gray = made(-100, [200, 100, 0]);
        assert!(gray[0] == gray[1] && gray[1] == gray[2]);
        let strong = made(100, [150, 120, 100]);
        assert!(strong[0] > 150 && strong[2] < 100, "{strong:?}");
    }
}
