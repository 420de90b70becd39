//! What a cut holds on to: a point of the grid, a focal point, or what draws the eye.

use super::gravity::{self, Gravity};
use crate::image::Size;
use crate::params::args::refuse;
use crate::Result;
use std::fmt;

/// Where a smaller box is laid in a larger picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// One of the nine points.
    Grid(Gravity),
    /// Around a point, in millionths of width and height.
    Point(u32, u32),
    /// Where the eye goes ([`smart`](super::smart)).
    Auto,
}

impl Anchor {
    /// The middle.
    pub const CENTER: Anchor = Anchor::Grid(Gravity::Center);

    /// Where the box stands; `Auto` is answered by the middle, since it needs pixels.
    pub fn place(self, inner: Size, outer: Size) -> (u32, u32) {
        match self {
            Anchor::Grid(gravity) => gravity.place(inner, outer),
            Anchor::Auto => Gravity::Center.place(inner, outer),
            Anchor::Point(x, y) => {
                let along = |at: u32, inner: u32, outer: u32| {
                    let corner = (u64::from(at) * u64::from(outer) + 500_000) / 1_000_000;
                    corner.saturating_sub(u64::from(inner) / 2).min(u64::from(outer.saturating_sub(inner))) as u32
                };
                (along(x, inner.width, outer.width), along(y, inner.height, outer.height))
            }
        }
    }

    /// Reads the canonical print: a word of the grid, `auto`, or `fp-0.5-0.25`.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn parse(text: &str) -> Result<Anchor> {
        let bad = || refuse("g", "a point of the grid, auto or fp-X-Y", text);
        if text == "auto" {
            return Ok(Anchor::Auto);
        }
        let Some(point) = text.strip_prefix("fp-") else {
            return gravity::parse(text).map(Anchor::Grid).ok_or_else(bad);
        };
        let millionths = |text: &str| match (text, text.strip_prefix("0.")) {
            ("0", _) => Some(0),
            ("1", _) => Some(1_000_000),
            (_, Some(digits)) if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{digits:0<6}").parse().ok()
            }
            _ => None,
        };
        let (x, y) = point.split_once('-').ok_or_else(bad)?;
        Ok(Anchor::Point(millionths(x).ok_or_else(bad)?, millionths(y).ok_or_else(bad)?))
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |m: u32| match m {
            0 => "0".to_string(),
            1_000_000 => "1".to_string(),
            m => format!("0.{m:06}").trim_end_matches('0').to_string(),
        };
        match self {
            Anchor::Grid(gravity) => write!(f, "{gravity}"),
            Anchor::Auto => f.write_str("auto"),
            Anchor::Point(x, y) => write!(f, "fp-{}-{}", part(*x), part(*y)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focal_point_stays_inside() {
        let (inner, outer) = (Size::new(10, 10), Size::new(100, 20));
        for (x, y, want) in [(500_000, 500_000, (45, 5)), (0, 0, (0, 0)), (1_000_000, 1_000_000, (90, 10)), (300_000, 900_000, (25, 10))] {
            assert_eq!(Anchor::Point(x, y).place(inner, outer), want);
        }
    }

    #[test]
    fn anchors_print_back() {
        for text in ["auto", "fp-0-1", "fp-0.5-0.25", "north", "se"] {
            assert_eq!(Anchor::parse(text).unwrap().to_string(), text);
        }
        for bad in ["fp", "fp-1", "fp-2-0", "fp-0.5", "sourth"] {
            assert!(Anchor::parse(bad).is_err(), "{bad}");
        }
    }
}
