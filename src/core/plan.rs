//! What is to be made of an image: operations in order, then the encoder's settings.

use crate::codec::{Colour, Effort, Format};
use crate::kit::FileRef;
use crate::ops::{metadata, Op, Setting};
use crate::sort;
use crate::{Error, Result};
use std::fmt;

/// Which format the answer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatChoice {
    /// The source's.
    Keep,
    /// The best that the client's Accept names.
    Auto,
    /// PNG of at most 256 colours.
    Png8,
    /// GIF if the source is one, else the source's: OSS's `format,gif`.
    GifIfGif,
    /// This one.
    Fixed(Format),
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
/// Quality of AVIF where nobody says one: its scale is another.
pub const AVIF_QUALITY: u8 = 50;
/// Most watermarks of a plan (OSS: EC 26).
const MAX_MARKS: usize = 3;

/// What is kept of the source's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Artist and copyright.
    Copyright,
    /// All but where it was taken.
    All,
    /// All, and where it was taken.
    AllAndPlace,
}

/// What the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The image.
    Image,
    /// Facts of the source in OSS's shape.
    Info,
    /// Facts of the source in Limn's shape.
    Json,
    /// The salient colour.
    Hue,
    /// The main colours.
    Palette,
    /// A BlurHash.
    BlurHash,
}

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
    /// What is spent on a smaller JPEG.
    pub effort: Effort,
    /// Most bytes of the answer.
    pub max_bytes: Option<u64>,
    /// One frame of an animation, from 0.
    pub still: Option<u32>,
    /// Most frames of an animation.
    pub most_frames: Option<u32>,
    /// What is kept of the source's metadata.
    pub keep: Keep,
    /// What becomes of an embedded colour profile.
    pub colour: Colour,
    /// What the answer is.
    pub answer: Answer,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            orient: true,
            ops: Vec::new(),
            actions: 0,
            format: FormatChoice::Keep,
            quality: Quality::Default,
            progressive: false,
            effort: Effort::Fast,
            max_bytes: None,
            still: None,
            most_frames: None,
            keep: Keep::Copyright,
            colour: Colour::Srgb,
            answer: Answer::Image,
        }
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
            Setting::Effort(effort) => self.effort = effort,
            Setting::MaxBytes(bytes) => self.max_bytes = Some(bytes),
            Setting::Still(frame) => self.still = Some(frame),
            Setting::MostFrames(most) => self.most_frames = Some(most),
            Setting::Metadata(keep) => self.keep = keep,
            Setting::Colour(colour) => self.colour = colour,
            Setting::Answer(answer) => self.answer = answer,
        }
    }

    /// Continues with another plan, as behind a pipe: what that one leaves at its default stays.
    pub fn append(&mut self, other: Plan) {
        let fresh = Plan::default();
        self.ops.extend(other.ops);
        self.actions += other.actions;
        self.orient &= other.orient;
        self.progressive |= other.progressive;
        fn take<T: PartialEq>(mine: &mut T, theirs: T, default: T) {
            if theirs != default {
                *mine = theirs;
            }
        }
        take(&mut self.format, other.format, fresh.format);
        take(&mut self.quality, other.quality, fresh.quality);
        take(&mut self.effort, other.effort, fresh.effort);
        take(&mut self.max_bytes, other.max_bytes, None);
        take(&mut self.still, other.still, None);
        take(&mut self.most_frames, other.most_frames, None);
        take(&mut self.keep, other.keep, fresh.keep);
        take(&mut self.colour, other.colour, fresh.colour);
        take(&mut self.answer, other.answer, fresh.answer);
    }

    /// The operations in order.
    pub fn ops(&self) -> &[Box<dyn Op>] {
        &self.ops
    }

    /// How many actions were written.
    pub fn actions(&self) -> usize {
        self.actions
    }

    /// The files that the plan reads beside the source, each once.
    pub fn files(&self) -> Vec<FileRef> {
        let mut files: Vec<FileRef> = match self.answer {
            Answer::Info | Answer::Json => Vec::new(),
            _ => self.ops.iter().flat_map(|op| op.files()).collect(),
        };
        sort::all(&mut files);
        files.dedup();
        files
    }

    /// Refuses what is right in its parts and wrong as a whole.
    ///
    /// # Errors
    /// `bad_arg` for more than three marks.
    pub fn check(&self) -> Result<()> {
        match self.ops.iter().filter(|op| op.is_mark()).count() {
            0..=MAX_MARKS => Ok(()),
            n => Err(Error::BadMark(format!("watermark: at most {MAX_MARKS} marks are allowed; {n} came."))),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.answer {
            // Facts of the source, whatever is done to it beside.
            Answer::Info => return f.write_str("image/info"),
            Answer::Json => return f.write_str("image/info,as_json"),
            _ => {}
        }
        let mut actions: Vec<String> = self.ops.iter().map(|op| op.to_string()).collect();
        if !self.orient {
            actions.insert(0, "auto-orient,0".into());
        }
        let mut add = |action: Option<String>| actions.extend(action);
        add(self.still.map(|frame| format!("animation,frame_{frame}")));
        add(self.most_frames.map(|most| format!("animation,most_{most}")));
        add((self.colour == Colour::Keep).then(|| "colorspace,keep".into()));
        if self.answer == Answer::Image {
            let keep = metadata::WORDS.iter().find(|(_, keep)| *keep == self.keep).map(|(word, _)| *word);
            add((self.keep != Keep::Copyright).then(|| format!("metadata,{}", keep.unwrap_or("copyright"))));
            add(match self.format {
                FormatChoice::Keep => None,
                FormatChoice::Auto => Some("format,auto".into()),
                FormatChoice::GifIfGif => Some("format,gif-if-gif".into()),
                FormatChoice::Png8 => Some("format,png8".into()),
                FormatChoice::Fixed(format) => Some(format!("format,{}", format.name())),
            });
            add(match self.quality {
                Quality::Default => None,
                Quality::Absolute(q) => Some(format!("quality,Q_{q}")),
                Quality::Relative(q) => Some(format!("quality,q_{q}")),
                Quality::Lossless => Some("quality,lossless".into()),
            });
            add(self.progressive.then(|| "interlace,1".into()));
            add((self.effort == Effort::High).then(|| "effort,high".into()));
            add(self.max_bytes.map(|bytes| format!("max-bytes,{bytes}")));
        }
        add(match self.answer {
            Answer::Hue => Some("average-hue".into()),
            Answer::Palette => Some("palette".into()),
            Answer::BlurHash => Some("blurhash".into()),
            _ => None,
        });
        if actions.is_empty() {
            actions.push("auto-orient,1".into());
        }
        write!(f, "image/{}", actions.join("/"))
    }
}
