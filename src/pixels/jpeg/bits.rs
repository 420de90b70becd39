//! The bits of an entropy-coded segment: unstuffed piecewise into words, and read through a 64-bit window.
#![allow(clippy::indexing_slicing, reason = "indices are masked to the length of the fixed-size array")]

use super::markers::{is_restart, next_marker};
use super::JpegError;
use crate::vector::Vector;

/// Unstuffed bytes made at a time.
const STAGE: usize = 8192;
/// Words of the buffer: a stage and what was left before it, rounded up to a power of two for masking.
const WORDS: usize = 4096;
/// More words than one block can take: 64 codes with values of at most 32 bits each, and the window.
const MARGIN: usize = 72;

pub(super) type Words = [u32; WORDS];

/// A place in the words and the window on it; small, so that inner loops keep it in registers.
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The next bits, first bit highest.
    pub window: u64,
    /// How many bits of the window are valid, 32..=63 after a refill.
    count: u32,
    /// The next word to take into the window.
    at: usize,
}

impl Cursor {
    /// Makes at least 32 bits valid, without a branch: bits that were already there are put in once more.
    #[inline(always)]
    pub(super) fn refill(&mut self, words: &Words) {
        let word = u64::from(words[self.at & (WORDS - 1)]) << 32;
        self.window |= word >> (self.count & 63);
        let short = u32::from(self.count < 32);
        self.at += short as usize;
        self.count += short * 32;
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
    pub words: Box<Words>,
    stage: Box<[u8; STAGE]>,
    /// Bytes of `words` that hold data.
    filled: usize,
    pub cursor: Cursor,
}

impl<'a> Bits<'a> {
    /// Starts at the first byte after a scan header.
    pub(super) fn new(source: &'a [u8], start: usize) -> Bits<'a> {
        let words = Box::new([0; WORDS]);
        let stage = Box::new([0; STAGE]);
        Bits { source, next: start, ended: false, words, stage, filled: 0, cursor: Cursor::default() }
    }

    /// Makes sure that one block can be read from the words; call it before each block.
    ///
    /// # Errors
    /// When the block before has read beyond the end of the data.
    #[inline(always)]
    pub(super) fn ready(&mut self) -> Result<(), JpegError> {
        if self.cursor.at + MARGIN > self.filled / 4 {
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
        let full = self.filled / 4;
        let from = self.cursor.at.min(full);
        self.words.copy_within(from..full, 0);
        self.cursor.at -= from;
        let kept = full - from;
        let made = self.unstuff();
        let fresh = self.words.iter_mut().skip(kept);
        // What lies beyond the data in the last word is never trusted, see `check`.
        for (word, four) in fresh.zip(self.stage.as_chunks::<4>().0.iter().take(made.div_ceil(4))) {
            *word = u32::from_be_bytes(*four);
        }
        self.filled = kept * 4 + made;
        Ok(())
    }

    /// Fills the stage with unstuffed bytes and answers how many; fewer than all only when the data has ended.
    fn unstuff(&mut self) -> usize {
        let mut made = 0;
        while made < STAGE {
            let (rest, room) = (self.source.get(self.next..), self.stage.get_mut(made..));
            let (Some(rest), Some(room)) = (rest, room) else { break };
            let clean = match (rest.first_chunk::<16>(), room.first_chunk_mut::<16>()) {
                (Some(from), Some(to)) => {
                    *to = *from;
                    Vector::from_bytes(*from).equal_bytes(Vector::splat_byte(0xFF)).filled().trailing_zeros() as usize
                }
                _ => {
                    let pairs = room.iter_mut().zip(rest).take_while(|(_, &b)| b != 0xFF);
                    pairs.map(|(to, &from)| *to = from).count()
                }
            };
            made += clean;
            self.next += clean;
            if clean == 16 || made == STAGE {
                continue;
            }
            match (self.source.get(self.next), self.source.get(self.next + 1)) {
                (Some(0xFF), Some(0x00)) => {
                    if let Some(to) = self.stage.get_mut(made) {
                        *to = 0xFF;
                    }
                    made += 1;
                    self.next += 2;
                }
                // A fill byte before a marker (T.81 B.1.1.2).
                (Some(0xFF), Some(0xFF)) => self.next += 1,
                (Some(0xFF), _) | (None, _) => {
                    self.ended = true;
                    return made;
                }
                _ => {}
            }
        }
        made
    }

    /// Whether no more was read than there is.
    ///
    /// # Errors
    /// `Truncated` when the file ends here, `Corrupt` when a marker comes too early.
    pub(super) fn check(&self) -> Result<(), JpegError> {
        let read = (self.cursor.at as u64 * 32).saturating_sub(u64::from(self.cursor.count));
        if read <= self.filled as u64 * 8 {
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
                self.filled = 0;
                self.cursor = Cursor::default();
                Ok(())
            }
            Some((marker, _)) if is_restart(marker) => Err(JpegError::Corrupt("restart markers out of order")),
            Some(_) => Err(JpegError::Corrupt("a restart marker that is missing")),
            None => Err(JpegError::Truncated),
        }
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
