//! One picture's chunks, of a file or of a frame, and its rows.

use crate::codec::{corrupt, Format};
use crate::image::{Layout, Size};
use crate::{Error, Result};
use limn_pixels::vp8::read::{self as lossy, ReadError, Scale};
use limn_pixels::vp8l::read as lossless;

/// The sentence or the kind for what a decoder refuses.
pub fn refused(error: ReadError) -> Error {
    match error {
        ReadError::Corrupt(what) => corrupt(Format::WebP, what),
        ReadError::Truncated | ReadError::Stopped => corrupt(Format::WebP, "it ends before its picture does"),
        ReadError::OutOfMemory => Error::NoMemory("There is no memory left to decode the webp file.".into()),
    }
}

/// Compressed pixels.
#[derive(Clone, Copy)]
enum Bits<'a> {
    Lossy { frame: &'a [u8], alpha: Option<&'a [u8]> },
    Lossless(&'a [u8]),
}

/// A picture before it is decoded.
#[derive(Clone, Copy)]
pub struct Still<'a> {
    /// As its bitstream says.
    pub size: Size,
    /// What its rows hold.
    pub layout: Layout,
    bits: Bits<'a>,
}

impl<'a> Still<'a> {
    /// Finds it among chunks.
    ///
    /// # Errors
    /// `image_corrupt`.
    pub fn find(chunks: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Result<Still<'a>> {
        let mut alpha = None;
        for (name, data) in chunks {
            match name {
                // It stands before the frame.
                b"ALPH" => alpha = Some(data),
                b"VP8 " => {
                    let size = lossy::size(data).map_err(refused)?;
                    let layout = if alpha.is_some() { Layout::Rgba } else { Layout::Rgb };
                    return Ok(Still { size: Size::new(size.width, size.height), layout, bits: Bits::Lossy { frame: data, alpha } });
                }
                b"VP8L" => {
                    let header = lossless::header(data).map_err(refused)?;
                    let layout = if header.alpha { Layout::Rgba } else { Layout::Rgb };
                    return Ok(Still { size: Size::new(header.width, header.height), layout, bits: Bits::Lossless(data) });
                }
                _ => {}
            }
        }
        Err(corrupt(Format::WebP, "it holds no picture"))
    }

    /// Bytes that decoding needs beside its result.
    pub fn decode_bytes(&self) -> u64 {
        let Size { width, height } = self.size;
        match self.bits {
            Bits::Lossy { alpha: None, .. } => lossy::decode_bytes(width),
            Bits::Lossy { .. } => lossy::decode_bytes(width) + lossless::decode_bytes(width, height),
            Bits::Lossless(_) => lossless::decode_bytes(width, height),
        }
    }

    /// Whether it can be decoded to half of each side: alpha weighs colours, which such a picture does not.
    pub fn halves(&self) -> bool {
        matches!(self.bits, Bits::Lossy { alpha: None, .. })
    }

    /// Gives its rows until no more are wanted; a picture that has no half is not scaled.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends, and those of `take`.
    pub fn rows(&self, scale: Scale, mut take: impl FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        let mut ended = Ok(());
        let mut sink = |row: &[u8]| match take(row) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ReadError::Stopped),
            Err(error) => {
                ended = Err(error);
                Err(ReadError::Stopped)
            }
        };
        let read = match self.bits {
            Bits::Lossy { frame, alpha: None } => lossy::decode_rows(frame, scale, &mut sink),
            Bits::Lossy { frame, alpha: Some(alpha) } => lossy::decode_rows_with_alpha(frame, alpha, &mut sink),
            Bits::Lossless(data) => lossless::decode_rows(data, &mut sink),
        };
        match read {
            Ok(()) | Err(ReadError::Stopped) => ended,
            Err(error) => Err(refused(error)),
        }
    }
}
