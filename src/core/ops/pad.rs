//! A border of one colour.

use super::{resize, Op, Spec, Step};
use crate::image::{Color, Image, Size};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::Result;
use std::fmt;

/// `pad,t_…,r_…,b_…,l_…,color_…`.
pub const SPEC: Spec = Spec {
    name: "pad",
    args: "t_, r_, b_, l_ px (0), color_RRGGBB[AA] (ffffff)",
    doc: "Lays a border around the image.",
    examples: &["pad,t_10,r_10,b_10,l_10", "pad,b_40,color_222222"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Pad {
    /// Top, right, bottom, left, px.
    pub sides: [u32; 4],
    /// The border's colour.
    pub color: Color,
}

/// Widest border, px, before a device pixel ratio.
pub const MAX_SIDE: i64 = 4_096;

fn parse(args: &mut Args) -> Result<Step> {
    let mut sides = [0; 4];
    for (side, key) in sides.iter_mut().zip(["t", "r", "b", "l"]) {
        *side = args.integer(key, 0..=MAX_SIDE * 5)?.map_or(0, |n| n as u32);
    }
    let color = args.color("color")?.unwrap_or(Color::WHITE);
    Ok(Step::Pixels(Box::new(Pad { sides, color })))
}

impl Op for Pad {
    fn size(&self, size: Size) -> Size {
        let [t, r, b, l] = self.sides;
        Size::new(size.width.saturating_add(l + r), size.height.saturating_add(t + b))
    }

    fn adds_alpha(&self) -> bool {
        !self.color.is_opaque()
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (out, [top, _, _, left]) = (self.size(image.held()), self.sides);
        resize::lay_out(image, out, self.color, (left, top))
    }
}

impl fmt::Display for Pad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pad")?;
        for (side, key) in self.sides.iter().zip(["t", "r", "b", "l"]).filter(|(side, _)| **side > 0) {
            write!(f, ",{key}_{side}")?;
        }
        match self.color == Color::WHITE {
            true => Ok(()),
            false => write!(f, ",color_{}", self.color),
        }
    }
}
