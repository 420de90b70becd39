//! Scans of a band of one component: its first bits, and one bit more (T.81 G.1.2.2 and G.1.2.3).

use super::coefficients::{Block, Plane};
use super::sequential::magnitude;
use super::sink::{band_table, Sink};
use std::ops::RangeInclusive;

/// Longest run of ended blocks that a symbol can tell.
const LONGEST_RUN: u32 = 0x7FFF;
/// Corrections that are held back at most before a run is told: some decoders keep them in a buffer of 1,000.
const MOST_HELD: usize = 900;

/// A run of blocks that have ended, and the corrections that belong to them.
struct Ended<'a, S> {
    sink: &'a mut S,
    table: usize,
    run: u32,
    held: Vec<bool>,
}

impl<S: Sink> Ended<'_, S> {
    fn new<'a>(sink: &'a mut S, plane: &Plane) -> Ended<'a, S> {
        Ended { sink, table: band_table(plane.part.table), run: 0, held: Vec::new() }
    }

    /// Tells the run.
    fn tell(&mut self) {
        if self.run > 0 {
            let size = 31 - self.run.leading_zeros();
            self.sink.symbol(self.table, (size << 4) as u8, self.run - (1 << size), size);
            self.run = 0;
        }
        self.correct();
    }

    /// Writes the corrections that were held back.
    fn correct(&mut self) {
        for bit in self.held.drain(..) {
            self.sink.bits(u32::from(bit), 1);
        }
    }
}

/// The part of a block that a band holds: which levels are not zero, and they.
#[inline(always)]
fn cut<'a>(block: &Block<'a>, band: &RangeInclusive<u32>) -> (u64, &'a [i16]) {
    let before = block.filled & ((1 << band.start()) - 1);
    let within = block.filled & (u64::MAX >> (63 - band.end())) & !before;
    let from = before.count_ones() as usize;
    (within, block.values.get(from..from + within.count_ones() as usize).unwrap_or(&[]))
}

fn blocks(plane: &Plane) -> impl Iterator<Item = Block<'_>> {
    plane.rows.iter().flat_map(|row| row.blocks())
}

/// The bits of a band down to bit `low`.
pub fn first<S: Sink>(plane: &Plane, band: &RangeInclusive<u32>, low: u32, sink: &mut S) {
    let mut ended = Ended::new(sink, plane);
    for block in blocks(plane) {
        let (mut left, values) = cut(&block, band);
        let mut last = band.start() - 1;
        for &value in values {
            let k = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            let shifted = i32::from(value.unsigned_abs() >> low);
            if shifted == 0 {
                continue;
            }
            ended.tell();
            let mut run = k - last - 1;
            while run > 15 {
                ended.sink.symbol(ended.table, 0xF0, 0, 0);
                run -= 16;
            }
            let (bits, size) = magnitude(if value < 0 { -shifted } else { shifted });
            ended.sink.symbol(ended.table, (run << 4 | size) as u8, bits, size);
            last = k;
        }
        if last < *band.end() {
            ended.run += 1;
            if ended.run == LONGEST_RUN {
                ended.tell();
            }
        }
    }
    ended.tell();
}

/// Bit `low` of a band, the bits above it being told.
pub fn refine<S: Sink>(plane: &Plane, band: &RangeInclusive<u32>, low: u32, sink: &mut S) {
    let mut ended = Ended::new(sink, plane);
    // Corrections of this block, which follow the next symbol.
    let mut fresh: Vec<bool> = Vec::new();
    for block in blocks(plane) {
        let (mut left, values) = cut(&block, band);
        let new = values.iter().rposition(|value| value.unsigned_abs() >> low == 1);
        let (mut zeros, mut next) = (0, *band.start());
        for (i, &value) in values.iter().enumerate() {
            let k = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            let shifted = value.unsigned_abs() >> low;
            zeros += k - next;
            next = k + 1;
            if shifted == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 && new.is_some_and(|new| i <= new) {
                ended.tell();
                ended.sink.symbol(ended.table, 0xF0, 0, 0);
                zeros -= 16;
                ended.held.append(&mut fresh);
                ended.correct();
            }
            if shifted > 1 {
                fresh.push(shifted & 1 == 1);
                continue;
            }
            ended.tell();
            ended.sink.symbol(ended.table, (zeros << 4 | 1) as u8, u32::from(value > 0), 1);
            ended.held.append(&mut fresh);
            ended.correct();
            zeros = 0;
        }
        zeros += band.end() + 1 - next;
        if zeros > 0 || !fresh.is_empty() {
            ended.run += 1;
            ended.held.append(&mut fresh);
            if ended.run == LONGEST_RUN || ended.held.len() > MOST_HELD {
                ended.tell();
            }
        }
    }
    ended.tell();
}
