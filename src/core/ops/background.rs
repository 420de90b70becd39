//! A colour laid behind transparency: `bg` of the short parameters.

use super::{Op, Spec, Step};
use crate::image::{Color, Image, Layout};
use crate::kit::Kit;
use crate::params::args::{refuse, Args};
use crate::Result;
use std::fmt;

/// `background,RRGGBB[AA]`.
pub const SPEC: Spec = Spec {
    name: "background",
    args: "RRGGBB or RRGGBBAA",
    doc: "Lays a colour behind the image wherever it is transparent.",
    examples: &["background,3366ff", "background,00000080"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Background {
    /// What lies behind.
    pub color: Color,
}

fn parse(args: &mut Args) -> Result<Step> {
    let text = args.only("a colour RRGGBB or RRGGBBAA")?;
    let color = Color::from_hex(text).ok_or_else(|| refuse("background", "a colour RRGGBB or RRGGBBAA", text))?;
    Ok(Step::Pixels(Box::new(Background { color })))
}

impl Op for Background {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        if image.layout() != Layout::Rgba {
            return Ok(image);
        }
        let (size, nominal) = (image.held(), image.size());
        let mut data = image.into_data();
        limn_pixels::over::lay_behind(&mut data, self.color.rgba);
        Image::new(size, Layout::Rgba, data)?.standing_for(nominal).without_idle_alpha()
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "background,{}", self.color)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    fn on(color: &str, pixel: [u8; 4]) -> Vec<u8> {
        let image = Image::new(Size::new(1, 1), Layout::Rgba, pixel.to_vec()).unwrap();
        Background { color: Color::from_hex(color).unwrap() }.apply(image, &Kit::default()).unwrap().into_data()
    }

    #[test]
    fn transparency_shows_the_colour() {
        assert_eq!(on("ff0000", [0, 0, 0, 0]), [255, 0, 0]);
        assert_eq!(on("ff0000", [0, 0, 255, 255]), [0, 0, 255]);
        assert_eq!(on("ffffff", [0, 0, 0, 128]), [127, 127, 127]);
        assert_eq!(on("00000000", [9, 8, 7, 100]), [9, 8, 7, 100]);
    }
}
