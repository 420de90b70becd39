//! The formats by their names.

use super::{avif, bmp, gif, ico, jpeg, png, pnm, qoi, svg, tiff, webp, Codec, CODECS};
use crate::image::Size;

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

impl Format {
    pub(super) fn codec(self) -> &'static Codec {
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
