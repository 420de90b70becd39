//! A strict JPEG decoder that can decode straight to 1/2, 1/4 and 1/8 of the size (ITU T.81, JFIF, Adobe APP14).
//!
//! The way through it, from bytes to rows:
//! `header` and `markers` read the segments, `meta` answers questions about them, `frame` lays out the picture;
//! `bits` and `huffman` read entropy-coded data, `standard` holds the tables of Annex K;
//! `baseline` decodes sequential scans, `script` picks the progressive scans that matter, `progressive` decodes them
//! with `refine` for successive approximation; `idct` and `idct_small` make samples of coefficients;
//! `output` gathers rows, `upsample` widens chroma and `colour` makes pixels.

mod baseline;
mod bits;
mod colour;
mod frame;
mod header;
mod huffman;
mod idct;
mod idct_small;
mod markers;
mod meta;
mod output;
mod progressive;
mod refine;
mod script;
mod standard;
#[cfg(test)]
mod tests;
mod upsample;

pub use header::Header;
pub(crate) use markers::ZIGZAG;
pub(crate) use standard::LUMA_QUANT;

/// Takes a row of interleaved samples and its number from the top; an error stops the decoding.
pub type RowSink<'a> = dyn FnMut(u32, &[u8]) -> Result<(), JpegError> + 'a;

/// Why a file could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JpegError {
    /// The bytes break the format in the way that the phrase says.
    Corrupt(&'static str),
    /// The file ends before its picture does.
    Truncated,
    /// A sound file of a kind that is not decoded here, named by the phrase.
    Unsupported(&'static str),
    /// The memory for the picture could not be had.
    OutOfMemory,
}

/// How the samples of a file are to be understood (JFIF, Adobe APP14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// One component of luminance.
    Gray,
    /// Luminance and two chroma components, after JFIF.
    YCbCr,
    /// Red, green and blue as they are.
    Rgb,
    /// Four inks as they are.
    Cmyk,
    /// Four inks, the first three as luminance and chroma (Adobe transform 2).
    Ycck,
}

/// The size to decode to, as a part of the full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// One sample for each 8×8 block.
    Eighth,
    /// 2×2 samples for each 8×8 block.
    Quarter,
    /// 4×4 samples for each 8×8 block.
    Half,
    /// All samples.
    Full,
}

impl Scale {
    /// Output samples along one side of a block, 1, 2, 4 or 8.
    pub fn eighths(self) -> u32 {
        match self {
            Scale::Eighth => 1,
            Scale::Quarter => 2,
            Scale::Half => 4,
            Scale::Full => 8,
        }
    }
}

/// A decoded picture, or a part of one, in interleaved rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bytes in a pixel: 1 for gray, 3 for RGB, 4 for CMYK where 0 is no ink.
    pub channels: usize,
    /// `width * height * channels` bytes, top row first.
    pub data: Vec<u8>,
}

/// Decodes the whole picture, or a part of it, into one buffer.
///
/// # Errors
/// Those of [`decode_rows`], and `OutOfMemory` when the output itself cannot be had.
#[inline(never)]
pub fn decode(bytes: &[u8], header: &Header, scale: Scale, area: Option<&Area>) -> Result<Decoded, JpegError> {
    let whole = header.whole(scale);
    let area = area.unwrap_or(&whole);
    let (width, height) = (area.width, area.height);
    let channels = header.channels();
    let size = u64::from(width) * u64::from(height) * channels as u64;
    let mut data = Vec::new();
    let size = usize::try_from(size).map_err(|_| JpegError::OutOfMemory)?;
    data.try_reserve_exact(size).map_err(|_| JpegError::OutOfMemory)?;
    decode_part(bytes, header, scale, area, &mut |_, row| {
        data.extend_from_slice(row);
        Ok(())
    })?;
    Ok(Decoded { width, height, channels, data })
}

/// Decodes the picture and hands each finished row to `row`, top to bottom, with its number from 0.
///
/// # Errors
/// `Corrupt`, `Truncated` or `Unsupported` for what the entropy-coded data holds, `OutOfMemory` for working
/// memory, and whatever `row` answers. Rows that were handed out before an error are not to be trusted.
#[inline(never)]
pub fn decode_rows(bytes: &[u8], header: &Header, scale: Scale, row: &mut RowSink) -> Result<(), JpegError> {
    decode_part(bytes, header, scale, &header.whole(scale), row)
}

/// A part of the picture at the scale that it is decoded to, in its pixels; it lies within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// As [`decode_rows`], of a part: its rows, numbered from its own top. What lies outside is read, as all that follows
/// depends on it, but not transformed.
///
/// # Errors
/// Those of [`decode_rows`].
#[inline(never)]
pub fn decode_part(bytes: &[u8], header: &Header, scale: Scale, area: &Area, row: &mut RowSink) -> Result<(), JpegError> {
    let layout = frame::Layout::new(header, scale, area);
    if header.progressive {
        progressive::decode(bytes, header, &layout, row)
    } else {
        baseline::decode(bytes, header, &layout, row)
    }
}

/// A buffer of `len` default values, or `OutOfMemory`.
fn buffer<T: Clone + Default>(len: usize) -> Result<Vec<T>, JpegError> {
    let mut data = Vec::new();
    data.try_reserve_exact(len).map_err(|_| JpegError::OutOfMemory)?;
    data.resize(len, T::default());
    Ok(data)
}
