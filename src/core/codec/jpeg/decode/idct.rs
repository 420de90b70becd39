//! The inverse transform to 8×8 samples.
//!
//! The factorisation of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 11 multiplications, 13-bit constants and
//! the rounding of libjpeg's accurate integer method, so that results agree with it. All arithmetic wraps, as damaged
//! files can hold any coefficient.

use super::idct_small::{sample, scaled};
use std::array::from_fn;
use std::num::Wrapping;

type W = Wrapping<i32>;

/// Bits behind the point of the constants, and those kept between the passes.
const POINT: usize = 13;
const KEPT: usize = 2;

/// Eight values side by side, one for each column or row of the block.
type Lanes = [W; 8];

/// A constant of the factorisation at `POINT` bits.
const fn fixed(value: f64) -> W {
    Wrapping((value * 8192.0 + 0.5) as i32)
}

/// The 8-point transform down the eight lanes in place, rounded off by `SHIFT` bits.
#[inline(always)]
fn pass<const SHIFT: usize>(c: &mut [Lanes; 8]) {
    for i in 0..8 {
        let turn = (c[2][i] + c[6][i]) * fixed(0.541196100);
        let low = turn - c[6][i] * fixed(1.847759065);
        let high = turn + c[2][i] * fixed(0.765366865);
        let sum = ((c[0][i] + c[4][i]) << POINT) + (Wrapping(1) << (SHIFT - 1));
        let difference = ((c[0][i] - c[4][i]) << POINT) + (Wrapping(1) << (SHIFT - 1));
        let even = [sum + high, difference + low, difference - low, sum - high];

        let (c1, c3, c5, c7) = (c[1][i], c[3][i], c[5][i], c[7][i]);
        let all = (c1 + c3 + c5 + c7) * fixed(1.175875602);
        let p73 = all - (c7 + c3) * fixed(1.961570560);
        let p51 = all - (c5 + c1) * fixed(0.390180644);
        let p71 = (c7 + c1) * fixed(0.899976223);
        let p53 = (c5 + c3) * fixed(2.562915447);
        let odd = [
            c1 * fixed(1.501321110) - p71 + p51,
            c3 * fixed(3.072711026) - p53 + p73,
            c5 * fixed(2.053119869) - p53 + p51,
            c7 * fixed(0.298631336) - p71 + p73,
        ];
        for n in 0..4 {
            c[n][i] = (even[n] + odd[n]) >> SHIFT;
            c[7 - n][i] = (even[n] - odd[n]) >> SHIFT;
        }
    }
}

#[inline(always)]
fn transpose(c: &mut [Lanes; 8]) {
    for y in 1..8 {
        for x in 0..y {
            (c[y][x], c[x][y]) = (c[x][y], c[y][x]);
        }
    }
}

/// 8×8 samples of the coefficients of a block in natural order, written to the start of 8 lines of `out`.
#[inline]
pub(super) fn eight(block: &[i16; 64], quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    let mut grid: [Lanes; 8] = from_fn(|y| from_fn(|x| scaled(block[y * 8 + x], quant[y * 8 + x])));
    pass::<{ POINT - KEPT }>(&mut grid);
    transpose(&mut grid);
    pass::<{ POINT + KEPT + 3 }>(&mut grid);
    transpose(&mut grid);
    for (line, row) in out.chunks_mut(stride).zip(&grid) {
        if let Some(line) = line.first_chunk_mut::<8>() {
            *line = row.map(sample);
        }
    }
}
