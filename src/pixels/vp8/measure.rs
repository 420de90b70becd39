//! Distances between blocks: squared error and lost texture.

use super::transform::{rows, Lanes};
use crate::vector::Vector;

/// Weights of the Hadamard coefficients in [`texture`], in raster order.
const WEIGHTS: [i16; 16] = [38, 32, 20, 9, 32, 28, 17, 7, 20, 17, 10, 4, 9, 7, 4, 2];

/// Squared differences summed over all lanes.
#[inline(always)]
pub fn squared_error<const V: usize>(a: &Lanes<V>, b: &Lanes<V>) -> u32 {
    let mut sum = Vector::splat(0);
    for i in 0..16 {
        for v in 0..V {
            let d = a[i][v].sub(b[i][v]);
            sum = sum.add_wide(d.dot(d));
        }
    }
    sum.sum()
}

/// Squared differences of each of eight lanes.
#[inline(always)]
pub fn squared_errors(a: &Lanes<1>, b: &Lanes<1>) -> [u32; 8] {
    let mut sums = [Vector::splat(0); 2];
    for i in 0..16 {
        let squares = a[i][0].sub(b[i][0]).squares();
        sums = [sums[0].add_wide(squares[0]), sums[1].add_wide(squares[1])];
    }
    let (low, high) = (sums[0].wide(), sums[1].wide());
    std::array::from_fn(|l| if l < 4 { low[l] } else { high[l - 4] })
}

#[inline(always)]
fn hadamard_four(d: [Vector; 4]) -> [Vector; 4] {
    let (a0, a1) = (d[0].add(d[2]), d[1].add(d[3]));
    let (a2, a3) = (d[1].sub(d[3]), d[0].sub(d[2]));
    [a0.add(a1), a3.add(a2), a3.sub(a2), a0.sub(a1)]
}

/// How much there is to see in each lane: weighted magnitudes of its Hadamard transform, over 64.
#[inline(always)]
pub fn texture<const V: usize>(pixels: &Lanes<V>) -> [Vector; V] {
    std::array::from_fn(|v| {
        let mut sum = Vector::splat(0);
        let half: [_; 4] = std::array::from_fn(|y| hadamard_four([0, 1, 2, 3].map(|x| pixels[4 * y + x][v])));
        for x in 0..4 {
            let column = hadamard_four([0, 1, 2, 3].map(|y| half[y][x]));
            for y in 0..4 {
                let weight = Vector::splat(WEIGHTS[4 * y + x] * 512);
                sum = sum.add(column[y].abs().mul_fraction(weight));
            }
        }
        sum
    })
}

/// The sum of residuals and prediction, as a decoder clips it.
#[inline(always)]
pub fn add<const V: usize>(prediction: &Lanes<V>, residual: &Lanes<V>) -> Lanes<V> {
    let (black, white) = (Vector::splat(0), Vector::splat(255));
    rows(|i, v| prediction[i][v].add(residual[i][v]).max(black).min(white))
}

/// The difference of source and prediction.
#[inline(always)]
pub fn subtract<const V: usize>(source: &Lanes<V>, prediction: &Lanes<V>) -> Lanes<V> {
    rows(|i, v| source[i][v].sub(prediction[i][v]))
}

/// Cost of a choice: squared error in 1/256, plus bits (1/256 bit) at their worth in squared error.
#[inline(always)]
pub fn score(distortion: u32, bits: u32, lambda: u32) -> u64 {
    256 * u64::from(distortion) + u64::from(bits) * u64::from(lambda)
}
