//! Scans of all components together, unit by unit: whole blocks, or their means alone (T.81 F.1.2 and G.1.2.1).

use super::coefficients::{Block, Blocks, Coefficients};
use super::sink::{band_table, mean_table, Sink};

/// What of a block a scan holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    All,
    /// Its mean.
    Mean,
}

/// A value as the bits behind a symbol, and how many they are (T.81 F.1.2.1).
#[inline(always)]
pub fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = (value + (value >> 31)) as u32 & ((1 << size) - 1);
    (bits, size)
}

/// Walks over a picture.
pub fn scan<S: Sink>(from: &Coefficients, content: Content, sink: &mut S) {
    let mut before = [0i32; 3];
    for unit_row in 0..from.units_high {
        // Two rows of each component; a row that holds no pixels is written as copies of its neighbours' means.
        let mut rows: [[Option<Blocks>; 2]; 3] = Default::default();
        for (plane, rows) in from.planes.iter().zip(&mut rows) {
            for (line, row) in rows.iter_mut().enumerate().take(plane.part.side) {
                *row = plane.rows.get(unit_row * plane.part.side + line).map(|row| row.blocks());
            }
        }
        for _ in 0..from.units_wide {
            for ((plane, rows), before) in from.planes.iter().zip(&mut rows).zip(&mut before) {
                for row in rows.iter_mut().take(plane.part.side) {
                    for _ in 0..plane.part.side {
                        let next = row.as_mut().and_then(Iterator::next);
                        let block = next.unwrap_or(Block { mean: *before as i16, filled: 0, values: &[] });
                        let (bits, size) = magnitude(i32::from(block.mean) - *before);
                        *before = i32::from(block.mean);
                        sink.symbol(mean_table(plane.part.table), size as u8, bits, size);
                        if content == Content::All {
                            band(&block, band_table(plane.part.table), sink);
                        }
                    }
                }
            }
        }
    }
}

/// The coefficients behind the mean.
#[inline(always)]
fn band<S: Sink>(block: &Block, table: usize, sink: &mut S) {
    let (mut left, mut last) = (block.filled, 0);
    for &value in block.values {
        let k = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        let mut run = k.wrapping_sub(last + 1);
        while run > 15 {
            sink.symbol(table, 0xF0, 0, 0);
            run -= 16;
        }
        let (bits, size) = magnitude(i32::from(value));
        sink.symbol(table, (run << 4 | size) as u8, bits, size);
        last = k;
    }
    if last < 63 {
        sink.symbol(table, 0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_are_those_of_the_standard() {
        for (value, bits, size) in
            [(0, 0, 0), (1, 1, 1), (-1, 0, 1), (2, 0b10, 2), (-2, 0b01, 2), (-3, 0b00, 2), (1023, 1023, 10), (-2047, 0, 11)]
        {
            assert_eq!(magnitude(value), (bits, size), "{value}");
        }
    }
}
