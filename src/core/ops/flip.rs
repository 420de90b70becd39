//! Mirroring.

use super::{Op, Spec, Step};
use crate::codec::exif::Orientation;
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::{refuse, Args};
use crate::Result;
use std::fmt;

/// `flip,h|v|hv`.
pub const SPEC: Spec = Spec {
    name: "flip",
    args: "h, v or hv",
    doc: "Mirrors the image: h exchanges left and right, v top and bottom, hv both.",
    examples: &["flip,h", "flip,v", "flip,hv"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Flip {
    Horizontal,
    Vertical,
    Both,
}

/// The words of the grammar.
pub const WORDS: &[(&str, Flip)] = &[("h", Flip::Horizontal), ("v", Flip::Vertical), ("hv", Flip::Both)];

fn parse(args: &mut Args) -> Result<Step> {
    let text = args.only("h, v or hv")?;
    let flip = WORDS.iter().find(|(word, _)| *word == text).ok_or_else(|| refuse("flip", "h, v or hv", text))?;
    Ok(Step::Pixels(Box::new(flip.1)))
}

impl Op for Flip {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        // EXIF's values 2, 4 and 3 are these three.
        let value = match self {
            Flip::Horizontal => 2,
            Flip::Vertical => 4,
            Flip::Both => 3,
        };
        Orientation::new(value).apply(image)
    }
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flip,{}", WORDS.iter().find(|(_, flip)| flip == self).map_or("h", |(word, _)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    #[test]
    fn each_way() {
        for (flip, want) in [(Flip::Horizontal, [2, 1, 4, 3]), (Flip::Vertical, [3, 4, 1, 2]), (Flip::Both, [4, 3, 2, 1])] {
            let image = Image::new(Size::new(2, 2), Layout::Gray, vec![1, 2, 3, 4]).unwrap();
            assert_eq!(flip.apply(image, &Kit::default()).unwrap().data(), want);
        }
    }
}
