//! Resampling with Lanczos3, row by row: what is held is the rows that the filter still looks at, not the source.
//!
//! The way of a row: `samples` makes it what is worked on, `blocks` takes means of whole blocks where the picture becomes
//! much smaller, `columns` filters down, `rows` along; `weights` tells both of what a pixel is made.

mod blocks;
mod columns;
mod rows;
mod samples;
mod weights;

use blocks::Blocks;
use columns::Ring;
pub use samples::{Row, Shape};
use weights::Weights;

/// Width and height, pixels.
pub type Sides = (u32, u32);

/// Takes the rows of a picture in order and gives those of another size.
pub struct Resampler {
    shape: Shape,
    /// Whether rows are worked on as 16-bit numbers.
    wide: bool,
    blocks: Blocks,
    ring: Ring,
    down: Weights,
    along: Weights,
    /// Pieces of a row that some window looks at.
    pieces: std::ops::Range<usize>,
    /// A row as it came, where it must be changed first.
    came: Vec<u8>,
    /// A row between the two filters.
    line: Vec<u8>,
    /// Rows that came, and of them, after blocks were taken, those that the filters see.
    taken: u32,
    seen: usize,
    sides: Sides,
    /// The next row to give.
    next: u32,
    target: Sides,
}

/// The side of the blocks whose means may be taken: the filter keeps a factor of two at least.
fn factor(part: [f64; 4], target: Sides) -> u32 {
    let along = |length: f64, target: u32| (length / f64::from(target.max(1)) / 2.0) as u32;
    along(part[2], target.0).min(along(part[3], target.1)).clamp(1, blocks::MOST)
}

/// Memory that one needs at most, bytes.
pub fn bytes(shape: Shape, deep: bool, source: Sides, part: [f64; 4], target: Sides) -> u64 {
    let factor = factor(part, target);
    let sample = if is_wide(shape, deep) { 2 } else { 1 };
    let row = u64::from(source.0.div_ceil(factor)) * shape.channels as u64;
    let taps = |length: f64, target: u32| weights::taps(length / f64::from(factor), target) as u64 + 8;
    let (down, along) = (taps(part[3], target.1), taps(part[2], target.0));
    let sums = if factor > 1 { u64::from(source.0) * shape.channels as u64 * 4 } else { 0 };
    let whole_row = u64::from(source.0) * shape.channels as u64 * sample;
    down * row * sample + row * 2 + whole_row + sums + 2 * (down * u64::from(target.1) + along * u64::from(target.0)) + (64 << 10)
}

fn is_wide(shape: Shape, deep: bool) -> bool {
    deep || shape.light || shape.channels == 4
}

impl Resampler {
    /// Makes `target` of the part of `source` that begins at x, y and has this width and height; `deep` where its samples
    /// have 16 bits. What lies beside the part is looked at where the filter reaches it. `None` where there is no memory,
    /// or for a part that lies outside.
    #[inline(never)]
    pub fn new(shape: Shape, deep: bool, source: Sides, part: [f64; 4], target: Sides) -> Option<Resampler> {
        let [x, y, width, height] = part;
        let within = |from: f64, length: f64, side: u32| from >= 0.0 && length > 0.0 && from + length <= f64::from(side) + 1e-6;
        if !within(x, width, source.0) || !within(y, height, source.1) || !matches!(shape.channels, 1 | 3 | 4) {
            return None;
        }
        let wide = is_wide(shape, deep);
        let factor = factor(part, target);
        let (n, sample) = (shape.channels, if wide { 2 } else { 1 });
        let scaled = |v: f64| v / f64::from(factor);
        let (across, high) = (source.0.div_ceil(factor), source.1.div_ceil(factor));
        let along = Weights::new(across, (scaled(x), scaled(width)), target.0, rows::unit(n));
        let down = Weights::new(high, (scaled(y), scaled(height)), target.1, 2);
        let ring = Ring::new(down.taps.min(high as usize).max(1), across as usize * n * sample)?;
        let first = along.starts.iter().min().map_or(0, |start| *start as usize * n * sample / 16);
        let last = along.starts.iter().max().map_or(0, |start| ((*start as usize + along.taps) * n * sample).div_ceil(16));
        // In the line between the filters a sample has two bytes, and windows may reach behind the last one.
        let line = (ring.stride * 16 / sample).max((across as usize + along.taps) * n) * 2 + rows::BEHIND;
        Some(Resampler {
            shape,
            wide,
            blocks: Blocks::new(factor, source.0 as usize, n, wide),
            pieces: first..last.min(ring.stride),
            ring,
            down,
            along,
            came: vec![0; if wide && factor > 1 { source.0 as usize * n * 2 } else { 0 }],
            line: vec![0; line],
            taken: 0,
            seen: 0,
            sides: source,
            next: 0,
            target,
        })
    }

    /// Takes the next row and puts the rows behind `out` that can be made now.
    #[inline(never)]
    pub fn row(&mut self, row: Row<'_>, out: &mut Vec<u8>) {
        if self.taken >= self.sides.1 || self.next >= self.target.1 {
            return;
        }
        self.taken += 1;
        if self.blocks.factor > 1 {
            let complete = match row {
                Row::Eight(row) if !self.wide => self.blocks.add(row),
                _ => {
                    samples::widen(row, self.shape, &mut self.came);
                    self.blocks.add(&self.came)
                }
            };
            let last = self.taken == self.sides.1 && self.blocks.waits();
            if !(complete || last) {
                return;
            }
            self.blocks.give(self.ring.row(self.seen));
        } else {
            let room = self.ring.row(self.seen);
            match row {
                Row::Eight(row) if !self.wide => {
                    let bytes = row.len().min(room.len());
                    room.split_at_mut(bytes).0.copy_from_slice(row.split_at(bytes).0);
                }
                _ => samples::widen(row, self.shape, room),
            }
        }
        self.seen += 1;
        self.give(out);
    }

    /// Whether all rows were given.
    pub fn is_done(&self) -> bool {
        self.next == self.target.1
    }

    fn give(&mut self, out: &mut Vec<u8>) {
        let all = self.taken == self.sides.1;
        while self.next < self.target.1 {
            let (start, values) = self.down.window(self.next as usize);
            let needed = start + values.iter().rposition(|v| *v != 0).map_or(0, |last| last + 1);
            if needed > self.seen && !all {
                return;
            }
            columns::filter(&self.ring, &self.down, self.next as usize, self.wide, &self.pieces, &mut self.line);
            let from = out.len();
            out.resize(from + self.target.0 as usize * self.shape.channels, 0);
            rows::filter(&self.line, &self.along, self.shape, self.wide, out.split_at_mut(from).1);
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests;
