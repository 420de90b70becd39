//! Blocks of levels, packed: most levels are small and most blocks short, so that a frame takes less than a byte a pixel
//! where its branches would take ten. In pages, since a list that grows holds its bytes twice for a moment.

use super::cost::Kind;

/// Bytes of a page.
const PAGE: usize = 1 << 16;
/// Most bytes of a block: its head, and sixteen levels that do not fit into one byte.
const BLOCK: usize = 2 + 16 * 3;
/// Blocks of a macroblock.
const BLOCKS: usize = 25;
/// Says that a level of two bytes follows.
const LONG: u8 = 0x80;

/// Packed blocks in coding order.
#[derive(Default)]
pub struct Levels {
    pages: Vec<Vec<u8>>,
}

impl Levels {
    /// Makes room for one more macroblock; false when memory is short.
    pub fn reserve(&mut self) -> bool {
        if self.pages.last().is_some_and(|page| page.capacity() - page.len() >= BLOCK * BLOCKS) {
            return true;
        }
        let mut page = Vec::new();
        let reserved = page.try_reserve_exact(PAGE).is_ok() && self.pages.try_reserve(1).is_ok();
        if reserved {
            self.pages.push(page);
        }
        reserved
    }

    /// Adds a block; 25 of them have room after a [`reserve`](Levels::reserve).
    pub fn push(&mut self, levels: &[i16; 16], kind: Kind, context: usize) {
        let Some(page) = self.pages.last_mut() else { return };
        let count = levels.iter().rposition(|&level| level != 0).map_or(0, |last| last + 1);
        page.extend_from_slice(&[count as u8 | (kind as u8) << 5, context as u8]);
        for &level in &levels[..count] {
            match i8::try_from(level) {
                Ok(short) if short as u8 != LONG => page.push(short as u8),
                _ => {
                    let [low, high] = level.to_le_bytes();
                    page.extend_from_slice(&[LONG, low, high]);
                }
            }
        }
    }

    /// Hands out all blocks in their order.
    pub fn each(&self, mut block: impl FnMut(&[i16; 16], Kind, usize)) {
        for page in &self.pages {
            let mut bytes = page.iter().copied();
            while let (Some(head), Some(context)) = (bytes.next(), bytes.next()) {
                let mut levels = [0; 16];
                for level in levels.iter_mut().take(usize::from(head & 31)) {
                    *level = match bytes.next().unwrap_or(0) {
                        LONG => i16::from_le_bytes([bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)]),
                        short => i16::from(short as i8),
                    };
                }
                let kind = [Kind::LumaAc, Kind::LumaDc, Kind::Chroma, Kind::Luma][usize::from(head >> 5 & 3)];
                block(&levels, kind, usize::from(context));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_over_pages_and_whatever_their_levels_are() {
        let mut levels = Levels::default();
        let block = |i: usize| -> ([i16; 16], Kind, usize) {
            let value = |n: usize| [0, 1, -1, 127, -127, -128, 128, 2047, -2048][(i * 7 + n * n) % 9];
            let long = i % 17;
            (
                std::array::from_fn(|n| if n < long { value(n) } else { 0 }),
                [Kind::Luma, Kind::Chroma, Kind::LumaDc, Kind::LumaAc][i % 4],
                i % 3,
            )
        };
        for i in 0..25 * 400 {
            assert!(i % 25 > 0 || levels.reserve());
            let (values, kind, context) = block(i);
            levels.push(&values, kind, context);
        }
        assert!(levels.pages.len() > 2 && levels.pages.iter().all(|page| page.capacity() == PAGE));
        let mut at = 0;
        levels.each(|values, kind, context| {
            let (wanted, wanted_kind, wanted_context) = block(at);
            assert!(*values == wanted && kind == wanted_kind && context == wanted_context, "{at}");
            at += 1;
        });
        assert_eq!(at, 25 * 400);
    }
}
