//! Formats: what a file is, its header within limits, its pixels in sRGB, and back to bytes.
//!
//! One file a format; [`CODECS`] lists them.

mod avif;
mod beside;
mod bmp;
mod canvas;
mod cmyk;
mod collect;
mod delta;
mod encode;
pub(crate) mod ending;
pub mod exif;
mod format;
mod gif;
mod header;
pub mod icc;
mod ico;
mod jpeg;
mod part;
mod png;
mod pnm;
mod qoi;
mod quantise;
mod rows;
#[cfg(test)]
mod shown;
pub mod shrink;
pub mod sniff;
mod svg;
mod tiff;
mod webp;
mod whole;

pub use beside::is_for as is_profile_for;
pub use beside::jpeg::MOST_EXIF;
pub use encode::{animate, encode, Animator, EncodeSettings};
pub use format::Format;
pub use header::{Header, Loops};
pub use limn_pixels::jpeg_write::Effort;

use crate::image::{Image, Layout, Size, Window};
use crate::kit::Kit;
use crate::{Error, Result};

/// What one format's file declares.
struct Codec {
    format: Format,
    /// In plans and URLs.
    name: &'static str,
    mime: &'static str,
    extensions: &'static [&'static str],
    /// Whether a file begins as this format does.
    magic: fn(&[u8]) -> bool,
    /// Reads the header; no pixels.
    header: fn(&[u8], &Kit) -> Result<Header>,
    /// The size that [`Codec::decode`] makes when at least this is wanted.
    decoded_size: fn(&Header, Size) -> Size,
    /// Bytes of memory that decoding needs, the result included and the source not.
    decode_bytes: fn(&Header, Size) -> u64,
    /// Decodes, not smaller than what is wanted.
    decode: fn(&[u8], &Header, &Want, &Kit) -> Result<Image>,
    /// Opens an animation; `None` where the format has none.
    frames: Option<OpenFrames>,
    /// Bytes of memory that encoding a picture of this size needs beside its pixels: planes, lists, the file as it grows; whether
    /// it is to be lossless, and whether something may show through.
    encode_bytes: fn(Size, bool, bool) -> u64,
    /// Encodes one picture; `None` where Limn does not write the format.
    encode: Option<Encode>,
    /// Begins an animated file; `None` where the format has none.
    animate: Option<Animate>,
    /// What the file carries beside pixels.
    metadata: fn(&[u8]) -> Metadata,
}

type Encode = fn(Image, &EncodeSettings, &Kit) -> Result<Vec<u8>>;
type Animate = fn(Size, Loops, &EncodeSettings) -> Result<Box<dyn Animator>>;
type OpenFrames = for<'a> fn(&'a [u8], &'a Header, &'a Want, &'a Kit) -> Result<Box<dyn Frames + 'a>>;

static CODECS: [&Codec; 11] = [
    &jpeg::CODEC,
    &png::CODEC,
    &webp::CODEC,
    &gif::CODEC,
    &bmp::CODEC,
    &tiff::CODEC,
    &ico::CODEC,
    &qoi::CODEC,
    &pnm::CODEC,
    &svg::CODEC,
    &avif::CODEC,
];

/// What becomes of an embedded colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Pixels are converted to sRGB.
    #[default]
    Srgb,
    /// Pixels stay as they are, and the profile goes along; CMYK is converted all the same.
    Keep,
}

/// What is wanted of a decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Want {
    /// At least this many pixels.
    pub size: Size,
    /// The very size that is made of them first, where all of them are: decoders whose rows come in order may make it.
    pub exact: Option<Size>,
    /// The part of the source, in its own pixels and orientation, that is all that counts: decoders may leave the others out.
    pub part: Option<Window>,
    /// What becomes of the profile.
    pub colour: Colour,
}

impl Want {
    /// The profile, where pixels are to be converted by it.
    fn profile<P>(&self, profile: Option<P>) -> Option<P> {
        profile.filter(|_| self.colour == Colour::Srgb)
    }
}

/// Decodes at the smallest scale that is not below what is wanted; the image stands for the full size.
/// Of an animation the first frame.
///
/// # Errors
/// `image_corrupt`, `image_too_large` when memory ends.
pub fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let image = (header.format.codec().decode)(bytes, header, want, kit)?;
    Ok(match image.is_windowed() {
        true => image,
        false => image.standing_for(header.size),
    })
}

/// One whole picture of an animation, with everything composited that lies beneath it.
pub struct Frame {
    /// As large as the canvas.
    pub image: Image,
    /// How long it is shown, milliseconds.
    pub delay_ms: u32,
}

/// The pictures of an animation in order.
pub trait Frames {
    /// The next one; `None` behind the last.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends.
    fn next(&mut self) -> Result<Option<Frame>>;
}

/// Opens an animation; `None` for formats that have none.
///
/// # Errors
/// `image_corrupt`, `image_too_large` when memory ends.
pub fn frames<'a>(bytes: &'a [u8], header: &'a Header, want: &'a Want, kit: &'a Kit) -> Result<Option<Box<dyn Frames + 'a>>> {
    header.format.codec().frames.map(|open| open(bytes, header, want, kit)).transpose()
}

/// What a file carries beside pixels, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// EXIF as a TIFF block.
    pub exif: Option<Vec<u8>>,
    /// XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// ICC profile.
    pub icc: Option<Vec<u8>>,
}

/// What a file carries beside pixels.
pub fn metadata(bytes: &[u8], header: &Header) -> Metadata {
    (header.format.codec().metadata)(bytes)
}

/// Whether something may show through a file's first picture or, of an animation, any. Layouts do not tell it
/// of formats whose frames are composited.
pub fn has_alpha(bytes: &[u8], header: &Header) -> bool {
    match header.format {
        Format::Gif => gif::has_alpha(bytes),
        Format::WebP if header.frames > 1 => webp::has_alpha(bytes),
        _ => header.layout == Layout::Rgba,
    }
}

/// For formats that carry nothing that Limn reads.
fn nothing_beside(_: &[u8]) -> Metadata {
    Metadata::default()
}

/// The sentence for a damaged file.
fn corrupt(format: Format, what: impl std::fmt::Display) -> Error {
    Error::ImageCorrupt(format!("The {} file is damaged: {what}.", format.name()))
}

/// The sentence for an image that a format has no room for.
fn too_wide(format: Format, size: Size, max: u32) -> Error {
    Error::ImageTooLarge(format!("A {} file holds at most {max} px a side; the image has {size}.", format.name()))
}
