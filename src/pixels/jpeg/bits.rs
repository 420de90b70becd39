//! The bits of an entropy-coded segment: unstuffed piecewise into a buffer, and read through a 64-bit window.
#![allow(clippy::indexing_slicing, reason = "indices are masked to the length of the fixed-size array, or below its `TOP`")]

use super::markers::{is_restart, next_marker};
use super::JpegError;
use crate::vector::Vector;

/// Unstuffed bytes in backward order, so that eight of them are read as one number without a swap, which WebAssembly lacks.
pub(super) type Ahead = [u8; SIZE + 8];

/// Places to read from, a power of two for masking.
const SIZE: usize = 1 << 14;
/// Behind the first byte.
const TOP: usize = SIZE + 7;
/// More bytes than one block can take: 64 codes with values of at most 32 bits each, and the window.
const MARGIN: usize = 288;

/// A place in the bytes and the window on it; small, so that inner loops keep it in registers.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    /// The next bits, first bit highest.
    pub window: u64,
    /// How many bits of the window are valid, 56..=63 after a refill.
    count: u32,
    /// Where the eight bytes begin of which the first is the next one to be taken into the window.
    at: usize,
}

impl Cursor {
    /// Before the first byte.
    const START: Cursor = Cursor { window: 0, count: 0, at: TOP - 8 };

    /// Makes at least 56 bits valid, without a branch: bits that were already there are put in once more.
    #[inline(always)]
    pub(super) fn refill(&mut self, ahead: &Ahead) {
        let at = self.at & (SIZE - 1);
        let eight = ahead[at..at + 8].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.window |= eight >> (self.count & 63);
        self.at = self.at.wrapping_sub((63 - (self.count & 63)) as usize >> 3);
        self.count |= 56;
    }

    /// Steps over `n` bits, at most as many as are valid.
    #[inline(always)]
    pub(super) fn skip(&mut self, n: u32) {
        self.window <<= n & 63;
        self.count = self.count.wrapping_sub(n);
    }

    /// Takes `n` bits, 0..=32, at most as many as are valid.
    #[inline(always)]
    pub(super) fn take(&mut self, n: u32) -> u32 {
        let bits = (self.window >> 1) >> (63 - (n & 63));
        self.skip(n);
        bits as u32
    }
}

/// The entropy-coded data of one scan.
pub(super) struct Bits<'a> {
    source: &'a [u8],
    /// The next byte of the source to unstuff; at a marker once `ended`.
    next: usize,
    /// Whether a marker or the end of the source was reached.
    ended: bool,
    pub ahead: Box<Ahead>,
    /// The lowest place that holds data, that of the last byte unstuffed.
    low: usize,
    pub cursor: Cursor,
}

impl<'a> Bits<'a> {
    /// Starts at the first byte after a scan header.
    pub(super) fn new(source: &'a [u8], start: usize) -> Bits<'a> {
        Bits { source, next: start, ended: false, ahead: Box::new([0; SIZE + 8]), low: TOP, cursor: Cursor::START }
    }

    /// Bytes that are not in the window yet; negative when more was read than there is.
    #[inline(always)]
    fn left(&self) -> isize {
        (self.cursor.at as isize).wrapping_add(8).wrapping_sub(self.low as isize)
    }

    /// Makes sure that one block can be read; call it before each block.
    ///
    /// # Errors
    /// When the block before has read beyond the end of the data.
    #[inline(always)]
    pub(super) fn ready(&mut self) -> Result<(), JpegError> {
        if self.left() < MARGIN as isize {
            return self.more();
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn more(&mut self) -> Result<(), JpegError> {
        if self.ended {
            return self.check();
        }
        let left = usize::try_from(self.left()).unwrap_or(0);
        self.ahead.copy_within(self.low..self.low + left, TOP - left);
        self.low = TOP - left;
        self.cursor.at = Cursor::START.at;
        self.unstuff();
        Ok(())
    }

    /// Fills what is free with unstuffed bytes, less only when the data has ended.
    fn unstuff(&mut self) {
        const BACKWARD: [u8; 16] = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
        let (backward, ones) = (Vector::from_bytes(BACKWARD), Vector::splat_byte(0xFF));
        while let Some(room) = self.low.checked_sub(16).and_then(|from| self.ahead.get_mut(from..self.low)) {
            let rest = self.source.get(self.next..).unwrap_or(&[]);
            let clean = match (rest.first_chunk::<16>(), room.first_chunk_mut::<16>()) {
                (Some(from), Some(to)) => {
                    let sixteen = Vector::from_bytes(*from);
                    *to = sixteen.pick(backward).bytes();
                    sixteen.equal_bytes(ones).filled().trailing_zeros() as usize
                }
                _ => {
                    let pairs = room.iter_mut().rev().zip(rest).take_while(|(_, &b)| b != 0xFF);
                    pairs.map(|(to, &from)| *to = from).count()
                }
            };
            self.low -= clean;
            self.next += clean;
            if clean == 16 {
                continue;
            }
            match (self.source.get(self.next), self.source.get(self.next + 1)) {
                (Some(0xFF), Some(0x00)) => {
                    self.low -= 1;
                    self.ahead[self.low] = 0xFF;
                    self.next += 2;
                }
                // A fill byte before a marker (T.81 B.1.1.2).
                (Some(0xFF), Some(0xFF)) => self.next += 1,
                (Some(0xFF), _) | (None, _) => {
                    self.ended = true;
                    return;
                }
                _ => {}
            }
        }
    }

    /// Whether no more was read than there is.
    ///
    /// # Errors
    /// `Truncated` when the file ends here, `Corrupt` when a marker comes too early.
    pub(super) fn check(&self) -> Result<(), JpegError> {
        if self.left().saturating_mul(8).saturating_add(self.cursor.count as isize) >= 0 {
            return Ok(());
        }
        Err(match next_marker(self.source, self.next) {
            None => JpegError::Truncated,
            Some(_) => JpegError::Corrupt("entropy-coded data that ends early"),
        })
    }

    /// The error for a code that no table holds: the end of the data, if that was passed, is the cause.
    #[cold]
    pub(super) fn bad_code(&self) -> JpegError {
        self.check().err().unwrap_or(JpegError::Corrupt("an invalid Huffman code"))
    }

    /// Steps over the restart marker of this number and starts afresh after it.
    ///
    /// # Errors
    /// When the data before ended early, or another marker follows.
    pub(super) fn restart(&mut self, number: u8) -> Result<(), JpegError> {
        match next_marker(self.source, self.finish()?) {
            Some((marker, after)) if marker == 0xD0 + (number & 7) => {
                self.next = after;
                self.ended = false;
                self.low = TOP;
                self.cursor = Cursor::START;
                Ok(())
            }
            Some((marker, _)) if is_restart(marker) => Err(JpegError::Corrupt("restart markers out of order")),
            Some(_) => Err(JpegError::Corrupt("a restart marker that is missing")),
            None => Err(JpegError::Truncated),
        }
    }

    /// Passes over this segment, of which nothing was read yet, to the marker after it; answers whether there is one.
    pub(super) fn pass_over(&mut self) -> bool {
        let Some((_, after)) = next_marker(self.source, self.next) else { return false };
        self.next = after.saturating_sub(2);
        self.ended = true;
        true
    }

    /// Where to look for the marker after this data.
    ///
    /// # Errors
    /// When more was read than there is.
    pub(super) fn finish(&self) -> Result<usize, JpegError> {
        self.check()?;
        Ok(self.next)
    }
}

/// When restart markers are due within a scan (T.81 E.2.4).
pub(super) struct Restarts {
    interval: u32,
    left: u32,
    number: u8,
}

impl Restarts {
    /// Every `interval` MCUs, or never for 0.
    pub(super) fn new(interval: u16) -> Restarts {
        let interval = u32::from(interval);
        Restarts { interval, left: interval, number: 0 }
    }

    /// Call before each MCU; answers whether predictions start afresh.
    ///
    /// # Errors
    /// Those of [`Bits::restart`].
    #[inline(always)]
    pub(super) fn step(&mut self, bits: &mut Bits<'_>) -> Result<bool, JpegError> {
        if self.interval == 0 {
            return Ok(false);
        }
        let due = self.left == 0;
        if due {
            bits.restart(self.number)?;
            self.number = (self.number + 1) & 7;
            self.left = self.interval;
        }
        self.left -= 1;
        Ok(due)
    }

    /// How many MCUs stand between two markers, where one that was just stepped to is the first of them.
    #[inline(always)]
    pub(super) fn begun(&self) -> Option<u32> {
        (self.interval != 0 && self.left + 1 == self.interval).then_some(self.interval)
    }

    /// Steps over `blocks` at once, no more than [`Restarts::room`].
    pub(super) fn jump(&mut self, blocks: u32) {
        self.left = self.left.saturating_sub(blocks);
    }

    /// How many blocks can still be stepped over before the next marker.
    pub(super) fn room(&self) -> u32 {
        if self.interval == 0 {
            u32::MAX
        } else {
            self.left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of which many are 0xFF, and the first ones too, where a segment is short.
    fn bytes(seed: u32, len: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 16) as u8
        };
        (0..len).map(|_| if next() < 60 { 0xFF } else { next() }).collect()
    }

    fn stuffed(bytes: &[u8]) -> Vec<u8> {
        bytes.iter().flat_map(|&byte| if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] }).collect()
    }

    fn assert_read(bits: &mut Bits<'_>, wanted: &[u8], name: &str) {
        bits.ready().unwrap();
        for (i, &byte) in wanted.iter().enumerate() {
            bits.ready().unwrap();
            bits.cursor.refill(&bits.ahead);
            assert_eq!(bits.cursor.take(8), u32::from(byte), "byte {i} of {name}");
        }
        bits.check().unwrap();
    }

    #[test]
    fn what_was_stuffed_is_read_and_its_end_noticed() {
        for (seed, len) in (0..40).map(|seed| (seed, seed as usize)).chain([(41, 500), (42, 70_000)]) {
            let wanted = bytes(seed, len);
            let source = [stuffed(&wanted), vec![0xFF, 0xD9]].concat();
            let mut bits = Bits::new(&source, 0);
            assert_read(&mut bits, &wanted, &format!("{len}"));
            assert_eq!(bits.finish().unwrap(), source.len() - 2);
            bits.cursor.refill(&bits.ahead);
            bits.cursor.skip(1);
            assert!(bits.check().is_err() && bits.ready().is_err(), "{len}");
        }
    }

    #[test]
    fn segments_begin_afresh_at_restart_markers() {
        let parts: Vec<_> = (0..300).map(|seed| bytes(seed, 1 + seed as usize % 40)).collect();
        let mut source = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            source.extend(stuffed(part));
            source.extend([0xFF, 0xD0 + (number as u8 & 7)]);
        }
        let mut bits = Bits::new(&source, 0);
        for (number, part) in parts.iter().enumerate() {
            assert_read(&mut bits, part, &format!("segment {number}"));
            bits.restart(number as u8).unwrap();
        }
    }
}
