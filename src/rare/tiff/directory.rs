//! The file as the library reads it, which must not see what it refuses though it could read it.

use super::refused;
use limn_core::{Error, Result};
use std::io::{Cursor, Read, Seek, SeekFrom};
use tiff::decoder::{Decoder, Limits};

/// How pixels are to be understood.
const PHOTOMETRIC: u16 = 262;
/// The colour profile.
pub(super) const ICC: u16 = 34_675;
/// Numbers of colours.
const PALETTE: usize = 3;
/// Grey, black being 0.
const BLACK_IS_ZERO: u8 = 1;
/// Tags from here on are not the format's own, and are not read by the library.
const PRIVATE: u16 = 700;
/// Most values of a tag that the library may read.
const MOST_VALUES: usize = 1 << 18;
/// Kinds of values.
const BYTE: usize = 1;
const ASCII: usize = 2;
const UNDEFINED: usize = 7;

/// A file of which one byte reads otherwise.
pub(super) struct File<'a> {
    bytes: Cursor<&'a [u8]>,
    changed: Option<(u64, u8)>,
}

impl Read for File<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let from = self.bytes.position();
        let read = self.bytes.read(to)?;
        if let Some((at, byte)) = self.changed {
            let at = at.checked_sub(from).and_then(|at| usize::try_from(at).ok());
            if let Some(to) = at.and_then(|at| to.get_mut(..read)?.get_mut(at)) {
                *to = byte;
            }
        }
        Ok(read)
    }
}

impl Seek for File<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Opens a file; pictures with a palette are told to be grey, so that the numbers of their colours come.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`, `image_too_large`.
pub(super) fn open(bytes: &[u8]) -> Result<Decoder<File<'_>>> {
    // The library makes 32 bytes of each value before it asks what they are for.
    if entries(bytes).any(|e| e.tag < PRIVATE && e.kind != ASCII && e.count > MOST_VALUES) {
        return Err(Error::ImageTooLarge(format!("A tag of the tiff file has more than {MOST_VALUES} values.")));
    }
    let palette = entries(bytes).find(|e| e.tag == PHOTOMETRIC && e.short == PALETTE);
    let changed = palette.map(|e| ((e.at + usize::from(bytes.starts_with(b"MM"))) as u64, BLACK_IS_ZERO));
    // No part of a file is larger than the file.
    let mut limits = Limits::default();
    limits.intermediate_buffer_size = bytes.len();
    Ok(Decoder::new(File { bytes: Cursor::new(bytes), changed }).map_err(refused)?.with_limits(limits))
}

/// Whether pixels are numbers of colours.
pub(super) fn has_palette(bytes: &[u8]) -> bool {
    entries(bytes).any(|e| e.tag == PHOTOMETRIC && e.short == PALETTE)
}

/// The bytes of a tag that holds more than fits into its entry.
pub(super) fn block(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let entry = entries(bytes).find(|e| e.tag == tag && matches!(e.kind, BYTE | UNDEFINED))?;
    bytes.get(entry.target..)?.get(..entry.count)
}

struct Entry {
    tag: u16,
    kind: usize,
    count: usize,
    /// Where the value, or where it lies, is written.
    at: usize,
    /// The value as a short.
    short: usize,
    /// The value as a place in the file.
    target: usize,
}

/// The entries of the first directory of a classic or a big TIFF; ends where the file does.
fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> + '_ {
    let big_endian = bytes.starts_with(b"MM");
    let number = move |at: usize, len: usize| {
        let data = bytes.get(at..at.checked_add(len)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        usize::try_from(if big_endian { data.iter().fold(0, add) } else { data.iter().rev().fold(0, add) }).ok()
    };
    let big = number(2, 2) == Some(43);
    // Bytes of: a place, the count of entries, an entry.
    let (place, head, len) = if big { (8, 8, 20) } else { (4, 2, 12) };
    let start = number(if big { 8 } else { 4 }, place);
    let count = start.and_then(|at| number(at, head)).unwrap_or(0);
    (0..count).map_while(move |i| {
        let from = start?.checked_add(head)?.checked_add(i.checked_mul(len)?)?;
        let at = from.checked_add(4 + place)?;
        let (tag, kind) = (u16::try_from(number(from, 2)?).ok()?, number(from + 2, 2)?);
        let count = number(from + 4, place).unwrap_or(usize::MAX);
        Some(Entry { tag, kind, count, at, short: number(at, 2)?, target: number(at, place).unwrap_or(usize::MAX) })
    })
}
