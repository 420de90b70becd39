//! ICO and CUR: the largest of the pictures, PNG or BMP.

use super::{corrupt, nothing_beside, png, whole, Codec, Format, Header, Want};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::rare::Whole;
use crate::Result;

pub(super) static CODEC: Codec = Codec {
    format: Format::Ico,
    name: "ico",
    mime: "image/x-icon",
    extensions: &["ico", "cur"],
    magic: |bytes| bytes.starts_with(&[0, 0, 1, 0]) || bytes.starts_with(&[0, 0, 2, 0]),
    header,
    decoded_size: |header, _| header.size,
    // Samples of up to 16 bits, whole where they are interlaced, and their converted copy.
    decode_bytes: |header, _| header.size.pixels() * 24,
    decode,
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};

fn header(bytes: &[u8], kit: &Kit) -> Result<Header> {
    let picture = largest(bytes)?;
    if (png::CODEC.magic)(picture.data) {
        return Ok(Header { format: Format::Ico, frames: 1, ..(png::CODEC.header)(picture.data, kit)? });
    }
    whole::header(Format::Ico, Whole::Ico, &alone(&picture)?, kit)
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let picture = largest(bytes)?;
    if (png::CODEC.magic)(picture.data) {
        return (png::CODEC.decode)(picture.data, header, &Want { size: header.size, exact: None, part: None, ..*want }, kit);
    }
    whole::decode(Whole::Ico, &alone(&picture)?, (header.size, header.layout, header.deep), kit)
}

struct Picture<'a> {
    bits: u16,
    data: &'a [u8],
}

/// The largest entry whose data begins within the file; of equal ones that with more bits a pixel, then the first.
fn largest(bytes: &[u8]) -> Result<Picture<'_>> {
    let count = usize::from(short(bytes, 4).unwrap_or(0));
    let entries = bytes.get(6..).unwrap_or(&[]).chunks_exact(16).take(count);
    let pictures = entries.filter_map(|entry| {
        let data = bytes.get(long(entry, 12)? as usize..)?;
        let data = data.get(..long(entry, 8)? as usize).unwrap_or(data);
        // What the entry says is one byte a side, and often wrong: the picture itself is asked.
        let size = match (png::CODEC.magic)(data) {
            true => Size::new(
                data.get(16..20)?.try_into().map(u32::from_be_bytes).ok()?,
                data.get(20..24)?.try_into().map(u32::from_be_bytes).ok()?,
            ),
            false => Size::new(long(data, 4)?, long(data, 8)? / 2),
        };
        // In a cursor this is the hot spot, not a depth.
        let bits = if bytes.get(2) == Some(&1) { short(entry, 6)? } else { 0 };
        Some((size.pixels(), Picture { bits, data }))
    });
    let pictures: Vec<_> = pictures.collect();
    // Of equals this takes the last.
    let best = pictures.into_iter().rev().max_by_key(|(pixels, picture)| (*pixels, picture.bits));
    best.map(|(_, picture)| picture).ok_or_else(|| corrupt(Format::Ico, "it holds no picture"))
}

/// A BMP entry as a file of its own, the sizes of which agree.
fn alone(picture: &Picture) -> Result<Vec<u8>> {
    let damaged = || corrupt(Format::Ico, "its picture is cut");
    let (width, height) = (long(picture.data, 4).ok_or_else(damaged)?, long(picture.data, 8).ok_or_else(damaged)? / 2);
    // 0 stands for 256 and more.
    let side = |side: u32| u8::try_from(side).unwrap_or(0);
    let mut file = vec![0, 0, 1, 0, 1, 0, side(width), side(height), 0, 0, 1, 0];
    file.extend_from_slice(&picture.bits.min(32).to_le_bytes());
    let data = without_cut_mask(picture.data, width, height);
    file.extend_from_slice(&u32::try_from(data.len()).map_err(|_| damaged())?.to_le_bytes());
    file.extend_from_slice(&22u32.to_le_bytes());
    file.extend_from_slice(data);
    Ok(file)
}

/// Pixels of 32 bits have alpha, and are worth showing without a mask that is cut.
fn without_cut_mask(data: &[u8], width: u32, height: u32) -> &[u8] {
    let rows = u64::from(height);
    let pixels = long(data, 0).map_or(0, u64::from) + u64::from(width) * 4 * rows;
    let mask = u64::from(width.div_ceil(32)) * 4 * rows;
    match short(data, 14) == Some(32) && (data.len() as u64) < pixels + mask {
        true => usize::try_from(pixels).ok().and_then(|end| data.get(..end)).unwrap_or(data),
        false => data,
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
