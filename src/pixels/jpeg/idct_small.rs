//! Inverse transforms to 1×1, 2×2 and 4×4 samples from the lowest coefficients of a block.
//!
//! The N-point transform of the lowest N×N coefficients, scaled by N/8, is the block without the detail that the
//! smaller size cannot show. All arithmetic wraps or is clipped, as damaged files can hold any coefficient: 16 bits are
//! enough for what an encoder gives, and libjpeg-turbo keeps no more.

use crate::vector::Vector;
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

/// The starts of four lines that are `stride` apart. All are looked up before what is written to them is computed, which the
/// compiler would else do again behind each look.
#[inline(always)]
pub(super) fn lines<const S: usize>(out: &mut [u8], stride: usize) -> Option<[&mut [u8; S]; 4]> {
    let mut lines = out.chunks_mut(stride.max(1));
    let mut next = || lines.next()?.first_chunk_mut();
    Some([next()?, next()?, next()?, next()?])
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
pub(super) const POINT: u32 = 13;
pub(super) const KEPT: u32 = 2;
/// 1, and √2 cos(π/8) and √2 cos(3π/8).
pub(super) const ONE: i16 = 1 << POINT;
const NEAR: i16 = 10703;
const FAR: i16 = 4433;

/// What a pass adds to its sums and shifts them by: half of the last place kept, and after the second pass the shift of
/// samples to 0..=255.
pub(super) type Rounding = (u32, u32);
pub(super) const FIRST: Rounding = (1 << (POINT - KEPT - 1), POINT - KEPT);
pub(super) const SECOND: Rounding = ((1 << (POINT + KEPT + 2)) + (128 << (POINT + KEPT + 3)), POINT + KEPT + 3);

/// Four numbers at a place, and as many zeros.
#[inline(always)]
fn numbers<const N: usize>(from: [i16; N], at: usize) -> Vector {
    let low = (0..4).fold(0, |low, i| low | u64::from(from[at + i] as u16) << (16 * i));
    Vector::from_halves([low, 0])
}

/// The 4-point transform down four lanes, of coefficients 0 and 2 and of 1 and 3, as 32-bit numbers.
#[inline(always)]
fn pass(even: Vector, odd: Vector, (half, shift): Rounding) -> [Vector; 4] {
    let half = Vector::from_words([half; 4]);
    let (sum, difference) = (even.dot(Vector::pairs(ONE, ONE)).add_wide(half), even.dot(Vector::pairs(ONE, -ONE)).add_wide(half));
    let (outer, inner) = (odd.dot(Vector::pairs(NEAR, FAR)), odd.dot(Vector::pairs(FAR, -NEAR)));
    [sum.add_wide(outer), difference.add_wide(inner), difference.sub_wide(inner), sum.sub_wide(outer)].map(|all| all.shr_wide(shift))
}

/// 4×4 samples of the lowest 4×4 coefficients of a block whose rows are `ROW` coefficients apart, 4 or 8.
#[inline(always)]
pub(super) fn four<const ROW: usize, const N: usize>(block: &[i16; N], quant: &[u16; 64], stride: usize, out: &mut [u8]) {
    /// From columns of four to rows.
    const TURNED: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
    let Some(lines) = lines::<4>(out, stride) else { return };
    let quant = quant.map(|step| step as i16);
    let rows = [0, 1, 2, 3].map(|y| numbers(*block, y * ROW).mul(numbers(quant, y * 8)));
    let [a, b, c, d] = pass(rows[0].zip16(rows[2])[0], rows[1].zip16(rows[3])[0], FIRST);
    let [even, odd] = a.narrow_wide(b).unzip16(c.narrow_wide(d));
    let [a, b, c, d] = pass(even, odd, SECOND);
    let samples = a.narrow_wide(b).narrow(c.narrow_wide(d)).pick(Vector::from_bytes(TURNED));
    for (line, row) in lines.into_iter().zip(samples.wide()) {
        *line = row.to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_samples_are_those_of_the_definition() {
        let cosine =
            |x: usize, u: usize| if u == 0 { 0.5f64.sqrt() } else { ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 8.0).cos() };
        let quant = std::array::from_fn(|i| 1 + i as u16 % 7);
        let mut at = 5u32;
        for round in 0..300 {
            let block: [i16; 64] = std::array::from_fn(|i| {
                at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((at >> 16) as i16 >> (5 + round % 6)) / quant[i] as i16
            });
            let mut out = [0; 16];
            four::<8, 64>(&block, &quant, 4, &mut out);
            let small: [i16; 16] = std::array::from_fn(|i| block[i / 4 * 8 + i % 4]);
            let mut same = [0; 16];
            four::<4, 16>(&small, &quant, 4, &mut same);
            assert_eq!(out, same);
            for (i, &sample) in out.iter().enumerate() {
                let term = |n: usize| {
                    f64::from(block[n / 4 * 8 + n % 4]) * f64::from(quant[n / 4 * 8 + n % 4]) * cosine(i % 4, n % 4) * cosine(i / 4, n / 4)
                };
                let wanted = ((0..16).map(term).sum::<f64>() / 4.0 + 128.0).clamp(0.0, 255.0);
                assert!((f64::from(sample) - wanted).abs() < 0.8, "{round}, {i}: {sample} for {wanted}");
            }
        }
    }
}
