//! Round corners.

use super::mask::{keep, within};
use super::{Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `rounded-corners,r_…`.
pub const SPEC: Spec = Spec {
    name: "rounded-corners",
    args: "r_1…4096 px",
    doc:
        "Cuts the corners round, at most to half of the shorter side. What is cut away is transparent where the format can be, else white.",
    examples: &["rounded-corners,r_30", "rounded-corners,r_4096"],
    in_oss: true,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct RoundedCorners {
    /// 1 to 4,096 px (after a device pixel ratio: more).
    pub radius: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let radius = args.wanted("r", 1..=4_096)?;
    Ok(Step::Pixels(Box::new(RoundedCorners { radius })))
}

impl Op for RoundedCorners {
    fn adds_alpha(&self) -> bool {
        true
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let size = image.held();
        let radius = self.radius.min(size.width.min(size.height) / 2) as f32;
        let (w, h) = (size.width as f32, size.height as f32);
        // How far a pixel's middle lies beyond the centres of the corner circles.
        let beyond = |at: u32, side: f32| {
            let at = at as f32 + 0.5;
            (radius - at).max(at - (side - radius)).max(0.0)
        };
        keep(image, |x, y| match (beyond(x, w), beyond(y, h)) {
            (dx, dy) if dx > 0.0 && dy > 0.0 => within(radius, dx, dy),
            _ => 1.0,
        })
    }
}

impl fmt::Display for RoundedCorners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rounded-corners,r_{}", self.radius)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Color, Layout, Size};

    #[test]
    fn corners_go_and_sides_stay() {
        let image = Image::filled(Size::new(40, 20), Layout::Rgb, Color::WHITE).unwrap();
        let made = RoundedCorners { radius: 99 }.apply(image, &Kit::default()).unwrap();
        let alpha = |x: usize, y: usize| made.data()[(y * 40 + x) * 4 + 3];
        assert_eq!([alpha(0, 0), alpha(39, 19), alpha(20, 0), alpha(20, 10)], [0, 0, 255, 255]);
        assert!(alpha(0, 10) > 240);
    }
}
