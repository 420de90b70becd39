//! What a file says of itself before any pixel is decoded, and what decoding it will make and take.

use super::exif::Orientation;
use super::sniff::{self, Sniffed};
use super::{corrupt, part, webp, Format};
use crate::image::{Layout, Size, Window};
use crate::kit::Kit;
use crate::{Error, Result};

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
    pub(super) fn still(format: Format, size: Size, layout: Layout) -> Header {
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
