//! Cutting out a rectangle.

use super::gravity::{self, Gravity};
use super::length::Length;
use super::{Op, Spec, Step};
use crate::image::{Image, Size, Window};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::{Error, Result};
use std::fmt;

/// `crop,w_…,h_…,x_…,y_…,g_…`.
pub const SPEC: Spec = Spec {
    name: "crop",
    args: "w_, h_ px (0 or absent: to the edge), x_, y_ px (0), g_ one of nine points (nw)",
    doc: "Cuts out a rectangle. g is the point of the image that it starts from, x and y move it to the right and down; what sticks out is cut off, a start outside the image is an error.",
    examples: &["crop,w_90,h_60", "crop,x_20,y_10,w_90", "crop,w_80,h_80,g_center", "crop,w_60,h_60,g_se"],
    in_oss: true,
    parse,
};

/// Longest side and largest offset, px.
const SIDE: std::ops::RangeInclusive<i64> = 0..=30_000;

/// The operation.
#[derive(Debug)]
pub struct Crop {
    /// Width and height; `None`: to the edge.
    pub size: (Option<Length>, Option<Length>),
    /// How far it is moved right and down.
    pub offset: (Length, Length),
    /// Where it starts.
    pub gravity: Gravity,
}

fn parse(args: &mut Args) -> Result<Step> {
    let side = |args: &mut Args, key: &str| Ok(Length::read(args, key, SIDE)?.filter(|l| *l != Length::Pixels(0)));
    let size = (side(args, "w")?, side(args, "h")?);
    let offset = |args: &mut Args, key: &str| Ok(Length::read(args, key, SIDE)?.unwrap_or(Length::Pixels(0)));
    let offset = (offset(args, "x")?, offset(args, "y")?);
    let gravity = args.one_of("g", gravity::WORDS)?.unwrap_or(Gravity::NorthWest);
    Ok(Step::Pixels(Box::new(Crop { size, offset, gravity })))
}

impl Crop {
    /// Corner and size in an image of this size; `None` when the corner lies outside.
    fn rect(&self, of: Size) -> Option<(u32, u32, Size)> {
        let along = |side: u32, length: Option<Length>, offset: Length, place: i8| {
            let length = length.map_or(side, |l| l.of(side).min(side)).max(1);
            // OSS: W/2 - w/2 in the middle, W - w at the far side; then the offset.
            let origin = match place {
                -1 => 0,
                0 => (side / 2).saturating_sub(length / 2),
                _ => side - length,
            };
            let at = origin.checked_add(offset.of_or_zero(side)).filter(|at| *at < side)?;
            Some((at, length.min(side - at)))
        };
        let (x, width) = along(of.width, self.size.0, self.offset.0, self.gravity.column())?;
        let (y, height) = along(of.height, self.size.1, self.offset.1, self.gravity.row())?;
        Some((x, y, Size::new(width, height)))
    }
}

impl Op for Crop {
    fn size(&self, size: Size) -> Size {
        self.rect(size).map_or(size, |(.., inner)| inner)
    }

    fn admit(&self, size: Size) -> Result<()> {
        match self.rect(size) {
            Some(_) => Ok(()),
            None => Err(Error::OutsideImage(format!("Advance cut's position is out of image. The image has {size} px."))),
        }
    }

    fn cuts(&self, size: Size) -> Option<(u32, u32, Size)> {
        self.rect(size)
    }

    fn takes_unsettled(&self) -> bool {
        true
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        self.admit(image.size())?;
        let Some((x, y, inner)) = self.rect(image.size()) else { return Ok(image) };
        cut(image, x, y, inner)
    }
}

/// Cuts in nominal pixels: a stand-in is only looked at through a window, so that no fraction is lost
/// before it is resized.
///
/// # Errors
/// `image_too_large` when memory ends.
pub(super) fn cut(image: Image, x: u32, y: u32, inner: Size) -> Result<Image> {
    let (nominal, seen) = (image.size(), image.window());
    if inner == nominal {
        return Ok(image);
    }
    let whole = image.held() == nominal && seen.width == f64::from(nominal.width) && seen.height == f64::from(nominal.height);
    if whole {
        return image.cut(x, y, inner);
    }
    let (fx, fy) = (seen.width / f64::from(nominal.width), seen.height / f64::from(nominal.height));
    let window = Window {
        x: seen.x + f64::from(x) * fx,
        y: seen.y + f64::from(y) * fy,
        width: f64::from(inner.width) * fx,
        height: f64::from(inner.height) * fy,
    };
    Ok(image.seen_through(window, inner))
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("crop")?;
        for (key, side) in [("w", self.size.0), ("h", self.size.1)] {
            if let Some(side) = side {
                write!(f, ",{key}_{side}")?;
            }
        }
        for (key, offset) in [("x", self.offset.0), ("y", self.offset.1)] {
            if offset != Length::Pixels(0) {
                write!(f, ",{key}_{offset}")?;
            }
        }
        match self.gravity {
            Gravity::NorthWest => Ok(()),
            g => write!(f, ",g_{g}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;
    use crate::params::oss::parse_canonical;

    fn rect(text: &str, w: u32, h: u32) -> Option<(u32, u32, u32, u32)> {
        let Step::Pixels(op) = parse(&mut Args::canonical(text)).unwrap() else { panic!() };
        let size = op.size(Size::new(w, h));
        op.admit(Size::new(w, h)).ok()?;
        let data = (0..w * h).map(|i| (i % 251) as u8).collect();
        let made = op.apply(Image::new(Size::new(w, h), Layout::Gray, data).unwrap(), &Kit::default()).unwrap();
        assert_eq!(made.size(), size);
        let first = u32::from(made.data()[0]);
        let at = (0..w * h).find(|i| i % 251 == first && w * h < 251).unwrap_or(0);
        Some((at % w, at / w, size.width, size.height))
    }

    #[test]
    fn origins_of_the_grid() {
        for (text, want) in [
            ("crop,w_4,h_2", (0, 0, 4, 2)),
            ("crop,w_4,h_2,g_north", (5, 0, 4, 2)),
            ("crop,w_4,h_2,g_ne", (11, 0, 4, 2)),
            ("crop,w_4,h_2,g_west", (0, 4, 4, 2)),
            ("crop,w_4,h_2,g_center", (5, 4, 4, 2)),
            ("crop,w_4,h_2,g_east", (11, 4, 4, 2)),
            ("crop,w_4,h_2,g_sw", (0, 8, 4, 2)),
            ("crop,w_4,h_2,g_south", (5, 8, 4, 2)),
            ("crop,w_4,h_2,g_se", (11, 8, 4, 2)),
            ("crop,x_3,y_5", (3, 5, 12, 5)),
            ("crop,w_99,h_99,x_14,y_9", (14, 9, 1, 1)),
            ("crop,w_0,h_3", (0, 0, 15, 3)),
            ("crop,w_0.2,h_0.5,x_0.2,y_0.1", (3, 1, 3, 5)),
        ] {
            assert_eq!(rect(text, 15, 10), Some(want), "{text}");
        }
        assert_eq!(rect("crop,x_15", 15, 10), None);
        assert_eq!(rect("crop,w_4,g_se,x_4", 15, 10), None);
    }

    #[test]
    fn a_stand_in_is_seen_through_a_window() {
        let image = Image::new(Size::new(4, 1), Layout::Gray, vec![0, 0, 200, 200]).unwrap().standing_for(Size::new(400, 100));
        let plan = parse_canonical("image/crop,x_200/resize,m_fixed,w_1,h_1").unwrap();
        let ops: Vec<&dyn Op> = plan.ops().iter().map(|o| o.as_ref()).collect();
        assert_eq!(super::super::run(&ops, image, &Kit::default()).unwrap().data(), [200]);
    }
}
