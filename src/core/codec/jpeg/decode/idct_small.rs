//! Inverse transforms to 1×1, 2×2 and 4×4 samples from the lowest coefficients of a block.
//!
//! The N-point transform of the lowest N×N coefficients, scaled by N/8, is the block without the detail that the
//! smaller size cannot show. All arithmetic wraps, as damaged files can hold any coefficient.

use std::num::Wrapping;

type W = Wrapping<i32>;

/// A sample of a value that is centred on zero.
#[inline(always)]
pub(super) fn sample(value: W) -> u8 {
    (value + Wrapping(128)).0.clamp(0, 255) as u8
}

/// A coefficient times its quantisation step.
#[inline(always)]
pub(super) fn scaled(coefficient: i16, step: u16) -> W {
    Wrapping(i32::from(coefficient)) * Wrapping(i32::from(step))
}

/// The sample of a block's mean.
#[inline(always)]
pub(super) fn mean(dc: i16, step: u16) -> u8 {
    sample((scaled(dc, step) + Wrapping(4)) >> 3)
}

/// A block that is all one value, `S` samples on a side.
#[inline(always)]
pub(super) fn flat<const S: usize>(dc: i32, quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    let value = mean(dc as i16, quant[0]);
    for line in out.chunks_mut(stride).take(S) {
        if let Some(line) = line.first_chunk_mut::<S>() {
            *line = [value; S];
        }
    }
}

/// 2×2 samples of coefficients (0,0), (0,1), (1,0) and (1,1).
#[inline(always)]
pub(super) fn two(block: &[i16; 4], quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    let dc = scaled(block[0], quant[0]) + Wrapping(4);
    let (x, y, xy) = (scaled(block[1], quant[1]), scaled(block[2], quant[8]), scaled(block[3], quant[9]));
    let rows = [[dc + x + y + xy, dc - x + y - xy], [dc + x - y - xy, dc - x - y + xy]];
    for (line, row) in out.chunks_mut(stride).zip(rows) {
        if let Some(line) = line.first_chunk_mut::<2>() {
            *line = row.map(|value| sample(value >> 3));
        }
    }
}

/// The lowest 4×4 coefficients of a block in natural order.
#[inline(always)]
pub(super) fn corner(block: &[i16; 64]) -> [i16; 16] {
    let mut low = [0; 16];
    for (to, from) in low.as_chunks_mut::<4>().0.iter_mut().zip(block.as_chunks::<8>().0) {
        *to = [from[0], from[1], from[2], from[3]];
    }
    low
}

/// Bits behind the point of the constants.
const POINT: usize = 13;

/// The 4-point transform of `c`, times √8 and 2 to the power of `POINT`.
#[inline(always)]
fn pass(c: [W; 4]) -> [W; 4] {
    /// √2 cos(π/8) and √2 cos(3π/8).
    const NEAR: W = Wrapping(10703);
    const FAR: W = Wrapping(4433);
    let (sum, difference) = ((c[0] + c[2]) << POINT, (c[0] - c[2]) << POINT);
    let (outer, inner) = (c[1] * NEAR + c[3] * FAR, c[1] * FAR - c[3] * NEAR);
    [sum + outer, difference + inner, difference - inner, sum - outer]
}

/// 4×4 samples of the lowest 4×4 coefficients.
#[inline(always)]
pub(super) fn four(block: &[i16; 16], quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    /// Bits kept behind the point between the passes.
    const KEPT: usize = 2;
    let mut grid = [[Wrapping(0); 4]; 4];
    for x in 0..4 {
        let column = [0, 1, 2, 3].map(|y| scaled(block[y * 4 + x], quant[y * 8 + x]));
        let column = pass(column).map(|v| (v + (Wrapping(1) << (POINT - KEPT - 1))) >> (POINT - KEPT));
        for y in 0..4 {
            grid[x][y] = column[y];
        }
    }
    let mut samples = [[0; 4]; 4];
    for y in 0..4 {
        let row = pass([grid[0][y], grid[1][y], grid[2][y], grid[3][y]]);
        samples[y] = row.map(|v| sample((v + (Wrapping(1) << (POINT + KEPT + 2))) >> (POINT + KEPT + 3)));
    }
    for (line, row) in out.chunks_mut(stride).zip(samples) {
        if let Some(line) = line.first_chunk_mut::<4>() {
            *line = row;
        }
    }
}
