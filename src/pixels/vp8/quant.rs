//! Quantisers: what a quality number means, and the rounding that goes with it.

use super::transform::Lanes;
use crate::vector::Vector;

/// Steps of DC coefficients by quantiser index (RFC 6386 section 14.1).
const DC_STEPS: [u16; 128] = [
    4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 25, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
    64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 91, 93, 95, 96, 98, 100,
    101, 102, 104, 106, 108, 110, 112, 114, 116, 118, 122, 124, 126, 128, 130, 132, 134, 136, 138, 140, 143, 145, 148, 151, 154, 157,
];

/// Steps of AC coefficients by quantiser index (RFC 6386 section 14.1).
const AC_STEPS: [u16; 128] = [
    4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 80, 82, 84, 86,
    88, 90, 92, 94, 96, 98, 100, 102, 104, 106, 108, 110, 112, 114, 116, 119, 122, 125, 128, 131, 134, 137, 140, 143, 146, 149, 152, 155,
    158, 161, 164, 167, 170, 173, 177, 181, 185, 189, 193, 197, 201, 205, 209, 213, 217, 221, 225, 229, 234, 239, 245, 249, 254, 259, 264,
    269, 274, 279, 284,
];

/// Coefficient position by coding order (RFC 6386 section 13).
pub const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// How much of a step is added to high luma frequencies before rounding, in 1/2048.
const SHARPENING: [u32; 16] = [0, 30, 60, 90, 30, 60, 90, 90, 60, 90, 90, 90, 90, 90, 90, 90];

/// Steps and rounding for the sixteen coefficients of one kind of block, in raster order.
#[derive(Clone, Copy, Default)]
pub struct Matrix {
    /// Coefficient units in one level.
    pub step: [i16; 16],
    /// 32768 / step, rounded up.
    inverse: [i16; 16],
    /// Added to a magnitude before a division that rounds to nearest; negative.
    bias: [i16; 16],
}

impl Matrix {
    /// Biases are the part of a step, in 1/256, from which a magnitude is rounded up to it.
    fn new(dc: u32, ac: u32, dc_bias: u32, ac_bias: u32, sharpen: bool) -> Self {
        let mut m = Self::default();
        for (i, &sharpening) in SHARPENING.iter().enumerate() {
            let (step, bias) = if i == 0 { (dc, dc_bias) } else { (ac, ac_bias) };
            let sharp = if sharpen { (sharpening * step) >> 11 } else { 0 };
            m.step[i] = step as i16;
            m.inverse[i] = 32768u32.div_ceil(step) as i16;
            m.bias[i] = ((step * bias) / 256 + sharp) as i16 - (step / 2) as i16;
        }
        m
    }

    /// The level of one coefficient.
    #[inline(always)]
    pub fn level(&self, i: usize, coefficient: i16) -> i16 {
        let size = (coefficient.saturating_abs() + self.bias[i]).max(0);
        let level = ((i32::from(size) * i32::from(self.inverse[i]) + 0x4000) >> 15).min(2047) as i16;
        if coefficient < 0 {
            -level
        } else {
            level
        }
    }

    /// Levels of all lanes, and the coefficients a decoder makes of them.
    #[inline(always)]
    pub fn quantise<const V: usize>(&self, coefficients: &Lanes<V>) -> (Lanes<V>, Lanes<V>) {
        let zero = Vector::splat(0);
        let mut levels = [[zero; V]; 16];
        let mut restored = [[zero; V]; 16];
        for i in 0..16 {
            let (step, bias) = (Vector::splat(self.step[i]), Vector::splat(self.bias[i]));
            let inverse = Vector::splat(self.inverse[i]);
            for v in 0..V {
                let c = coefficients[i][v];
                let sign = c.shr(15);
                let size = c.abs().add(bias).max(zero).mul_fraction(inverse);
                let level = size.xor(sign).sub(sign);
                levels[i][v] = level;
                restored[i][v] = level.mul(step);
            }
        }
        (levels, restored)
    }
}

/// Everything a macroblock's quantiser index decides.
#[derive(Clone, Copy, Default)]
pub struct Quantiser {
    /// Quantiser index, 0..=127.
    pub index: i32,
    /// Luma blocks.
    pub y1: Matrix,
    /// The block of luma DCs.
    pub y2: Matrix,
    /// Chroma blocks.
    pub uv: Matrix,
    /// Distortion worth one bit when choosing 4x4 luma modes, in squared units.
    pub lambda_4x4: u32,
    /// Its square root, in plain difference worth one bit.
    pub lambda_root: u32,
    /// The same when choosing among 16x16 luma modes.
    pub lambda_16x16: u32,
    /// The same for chroma modes.
    pub lambda_chroma: u32,
    /// The same between one 16x16 and sixteen 4x4 modes.
    pub lambda_split: u32,
    /// Weight of lost or added texture against squared error, in 1/256.
    pub texture: u32,
}

/// The frame-wide offsets of chroma quantiser indices.
#[derive(Clone, Copy, Default)]
pub struct ChromaOffsets {
    /// Added to the index of chroma DC, -15..=15.
    pub dc: i32,
    /// Added to the index of chroma AC, -15..=15.
    pub ac: i32,
}

pub(super) fn dc_step(index: i32) -> u32 {
    u32::from(DC_STEPS[index.clamp(0, 127) as usize])
}

pub(super) fn ac_step(index: i32) -> u32 {
    u32::from(AC_STEPS[index.clamp(0, 127) as usize])
}

impl Quantiser {
    /// The quantiser of one index.
    pub fn new(index: i32, chroma: ChromaOffsets) -> Self {
        let index = index.clamp(0, 127);
        let (dc, ac) = (dc_step(index), ac_step(index));
        // Chroma DC steps stop at 132 (RFC 6386 section 9.6).
        let uv_dc = dc_step((index + chroma.dc).min(117));
        let y2_ac = (ac * 155 / 100).max(8);
        let mean = |dc: u32, ac: u32| (dc + 15 * ac + 8) >> 4;
        let uv_ac = ac_step(index + chroma.ac);
        let (q4, q16, quv) = (mean(dc, ac), mean(dc * 2, y2_ac), mean(uv_dc, uv_ac));
        Self {
            index,
            y1: Matrix::new(dc, ac, 96, 110, true),
            y2: Matrix::new(dc * 2, y2_ac, 96, 108, false),
            uv: Matrix::new(uv_dc, uv_ac, 110, 115, false),
            lambda_4x4: ((3 * q4 * q4) >> 7).max(1),
            lambda_root: ((3 * q4 * q4) >> 7).max(1).isqrt(),
            lambda_16x16: (3 * q16 * q16).max(1),
            lambda_chroma: ((3 * quv * quv) >> 6).max(1),
            lambda_split: ((q4 * q4) >> 7).max(1),
            texture: (50 * q4) >> 5,
        }
    }

    /// The step of luma AC, which the loop filter follows.
    pub fn ac_step(&self) -> u32 {
        ac_step(self.index)
    }
}

/// The distance of a quality, 1..=100, from the coarsest quantiser, 0.0..=1.0.
///
/// The shape is libwebp's, so that its users' quality numbers keep their meaning: file size about
/// follows the quality, and 75 lies where the two slopes meet.
pub fn fineness(quality: u8) -> f64 {
    let q = f64::from(quality.clamp(1, 100)) / 100.0;
    let linear = if q < 0.75 { q * (2.0 / 3.0) } else { 2.0 * q - 1.0 };
    linear.cbrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_round_towards_zero_a_little() {
        let m = Quantiser::new(60, ChromaOffsets::default()).uv;
        let step = m.step[1];
        assert_eq!(m.level(1, step), 1);
        assert_eq!(m.level(1, -step), -1);
        assert_eq!(m.level(1, step / 2), 0);
        assert_eq!(m.level(1, step * 3 / 5), 1);
    }

    #[test]
    fn lanes_and_single_coefficients_agree() {
        let m = Quantiser::new(10, ChromaOffsets::default()).y1;
        let c = [-700i16, 3, 500, 2040, -1, 0, 9, -9];
        let (levels, restored) = m.quantise(&[[Vector::from_numbers(c)]; 16]);
        for i in 0..16 {
            #[allow(clippy::needless_range_loop)] // the lane is the index of three arrays
            for l in 0..8 {
                assert_eq!(levels[i][0].numbers()[l], m.level(i, c[l]));
                assert_eq!(restored[i][0].numbers()[l], m.level(i, c[l]) * m.step[i]);
            }
        }
    }
}
