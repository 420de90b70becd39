//! Cutting away a border of one colour.

use super::{Op, Spec, Step};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::params::args::{integer, refuse, Args};
use crate::Result;
use std::fmt;

/// `trim,N`.
pub const SPEC: Spec = Spec {
    name: "trim",
    args: "1…254, how far a sample may be from the border's colour",
    doc: "Cuts away the border whose colour is that of the first pixel. An image of one colour is left as it is. Not for animations.",
    examples: &["trim,10"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Trim {
    /// 1 to 254.
    pub tolerance: u8,
}

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = "an integer from 1 to 254";
    let text = args.only(wanted)?;
    let tolerance = integer(text, &(1..=254)).ok_or_else(|| refuse("trim", wanted, text))? as u8;
    Ok(Step::Pixels(Box::new(Trim { tolerance })))
}

impl Op for Trim {
    fn foretells(&self) -> bool {
        false
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (size, n) = (image.held(), image.layout().channels());
        let Some(border) = image.data().get(..n).map(<[u8]>::to_vec) else { return Ok(image) };
        // Two transparent pixels are alike whatever their colour.
        let inside = |pixel: &[u8]| match (pixel, border.as_slice()) {
            ([.., 0], [_, _, _, 0]) if n == 4 => false,
            _ => pixel.iter().zip(&border).any(|(a, b)| a.abs_diff(*b) > self.tolerance),
        };
        let (mut left, mut right, mut top, mut bottom) = (size.width, 0, size.height, 0);
        for (y, row) in (0..).zip(image.data().chunks_exact(size.width as usize * n)) {
            let Some(first) = row.chunks_exact(n).position(inside) else { continue };
            let last = row.chunks_exact(n).rposition(inside).unwrap_or(first);
            (left, right) = (left.min(first as u32), right.max(last as u32));
            (top, bottom) = (top.min(y), y);
        }
        match left <= right && top <= bottom {
            true => image.cut(left, top, Size::new(right - left + 1, bottom - top + 1)),
            false => Ok(image),
        }
    }
}

impl fmt::Display for Trim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trim,{}", self.tolerance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    #[test]
    fn a_border_goes_within_the_tolerance() {
        let data = vec![9, 9, 9, 9, 9, 60, 12, 9, 9, 9, 70, 9];
        let image = Image::new(Size::new(4, 3), Layout::Gray, data).unwrap();
        let made = Trim { tolerance: 10 }.apply(image.clone(), &Kit::default()).unwrap();
        assert_eq!((made.size(), made.data()), (Size::new(2, 2), &[60, 12, 9, 70][..]));
        assert_eq!(Trim { tolerance: 100 }.apply(image.clone(), &Kit::default()).unwrap(), image);
    }
}
