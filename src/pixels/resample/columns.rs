//! The filter down the columns: rows that lie in a ring become one row of 16-bit numbers.

use super::weights::Weights;
use crate::vector::Vector;
use std::ops::Range;

/// Sixteen bytes of a row.
pub(super) type Piece = [u8; 16];
/// Places behind the point of what is made of bytes; the filter swings beyond 255, for which 16 bits leave as much again.
pub(super) const PLACES: u32 = 6;

/// Rows, a later one in the place of one that no window needs any more.
pub(super) struct Ring {
    pieces: Vec<Piece>,
    /// Pieces a row.
    pub stride: usize,
    rows: usize,
}

impl Ring {
    /// Room for so many rows of so many bytes; `None` where there is no memory.
    pub(super) fn new(rows: usize, bytes: usize) -> Option<Ring> {
        let stride = bytes.div_ceil(16);
        let mut pieces = Vec::new();
        pieces.try_reserve_exact(rows * stride).ok()?;
        pieces.resize(rows * stride, [0; 16]);
        Some(Ring { pieces, stride, rows: rows.max(1) })
    }

    fn at(&self, row: usize) -> usize {
        row % self.rows * self.stride
    }

    /// The bytes of a row, to be written.
    pub(super) fn row(&mut self, row: usize) -> &mut [u8] {
        let at = self.at(row);
        self.pieces.get_mut(at..at + self.stride).unwrap_or(&mut []).as_flattened_mut()
    }
}

/// Two rows and their weights.
struct Pair<'a> {
    rows: [&'a [Piece]; 2],
    weights: Vector,
}

/// Makes a row of the windows' rows; `pieces` of it are wanted. Numbers of 16 bits in, or bytes.
pub(super) fn filter(ring: &Ring, weights: &Weights, y: usize, wide: bool, pieces: &Range<usize>, out: &mut [u8]) {
    let (start, values) = weights.window(y);
    let pair = |(i, pair): (usize, &[i16; 2])| {
        // A row with no weight may not be there yet.
        let row = |tap: usize| {
            let at = ring.at(start + if pair[tap] == 0 { 0 } else { 2 * i + tap });
            ring.pieces.get(at + pieces.start..at + pieces.end).unwrap_or(&[])
        };
        let both = u32::from(pair[0] as u16) | u32::from(pair[1] as u16) << 16;
        (*pair != [0; 2]).then(|| Pair { rows: [row(0), row(1)], weights: Vector::from_words([both; 4]) })
    };
    let pairs: Vec<Pair> = values.as_chunks::<2>().0.iter().enumerate().filter_map(pair).collect();
    match wide {
        true => numbers(&pairs, weights.shift, out.as_chunks_mut::<16>().0.get_mut(pieces.clone()).unwrap_or(&mut [])),
        false => bytes(&pairs, weights.shift, out.as_chunks_mut::<32>().0.get_mut(pieces.clone()).unwrap_or(&mut [])),
    }
}

fn half(shift: u32) -> Vector {
    Vector::from_words([(1u32 << shift) >> 1; 4])
}

/// Of bytes, with [`PLACES`] behind the point.
#[inline(never)]
fn bytes(pairs: &[Pair], shift: u32, out: &mut [[u8; 32]]) {
    let shift = shift - PLACES;
    for (i, out) in out.iter_mut().enumerate() {
        let [mut a, mut b, mut c, mut d] = [half(shift); 4];
        for Pair { rows, weights } in pairs {
            // Where a piece is missing the load would be taken apart, and cost more than the rest.
            let (Some(first), Some(second)) = (rows[0].get(i), rows[1].get(i)) else { return };
            let [low, high] = Vector::from_bytes(*first).zip8(Vector::from_bytes(*second));
            a = a.add_wide(low.widen_low().dot(*weights));
            b = b.add_wide(low.widen_high().dot(*weights));
            c = c.add_wide(high.widen_low().dot(*weights));
            d = d.add_wide(high.widen_high().dot(*weights));
        }
        let [a, b, c, d] = [a, b, c, d].map(|sum| sum.shr_wide(shift));
        let (first, second) = out.split_at_mut(16);
        first.copy_from_slice(&a.narrow_wide(b).bytes());
        second.copy_from_slice(&c.narrow_wide(d).bytes());
    }
}

/// Of numbers of 16 bits.
#[inline(never)]
fn numbers(pairs: &[Pair], shift: u32, out: &mut [Piece]) {
    for (i, out) in out.iter_mut().enumerate() {
        let [mut a, mut b] = [half(shift); 2];
        for Pair { rows, weights } in pairs {
            let (Some(first), Some(second)) = (rows[0].get(i), rows[1].get(i)) else { return };
            let [low, high] = Vector::from_bytes(*first).zip16(Vector::from_bytes(*second));
            a = a.add_wide(low.dot(*weights));
            b = b.add_wide(high.dot(*weights));
        }
        *out = a.shr_wide(shift).narrow_wide(b.shr_wide(shift)).bytes();
    }
}
