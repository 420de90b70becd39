//! Formats: what a file is, its header within limits, its pixels in sRGB, and back to bytes.
//!
//! One file a format; [`CODECS`] lists them.

mod bmp;
pub mod exif;
mod gif;
mod icc;
mod jpeg;
mod png;
mod shrink;
pub mod sniff;
mod webp;

use crate::config::Limits;
use crate::image::{Image, Layout, Size};
use crate::{Error, Result};
use exif::Orientation;
use sniff::Sniffed;

/// A format that Limn decodes and encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
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
    header: fn(&[u8]) -> Result<Header>,
    /// The size that [`Codec::decode`] makes when at least `want` is wanted.
    decoded_size: fn(&Header, Size) -> Size,
    /// Bytes of memory that decoding needs, the result included and the source not.
    decode_bytes: fn(&Header, Size) -> u64,
    /// Decodes to sRGB, not smaller than `want`.
    decode: fn(&[u8], &Header, Size) -> Result<Image>,
    encode: fn(Image, &EncodeSettings) -> Result<Vec<u8>>,
}

static CODECS: [&Codec; 5] = [&jpeg::CODEC, &png::CODEC, &webp::CODEC, &gif::CODEC, &bmp::CODEC];

impl Format {
    fn codec(self) -> &'static Codec {
        match self {
            Format::Jpeg => &jpeg::CODEC,
            Format::Png => &png::CODEC,
            Format::WebP => &webp::CODEC,
            Format::Gif => &gif::CODEC,
            Format::Bmp => &bmp::CODEC,
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

    /// The format that a file of this extension (lower case) should have.
    pub fn from_extension(extension: &str) -> Option<Format> {
        CODECS.iter().find(|c| c.extensions.contains(&extension)).map(|c| c.format)
    }
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
    /// EXIF orientation.
    pub orientation: Orientation,
    /// What decoding makes.
    pub layout: Layout,
    /// JPEG: quality estimated from its tables, 1 to 100.
    pub quality: Option<u8>,
    /// PNG: rows come interlaced, so that the whole must be held.
    pub interlaced: bool,
    /// JPEG: bytes that decoding needs at 1/8, 1/4, 1/2 and the full size; 0 for other formats.
    pub scale_bytes: [u64; 4],
}

impl Header {
    /// Sniffs and reads a header, and refuses what is beyond the limits.
    ///
    /// # Errors
    /// `format_unsupported`, `image_corrupt`, `image_too_large` for pixels or frames.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Header> {
        let header = match sniff::sniff(bytes) {
            Sniffed::Known(format) => (format.codec().header)(bytes)?,
            Sniffed::Recognised(name) => {
                return Err(Error::FormatUnsupported(format!("The object is {name}, which Limn does not decode.")))
            }
            Sniffed::Unknown => return Err(Error::FormatUnsupported("The object is not an image that Limn knows.".into())),
        };
        if header.size.width == 0 || header.size.height == 0 {
            return Err(corrupt(header.format, "a side of it is 0"));
        }
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
}

/// Decodes to sRGB at the smallest scale that is not below `want`; the image stands for the full size.
///
/// # Errors
/// `image_corrupt`, `image_too_large` when memory ends.
pub fn decode(bytes: &[u8], header: &Header, want: Size) -> Result<Image> {
    Ok((header.format.codec().decode)(bytes, header, want)?.standing_for(header.size))
}

/// How an image is encoded; each format takes what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeSettings {
    /// 1 to 100: JPEG and WebP.
    pub quality: u8,
    /// WebP.
    pub lossless: bool,
    /// JPEG.
    pub progressive: bool,
}

/// An image as it goes out.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// Its dimensions.
    pub size: Size,
}

/// Encodes.
///
/// # Errors
/// `image_too_large` for sides that the format cannot hold or when memory ends.
pub fn encode(image: Image, format: Format, settings: &EncodeSettings) -> Result<Encoded> {
    let size = image.held();
    let image = image.without_idle_alpha()?;
    Ok(Encoded { bytes: (format.codec().encode)(image, settings)?, format, size })
}

/// The sentence for a damaged file.
fn corrupt(format: Format, what: impl std::fmt::Display) -> Error {
    Error::ImageCorrupt(format!("The {} file is damaged: {what}.", format.name()))
}

/// The sentence for an image that a format has no room for.
fn too_wide(format: Format, size: Size, max: u32) -> Error {
    Error::ImageTooLarge(format!("A {} file holds at most {max} px a side; the image has {size}.", format.name()))
}
