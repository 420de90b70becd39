//! What is asked for too rarely to burden every instance: drawn text, SVG, colour effects, AVIF, TIFF, formats that are
//! only read, and colour profiles with tables.
//!
//! The core only says what is wanted. Who does it is handed in: the crate `limn-rare` itself on the
//! host, a second WASM module at the edge that is instantiated at its first job.

use crate::image::Size;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// One thing to do; pixels and files travel beside it as plain bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Draws one line of text. Data: a font file (TrueType, OpenType or a collection). Makes RGBA.
    Text {
        /// At most 64 bytes of UTF-8.
        text: String,
        /// Font size, px, 1 to 5,000.
        size: u32,
        /// Red, green, blue.
        color: [u8; 3],
        /// Opacity of the shadow, per cent; 0: none.
        shadow: u8,
    },
    /// Natural size of an SVG. Data: the SVG. Makes no bytes.
    SvgSize,
    /// Rasterises an SVG. Data: the SVG, then a font file of `font` bytes for its text. Makes RGBA.
    Svg {
        /// Pixels to make.
        width: u32,
        /// Pixels to make.
        height: u32,
        /// Length of the font at the end of the data; 0: none.
        font: usize,
    },
    /// A named colour effect. Data: RGBA. Makes RGBA of the same size.
    Effect {
        /// One of [`NAMES`](crate::ops::effect_names::NAMES).
        name: String,
        /// Of the data.
        width: u32,
        /// Of the data.
        height: u32,
    },
    /// Encodes AVIF. Data: RGBA. Makes a file.
    AvifEncode {
        /// Of the data.
        width: u32,
        /// Of the data.
        height: u32,
        /// 1 to 100.
        quality: u8,
        /// Whether chroma keeps its full resolution.
        #[serde(default)]
        full_chroma: bool,
    },
    /// Size of an AVIF, turned as it says. Data: the file. Makes no bytes.
    AvifHeader,
    /// Decodes an AVIF; an animation's first picture. Data: the file. Makes RGBA, 8 bits a sample.
    AvifDecode,
    /// Converts pixels to sRGB by a profile with tables. Data: the profile, then samples of 8 bits or of 16, little-endian. Makes as
    /// many samples; none where the profile cannot be used.
    ToSrgb {
        /// 3 or 4: RGB, RGBA.
        channels: u8,
        /// Whether samples have 16 bits.
        deep: bool,
        /// Length of the profile.
        profile: usize,
    },
    /// The same of CMYK, 8 bits a sample, 0 being no ink. Makes RGB; nothing where the profile cannot be used.
    InksToSrgb {
        /// Length of the profile.
        profile: usize,
    },
    /// Size of a picture of a format that is decoded whole. Data: the file. Makes two bytes: the channels of its pixels (1, 3, 4)
    /// and whether they have 16 bits (0, 1).
    WholeHeader {
        /// Of the file.
        format: Whole,
    },
    /// Decodes it. Data: the file. Makes samples in pixel order, 8 bits each or 16, little-endian, as the header tells.
    WholeDecode {
        /// Of the file.
        format: Whole,
    },
    /// Size of a TIFF's first page, as stored. Data: the file. Makes four bytes, the channels of its pixels once they
    /// are sRGB (1, 3, 4), whether they have 16 bits and whether they are four inks (0, 1), and the orientation (as
    /// EXIF's); then the colour profile, if there is one.
    TiffHeader,
    /// Decodes a TIFF's first page. Data: the file. Makes samples in pixel order, in the file's own colours, 8 bits each
    /// or 16, little-endian, as the header tells.
    TiffDecode,
    /// Encodes a TIFF. Data: pixels of 8 bits a sample, then EXIF, XMP and the profile. Makes a file.
    TiffEncode {
        /// Of the pixels.
        width: u32,
        /// Of the pixels.
        height: u32,
        /// 1, 3, 4: grey, RGB, RGBA.
        channels: u8,
        /// Lengths of EXIF, XMP and the profile; 0: none.
        beside: [usize; 3],
    },
}

/// Formats that are decoded whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Whole {
    Bmp,
    Ico,
    Pnm,
    Qoi,
}

/// What a job made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Size of the pixels.
    pub size: Size,
    /// Straight-alpha RGBA or a file, as the job says.
    pub bytes: Vec<u8>,
}

/// Whoever does the jobs.
pub trait Rare: Sync {
    /// Does one.
    ///
    /// # Errors
    /// `bad_arg`, `image_corrupt`, `image_too_large`, `format_unsupported`, as the job's input deserves.
    fn run(&self, job: &Job, data: &[u8]) -> Result<Made>;
}

/// Nobody: for builds that hold the common part alone.
pub struct Nobody;

impl Rare for Nobody {
    fn run(&self, _: &Job, _: &[u8]) -> Result<Made> {
        Err(Error::NotImplemented("This build of Limn holds no text, SVG, effects and no rare formats.".into()))
    }
}
