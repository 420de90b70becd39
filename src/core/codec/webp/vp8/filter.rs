//! The strength of the decoder's loop filter.

use super::quant::Quantiser;

/// Strength of the filter against blocking; libwebp's default of 60 % in its unit of a fifth.
const STRENGTH: u32 = 300;

/// The loop filter level of a segment, 0..=63 (RFC 6386 section 15.2), sharpness 0.
///
/// `smoothness` 0..=255 is the segment's place between the busiest and the smoothest: the finer steps
/// of smooth areas leave less to filter.
pub fn level(quantiser: &Quantiser, smoothness: u32) -> u8 {
    let step = (quantiser.ac_step() >> 2).min(63);
    let level = step * STRENGTH / (256 + smoothness);
    if level < 2 { 0 } else { level.min(63) as u8 }
}

#[cfg(test)]
mod tests {
    use super::super::quant::ChromaOffsets;
    use super::*;

    #[test]
    fn coarser_steps_filter_harder() {
        let at = |index| level(&Quantiser::new(index, ChromaOffsets::default()), 0);
        assert_eq!(at(0), 0);
        assert!(at(40) < at(80));
        assert!(at(127) <= 63);
    }
}
