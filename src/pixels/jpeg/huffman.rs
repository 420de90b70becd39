//! Huffman tables that answer code, run and value in one look (T.81 Annex C and F.2.2).
#![allow(clippy::indexing_slicing, reason = "indices are shifted or masked to the length of the fixed-size array")]

use super::bits::{Ahead, Cursor};
use super::markers::{HuffSpec, ZIGZAG};
use super::JpegError;

/// Bits that the first look takes in.
const LOOK: u32 = 12;
const SIZE: usize = 1 << LOOK;
/// The step that stands for the end of a block, larger than any step within one.
const END: u32 = 128;
/// The step that stands for what one look cannot answer.
const SLOW: u32 = 256;

/// What a table is for, which decides what one look answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// DC differences.
    Dc,
    /// AC coefficients of sequential scans.
    Ac,
    /// AC coefficients of the first pass of progressive scans, with end-of-band runs.
    Band,
    /// Symbols only.
    Symbol,
}

/// An answer to a look: bits to step over (0..=5), step in zigzag order (6..=15), value (16..=31).
///
/// When the step is `SLOW`, the value is the symbol (high byte) and the length of its code (low byte, 0 if unknown).
#[derive(Clone, Copy)]
struct Entry(u32);

impl Entry {
    fn new(value: i32, step: u32, bits: u32) -> Entry {
        Entry(((value as u32) << 16) | (step << 6) | bits)
    }
    fn slow(symbol: u8, code_bits: u32) -> Entry {
        Entry::new((i32::from(symbol) << 8) | code_bits as i32, SLOW, 0)
    }
    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 & 63
    }
    #[inline(always)]
    fn step(self) -> u32 {
        (self.0 >> 6) & 0x3FF
    }
    #[inline(always)]
    fn value(self) -> i32 {
        (self.0 as i32) >> 16
    }
}

/// The value of `size` bits (T.81 figure F.12).
#[inline(always)]
pub(super) fn extend(bits: u32, size: u32) -> i32 {
    let (bits, half) = (bits as i32, 1i32 << (size & 31) >> 1);
    if bits < half {
        bits - 2 * half + 1
    } else {
        bits
    }
}

/// A table made ready for decoding.
pub(super) struct Table {
    look: Box<[Entry; SIZE]>,
    /// Codes of length `n`, put to the left of 16 bits, are below `limit[n]`.
    limit: [u32; 17],
    /// The symbol of a code of length `n` is at `code + offset[n]`.
    offset: [i32; 17],
    symbols: [u8; 256],
}

/// What an AC code of the first progressive pass says.
pub(super) enum Coded {
    /// A coefficient after a step in zigzag order; the value is 0 for a run of 16 zeros.
    Value { step: u32, value: i32 },
    /// An end of band that holds for so many blocks, this one included.
    EndRun(u32),
}

impl Table {
    /// Makes a table ready.
    ///
    /// # Errors
    /// `Corrupt` when the codes do not fit in their lengths, or a DC table holds sizes beyond 15.
    pub(super) fn new(spec: &HuffSpec, purpose: Purpose) -> Result<Table, JpegError> {
        let mut look = Box::new([Entry::slow(0, 0); SIZE]);
        let (mut limit, mut offset, mut symbols) = ([0; 17], [0; 17], [0; 256]);
        for (to, &from) in symbols.iter_mut().zip(&spec.symbols) {
            *to = from;
        }
        if purpose == Purpose::Dc && spec.symbols.iter().any(|&s| s > 15) {
            return Err(JpegError::Corrupt("a DC table with impossible sizes"));
        }
        let (mut code, mut index) = (0u32, 0usize);
        for (len, &count) in (1u32..).zip(&spec.counts) {
            offset[len as usize % 17] = index as i32 - code as i32;
            for _ in 0..count {
                if code >= 1 << len {
                    return Err(JpegError::Corrupt("a Huffman table with too many codes"));
                }
                let symbol = symbols[index & 255];
                if len <= LOOK {
                    let free = LOOK - len;
                    let slots = look.iter_mut().skip((code << free) as usize).take(1 << free);
                    for (suffix, slot) in (0u32..).zip(slots) {
                        *slot = answer(purpose, symbol, len, suffix);
                    }
                }
                code += 1;
                index += 1;
            }
            limit[len as usize % 17] = code << (16 - len);
            code <<= 1;
        }
        Ok(Table { look, limit, offset, symbols })
    }

    #[inline(always)]
    fn entry(&self, cursor: &Cursor) -> Entry {
        self.look[(cursor.window >> (64 - LOOK)) as usize]
    }

    /// Steps over a code that one look did not answer; the symbol, or `None` when there is no such code.
    #[inline(always)]
    fn long(&self, entry: Entry, cursor: &mut Cursor) -> Option<u8> {
        let known = entry.0 >> 16;
        if known & 0xFF != 0 {
            cursor.skip(known & 0xFF);
            return Some((known >> 8) as u8);
        }
        let code = (cursor.window >> 48) as u32;
        let len = (LOOK + 1..=16).find(|&len| code < self.limit[len as usize % 17])?;
        cursor.skip(len);
        let index = (code >> (16 - len)) as i32 + self.offset[len as usize % 17];
        Some(self.symbols[index as usize & 255])
    }

    /// The next DC difference of a table for `Dc`; the cursor keeps as many valid bits as [`Table::block`] wants.
    #[inline(always)]
    pub(super) fn difference(&self, cursor: &mut Cursor, ahead: &Ahead) -> Option<i32> {
        cursor.refill(ahead);
        let entry = self.entry(cursor);
        if entry.step() != SLOW {
            cursor.skip(entry.bits());
            return Some(entry.value());
        }
        let size = u32::from(self.long(entry, cursor)?);
        let value = extend(cursor.take(size), size);
        cursor.refill(ahead);
        Some(value)
    }

    /// The next symbol of a table for `Symbol`; the cursor keeps at least 16 valid bits.
    #[inline(always)]
    pub(super) fn symbol(&self, cursor: &mut Cursor, ahead: &Ahead) -> Option<u8> {
        cursor.refill(ahead);
        let entry = self.entry(cursor);
        self.long(entry, cursor)
    }

    /// What comes next in the first pass of a band, by a table for `Band`.
    #[inline(always)]
    pub(super) fn coded(&self, cursor: &mut Cursor, ahead: &Ahead) -> Option<Coded> {
        cursor.refill(ahead);
        let entry = self.entry(cursor);
        if entry.step() != SLOW {
            cursor.skip(entry.bits());
            return Some(Coded::Value { step: entry.step(), value: entry.value() });
        }
        let symbol = u32::from(self.long(entry, cursor)?);
        let (run, size) = (symbol >> 4, symbol & 15);
        if size == 0 && run < 15 {
            return Some(Coded::EndRun((1 << run) + cursor.take(run)));
        }
        Some(Coded::Value { step: run + 1, value: extend(cursor.take(size), size) })
    }

    /// Reads the AC coefficients of a sequential block up to zigzag index `wanted` into `block`, natural order.
    ///
    /// Answers the index after the last one read and whether the block has ended. `None` for what is no valid code.
    /// The cursor has at least as many valid bits as three looks take in.
    #[inline(always)]
    pub(super) fn block(&self, cursor: &mut Cursor, ahead: &Ahead, block: &mut [i16; 64], wanted: u32) -> Option<(u32, bool)> {
        let mut c = *cursor;
        let mut k = 1;
        // For a run of 16 zeros this writes a zero where there is one.
        let mut put = |next: u32, value: i32| block[usize::from(ZIGZAG[(next as usize - 1) & 63]) & 63] = value as i16;
        'block: loop {
            let entry = 'unanswered: {
                // As many looks as there are bits for after a difference.
                for _ in 0..3 {
                    let entry = self.entry(&c);
                    let next = k + entry.step();
                    if next > 64 {
                        break 'unanswered entry;
                    }
                    put(next, entry.value());
                    c.skip(entry.bits());
                    k = next;
                    if k > wanted {
                        break 'block;
                    }
                }
                c.refill(ahead);
                continue 'block;
            };
            let (step, value) = match entry.step() {
                END => {
                    c.skip(entry.bits());
                    *cursor = c;
                    return Some((k, true));
                }
                SLOW => {
                    c.refill(ahead);
                    let symbol = u32::from(self.long(entry, &mut c)?);
                    let (run, size) = (symbol >> 4, symbol & 15);
                    if size == 0 && run < 15 {
                        *cursor = c;
                        return Some((k, true));
                    }
                    let value = extend(c.take(size), size);
                    c.refill(ahead);
                    (run + 1, value)
                }
                _ => return None,
            };
            k += step;
            if k > 64 {
                return None;
            }
            put(k, value);
            if k > wanted {
                break;
            }
        }
        *cursor = c;
        Some((k, k == 64))
    }

    /// Steps over one AC code; the zigzag index after it, 64 at the end of the block.
    #[inline(always)]
    fn step_over(&self, cursor: &mut Cursor, ahead: &Ahead, k: u32) -> Option<u32> {
        cursor.refill(ahead);
        let entry = self.entry(cursor);
        let step = match entry.step() {
            END => {
                cursor.skip(entry.bits());
                return Some(64);
            }
            SLOW => {
                let symbol = u32::from(self.long(entry, cursor)?);
                let (run, size) = (symbol >> 4, symbol & 15);
                if size == 0 && run < 15 {
                    return Some(64);
                }
                cursor.skip(size);
                run + 1
            }
            step => {
                cursor.skip(entry.bits());
                step
            }
        };
        Some(k + step).filter(|&k| k <= 64)
    }
}

/// Walks over AC codes without their values, as many codes at a look as its bits hold.
pub(super) struct Skipper {
    /// Bits to step over (0..=5) and step in zigzag order (6..=15), plus `SKIP_END` at the end of a block.
    look: Box<[u16; SKIP_SIZE]>,
}

/// Bits that a look for skipping takes in.
const SKIP_LOOK: u32 = 12;
const SKIP_SIZE: usize = 1 << SKIP_LOOK;
/// Added to the step when an end of block follows it; steps never reach it.
const SKIP_END: u32 = 512;
/// The step for what has to be walked code by code.
const SKIP_SLOW: u32 = 1023;

impl Skipper {
    /// Makes one of a table for `Ac`.
    pub(super) fn new(table: &Table) -> Skipper {
        let mut look = Box::new([0; SKIP_SIZE]);
        for (index, slot) in look.iter_mut().enumerate() {
            let (mut bits, mut step) = (0, 0);
            loop {
                let entry = table.look[((index << bits) & (SKIP_SIZE - 1)) >> (SKIP_LOOK - LOOK)];
                if entry.step() == SLOW || bits + entry.bits() > SKIP_LOOK {
                    break;
                }
                bits += entry.bits();
                if entry.step() == END {
                    step += SKIP_END;
                    break;
                }
                step += entry.step();
            }
            *slot = if bits == 0 { (SKIP_SLOW << 6) as u16 } else { ((step << 6) | bits) as u16 };
        }
        Skipper { look }
    }

    /// Steps over the rest of a block from zigzag index `k`, 1..=63; `table` is the one that this was made of.
    #[inline(always)]
    pub(super) fn rest(&self, table: &Table, cursor: &mut Cursor, ahead: &Ahead, mut k: u32) -> Option<()> {
        let mut c = *cursor;
        'rest: loop {
            let (entry, next) = 'last: {
                c.refill(ahead);
                // As many looks as a refill holds enough for.
                for _ in 0..4 {
                    let entry = self.look[(c.window >> (64 - SKIP_LOOK)) as usize];
                    let next = k + u32::from(entry >> 6);
                    if next >= 64 {
                        break 'last (entry, next);
                    }
                    c.skip(u32::from(entry & 63));
                    k = next;
                }
                continue 'rest;
            };
            // Codes that reach index 64 early belong to the next block in part, and are walked one by one.
            if next == 64 || (SKIP_END..SKIP_END + 64).contains(&next) {
                c.skip(u32::from(entry & 63));
                break;
            }
            k = table.step_over(&mut c, ahead, k)?;
            if k == 64 {
                break;
            }
        }
        *cursor = c;
        Some(())
    }
}

/// What one look answers for a symbol whose code of `len` bits is followed by the bits of `suffix`.
fn answer(purpose: Purpose, symbol: u8, len: u32, suffix: u32) -> Entry {
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    let step = match (purpose, run, size) {
        (Purpose::Symbol, ..) => return Entry::slow(symbol, len),
        (Purpose::Dc, ..) => 0,
        (Purpose::Ac, 0..=14, 0) => return Entry::new(0, END, len),
        (Purpose::Band, 0..=14, 0) => return Entry::slow(symbol, len),
        _ => run + 1,
    };
    if len + size > LOOK {
        return Entry::slow(symbol, len);
    }
    let value = extend(suffix >> (LOOK - len - size), size);
    Entry::new(value, step, len + size)
}
