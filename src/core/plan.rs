//! What is to be made of an image: operations in order, then the encoder's settings.

use crate::codec::Format;
use crate::ops::{Op, Setting};
use crate::{Error, Result};
use std::fmt;

/// Which format the answer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatChoice {
    /// The source's.
    Keep,
    /// The best that the client's Accept names.
    Auto,
    /// GIF if the source is one, else the source's: OSS's `format,gif`.
    GifIfGif,
    /// This one.
    Fixed(Format),
}

impl FormatChoice {
    /// A format by its name: jpg, png, webp, bmp, gif.
    pub fn parse(name: &str) -> Option<FormatChoice> {
        Format::from_name(name).map(FormatChoice::Fixed)
    }
}

/// The quality of lossy encoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// As the bucket or, else, [`DEFAULT_QUALITY`] says.
    Default,
    /// 1 to 100, at most a JPEG source's own.
    Absolute(u8),
    /// Per cent of a JPEG source's own.
    Relative(u8),
    /// Lossless WebP.
    Lossless,
}

/// Quality where nobody says one.
pub const DEFAULT_QUALITY: u8 = 80;
/// Most watermarks of a plan (OSS: EC 26).
const MAX_MARKS: usize = 3;

/// The plan. Its `Display` is the canonical text, which is part of the cache key:
/// `parse_canonical(plan.to_string())` prints the same text again, and plans that make different
/// pictures print different texts.
#[derive(Debug)]
pub struct Plan {
    /// Whether EXIF orientation is applied first.
    pub orient: bool,
    ops: Vec<Box<dyn Op>>,
    actions: usize,
    /// The answer's format.
    pub format: FormatChoice,
    /// The answer's quality.
    pub quality: Quality,
    /// Progressive JPEG.
    pub progressive: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Plan { orient: true, ops: Vec::new(), actions: 0, format: FormatChoice::Keep, quality: Quality::Default, progressive: false }
    }
}

impl Plan {
    /// Adds an operation behind those that are there.
    pub fn push(&mut self, op: Box<dyn Op>) {
        self.ops.push(op);
        self.actions += 1;
    }

    /// Changes a setting; the last one wins.
    pub fn set(&mut self, setting: Setting) {
        self.actions += 1;
        match setting {
            Setting::Orient(on) => self.orient = on,
            Setting::Format(format) => self.format = format,
            Setting::Quality(quality) => self.quality = quality,
            Setting::Progressive(on) => self.progressive = on,
        }
    }

    /// Continues with another plan, as behind a pipe.
    pub fn append(&mut self, other: Plan) {
        self.ops.extend(other.ops);
        self.actions += other.actions;
        let fresh = Plan::default();
        self.orient &= other.orient;
        self.progressive |= other.progressive;
        if other.format != fresh.format {
            self.format = other.format;
        }
        if other.quality != fresh.quality {
            self.quality = other.quality;
        }
    }

    /// The operations in order.
    pub fn ops(&self) -> &[Box<dyn Op>] {
        &self.ops
    }

    /// How many actions were written.
    pub fn actions(&self) -> usize {
        self.actions
    }

    /// Keys of the marks that the plan reads, each once.
    pub fn marks(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.ops.iter().filter_map(|op| op.mark()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Refuses what is right in its parts and wrong as a whole.
    ///
    /// # Errors
    /// `bad_arg` for more than three marks.
    pub fn check(&self) -> Result<()> {
        match self.ops.iter().filter(|op| op.mark().is_some()).count() {
            0..=MAX_MARKS => Ok(()),
            n => Err(Error::BadArg(format!("watermark: at most {MAX_MARKS} marks are allowed; {n} came."))),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut actions: Vec<String> = self.ops.iter().map(|op| op.to_string()).collect();
        if !self.orient {
            actions.insert(0, "auto-orient,0".into());
        }
        match self.format {
            FormatChoice::Keep => {}
            FormatChoice::Auto => actions.push("format,auto".into()),
            FormatChoice::GifIfGif => actions.push("format,gif-if-gif".into()),
            FormatChoice::Fixed(format) => actions.push(format!("format,{}", format.name())),
        }
        match self.quality {
            Quality::Default => {}
            Quality::Absolute(q) => actions.push(format!("quality,Q_{q}")),
            Quality::Relative(q) => actions.push(format!("quality,q_{q}")),
            Quality::Lossless => actions.push("quality,lossless".into()),
        }
        if self.progressive {
            actions.push("interlace,1".into());
        }
        if actions.is_empty() {
            actions.push("auto-orient,1".into());
        }
        write!(f, "image/{}", actions.join("/"))
    }
}
