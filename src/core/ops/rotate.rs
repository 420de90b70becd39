//! Turning clockwise by any angle.

use super::{Op, Spec, Step};
use crate::codec::exif::Orientation;
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::params::args::{refuse, Args};
use crate::Result;
use limn_pixels::turn::turn;
use std::fmt;

/// `rotate,N`.
pub const SPEC: Spec = Spec {
    name: "rotate",
    args: "0…360 degrees",
    doc: "Turns the image clockwise. Other angles than quarter turns enlarge the canvas; its corners are transparent where the format can be, else white.",
    examples: &["rotate,90", "rotate,180", "rotate,30"],
    in_oss: true,
    parse,
};

/// The operation.
#[derive(Debug, Clone, Copy)]
pub struct Rotate {
    /// Clockwise, 0 to 360.
    pub degrees: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let text = args.only("an integer from 0 to 360")?;
    let degrees = crate::params::args::integer(text, &(0..=360)).ok_or_else(|| refuse("rotate", "an integer from 0 to 360", text))?;
    Ok(Step::Pixels(Box::new(Rotate { degrees: degrees as u32 })))
}

impl Rotate {
    fn cos_sin(self) -> (f64, f64) {
        let angle = f64::from(self.degrees).to_radians();
        (angle.cos(), angle.sin())
    }
}

impl Op for Rotate {
    fn size(&self, size: Size) -> Size {
        match self.degrees % 360 {
            0 | 180 => size,
            90 | 270 => size.turned(),
            _ => {
                let (cos, sin) = self.cos_sin();
                let (w, h) = (f64::from(size.width), f64::from(size.height));
                let side = |a: f64, b: f64| (a.abs() + b.abs()).round().max(1.0) as u32;
                Size::new(side(w * cos, h * sin), side(w * sin, h * cos))
            }
        }
    }

    fn adds_alpha(&self) -> bool {
        !self.degrees.is_multiple_of(90)
    }

    fn work(&self, size: Size) -> u64 {
        self.size(size).pixels() * 60
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        // EXIF's values 6, 3 and 8 are the quarter turns.
        match self.degrees % 360 {
            0 => Ok(image),
            90 => Orientation::new(6).apply(image),
            180 => Orientation::new(3).apply(image),
            270 => Orientation::new(8).apply(image),
            _ => self.turn(image),
        }
    }
}

impl Rotate {
    /// Each pixel of the result is mixed of the four around its place in the source; outside is nothing.
    fn turn(self, image: Image) -> Result<Image> {
        let (from, out) = (image.held(), self.size(image.held()));
        let source = image.into_rgba()?;
        let mut data = zeroed(out.pixels() * 4)?;
        turn((source.data(), (from.width, from.height)), self.cos_sin(), (&mut data, (out.width, out.height)));
        Image::new(out, Layout::Rgba, data)
    }
}

impl fmt::Display for Rotate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rotate,{}", self.degrees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Color;

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let image = Image::new(Size::new(2, 1), Layout::Gray, vec![1, 2]).unwrap();
        let made = Rotate { degrees: 90 }.apply(image, &Kit::default()).unwrap();
        assert_eq!((made.size(), made.data()), (Size::new(1, 2), &[1u8, 2][..]));
    }

    #[test]
    fn the_canvas_grows_and_its_corners_are_clear() {
        let image = Image::filled(Size::new(100, 50), Layout::Rgb, Color::WHITE).unwrap();
        let op = Rotate { degrees: 30 };
        let made = op.apply(image, &Kit::default()).unwrap();
        assert_eq!(made.size(), Size::new(112, 93));
        let alpha = |x: u32, y: u32| made.data()[((y * 112 + x) * 4 + 3) as usize];
        assert_eq!([alpha(0, 0), alpha(111, 92), alpha(56, 46)], [0, 0, 255]);
    }
}
