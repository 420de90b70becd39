//! Rounding that weighs the error of each level against its bits: the cheapest way through a block.
//!
//! A way goes from one level that is not zero to the next; the best way to each is found from the best ways to those
//! before it. Only levels that rounding to the nearest leaves nonzero are in question, each as it is, one lower, or
//! zero, so that a way is short.

use super::coefficients::Row;
use super::dct::{Block, ONE};
use super::quantise::{number, Levels};
use super::rates::Bits;
use crate::jpeg::ZIGZAG;
use crate::vector::Vector;

/// What the square of an error of one step is worth in a block without contrast, bits; and the mean square of
/// coefficients at which it is worth half of that, as contrast hides errors. Both are in the middle of a flat valley
/// of bytes at equal SSIM.
const WORTH: f32 = 28.0;
const HALVED: f32 = 1450.0;

/// Chooses levels of the blocks of a component.
pub struct Trellis<'a> {
    bits: &'a Bits,
    /// What turns a coefficient into steps, by zigzag index.
    per_step: [f32; 64],
    ways: [Way; 64],
}

/// The best way that ends in one level.
#[derive(Clone, Copy, Default)]
struct Way {
    /// The zigzag index.
    k: u32,
    level: u16,
    /// The way before it, 0 for none.
    before: usize,
    cost: f32,
    /// What zeros cost up to this level, itself included.
    zeroed: f32,
}

impl<'a> Trellis<'a> {
    /// With steps in natural order.
    pub fn new(steps: &[u16; 64], bits: &'a Bits) -> Self {
        let per_step = ZIGZAG.map(|natural| 1.0 / (f32::from(steps[usize::from(natural) & 63]) * ONE as f32));
        Self { bits, per_step, ways: [Way::default(); 64] }
    }

    /// Adds a block, whose nearest levels are given, to a row.
    pub fn choose(&mut self, block: &Block, nearest: &Levels, out: &mut Row) {
        let mean = nearest.at(0);
        if nearest.filled == 0 {
            return out.push_sparse(mean, std::iter::empty());
        }
        let words = block.map(Vector::halves);
        let worth = self.worth(block, number(&words, 0));
        let mut count = 0;
        self.ways[0] = Way::default();
        let mut left = nearest.filled;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let exact = f32::from(number(&words, k as usize).unsigned_abs()) * self.per_step[k as usize & 63];
            let before = self.ways[count].zeroed;
            let zeroed = before + worth * exact * exact;
            let level = nearest.at(k as usize).unsigned_abs();
            let mut best = Way { k, level, before: 0, cost: f32::INFINITY, zeroed };
            for level in [level, level - 1] {
                if level == 0 {
                    continue;
                }
                let size = 16 - level.leading_zeros();
                let apart = exact - f32::from(level);
                let error = worth * apart * apart;
                for from in (0..=count).rev() {
                    let way = &self.ways[from];
                    let passed = way.cost + before - way.zeroed;
                    let run = k - way.k - 1;
                    let cost = passed
                        + error
                        + self.bits.zeros * (run >> 4) as f32
                        + self.bits.coefficient[((run & 15) << 4 | size) as usize & 255];
                    if cost < best.cost {
                        best = Way { level, before: from, cost, ..best };
                    }
                }
            }
            count += 1;
            self.ways[count & 63] = best;
        }
        self.push(count, mean, nearest, out);
    }

    /// The end that makes the cheapest whole, and the way back from it.
    fn push(&self, count: usize, mean: i16, nearest: &Levels, out: &mut Row) {
        let all = self.ways[count & 63].zeroed;
        let whole = |way: &Way| way.cost + all - way.zeroed + if way.k == 63 { 0.0 } else { self.bits.end };
        let (mut end, mut least) = (0, f32::INFINITY);
        for (at, way) in self.ways.iter().enumerate().take(count + 1) {
            if whole(way) < least {
                (end, least) = (at, whole(way));
            }
        }
        let (mut levels, mut used) = ([(0, 0); 64], 64);
        while end > 0 && used > 0 {
            let way = &self.ways[end & 63];
            used -= 1;
            let level = way.level as i16;
            levels[used] = (way.k, if nearest.at(way.k as usize) < 0 { -level } else { level });
            end = way.before;
        }
        out.push_sparse(mean, levels[used..].iter().copied());
    }

    /// What the square of an error of one step is worth in this block, bits.
    #[inline(always)]
    fn worth(&self, block: &Block, mean: i16) -> f32 {
        let squares = block.iter().fold(Vector::splat(0), |sum, column| {
            // Halved, as the sums of sixteen squares would not fit.
            let half = column.shr(3);
            sum.add_wide(half.dot(half))
        });
        let energy: f32 = squares.wide().iter().map(|&sum| sum as f32).sum::<f32>() - f32::from(mean >> 3) * f32::from(mean >> 3);
        let contrast = energy.max(0.0) * 64.0 / (63.0 * (ONE * ONE) as f32);
        WORTH * HALVED / (HALVED + contrast)
    }
}
