//! The forward transform of 8×8 samples (T.81 A.3.3), eight columns side by side.
//!
//! The even half is factored, the odd half summed from the cosines, which as sums of two products each is one
//! instruction a pair. Between the passes two bits behind the point are kept; the answer has four, and lies
//! transposed, as turning it back would cost what a table of the places does not.

use crate::vector::Vector;

/// Bits behind the point of the constants, of what stands between the passes, and of the answer beyond the scale
/// of 8 that the two passes bring.
const POINT: u32 = 13;
const KEPT: u32 = 2;
const MORE: u32 = 1;

/// What one of the coefficients counts for 1.
pub const ONE: u32 = 8 << MORE;

/// Coefficients of a block, `ONE` times what the orthonormal transform gives: vector `u`, lane `v` holds the
/// horizontal frequency `u` and the vertical frequency `v`.
pub type Block = [Vector; 8];

/// √2 cos(nπ/16).
const C: [i16; 8] = {
    const VALUES: [f64; 8] = [1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.541196100, 0.275899379];
    let (mut out, mut n) = ([0; 8], 0);
    while n < 8 {
        out[n] = (VALUES[n] * (1 << POINT) as f64 + 0.5) as i16;
        n += 1;
    }
    out
};

/// Two halves of 32-bit numbers, shifted right and rounded.
#[inline(always)]
fn settle([low, high]: [Vector; 2], bits: u32) -> Vector {
    let half = Vector::from_words([1 << (bits - 1); 4]);
    low.add_wide(half).shr_wide(bits).narrow_wide(high.add_wide(half).shr_wide(bits))
}

/// The 8-point transform down each lane, times √8 and what the pass keeps.
#[inline(always)]
fn pass(r: &Block, first: bool) -> Block {
    let bits = if first { POINT - KEPT } else { POINT + KEPT - MORE };
    let sum = |i: usize| r[i].add(r[7 - i]);
    let difference = |i: usize| r[i].sub(r[7 - i]);
    let (s0, s1, s2, s3) = (sum(0), sum(1), sum(2), sum(3));
    let (e0, e1, e2, e3) = (s0.add(s3), s1.add(s2), s1.sub(s2), s0.sub(s3));
    let plain = |v: Vector| if first { v.shl(KEPT) } else { v.add(Vector::splat(1 << (KEPT - MORE - 1))).shr(KEPT - MORE) };
    let turned = e3.zip16(e2);
    let even = |a: i16, b: i16| settle(turned.map(|half| half.dot(Vector::pairs(a, b))), bits);
    let (front, back) = (difference(0).zip16(difference(1)), difference(2).zip16(difference(3)));
    let odd = |a: i16, b: i16, c: i16, d: i16| {
        let half = |i: usize| front[i].dot(Vector::pairs(a, b)).add_wide(back[i].dot(Vector::pairs(c, d)));
        settle([half(0), half(1)], bits)
    };
    [
        plain(e0.add(e1)),
        odd(C[1], C[3], C[5], C[7]),
        even(C[2], C[6]),
        odd(C[3], -C[7], -C[1], -C[5]),
        plain(e0.sub(e1)),
        odd(C[5], -C[1], C[7], C[3]),
        even(C[6], -C[2]),
        odd(C[7], -C[5], C[3], -C[1]),
    ]
}

#[inline(always)]
fn forward(samples: &Block) -> Block {
    pass(&Vector::transposed(&pass(samples, true)), false)
}

/// Transforms two blocks that stand side by side in rows of sixteen samples.
#[inline(always)]
pub fn forward_pair(rows: &Block) -> [Block; 2] {
    let middle = Vector::splat(128);
    [forward(&rows.map(|row| row.widen_low().sub(middle))), forward(&rows.map(|row| row.widen_high().sub(middle)))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn exact(samples: &[[u8; 8]; 8], u: usize, v: usize) -> f64 {
        let scale = |n: usize| if n == 0 { 0.125f64.sqrt() } else { 0.5 };
        let cosine = |x: usize, n: usize| ((2 * x + 1) as f64 * n as f64 * PI / 16.0).cos();
        let mut sum = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                sum += (f64::from(sample) - 128.0) * cosine(x, u) * cosine(y, v);
            }
        }
        sum * scale(u) * scale(v)
    }

    fn check(samples: [[u8; 8]; 8]) {
        let rows = samples.map(|row| {
            let mut both = [7; 16];
            both[8..].copy_from_slice(&row);
            Vector::from_bytes(both)
        });
        let [_, block] = forward_pair(&rows);
        for (u, column) in block.iter().enumerate() {
            for (v, value) in column.numbers().into_iter().enumerate() {
                let off = f64::from(value) / f64::from(ONE) - exact(&samples, u, v);
                assert!(off.abs() < 0.13, "{u} {v}: {off}");
            }
        }
    }

    #[test]
    fn it_is_the_transform_of_the_standard() {
        let mut at = 9u32;
        for _ in 0..200 {
            check(std::array::from_fn(|_| {
                std::array::from_fn(|_| {
                    at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (at >> 24) as u8
                })
            }));
        }
    }

    #[test]
    fn the_largest_coefficients_hold() {
        for sign in 0..64usize {
            let (u, v) = (sign % 8, sign / 8);
            let high = |x: usize, n: usize| ((2 * x + 1) as f64 * n as f64 * PI / 16.0).cos() >= 0.0;
            check(std::array::from_fn(|y| std::array::from_fn(|x| if high(x, u) == high(y, v) { 255 } else { 0 })));
            check(std::array::from_fn(|y| std::array::from_fn(|x| if high(x, u) == high(y, v) { 0 } else { 255 })));
        }
    }
}
