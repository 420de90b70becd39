//! The file as the library reads it, which must not see what it refuses though it could read it.

use super::refused;
use crate::Result;
use std::io::{Cursor, Read, Seek, SeekFrom};
use tiff::decoder::{Decoder, Limits};

/// How pixels are to be understood.
const PHOTOMETRIC: u16 = 262;
/// Numbers of colours.
const PALETTE: u16 = 3;
/// Grey, black being 0.
const BLACK_IS_ZERO: u8 = 1;

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
    let changed = photometric(bytes).filter(|(_, value)| *value == PALETTE).map(|(low, _)| (low as u64, BLACK_IS_ZERO));
    let mut limits = Limits::default();
    // No part of a file is larger than the file; the picture itself was checked against the kit's limits.
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (usize::MAX, bytes.len());
    Ok(Decoder::new(File { bytes: Cursor::new(bytes), changed }).map_err(refused)?.with_limits(limits))
}

/// Whether pixels are numbers of colours.
pub(super) fn has_palette(bytes: &[u8]) -> bool {
    photometric(bytes).is_some_and(|(_, value)| value == PALETTE)
}

/// The tag's low byte and its value, in the first directory of a classic or a big TIFF.
fn photometric(bytes: &[u8]) -> Option<(usize, u16)> {
    let big_endian = bytes.starts_with(b"MM");
    let number = |at: usize, len: usize| {
        let data = bytes.get(at..at.checked_add(len)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        usize::try_from(if big_endian { data.iter().fold(0, add) } else { data.iter().rev().fold(0, add) }).ok()
    };
    let big = number(2, 2)? == 43;
    let (at, count, entry, value) = if big { (number(8, 8)?, 8, 20, 12) } else { (number(4, 4)?, 2, 12, 8) };
    let first = at.checked_add(count)?;
    // More entries than the file has room for end the search.
    let found = (0..number(at, count)?).map(|i| i.checked_mul(entry)?.checked_add(first)).map_while(|at| Some((at?, number(at?, 2)?)));
    let (at, _) = found.into_iter().find(|(_, tag)| *tag == usize::from(PHOTOMETRIC))?;
    let low = at + value + usize::from(big_endian);
    Some((low, u16::try_from(number(at + value, 2)?).ok()?))
}
