//! Prefix codes (RFC 9649 section 6.2): how their lengths are read, and tables by which symbols are looked up.
#![allow(clippy::indexing_slicing, reason = "indices are bounded by the sizes that the tables were made with")]

use super::super::format::{MOST_BITS, ORDER};
use super::super::ReadError;
use super::bits::Bits;

/// Bits that are looked up at once.
const ROOT: u32 = 8;

/// A table of one code: an entry has the symbol above four bits of length, or where a code is longer, the place of a table
/// of what follows above the length that is the longest there.
#[derive(Clone, Copy, Default)]
pub struct Code {
    /// Where it begins among all entries.
    start: u32,
    /// Bits of the root; 0 for the code of one symbol alone, which takes none.
    root: u32,
}

/// Entries of all codes.
pub struct Entries {
    all: Vec<u16>,
    most: usize,
}

/// Most entries that an image of so many pixels may have: its blocks may have codes of their own, which pay only where they
/// are larger than their tables.
pub fn most_entries(pixels: u64) -> usize {
    pixels.saturating_mul(2).saturating_add(1 << 16).min(4 << 20) as usize
}

impl Entries {
    /// None, for an image of so many pixels.
    pub fn new(pixels: usize) -> Self {
        Self { all: Vec::new(), most: most_entries(pixels as u64) }
    }

    /// Looks up the next symbol; so many bits as the longest code has are valid.
    #[inline(always)]
    pub fn symbol(&self, code: Code, bits: &mut Bits) -> usize {
        let look = |at: usize| self.all.get(at).copied().unwrap_or(0);
        let entry = look(code.start as usize + (bits.peek() as usize & ((1 << code.root) - 1)));
        let (value, length) = (usize::from(entry >> 4), u32::from(entry & 15));
        if length <= code.root {
            bits.skip(length);
            return value;
        }
        let below = (bits.peek() >> code.root) as usize & ((1 << (length - code.root)) - 1);
        let entry = look(code.start as usize + value + below);
        bits.skip(u32::from(entry & 15));
        usize::from(entry >> 4)
    }

    /// Makes a table of the lengths of a canonical code.
    ///
    /// # Errors
    /// Of lengths that are no code; for want of memory.
    pub fn add(&mut self, lengths: &[u8]) -> Result<Code, ReadError> {
        let mut counts = [0u32; 16];
        lengths.iter().for_each(|&length| counts[usize::from(length & 15)] += 1);
        let used = lengths.len() as u32 - counts[0];
        let start = self.all.len() as u32;
        if used == 1 {
            let symbol = lengths.iter().position(|&length| length > 0).unwrap_or(0);
            self.grow(1)?.copy_from_slice(&[(symbol as u16) << 4]);
            return Ok(Code { start, root: 0 });
        }
        counts[0] = 0;
        // Kraft's sum: each string of bits is one code's, no more and no less.
        let sum: u32 = (1..=MOST_BITS).map(|length| counts[length as usize] << (MOST_BITS - length)).sum();
        if sum != 1 << MOST_BITS {
            return Err(ReadError::Corrupt("a prefix code of it is none"));
        }
        let longest = (1..=MOST_BITS).rev().find(|&length| counts[length as usize] > 0).unwrap_or(0);
        let root = longest.min(ROOT);
        let mut next = [0u32; 16];
        for length in 1..16 {
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
        }
        // By length, then by symbol: codes with the same root follow one another.
        let mut sorted: Vec<(u8, u16)> = lengths.iter().zip(0u16..).filter(|(length, _)| **length > 0).map(|(l, s)| (*l, s)).collect();
        sorted.sort_unstable();
        self.grow(1 << root)?;
        let (mut last, mut table) = (u32::MAX, (0, 0));
        for (at, &(length, symbol)) in sorted.iter().enumerate() {
            let length = u32::from(length);
            let code = next[length as usize];
            next[length as usize] += 1;
            let reversed = code.reverse_bits() >> (32 - length);
            let start = start as usize;
            if length <= root {
                for entry in self.all[start..start + (1 << root)].iter_mut().skip(reversed as usize).step_by(1 << length) {
                    *entry = symbol << 4 | length as u16;
                }
                continue;
            }
            let head = reversed & ((1 << root) - 1);
            if head != last {
                // As many bits more as its codes, which follow, take to fill it.
                let mut more = 1;
                let mut left = 1i64 << (length - root);
                let mut here = length;
                for &(length, _) in &sorted[at..] {
                    let length = u32::from(length);
                    left <<= length - here;
                    here = length;
                    left -= 1;
                    if left <= 0 {
                        break;
                    }
                }
                more = (here - root).max(more);
                let offset = self.all.len() - start;
                if offset >= 1 << 12 {
                    return Err(ReadError::Corrupt("a prefix code of it is none"));
                }
                self.grow(1 << more)?;
                self.all[start + head as usize] = (offset as u16) << 4 | (root + more) as u16;
                (last, table) = (head, (start + offset, more));
            }
            let (from, more) = table;
            for entry in self.all[from..from + (1 << more)].iter_mut().skip((reversed >> root) as usize).step_by(1 << (length - root)) {
                *entry = symbol << 4 | length as u16;
            }
        }
        Ok(Code { start, root })
    }

    fn grow(&mut self, by: usize) -> Result<&mut [u16], ReadError> {
        let len = self.all.len();
        if len + by > self.most || self.all.try_reserve(by).is_err() {
            return Err(ReadError::OutOfMemory);
        }
        self.all.resize(len + by, 0);
        Ok(&mut self.all[len..])
    }
}

/// Reads the lengths of a code of so many symbols, and makes its table.
///
/// # Errors
/// See [`Entries::add`].
pub fn read(bits: &mut Bits, symbols: usize, lengths: &mut Vec<u8>, entries: &mut Entries) -> Result<Code, ReadError> {
    lengths.clear();
    lengths.resize(symbols, 0);
    if bits.flag() {
        let two = bits.flag();
        let wide = bits.flag();
        let first = bits.number(if wide { 8 } else { 1 });
        let second = two.then(|| bits.number(8));
        for symbol in [Some(first), second].into_iter().flatten() {
            *lengths.get_mut(symbol as usize).ok_or(ReadError::Corrupt("a symbol of it is none"))? = 1;
        }
        return entries.add(lengths);
    }
    let mut of_lengths = [0; ORDER.len()];
    let count = 4 + bits.number(4) as usize;
    for &place in ORDER.iter().take(count) {
        of_lengths[place] = bits.number(3) as u8;
    }
    let mut small = Entries::new(0);
    let code = small.add(&of_lengths)?;
    let most = if bits.flag() {
        let wide = 2 + 2 * bits.number(3);
        2 + bits.number(wide) as usize
    } else {
        symbols
    };
    let (mut at, mut last) = (0, 8);
    for _ in 0..most {
        if at >= symbols {
            break;
        }
        bits.refill();
        let (length, times) = match small.symbol(code, bits) {
            16 => (last, 3 + bits.take(2)),
            17 => (0, 3 + bits.take(3)),
            18 => (0, 11 + bits.take(7)),
            length => (length as u8, 1),
        };
        let times = times as usize;
        lengths.get_mut(at..at + times).ok_or(ReadError::Corrupt("a prefix code of it is none"))?.fill(length);
        at += times;
        last = if length > 0 { length } else { last };
    }
    if bits.ended() {
        return Err(ReadError::Truncated);
    }
    entries.add(lengths)
}
