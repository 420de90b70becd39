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

/// The start of line `y` of those that are `stride` apart.
#[inline(always)]
pub(super) fn line<const S: usize>(out: &mut [u8], stride: usize, y: usize) -> Option<&mut [u8; S]> {
    out.get_mut(y * stride..)?.first_chunk_mut()
}

/// A block that is all one value, `S` samples on a side.
#[inline(always)]
pub(super) fn flat<const S: usize>(dc: i32, quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    let value = mean(dc as i16, quant[0]);
    for y in 0..S {
        if let Some(line) = line::<S>(out, stride, y) {
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
    for (y, row) in rows.into_iter().enumerate() {
        if let Some(line) = line::<2>(out, stride, y) {
            *line = row.map(|value| sample(value >> 3));
        }
    }
}

/// Bits behind the point of the constants, and those kept between the passes.
const POINT: usize = 13;
const KEPT: usize = 2;
/// √2 cos(π/8) and √2 cos(3π/8).
const NEAR: W = Wrapping(10703);
const FAR: W = Wrapping(4433);

/// 4×4 samples of the lowest 4×4 coefficients of a block whose rows are `ROW` coefficients apart, 4 or 8.
#[inline(always)]
pub(super) fn four<const ROW: usize, const N: usize>(block: &[i16; N], quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    const FIRST: usize = POINT - KEPT;
    const SECOND: usize = POINT + KEPT + 3;
    const ONE: W = Wrapping(1 << POINT);
    /// What coefficients 1, 2 and 3 add to the four samples of a row.
    const WAVES: [[W; 4]; 3] = [
        [NEAR, FAR, Wrapping(-FAR.0), Wrapping(-NEAR.0)],
        [ONE, Wrapping(-ONE.0), Wrapping(-ONE.0), ONE],
        [FAR, Wrapping(-NEAR.0), NEAR, Wrapping(-FAR.0)],
    ];
    let mut grid = [[Wrapping(0); 4]; 4];
    for x in 0..4 {
        let at = |y: usize| scaled(block[y * ROW + x], quant[y * 8 + x]);
        let half = Wrapping(1 << (FIRST - 1));
        let (sum, difference) = (((at(0) + at(2)) << POINT) + half, ((at(0) - at(2)) << POINT) + half);
        let (outer, inner) = (at(1) * NEAR + at(3) * FAR, at(1) * FAR - at(3) * NEAR);
        grid[0][x] = (sum + outer) >> FIRST;
        grid[1][x] = (difference + inner) >> FIRST;
        grid[2][x] = (difference - inner) >> FIRST;
        grid[3][x] = (sum - outer) >> FIRST;
    }
    for (y, c) in grid.iter().enumerate() {
        if let Some(line) = line::<4>(out, stride, y) {
            // Half of the last place kept, and the shift of samples to 0..=255.
            let mean = (c[0] << POINT) + Wrapping((1 << (SECOND - 1)) + (128 << SECOND));
            let mut row = [mean; 4];
            for x in 0..4 {
                row[x] += c[1] * WAVES[0][x] + c[2] * WAVES[1][x] + c[3] * WAVES[2][x];
            }
            *line = row.map(|value| (value >> SECOND).0.clamp(0, 255) as u8);
        }
    }
}
