//! Formats that are decoded whole, by one of the rare jobs.

use super::{Format, Header};
use crate::image::{buffer, Image, Layout, Size};
use crate::kit::Kit;
use crate::rare::{Job, Whole};
use crate::{Error, Result};

/// The header that the decoder tells.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`.
pub fn header(format: Format, whole: Whole, bytes: &[u8], kit: &Kit) -> Result<Header> {
    let made = kit.rare.run(&Job::WholeHeader { format: whole }, bytes)?;
    let [channels, deep] = made.bytes.as_slice() else { return Err(Error::Internal) };
    let layout = match channels {
        1 => Layout::Gray,
        4 => Layout::Rgba,
        _ => Layout::Rgb,
    };
    Ok(Header { deep: *deep != 0, ..Header::still(format, made.size, layout) })
}

/// The pixels, 8 or 16 bits a sample.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`, `image_too_large` when memory ends.
pub fn decode(whole: Whole, bytes: &[u8], (size, layout, deep): (Size, Layout, bool), kit: &Kit) -> Result<Image> {
    let data = kit.rare.run(&Job::WholeDecode { format: whole }, bytes)?.bytes;
    match deep {
        true => Image::deep(size, layout, sixteen(&data)?),
        false => Image::new(size, layout, data),
    }
}

/// Samples of 16 bits, little-endian, as numbers.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn sixteen(data: &[u8]) -> Result<Vec<u16>> {
    let mut out = buffer(data.len() as u64 / 2)?;
    out.extend(data.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])));
    Ok(out)
}
