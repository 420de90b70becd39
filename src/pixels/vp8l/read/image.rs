//! An entropy-coded image (RFC 9649 sections 5 and 6): literals, copies and colours from a cache. What is held of it is as
//! far as copies reach back, not the whole.

use super::super::format::{blocks, distance, place, FARTHEST, LENGTHS, MOST_COPIED, SYMBOLS};
use super::super::ReadError;
use super::bits::Bits;
use super::prefix::{self, Code, Entries};
use crate::vp8::read::list;

/// The five codes that a block of the image uses.
type Group = [Code; 5];

/// Who takes finished rows.
pub type Sink<'s> = &'s mut dyn FnMut(&[u32]) -> Result<(), ReadError>;

/// Which group each block uses.
struct Map {
    bits: u32,
    across: usize,
    groups: Vec<u16>,
}

/// Pixels that are kept when room is made for more.
const KEPT: usize = 1 << 20;
/// Pixels between two makings of room.
const STEP: usize = 1 << 19;

/// Bytes that decoding an image of so many pixels needs at most, its codes not counted.
pub fn window_bytes(pixels: u64) -> u64 {
    pixels.min((KEPT + STEP) as u64) * 4
}

/// Reads an image of this size and gives its rows to `sink`; `main` where it is the picture itself, whose blocks may have
/// codes of their own.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
pub fn read(bits: &mut Bits, (width, height): (usize, usize), main: bool, sink: Sink<'_>) -> Result<(), ReadError> {
    let cache_bits = if bits.flag() { bits.number(4) } else { 0 };
    if cache_bits > 11 {
        return Err(ReadError::Corrupt("its colour cache is too large"));
    }
    let map = if main && bits.flag() { Some(map(bits, width, height)?) } else { None };
    let count = map.as_ref().map_or(1, |map| map.groups.iter().map(|group| usize::from(*group) + 1).max().unwrap_or(1));
    let mut entries = Entries::new(width * height);
    let groups = groups(bits, count, cache_bits, &mut entries)?;
    let mut cache = list(if cache_bits > 0 { 1 << cache_bits } else { 0 }, 0)?;
    let mut window = Window::new(width, height)?;
    let mut reader = *bits;
    let whole = width * height;
    let mut done = 0;
    let mut x = 0;
    let mut y = 0;
    let first = groups.first().copied().unwrap_or_default();
    // The block's end, where the group is looked up again.
    let mask = map.as_ref().map_or(usize::MAX, |map| (1 << map.bits) - 1);
    let mut group = first;
    let mut fresh = true;
    while done < whole {
        if let Some(map) = map.as_ref().filter(|_| fresh || x & mask == 0) {
            let at = (y >> map.bits) * map.across + (x >> map.bits);
            group = map.groups.get(at).and_then(|group| groups.get(usize::from(*group))).copied().unwrap_or(first);
            fresh = false;
        }
        reader.refill();
        let symbol = entries.symbol(group[0], &mut reader);
        let copied = match symbol {
            0..256 => {
                let red = entries.symbol(group[1], &mut reader);
                let blue = entries.symbol(group[2], &mut reader);
                reader.refill();
                let alpha = entries.symbol(group[3], &mut reader);
                let color = (alpha << 24 | red << 16 | symbol << 8 | blue) as u32;
                window.push(color);
                if let Some(slot) = cache.get_mut(if cache_bits > 0 { place(color, cache_bits) } else { usize::MAX }) {
                    *slot = color;
                }
                1
            }
            256..280 => {
                let length = extended(symbol - 256, &mut reader);
                reader.refill();
                let code = entries.symbol(group[4], &mut reader);
                reader.refill();
                let back = distance(extended(code, &mut reader), width);
                if back > done || length > whole - done {
                    return Err(ReadError::Corrupt("a copy of it reaches outside"));
                }
                window.copy(back, length);
                if cache_bits > 0 {
                    for &color in window.last(length) {
                        if let Some(slot) = cache.get_mut(place(color, cache_bits)) {
                            *slot = color;
                        }
                    }
                }
                length
            }
            _ => {
                let color = cache.get(symbol - 256 - LENGTHS).copied().ok_or(ReadError::Corrupt("a colour of it is not in its cache"))?;
                window.push(color);
                // It takes its own place once more.
                1
            }
        };
        done += copied;
        x += copied;
        if x >= width {
            (y, x, fresh) = (y + x / width, x % width, true);
            if reader.ended() {
                return Err(ReadError::Truncated);
            }
            window.give(width, sink)?;
        } else if copied > 1 {
            fresh = true;
        }
    }
    *bits = reader;
    Ok(())
}

/// A number that stands for itself or has bits behind it (section 5.2.2); from 1 on.
#[inline(always)]
fn extended(symbol: usize, bits: &mut Bits) -> usize {
    if symbol < 4 {
        return symbol + 1;
    }
    let more = (symbol as u32 - 2) >> 1;
    ((2 + (symbol & 1)) << more) + bits.take(more) as usize + 1
}

fn map(bits: &mut Bits, width: usize, height: usize) -> Result<Map, ReadError> {
    let size = 2 + bits.number(3);
    let (across, down) = (blocks(width, size), blocks(height, size));
    let mut groups = Vec::new();
    groups.try_reserve_exact(across * down).map_err(|_| ReadError::OutOfMemory)?;
    read(bits, (across, down), false, &mut |row| {
        groups.extend(row.iter().map(|color| (color >> 8) as u16));
        Ok(())
    })?;
    Ok(Map { bits: size, across, groups })
}

fn groups(bits: &mut Bits, count: usize, cache_bits: u32, entries: &mut Entries) -> Result<Vec<Group>, ReadError> {
    let mut groups = Vec::new();
    groups.try_reserve_exact(count).map_err(|_| ReadError::OutOfMemory)?;
    let mut lengths = Vec::new();
    for _ in 0..count {
        let mut group = Group::default();
        for (i, (code, symbols)) in group.iter_mut().zip(SYMBOLS).enumerate() {
            let cached = if i == 0 && cache_bits > 0 { 1 << cache_bits } else { 0 };
            *code = prefix::read(bits, symbols + cached, &mut lengths, entries)?;
        }
        groups.push(group);
    }
    Ok(groups)
}

/// The pixels that copies can reach.
struct Window {
    pixels: Vec<u32>,
    /// The first pixel that was not given out.
    given: usize,
    /// Pixels that fit.
    room: usize,
}

impl Window {
    fn new(width: usize, height: usize) -> Result<Window, ReadError> {
        // A row that is not whole, and a copy behind it, have room beside what is kept.
        const { assert!(KEPT > FARTHEST && STEP > (1 << 14) + MOST_COPIED) };
        let room = (width * height).min(KEPT + STEP);
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(room).map_err(|_| ReadError::OutOfMemory)?;
        Ok(Window { pixels, given: 0, room })
    }

    #[inline(always)]
    fn reserve(&mut self, more: usize) {
        if self.pixels.len() + more > self.room {
            self.slide();
        }
    }

    #[cold]
    #[inline(never)]
    fn slide(&mut self) {
        let gone = self.pixels.len().saturating_sub(KEPT).min(self.given);
        self.pixels.drain(..gone);
        self.given -= gone;
    }

    #[inline(always)]
    fn push(&mut self, color: u32) {
        self.reserve(1);
        self.pixels.push(color);
    }

    /// Copies from `back` pixels ago, which may overlap what is copied.
    #[inline(always)]
    fn copy(&mut self, back: usize, length: usize) {
        self.reserve(length);
        let from = self.pixels.len() - back.min(self.pixels.len());
        if back >= length {
            self.pixels.extend_from_within(from..from + length);
        } else {
            for i in 0..length {
                let color = self.pixels.get(from + i).copied().unwrap_or(0);
                self.pixels.push(color);
            }
        }
    }

    #[inline(always)]
    fn last(&self, length: usize) -> &[u32] {
        self.pixels.get(self.pixels.len().saturating_sub(length)..).unwrap_or(&[])
    }

    /// Gives out the rows that are whole.
    fn give(&mut self, width: usize, sink: Sink<'_>) -> Result<(), ReadError> {
        while let Some(row) = self.pixels.get(self.given..self.given + width) {
            sink(row)?;
            self.given += width;
        }
        Ok(())
    }
}
