//! A circle around the middle.

use super::mask::{keep, within};
use super::{Op, Spec, Step};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `circle,r_…`.
pub const SPEC: Spec = Spec {
    name: "circle",
    args: "r_1…4096 px",
    doc: "Cuts a circle out of the middle, at most as wide as the shorter side; the image becomes the square around it. What is cut away is transparent where the format can be, else white.",
    examples: &["circle,r_40", "circle,r_4096"],
    in_oss: true,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Circle {
    /// 1 to 4,096 px.
    pub radius: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let radius = args.wanted("r", 1..=4_096)?;
    Ok(Step::Pixels(Box::new(Circle { radius })))
}

impl Circle {
    /// Half a pixel is the least that a picture one pixel wide has room for.
    fn side(&self, of: Size) -> u32 {
        (self.radius.min(of.width.min(of.height) / 2) * 2).max(1)
    }
}

impl Op for Circle {
    fn size(&self, size: Size) -> Size {
        Size::new(self.side(size), self.side(size))
    }

    fn adds_alpha(&self) -> bool {
        true
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (from, side) = (image.held(), self.side(image.held()));
        let inner = image.cut((from.width - side) / 2, (from.height - side) / 2, Size::new(side, side))?;
        let radius = side as f32 / 2.0;
        keep(inner, |x, y| within(radius, x as f32 + 0.5 - radius, y as f32 + 0.5 - radius))
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circle,r_{}", self.radius)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Color, Layout};

    #[test]
    fn the_canvas_is_the_square_around_it() {
        for (radius, w, h, side) in [(100, 400, 300, 200), (200, 400, 300, 300), (5, 1, 9, 1), (9, 7, 7, 6)] {
            let image = Image::filled(Size::new(w, h), Layout::Rgb, Color::WHITE).unwrap();
            let op = Circle { radius };
            let made = op.apply(image, &Kit::default()).unwrap();
            assert_eq!((made.size(), op.size(Size::new(w, h))), (Size::new(side, side), Size::new(side, side)));
            let (corner, middle) = (made.data()[3], made.data()[((side / 2) * side + side / 2) as usize * 4 + 3]);
            assert!(side < 4 || (corner == 0 && middle == 255), "{radius}");
        }
    }
}
