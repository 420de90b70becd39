//! The operations. Each is one file that declares its name, arguments, documentation, examples, parser,
//! canonical print, size and effect; [`OPS`] lists them and nothing else does.

pub mod auto_orient;
pub mod background;
pub mod effect_names;
pub mod format;
pub mod gravity;
pub mod interlace;
pub mod quality;
pub mod resize;
pub mod watermark;

use crate::image::{Image, Size};
use crate::params::args::Args;
use crate::plan::{FormatChoice, Quality};
use crate::render::Marks;
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
    /// Arguments of the OSS grammar that are not built yet.
    pub later: &'static [&'static str],
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
}

/// Something done to pixels. Its `Display` is its canonical text.
pub trait Op: Debug + Display + Send + Sync {
    /// The size that comes out for a size that goes in: pure geometry, equal to what [`apply`](Op::apply) makes.
    fn size(&self, size: Size) -> Size {
        size
    }

    /// How small a stand-in for a source of this size still serves; the source's size where each pixel counts.
    fn needs(&self, size: Size) -> Size {
        size
    }

    /// The key of the mark that it reads.
    fn mark(&self) -> Option<&str> {
        None
    }

    /// Does it. A no-op returns its input.
    ///
    /// # Errors
    /// `image_too_large` when memory ends, and what reading a mark can meet.
    fn apply(&self, image: Image, marks: &Marks) -> Result<Image>;
}

/// All operations, in the order of the documentation.
pub static OPS: &[Spec] =
    &[auto_orient::SPEC, resize::SPEC, background::SPEC, watermark::SPEC, format::SPEC, quality::SPEC, interlace::SPEC];

/// Actions of the OSS grammar that are not built yet.
#[rustfmt::skip]
pub const LATER: &[&str] = &[
    "crop", "indexcrop", "rounded-corners", "circle", "rotate", "blur", "bright", "contrast", "sharpen",
    "info", "average-hue",
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
