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
pub(crate) mod ending;
pub mod exif;
mod gif;
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
pub use limn_pixels::jpeg_write::Effort;

use crate::image::{Image, Layout, Size, Window};
use crate::kit::Kit;
use crate::plan::DEFAULT_QUALITY;
use crate::{Error, Result};
use exif::Orientation;
use sniff::Sniffed;

/// A format that Limn decodes or encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
    Ico,
    Qoi,
    Pnm,
    Svg,
    Avif,
}

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

impl Format {
    fn codec(self) -> &'static Codec {
        match self {
            Format::Jpeg => &jpeg::CODEC,
            Format::Png => &png::CODEC,
            Format::WebP => &webp::CODEC,
            Format::Gif => &gif::CODEC,
            Format::Bmp => &bmp::CODEC,
            Format::Tiff => &tiff::CODEC,
            Format::Ico => &ico::CODEC,
            Format::Qoi => &qoi::CODEC,
            Format::Pnm => &pnm::CODEC,
            Format::Svg => &svg::CODEC,
            Format::Avif => &avif::CODEC,
        }
    }

    /// `jpg`, `png`, …, as plans and URLs name it.
    pub fn name(self) -> &'static str {
        self.codec().name
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Format> {
        CODECS.iter().find(|c| c.name == name).map(|c| c.format)
    }

    /// `image/jpeg`, ….
    pub fn mime(self) -> &'static str {
        self.codec().mime
    }

    /// The format of this MIME type (lower case).
    pub fn from_mime(mime: &str) -> Option<Format> {
        CODECS.iter().find(|c| c.mime == mime).map(|c| c.format)
    }

    /// The format that a file of this extension (lower case) should have.
    pub fn from_extension(extension: &str) -> Option<Format> {
        CODECS.iter().find(|c| c.extensions.contains(&extension)).map(|c| c.format)
    }

    /// Whether Limn writes it.
    pub fn is_written(self) -> bool {
        self.codec().encode.is_some()
    }

    /// Bytes of memory that encoding a picture of this size needs beside its pixels.
    pub fn encode_bytes(self, size: Size, lossless: bool, alpha: bool) -> u64 {
        (self.codec().encode_bytes)(size, lossless, alpha)
    }

    /// Whether Limn writes it with more than one frame.
    pub fn is_animated(self) -> bool {
        self.codec().animate.is_some()
    }
}

/// How often an animation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loops {
    /// Without end.
    Forever,
    /// So often, 1 or more.
    Times(u32),
}

/// What a file says of itself before any pixel is decoded.
#[derive(Debug, Clone)]
pub struct Header {
    /// The format.
    pub format: Format,
    /// As stored, before orientation.
    pub size: Size,
    /// 1, or more for animations.
    pub frames: u32,
    /// How often an animation runs.
    pub loops: Loops,
    /// EXIF orientation.
    pub orientation: Orientation,
    /// What decoding makes.
    pub layout: Layout,
    /// Whether samples have more than 8 bits, which they keep until they are resized.
    pub deep: bool,
    /// JPEG: quality estimated from its tables, 1 to 100.
    pub quality: Option<u8>,
    /// PNG: rows come interlaced, so that the whole must be held.
    pub interlaced: bool,
    /// Whether a decoder can make the exact size of the rows as they come.
    pub streams: bool,
    /// Whether a decoder can leave out what lies outside a part.
    pub parts: bool,
    /// JPEG and WebP: bytes that decoding needs at 1/8, 1/4, 1/2 and the full size, with a JPEG's the result; 0 where a decoder has
    /// no such scale, and for other formats.
    pub scale_bytes: [u64; 4],
}

impl Header {
    /// As shown: turned as the orientation says.
    pub fn shown(&self) -> Size {
        if self.orientation.turns() {
            self.size.turned()
        } else {
            self.size
        }
    }

    /// A still picture of 8-bit samples, stored upright; what a format has more is set on it.
    fn still(format: Format, size: Size, layout: Layout) -> Header {
        Header {
            format,
            size,
            frames: 1,
            loops: Loops::Forever,
            orientation: Orientation::default(),
            layout,
            deep: false,
            quality: None,
            interlaced: false,
            streams: false,
            parts: false,
            scale_bytes: [0; 4],
        }
    }

    /// Sniffs and reads a header, and refuses what is beyond the kit's limits.
    ///
    /// # Errors
    /// `format_unsupported`, `image_corrupt`, `image_too_large` for pixels or frames.
    pub fn read(bytes: &[u8], kit: &Kit) -> Result<Header> {
        let header = match sniff::sniff(bytes) {
            Sniffed::Known(format) => (format.codec().header)(bytes, kit)?,
            Sniffed::Recognised(name) => {
                return Err(Error::FormatUnsupported(format!("The object is {name}, which Limn does not decode.")))
            }
            Sniffed::Unknown => return Err(Error::FormatUnsupported("The object is not an image that Limn knows.".into())),
        };
        if header.size.width == 0 || header.size.height == 0 {
            return Err(corrupt(header.format, "a side of it is 0"));
        }
        let limits = &kit.limits;
        if header.frames > limits.max_frames {
            return Err(Error::ImageTooLarge(format!(
                "The image has {} frames; at most {} are allowed.",
                header.frames, limits.max_frames
            )));
        }
        let pixels = header.size.pixels().saturating_mul(u64::from(header.frames));
        if pixels > limits.max_pixels {
            return Err(Error::ImageTooLarge(format!(
                "The image has {} px in {} frame(s), {pixels} in all; at most {} are allowed.",
                header.size, header.frames, limits.max_pixels
            )));
        }
        Ok(header)
    }

    /// The size that decoding makes when at least `want` is wanted.
    pub fn decoded_size(&self, want: Size) -> Size {
        (self.format.codec().decoded_size)(self, want)
    }

    /// Bytes of memory that decoding needs beside the source.
    pub fn decode_bytes(&self, want: Size) -> u64 {
        (self.format.codec().decode_bytes)(self, want)
    }

    /// The size of the rows that come where a decoder makes the exact size of them.
    pub fn row_size(&self, want: Size) -> Size {
        match self.format {
            Format::Jpeg => self.decoded_size(want),
            Format::WebP => webp::row_size(self, want),
            _ => self.size,
        }
    }

    /// Pixels that are held of a picture that is decoded to this size, where a part of it is all that counts.
    pub fn held_pixels(&self, decoded: Size, part: Option<Window>) -> u64 {
        part.map_or(decoded.pixels(), |part| {
            let area = part::area(part, self.size, decoded);
            u64::from(area.width) * u64::from(area.height)
        })
    }

    /// Bytes of one decoded pixel.
    pub fn pixel_bytes(&self) -> u64 {
        self.layout.channels() as u64 * if self.deep { 2 } else { 1 }
    }
}

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

/// How an image is encoded; each format takes what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeSettings {
    /// 1 to 100: JPEG, WebP and AVIF.
    pub quality: u8,
    /// WebP.
    pub lossless: bool,
    /// JPEG.
    pub progressive: bool,
    /// JPEG: what is spent on a smaller file.
    pub effort: Effort,
    /// JPEG: colour at full resolution, for drawn text and sharp edges.
    pub full_chroma: bool,
    /// PNG: at most 256 colours.
    pub palette: bool,
    /// What the file is to carry.
    pub metadata: Metadata,
}

impl Default for EncodeSettings {
    fn default() -> Self {
        EncodeSettings {
            quality: DEFAULT_QUALITY,
            lossless: false,
            progressive: false,
            effort: Effort::Fast,
            full_chroma: false,
            palette: false,
            metadata: Metadata::default(),
        }
    }
}

impl EncodeSettings {
    fn without_profile(&self) -> EncodeSettings {
        let mut settings = self.clone();
        settings.metadata.icc = None;
        settings
    }
}

/// Encodes one picture.
///
/// # Errors
/// `image_too_large` for sides that the format cannot hold or when memory ends; `not_implemented` for a
/// format that is only read.
pub fn encode(image: Image, format: Format, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let encode = format.codec().encode.ok_or_else(|| unwritten(format))?;
    let image = image.settled()?.without_idle_alpha()?;
    match &settings.metadata.icc {
        // Operations turned grey into colour or colour into grey.
        Some(profile) if !is_profile_for(profile, image.layout()) => encode(image, &settings.without_profile(), kit),
        _ => encode(image, settings, kit),
    }
}

/// A file that grows frame by frame.
pub trait Animator {
    /// Adds a picture, as large as the canvas.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    fn add(&mut self, image: Image, delay_ms: u32) -> Result<()>;

    /// The file.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    fn finish(self: Box<Self>) -> Result<Vec<u8>>;
}

/// Begins an animated file of this size.
///
/// # Errors
/// As [`encode`].
pub fn animate(format: Format, size: Size, loops: Loops, settings: &EncodeSettings) -> Result<Box<dyn Animator>> {
    let animate = format.codec().animate.ok_or_else(|| unwritten(format))?;
    match &settings.metadata.icc {
        Some(profile) if !is_profile_for(profile, Layout::Rgba) => animate(size, loops, &settings.without_profile()),
        _ => animate(size, loops, settings),
    }
}

fn unwritten(format: Format) -> Error {
    Error::NotImplemented(format!("Limn reads {} files and writes none.", format.name()))
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
