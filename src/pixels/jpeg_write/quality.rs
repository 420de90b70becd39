//! Quantisation tables by quality, on the scale of libjpeg.

use super::Effort;
use crate::jpeg::LUMA_QUANT;

/// Table K.2 in natural order: quantisation of colour, quality 50.
const COLOUR: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// N. Robidoux's table of 2010, smooth and symmetric, quality 50: finer than Annex K in the middle frequencies and
/// coarser in the highest. It is for luminance: with a rounding that weighs bits it took 1 % fewer of them at equal
/// SSIM on eight photos. For colour it would be finer than Annex K, which takes 5 % more bytes.
const SMOOTH: [u16; 64] = [
    16, 16, 16, 18, 25, 37, 56, 85, 16, 17, 20, 27, 34, 40, 53, 75, 16, 20, 24, 31, 43, 62, 91, 135, 18, 27, 31, 40, 53, 74, 106, 156, 25,
    34, 43, 53, 69, 94, 131, 189, 37, 40, 62, 74, 94, 124, 169, 238, 56, 53, 91, 106, 131, 169, 226, 311, 85, 75, 135, 156, 189, 238, 311,
    418,
];

/// Steps of luminance in natural order, 1..=255.
pub(crate) fn steps(quality: u8, effort: Effort) -> [u16; 64] {
    match effort {
        Effort::Fast => scaled(&LUMA_QUANT.map(u16::from), quality),
        Effort::High => scaled(&SMOOTH, quality),
    }
}

/// Steps of luminance and colour in natural order.
pub fn tables(quality: u8, effort: Effort) -> [[u16; 64]; 2] {
    [steps(quality, effort), scaled(&COLOUR, quality)]
}

/// A table at a quality, within what baseline files may hold.
fn scaled(table: &[u16; 64], quality: u8) -> [u16; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_that_of_libjpeg() {
        for effort in [Effort::Fast, Effort::High] {
            assert_eq!(steps(50, effort)[0], 16);
            assert_eq!(steps(75, effort)[0], 8);
            assert!(tables(100, effort).iter().flatten().all(|&step| step == 1));
            assert!(tables(1, effort).iter().flatten().all(|&step| step == 255));
        }
        assert_eq!(tables(50, Effort::Fast)[1], COLOUR);
    }
}
