//! From coefficients to levels, eight side by side.

use super::dct::{Block, ONE};
use crate::jpeg::ZIGZAG;
use crate::vector::Vector;

/// Bits behind the point of the reciprocals: their products stay below 2^31.
const POINT: u32 = 20;

/// Where the coefficient of a zigzag index stands in a block, which lies transposed.
pub const PLACE: [u8; 64] = {
    let (mut out, mut k) = ([0; 64], 0);
    while k < 64 {
        let natural = ZIGZAG[k];
        out[k] = natural % 8 * 8 + natural / 8;
        k += 1;
    }
    out
};

/// The zigzag index of a place in a block.
const INDEX: [u8; 64] = {
    let (mut out, mut k) = ([0; 64], 0);
    while k < 64 {
        out[PLACE[k] as usize] = k as u8;
        k += 1;
    }
    out
};

/// Parts of a step, of 256, that are added before rounding down: half of it is nearest.
pub type Rounding = fn(k: usize) -> u32;

/// To the nearest level.
pub const NEAREST: Rounding = |_| 128;
/// A little towards zero but for the mean: what lies near the middle costs more bits than it shows. On five photos it
/// took 1 to 2 % fewer bytes at equal SSIM than the nearest. 116 took half a percent less of photos, but 1 % more of
/// the thin lines of screenshots, which it blots out.
pub const FAST: Rounding = |k| if k == 0 { 128 } else { 120 };

/// One table of steps, made ready.
pub struct Quantiser {
    add: [Vector; 8],
    reciprocals: [[Vector; 2]; 8],
}

/// The levels of a block and which of them are not zero.
pub struct Levels {
    words: [[u64; 2]; 8],
    /// Bit `k` for the level of zigzag index `k`; the first is that of the mean, and never set.
    pub filled: u64,
}

impl Levels {
    /// The level at a zigzag index, 0..=63.
    #[inline(always)]
    pub fn at(&self, k: usize) -> i16 {
        number(&self.words, k)
    }
}

/// The number at a zigzag index in the words of a block.
#[inline(always)]
pub fn number(words: &[[u64; 2]; 8], k: usize) -> i16 {
    let place = usize::from(PLACE[k & 63]);
    (words[(place / 8) & 7][(place / 4) & 1] >> (place % 4 * 16)) as i16
}

impl Quantiser {
    /// Of steps in natural order, 1..=255.
    pub fn new(steps: &[u16; 64], rounding: Rounding) -> Self {
        let mut quantiser = Self { add: [Vector::splat(0); 8], reciprocals: [[Vector::splat(0); 2]; 8] };
        for (u, (add, reciprocals)) in quantiser.add.iter_mut().zip(&mut quantiser.reciprocals).enumerate() {
            let step: [u32; 8] = std::array::from_fn(|v| u32::from(steps[v * 8 + u].max(1)) * ONE);
            *add = Vector::from_numbers(std::array::from_fn(|v| ((step[v] * rounding(usize::from(INDEX[u * 8 + v]))) >> 8) as i16));
            // Rounded up, or whole multiples of a step would fall short.
            let reciprocal = step.map(|step| (1u32 << POINT).div_ceil(step));
            let [a, b, c, d, e, f, g, h] = reciprocal;
            *reciprocals = [Vector::from_words([a, b, c, d]), Vector::from_words([e, f, g, h])];
        }
        quantiser
    }

    /// The levels of a block.
    #[inline(always)]
    pub fn levels(&self, block: &Block) -> Levels {
        let levels: Block = std::array::from_fn(|u| {
            let sign = block[u].shr(15);
            let wide = block[u].abs().add(self.add[u]).zip16(Vector::splat(0));
            let [low, high] = [0, 1].map(|half| wide[half].mul_wide(self.reciprocals[u][half]).shr_wide(POINT));
            low.narrow_wide(high).xor(sign).sub(sign)
        });
        let mut places = 0u64;
        for (i, pair) in levels.as_chunks::<2>().0.iter().enumerate() {
            places |= u64::from(pair[0].abs().narrow(pair[1].abs()).filled()) << (16 * i);
        }
        let (mut filled, mut left) = (0, places & !1);
        while left != 0 {
            filled |= 1 << INDEX[left.trailing_zeros() as usize & 63];
            left &= left - 1;
        }
        Levels { words: levels.map(Vector::halves), filled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_the_nearest() {
        for quality in [1u32, 2, 7, 100, 255] {
            let quantiser = Quantiser::new(&[quality as u16; 64], NEAREST);
            for value in (-16_384..16_384).step_by(61) {
                let block = [Vector::splat(value); 8];
                let levels = quantiser.levels(&block);
                let exact = f64::from(value) / f64::from(quality * ONE);
                for k in 0..64 {
                    assert!((f64::from(levels.at(k)) - exact).abs() <= 0.52, "{value} over {quality}");
                    assert_eq!(levels.filled >> k & 1 == 1, k > 0 && levels.at(k) != 0);
                }
            }
        }
    }

    #[test]
    fn places_are_transposed() {
        let quantiser = Quantiser::new(&[1; 64], NEAREST);
        // Horizontal frequency 1 alone, which is zigzag index 1.
        let mut block = [Vector::splat(0); 8];
        block[1] = Vector::from_numbers([160, 0, 0, 0, 0, 0, 0, 0]);
        let levels = quantiser.levels(&block);
        assert_eq!((levels.filled, levels.at(1), levels.at(2)), (2, 10, 0));
    }
}
