//! The decoder: rows come out as they are read, behind `transform`, which undoes what the encoder did; `image` reads pixels
//! by the codes of `prefix`.

mod bits;
mod image;
mod prefix;
#[cfg(test)]
mod tests;
mod transform;

use super::ReadError;
use bits::Bits;

/// What a stream says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1..=16384.
    pub width: u32,
    /// 1..=16384.
    pub height: u32,
    /// Whether something may show through.
    pub alpha: bool,
}

/// Bytes of the header.
const START: usize = 5;

/// Reads it.
///
/// # Errors
/// See [`ReadError`].
pub fn header(data: &[u8]) -> Result<Header, ReadError> {
    let Some(&[signature, a, b, c, d]) = data.first_chunk::<START>() else { return Err(ReadError::Truncated) };
    let word = u32::from_le_bytes([a, b, c, d]);
    if signature != 0x2f || word >> 29 != 0 {
        return Err(ReadError::Corrupt("its picture is no lossless one"));
    }
    Ok(Header { width: (word & 0x3fff) + 1, height: (word >> 14 & 0x3fff) + 1, alpha: word >> 28 & 1 == 1 })
}

/// Bytes of memory that decoding needs.
pub fn decode_bytes(width: u32, height: u32) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    // Values of the smallest blocks, of two transforms and of the groups.
    image::window_bytes(pixels) + 2 * prefix::most_entries(pixels) as u64 + pixels / 16 * 7 + u64::from(width) * 20
}

/// Decodes a stream and hands out its rows from top to bottom: RGBA, or RGB where its header knows no alpha.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
#[inline(never)]
pub fn decode_rows(data: &[u8], sink: &mut dyn FnMut(&[u8]) -> Result<(), ReadError>) -> Result<(), ReadError> {
    let Header { width, height, alpha } = header(data)?;
    let mut bytes = Vec::new();
    decode_body(data.get(START..).unwrap_or(&[]), width, height, &mut |row| {
        bytes.clear();
        match alpha {
            true => bytes.extend(row.iter().flat_map(|color| color.rotate_left(8).to_be_bytes())),
            false => row.iter().for_each(|color| {
                let [_, red, green, blue] = color.to_be_bytes();
                bytes.extend_from_slice(&[red, green, blue]);
            }),
        }
        sink(&bytes)
    })
}

/// Rows of pixels of a stream without a header, as the alpha chunk has it.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
#[inline(never)]
pub fn decode_body(data: &[u8], width: u32, height: u32, sink: &mut dyn FnMut(&[u32]) -> Result<(), ReadError>) -> Result<(), ReadError> {
    let mut bits = Bits::new(data);
    let (mut width, height) = (width as usize, height as usize);
    let mut transforms = transform::read(&mut bits, &mut width, height)?;
    let (mut y, mut row) = (0, Vec::new());
    image::read(&mut bits, (width, height), true, &mut |read| {
        row.clear();
        row.extend_from_slice(read);
        transforms.iter_mut().rev().for_each(|transform| transform.undo(y, &mut row));
        y += 1;
        sink(&row)
    })
}
