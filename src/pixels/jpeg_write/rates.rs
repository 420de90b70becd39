//! What symbols cost in bits, by how often they come.

use super::coefficients::Coefficients;
use super::sequential::{self, Content};
use super::sink::{band_table, Tally};

/// Bits of the symbols of one table.
pub struct Bits {
    /// By run in the high and size in the low four bits, the bits of the value included.
    pub coefficient: [f32; 256],
    /// Of sixteen zeros.
    pub zeros: f32,
    /// Of the end of a block.
    pub end: f32,
}

/// Bits of luminance and colour.
pub struct Rates {
    /// By table.
    pub tables: [Bits; 2],
}

impl Rates {
    /// Those of a picture as it was rounded before.
    pub fn of(from: &Coefficients) -> Self {
        let mut tally = Tally::default();
        sequential::scan(from, Content::All, &mut tally);
        Self { tables: [0, 1].map(|table| Bits::new(&tally.counts[band_table(table)])) }
    }
}

impl Bits {
    fn new(counts: &[u32; 256]) -> Self {
        let all: f32 = counts.iter().map(|&n| n as f32).sum();
        // What never came would take one of the longest codes.
        let coefficient = std::array::from_fn(|symbol| {
            let bits = (all + 1.0).log2() - (counts[symbol] as f32 + 0.25).log2();
            // In 64ths, so that machines whose logarithms end differently agree.
            (bits.clamp(0.5, 16.0) * 64.0).round() / 64.0 + (symbol & 15) as f32
        });
        Self { coefficient, zeros: coefficient[0xF0], end: coefficient[0] }
    }
}
