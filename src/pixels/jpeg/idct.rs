//! The inverse transform to 8×8 samples.
//!
//! Columns go through the factorisation of Loeffler, Ligtenberg and Moschytz (ICASSP 1989), eight side by side. Rows
//! are summed from the cosines directly, four outputs side by side: more multiplications, but no transposition, which
//! compiles to scalar moves in WebAssembly. Constants have 13 bits and the roundings are those of libjpeg's accurate
//! integer method. All arithmetic wraps, as damaged files can hold any coefficient.

use super::idct_small::{line, scaled};
use std::num::Wrapping;

type W = Wrapping<i32>;

/// Bits behind the point of the constants, and those kept between the passes.
const POINT: usize = 13;
const KEPT: usize = 2;
/// The last zigzag index before the first coefficient outside the lowest 4×4.
pub(super) const LOWEST: u32 = 9;

/// A constant at `POINT` bits.
const fn fixed(value: f64) -> W {
    Wrapping(if value < 0.0 { (value * 8192.0 - 0.5) as i32 } else { (value * 8192.0 + 0.5) as i32 })
}

/// Eight columns between the two passes; kept by the caller, as clearing it for each block costs more than it looks.
pub(super) type Grid = [[W; 8]; 8];

/// The 8-point transform down the first `N` columns of the first `N` coefficients, others being zero; times √8 and
/// 2^`KEPT`.
#[inline(always)]
fn columns<const N: usize>(block: &[i16; 64], quant: &[u16; 64], grid: &mut Grid) {
    const SHIFT: usize = POINT - KEPT;
    for i in 0..N {
        let at = |n: usize| if n < N { scaled(block[n * 8 + i], quant[n * 8 + i]) } else { Wrapping(0) };
        let turn = (at(2) + at(6)) * fixed(0.541196100);
        let low = turn - at(6) * fixed(1.847759065);
        let high = turn + at(2) * fixed(0.765366865);
        let sum = ((at(0) + at(4)) << POINT) + (Wrapping(1) << (SHIFT - 1));
        let difference = ((at(0) - at(4)) << POINT) + (Wrapping(1) << (SHIFT - 1));
        let even = [sum + high, difference + low, difference - low, sum - high];

        let all = (at(1) + at(3) + at(5) + at(7)) * fixed(1.175875602);
        let p73 = all - (at(7) + at(3)) * fixed(1.961570560);
        let p51 = all - (at(5) + at(1)) * fixed(0.390180644);
        let p71 = (at(7) + at(1)) * fixed(0.899976223);
        let p53 = (at(5) + at(3)) * fixed(2.562915447);
        let odd = [
            at(1) * fixed(1.501321110) - p71 + p51,
            at(3) * fixed(3.072711026) - p53 + p73,
            at(5) * fixed(2.053119869) - p53 + p51,
            at(7) * fixed(0.298631336) - p71 + p73,
        ];
        for n in 0..4 {
            grid[n][i] = (even[n] + odd[n]) >> SHIFT;
            grid[7 - n][i] = (even[n] - odd[n]) >> SHIFT;
        }
    }
}

/// √2 cos((2x+1)uπ/16) for x of 0..4, by u; 1 for u of 0.
const COSINES: [[W; 4]; 8] = {
    /// √2 cos(nπ/16).
    const C: [f64; 8] = [1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.541196100, 0.275899379];
    const fn waves(a: f64, b: f64, c: f64, d: f64) -> [W; 4] {
        [fixed(a), fixed(b), fixed(c), fixed(d)]
    }
    [
        waves(C[0], C[0], C[0], C[0]),
        waves(C[1], C[3], C[5], C[7]),
        waves(C[2], C[6], -C[6], -C[2]),
        waves(C[3], -C[7], -C[1], -C[5]),
        waves(C[4], -C[4], -C[4], C[4]),
        waves(C[5], -C[1], C[7], C[3]),
        waves(C[6], -C[2], C[2], -C[6]),
        waves(C[7], -C[5], C[3], -C[1]),
    ]
};

/// The samples of one row of the first `N` coefficients, others being zero.
#[inline(always)]
fn row<const N: usize>(c: &[W; 8]) -> [u8; 8] {
    const SHIFT: usize = POINT + KEPT + 3;
    // Half of the last place kept, and the shift of samples to 0..=255.
    let mut even = [Wrapping((1 << (SHIFT - 1)) + (128 << SHIFT)); 4];
    let mut odd = [Wrapping(0); 4];
    for u in (0..N).step_by(2) {
        for x in 0..4 {
            even[x] += c[u] * COSINES[u][x];
            odd[x] += c[u + 1] * COSINES[u + 1][x];
        }
    }
    let mut all = [Wrapping(0); 8];
    for x in 0..4 {
        all[x] = even[x] + odd[x];
        all[7 - x] = even[x] - odd[x];
    }
    all.map(|value| (value >> SHIFT).0.clamp(0, 255) as u8)
}

/// 8×8 samples of a block in natural order, of which no coefficient after zigzag index `last` is nonzero, written to
/// the start of 8 lines of `out`.
#[inline]
pub(super) fn eight(block: &[i16; 64], last: u32, quant: &[u16; 64], grid: &mut Grid, stride: usize, out: &mut [u8]) {
    let small = last <= LOWEST;
    if small {
        columns::<4>(block, quant, grid);
    } else {
        columns::<8>(block, quant, grid);
    }
    for (y, values) in grid.iter().enumerate() {
        if let Some(line) = line::<8>(out, stride, y) {
            *line = if small { row::<4>(values) } else { row::<8>(values) };
        }
    }
}
