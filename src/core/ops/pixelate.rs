//! Coarse pixels.

use super::{Op, Spec, Step};
use crate::codec::shrink::{shrunk, Shrink};
use crate::image::{buffer, Image};
use crate::kit::Kit;
use crate::params::args::{integer, refuse, Args};
use crate::Result;
use std::fmt;

/// `pixelate,N`.
pub const SPEC: Spec = Spec {
    name: "pixelate",
    args: "2…1000 px",
    doc: "Averages squares of N pixels.",
    examples: &["pixelate,8", "pixelate,25"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Pixelate {
    /// Side of a square, px.
    pub side: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = "an integer from 2 to 1000";
    let text = args.only(wanted)?;
    let side = integer(text, &(2..=1_000)).ok_or_else(|| refuse("pixelate", wanted, text))? as u32;
    Ok(Step::Pixels(Box::new(Pixelate { side })))
}

impl Op for Pixelate {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (size, layout) = (image.held(), image.layout());
        let n = layout.channels();
        let mut shrink = Shrink::new(size, self.side, layout)?;
        image.data().chunks_exact(size.width as usize * n).for_each(|row| shrink.row(row));
        let (_, small) = shrink.finish();
        let row = shrunk(size, self.side).width as usize * n;
        let mut data = buffer(size.pixels() * n as u64)?;
        for y in 0..size.height {
            let line = small.chunks_exact(row).nth((y / self.side) as usize).unwrap_or(&[]);
            let pixels = line.chunks_exact(n).flat_map(|p| std::iter::repeat_n(p, self.side as usize));
            pixels.take(size.width as usize).for_each(|p| data.extend_from_slice(p));
        }
        Image::new(size, layout, data)
    }
}

impl fmt::Display for Pixelate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pixelate,{}", self.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    #[test]
    fn squares_are_averaged() {
        let image = Image::new(Size::new(3, 2), Layout::Gray, vec![0, 10, 50, 20, 30, 70]).unwrap();
        assert_eq!(Pixelate { side: 2 }.apply(image, &Kit::default()).unwrap().data(), [15, 15, 60, 15, 15, 60]);
    }
}
