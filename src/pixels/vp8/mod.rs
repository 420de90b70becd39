//! Lossy WebP: an encoder of one VP8 key frame, with an alpha plane beside it when needed, and in [`read`] the decoder.
//!
//! `yuv` converts, `segment` plans quantisers, `frame` walks the macroblocks and calls `search` and
//! `split`, `tokens` collects coefficients as `levels`, `bitstream` writes; the rest are their tools.

mod alpha;
mod around;
mod bitstream;
mod blocks;
mod boolcoder;
mod cost;
mod filter;
mod frame;
mod levels;
mod measure;
mod modes;
mod predict;
mod probabilities;
mod quant;
pub mod read;
mod search;
mod segment;
mod split;
mod tokens;
mod transform;
mod yuv;

pub use alpha::alpha_chunk;

/// Why an image was not encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vp8Error {
    /// The width or height is not within 1..=16383.
    BadSize,
    /// The pixels are not width * height * channels bytes, or the channels are not 3 or 4.
    WrongLength,
    /// The frame does not fit the format's 512 KiB of modes or 4 GiB of file.
    TooLarge,
    /// Memory is short.
    OutOfMemory,
}

/// The longest side of a VP8 frame, in pixels.
pub const MAX_SIDE: u32 = 16383;

fn check_size(width: u32, height: u32) -> Result<(), Vp8Error> {
    let fits = |side: u32| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) {
        Ok(())
    } else {
        Err(Vp8Error::BadSize)
    }
}

/// A picture in the planes that a frame holds. Whoever made it may let go of the pixels before it is encoded.
pub struct Picture {
    planes: yuv::Planes,
    width: u32,
    height: u32,
}

impl Picture {
    /// Converts interleaved 8-bit sRGB pixels of 3 or 4 channels; a fourth one is ignored.
    ///
    /// # Errors
    /// See [`Vp8Error`].
    #[inline(never)]
    pub fn new(pixels: &[u8], channels: usize, width: u32, height: u32) -> Result<Picture, Vp8Error> {
        check_size(width, height)?;
        let (wide, high) = (width as usize, height as usize);
        let planes = match channels {
            3 => yuv::Planes::new::<3>(pixels, wide, high),
            4 => yuv::Planes::new::<4>(pixels, wide, high),
            _ => Err(Vp8Error::WrongLength),
        }?;
        Ok(Picture { planes, width, height })
    }

    /// Encodes it as the payload of a VP8 chunk; `quality` is 1..=100 as libwebp's `-q` means it.
    ///
    /// # Errors
    /// See [`Vp8Error`].
    #[inline(never)]
    pub fn encode(self, quality: u8) -> Result<Vec<u8>, Vp8Error> {
        let Picture { planes, width, height } = self;
        let mut segments = segment::Segments::plan(&planes, quality)?;
        let coded = frame::code(&planes, &segments)?;
        segments.soften(&coded.edges);
        let columns = planes.columns;
        drop(planes);
        bitstream::write(&coded, &segments, columns, width, height)
    }
}

#[cfg(test)]
mod tests;
