//! The inverse transform to 8×8 samples, four columns side by side, then four rows.
//!
//! Each pass sums coefficients times cosines, two products an instruction. The constants are sums of those of libjpeg's
//! accurate integer method, whose factorisation (Loeffler, Ligtenberg and Moschytz, ICASSP 1989) they multiply out, so that
//! samples are the same to the last bit. Arithmetic wraps or is clipped as in [`super::idct_small`].

use super::idct_small::{lines, Rounding, FIRST, ONE, POINT, SECOND};
use crate::vector::Vector;

/// The last zigzag index before the first coefficient outside the lowest 4×4.
const LOWEST: u32 = 9;

/// A constant at `POINT` bits.
const fn fixed(value: f64) -> i16 {
    (value * (1 << POINT) as f64 + 0.5) as i16
}

/// What coefficients 2 and 6 add to samples 0 and 1.
const EVEN: [[i16; 2]; 2] = {
    let turn = fixed(0.541196100);
    [[turn + fixed(0.765366865), turn], [turn, turn - fixed(1.847759065)]]
};

/// What coefficients 1, 3, 5 and 7 add to samples 0, 1, 2 and 3.
const ODD: [[i16; 4]; 4] = {
    let all = fixed(1.175875602);
    let (p73, p51) = (all - fixed(1.961570560), all - fixed(0.390180644));
    let (p71, p53) = (fixed(0.899976223), fixed(2.562915447));
    [
        [fixed(1.501321110) - p71 + p51, all, p51, all - p71],
        [all, fixed(3.072711026) - p53 + p73, all - p53, p73],
        [p51, all - p53, fixed(2.053119869) - p53 + p51, all],
        [all - p71, p73, all, fixed(0.298631336) - p71 + p73],
    ]
};

/// Samples of what the even coefficients give for the first four and what the odd ones do, as 32-bit numbers.
#[inline(always)]
fn folded(even: [Vector; 4], odd: [Vector; 4], (half, shift): Rounding) -> [Vector; 8] {
    let even = even.map(|value| value.add_wide(Vector::from_words([half; 4])));
    std::array::from_fn(|i| {
        let all = if i < 4 { even[i].add_wide(odd[i]) } else { even[7 - i].sub_wide(odd[7 - i]) };
        all.shr_wide(shift)
    })
}

/// The 8-point transform down four lanes of pairs of coefficients: 0 and 4, 2 and 6, 1 and 3, 5 and 7.
#[inline(always)]
fn pass([p04, p26, p13, p57]: [Vector; 4], rounding: Rounding) -> [Vector; 8] {
    let (sum, difference) = (p04.dot(Vector::pairs(ONE, ONE)), p04.dot(Vector::pairs(ONE, -ONE)));
    let [high, low] = EVEN.map(|[a, b]| p26.dot(Vector::pairs(a, b)));
    let even = [sum.add_wide(high), difference.add_wide(low), difference.sub_wide(low), sum.sub_wide(high)];
    folded(even, ODD.map(|[a, b, c, d]| p13.dot(Vector::pairs(a, b)).add_wide(p57.dot(Vector::pairs(c, d)))), rounding)
}

/// The same where only the first four are not zero: pairs of 0 and 2, 1 and 3.
#[inline(always)]
fn short_pass(p02: Vector, p13: Vector, rounding: Rounding) -> [Vector; 8] {
    let [[high, _], [low, _]] = EVEN;
    let even = [high, low, -low, -high].map(|second| p02.dot(Vector::pairs(ONE, second)));
    folded(even, ODD.map(|[a, b, ..]| p13.dot(Vector::pairs(a, b))), rounding)
}

/// Both halves of what two passes over four lanes each gave, as 16-bit numbers.
#[inline(always)]
fn joined([low, high]: [[Vector; 8]; 2]) -> [Vector; 8] {
    std::array::from_fn(|i| low[i].narrow_wide(high[i]))
}

/// Columns of samples of all rows of coefficients.
#[inline(always)]
fn full(rows: &[Vector; 8]) -> [Vector; 8] {
    let both = |r: &[Vector; 8], rounding| {
        let pairs = [r[0].zip16(r[4]), r[2].zip16(r[6]), r[1].zip16(r[3]), r[5].zip16(r[7])];
        joined([0, 1].map(|half| pass(pairs.map(|pair| pair[half]), rounding)))
    };
    both(&Vector::transposed(&both(rows, FIRST)), SECOND)
}

/// Columns of samples of the first four of four rows of coefficients.
#[inline(always)]
fn lowest(r: &[Vector; 4]) -> [Vector; 8] {
    let [a, b, c, d, e, f, g, h] = short_pass(r[0].zip16(r[2])[0], r[1].zip16(r[3])[0], FIRST);
    let turned = |a: Vector, b: Vector, c: Vector, d: Vector| {
        let [even, odd] = a.narrow_wide(b).zip16(c.narrow_wide(d));
        even.zip16(odd)
    };
    let ([a, c], [b, d]) = (turned(a, b, c, d), turned(e, f, g, h));
    let ([r0, r1], [r2, r3]) = (a.zip64(b), c.zip64(d));
    let (even, odd) = (r0.zip16(r2), r1.zip16(r3));
    joined([0, 1].map(|half| short_pass(even[half], odd[half], SECOND)))
}

/// 8×8 samples of a block in natural order, of which no coefficient after zigzag index `last` is nonzero, written to
/// the start of 8 lines of `out`.
#[inline]
pub(super) fn eight(block: &[i16; 64], last: u32, quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    let Some((top, bottom)) = out.split_at_mut_checked(4 * stride) else { return };
    let (Some(top), Some(bottom)) = (lines::<8>(top, stride), lines::<8>(bottom, stride)) else { return };
    let row = |y: usize| {
        let numbers = Vector::from_numbers(std::array::from_fn(|x| block[y * 8 + x]));
        numbers.mul(Vector::from_numbers(std::array::from_fn(|x| quant[y * 8 + x] as i16)))
    };
    let columns = if last <= LOWEST { lowest(&[0, 1, 2, 3].map(row)) } else { full(&[0, 1, 2, 3, 4, 5, 6, 7].map(row)) };
    let pair = |x: usize| columns[x].narrow(columns[x + 1]);
    let ([a, b], [c, d]) = (pair(0).zip8(pair(4)), pair(2).zip8(pair(6)));
    let ([a, c], [b, d]) = (a.zip8(c), b.zip8(d));
    let pairs = [a.zip8(b), c.zip8(d)];
    for (line, row) in top.into_iter().chain(bottom).zip(pairs.as_flattened().iter().flat_map(|pair| pair.halves())) {
        *line = row.to_le_bytes();
    }
}
