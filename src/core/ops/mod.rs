//! The operations. Each is one file that declares its name, arguments, documentation, examples, parser,
//! canonical print, size and effect; [`OPS`] lists them and nothing else does.

pub mod anchor;
pub mod animation;
pub mod auto_orient;
pub mod average_hue;
pub mod background;
pub mod blur;
pub mod blurhash;
pub mod bright;
pub mod circle;
pub mod colorspace;
pub mod contrast;
pub mod convolve;
pub mod crop;
pub mod duotone;
pub mod effect;
pub mod effect_names;
pub mod effort;
pub mod flip;
pub mod format;
pub mod gamma;
pub mod gravity;
pub mod gray;
pub mod hue;
pub mod indexcrop;
pub mod info;
pub mod interlace;
pub mod length;
pub mod level;
pub mod mask;
pub mod max_bytes;
pub mod metadata;
pub mod pad;
pub mod palette;
pub mod pixelate;
pub mod quality;
pub mod resample;
pub mod resize;
pub mod rotate;
pub mod rounded_corners;
pub mod saturation;
pub mod sharpen;
pub mod smart;
pub mod trim;
pub mod watermark;

use crate::codec::{Colour, Effort};
use crate::image::{Image, Size};
use crate::kit::{FileRef, Kit};
use crate::params::args::Args;
use crate::plan::{Answer, FormatChoice, Keep, Quality};
use crate::Result;
use std::fmt::{Debug, Display};

/// What is written down about one operation.
pub struct Spec {
    /// Its name in a program.
    pub name: &'static str,
    /// Its arguments, for people.
    pub args: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
    /// Actions as written; each is parsed, rendered and compared with a golden image by the tests.
    pub examples: &'static [&'static str],
    /// Whether the OSS grammar has it; if not, only short parameters and the canonical print do.
    pub in_oss: bool,
    /// Reads its arguments.
    pub parse: fn(&mut Args) -> Result<Step>,
}

/// What an action adds to a plan.
#[derive(Debug)]
pub enum Step {
    /// Something done to pixels, in the order written.
    Pixels(Box<dyn Op>),
    /// A setting of the whole; the last one wins.
    Output(Setting),
}

/// A setting of the whole plan.
#[derive(Debug, Clone, Copy)]
pub enum Setting {
    /// Whether EXIF orientation is applied first.
    Orient(bool),
    /// The format of the answer.
    Format(FormatChoice),
    /// The quality of lossy encoders.
    Quality(Quality),
    /// Progressive JPEG.
    Progressive(bool),
    /// What is spent on a smaller JPEG.
    Effort(Effort),
    /// Most bytes of the answer.
    MaxBytes(u64),
    /// One frame of an animation, from 0.
    Still(u32),
    /// Most frames of an animation.
    MostFrames(u32),
    /// What is kept of the source's metadata.
    Metadata(Keep),
    /// What becomes of an embedded colour profile.
    Colour(Colour),
    /// What the answer tells instead of showing an image.
    Answer(Answer),
}

/// A side as an operation is asked to make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Width in pixels.
    Width(u32),
    /// Height in pixels.
    Height(u32),
    /// Width or height in pixels, whichever is the longer or the shorter one.
    Either(u32),
    /// In proportion to the source.
    Relative,
}

/// Something done to pixels. Its `Display` is its canonical text.
pub trait Op: Debug + Display + Send + Sync {
    /// The size that comes out for a size that goes in: pure geometry, equal to what [`apply`](Op::apply)
    /// makes; the most that can come out where [`foretells`](Op::foretells) says no.
    fn size(&self, size: Size) -> Size {
        size
    }

    /// Whether [`size`](Op::size) is what comes out, whatever the pixels are.
    fn foretells(&self) -> bool {
        true
    }

    /// How small a stand-in for a source of this size still serves; the source's size where each pixel counts.
    fn needs(&self, size: Size) -> Size {
        size
    }

    /// Refuses what the size of the image that goes in makes wrong, before a pixel is decoded.
    ///
    /// # Errors
    /// `bad_arg`.
    fn admit(&self, _: Size) -> Result<()> {
        Ok(())
    }

    /// The part that it cuts out, and no more: what follows decides how small a stand-in serves. Left, top, size.
    fn cuts(&self, _: Size) -> Option<(u32, u32, Size)> {
        None
    }

    /// Whether it takes pictures that stand for larger ones, are seen through a window or have 16 bits a
    /// sample; others get them [settled](Image::settled).
    fn takes_unsettled(&self) -> bool {
        false
    }

    /// The files that it reads.
    fn files(&self) -> Vec<FileRef> {
        Vec::new()
    }

    /// The sides that it is asked to make, for buckets whose sizes are on steps.
    fn asks(&self) -> Vec<Side> {
        Vec::new()
    }

    /// Whether it is a watermark, of which a plan may hold three.
    fn is_mark(&self) -> bool {
        false
    }

    /// Whether it draws text, whose edges want colour at full resolution.
    fn draws_text(&self) -> bool {
        false
    }

    /// Whether it makes pictures transparent that were not.
    fn adds_alpha(&self) -> bool {
        false
    }

    /// Working memory beside what goes in and what comes out, bytes.
    fn bytes(&self, _: Size) -> u64 {
        0
    }

    /// About how many additions of a sample it costs.
    fn work(&self, size: Size) -> u64 {
        size.pixels() * 8
    }

    /// Does it. A no-op returns its input.
    ///
    /// # Errors
    /// `image_too_large` when memory ends, `bad_arg` where the pixels' size decides, and what reading a
    /// file can meet.
    fn apply(&self, image: Image, kit: &Kit) -> Result<Image>;
}

/// Does operations one after the other.
///
/// # Errors
/// As each of them.
pub fn run(ops: &[&dyn Op], image: Image, kit: &Kit) -> Result<Image> {
    ops.iter().try_fold(image, |image, op| match op.takes_unsettled() {
        true => op.apply(image, kit),
        false => op.apply(image.settled()?, kit),
    })
}

/// All operations, in the order of the documentation.
pub static OPS: &[Spec] = &[
    auto_orient::SPEC,
    resize::SPEC,
    crop::SPEC,
    indexcrop::SPEC,
    trim::SPEC,
    pad::SPEC,
    rotate::SPEC,
    flip::SPEC,
    rounded_corners::SPEC,
    circle::SPEC,
    blur::SPEC,
    sharpen::SPEC,
    bright::SPEC,
    contrast::SPEC,
    saturation::SPEC,
    gamma::SPEC,
    hue::SPEC,
    gray::SPEC,
    duotone::SPEC,
    pixelate::SPEC,
    effect::SPEC,
    background::SPEC,
    watermark::SPEC,
    format::SPEC,
    quality::SPEC,
    interlace::SPEC,
    effort::SPEC,
    max_bytes::SPEC,
    animation::SPEC,
    metadata::SPEC,
    colorspace::SPEC,
    info::SPEC,
    average_hue::SPEC,
    palette::SPEC,
    blurhash::SPEC,
];

/// The operation of this name.
pub fn find(name: &str) -> Option<&'static Spec> {
    OPS.iter().find(|spec| spec.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::oss::parse_canonical;

    #[test]
    fn every_operation_is_documented_and_its_examples_print_back() {
        for spec in OPS {
            assert!(!spec.doc.is_empty() && !spec.examples.is_empty(), "{}", spec.name);
            for example in spec.examples {
                let plan = parse_canonical(&format!("image/{example}")).unwrap_or_else(|e| panic!("{example}: {e}"));
                let again = parse_canonical(&plan.to_string()).unwrap();
                assert_eq!(plan.to_string(), again.to_string(), "{example}");
            }
        }
    }
}
