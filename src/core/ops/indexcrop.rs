//! Cutting into slices of one length and taking one of them.

use super::{crop, Op, Spec, Step};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::{Error, Result};
use std::fmt;

/// `indexcrop,x_…|y_…,i_…`.
pub const SPEC: Spec = Spec {
    name: "indexcrop",
    args: "x_ or y_ px, the length of a slice; i_ its number from 0 (0)",
    doc: "Cuts the image into slices of equal width (x) or height (y) and takes one; the last may be shorter. A number beyond the last leaves the image whole; y wins where both stand.",
    examples: &["indexcrop,x_80,i_1", "indexcrop,y_50,i_2"],
    in_oss: true,
    parse,
};

#[derive(Debug, Clone, Copy)]
enum Slices {
    Wide(u32),
    High(u32),
}

/// The operation.
#[derive(Debug)]
pub struct IndexCrop {
    slices: Slices,
    index: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let length = |args: &mut Args, key: &str| Ok::<_, Error>(args.integer(key, 1..=30_000)?.map(|n| n as u32));
    let (x, y) = (length(args, "x")?, length(args, "y")?);
    let slices = match (x, y) {
        (_, Some(y)) => Slices::High(y),
        (Some(x), None) => Slices::Wide(x),
        (None, None) => return Err(Error::MissingArg("indexcrop: x or y is wanted.".into())),
    };
    let index = args.integer("i", 0..=30_000)?.map_or(0, |i| i as u32);
    Ok(Step::Pixels(Box::new(IndexCrop { slices, index })))
}

impl IndexCrop {
    fn rect(&self, of: Size) -> (u32, u32, Size) {
        let slice = |side: u32, length: u32| {
            let at = self.index.saturating_mul(length);
            (at < side).then(|| (at, length.min(side - at)))
        };
        match self.slices {
            Slices::Wide(x) => slice(of.width, x).map(|(at, len)| (at, 0, Size::new(len, of.height))),
            Slices::High(y) => slice(of.height, y).map(|(at, len)| (0, at, Size::new(of.width, len))),
        }
        .unwrap_or((0, 0, of))
    }
}

impl Op for IndexCrop {
    fn size(&self, size: Size) -> Size {
        self.rect(size).2
    }

    fn cuts(&self, size: Size) -> Option<(u32, u32, Size)> {
        Some(self.rect(size))
    }

    fn takes_unsettled(&self) -> bool {
        true
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let (x, y, inner) = self.rect(image.size());
        crop::cut(image, x, y, inner)
    }
}

impl fmt::Display for IndexCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slices {
            Slices::Wide(x) => write!(f, "indexcrop,x_{x},i_{}", self.index),
            Slices::High(y) => write!(f, "indexcrop,y_{y},i_{}", self.index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> (u32, u32) {
        let Step::Pixels(op) = parse(&mut Args::canonical(text)).unwrap() else { panic!() };
        let size = op.size(Size::new(250, 100));
        (size.width, size.height)
    }

    #[test]
    fn the_remainder_is_a_slice_and_a_number_beyond_is_the_whole() {
        for (text, want) in [
            ("indexcrop,x_100,i_0", (100, 100)),
            ("indexcrop,x_100,i_2", (50, 100)),
            ("indexcrop,x_100,i_3", (250, 100)),
            ("indexcrop,y_60,i_1", (250, 40)),
            ("indexcrop,x_100,y_60", (250, 60)),
        ] {
            assert_eq!(size(text), want, "{text}");
        }
        assert_eq!(parse(&mut Args::canonical("indexcrop,x_0")).unwrap_err().code(), "bad_arg");
        assert_eq!(parse(&mut Args::canonical("indexcrop,i_1")).unwrap_err().cloud().1, "MissingArgument");
    }
}
