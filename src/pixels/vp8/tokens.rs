//! The token partition: coefficients recorded as tree branches, counted, and written once at the end.

use super::boolcoder::BoolWriter;
use super::cost::{bit_cost, path_of, Kind, BANDS, CATEGORIES, PATHS};
use super::probabilities::{Rows, DEFAULT, KEEP};

/// Set when a branch has fixed odds in its low byte; without it the low bits name a probability.
const FIXED: u16 = 1 << 14;
/// The branch taken.
const TAKEN: u16 = 1 << 15;
/// More branches than one macroblock can need: 400 coefficients of at most 21.
const MACROBLOCK: usize = 400 * 22;

/// Recorded branches and how often each probability was used.
pub struct Tokens {
    branches: Vec<u16>,
    /// Branches not taken and taken, by probability.
    counts: Vec<[u32; 2]>,
}

impl Tokens {
    /// An empty record; nothing when memory is short.
    pub fn new() -> Option<Self> {
        let mut counts = Vec::new();
        counts.try_reserve_exact(super::probabilities::COUNT).ok()?;
        counts.resize(super::probabilities::COUNT, [0; 2]);
        Some(Self { branches: Vec::new(), counts })
    }

    /// Makes room for one more macroblock; false when memory is short.
    pub fn reserve(&mut self) -> bool {
        self.branches.try_reserve(MACROBLOCK).is_ok()
    }

    #[inline(always)]
    fn node(&mut self, row: usize, node: usize, taken: bool) {
        let at = row * 11 + node;
        self.counts[at][usize::from(taken)] += 1;
        self.branches.push(at as u16 | if taken { TAKEN } else { 0 });
    }

    #[inline(always)]
    fn fixed(&mut self, odds: u8, taken: bool) {
        self.branches.push(FIXED | u16::from(odds) | if taken { TAKEN } else { 0 });
    }

    /// Records one block of levels in coding order; answers whether any is not zero.
    pub fn block(&mut self, levels: &[i16; 16], kind: Kind, context: usize) -> bool {
        let first = kind.first();
        let base = kind as usize * 8;
        let mut row = (base + BANDS[first]) * 3 + context.min(2);
        let Some(last) = (first..16).rev().find(|&n| levels[n] != 0) else {
            self.node(row, 0, false);
            return false;
        };
        let mut after_zero = false;
        for n in first..=last {
            let size = u32::from(levels[n].unsigned_abs());
            if !after_zero {
                self.node(row, 0, true);
            }
            self.node(row, 1, size != 0);
            if size != 0 {
                let (path, category) = path_of(size);
                for &(node, taken) in PATHS[path] {
                    self.node(row, node, taken);
                }
                if let Some(category) = category {
                    let (from, odds) = CATEGORIES[category];
                    for (i, &p) in odds.iter().rev().enumerate().rev() {
                        self.fixed(p, (size - from) >> i & 1 == 1);
                    }
                }
                self.fixed(128, levels[n] < 0);
            }
            after_zero = size == 0;
            row = (base + BANDS[n + 1]) * 3 + size.min(2) as usize;
        }
        if last < 15 {
            self.node(row, 0, false);
        }
        true
    }

    /// The probabilities that suit the branches so far best, the price of sending them included.
    pub fn probabilities(&self, bits: &[u16; 257]) -> Rows {
        let mut rows = DEFAULT;
        for (r, row) in rows.iter_mut().enumerate() {
            for (n, odds) in row.iter_mut().enumerate() {
                let [zeros, ones] = self.counts[r * 11 + n];
                let total = zeros + ones;
                if total == 0 {
                    continue;
                }
                let better = (255 - u64::from(ones) * 255 / u64::from(total)).max(1) as u8;
                let price =
                    |p: u8| u64::from(zeros) * u64::from(bit_cost(bits, false, p)) + u64::from(ones) * u64::from(bit_cost(bits, true, p));
                let keep = KEEP[r][n];
                let stay = price(*odds) + u64::from(bit_cost(bits, false, keep));
                let change = price(better) + u64::from(bit_cost(bits, true, keep)) + 8 * 256;
                if change < stay {
                    *odds = better;
                }
            }
        }
        rows
    }

    /// Writes the whole partition.
    pub fn write(&self, rows: &Rows) -> Option<Vec<u8>> {
        let odds = rows.as_flattened();
        let mut out = BoolWriter::new();
        for &branch in &self.branches {
            let taken = branch & TAKEN != 0;
            if branch & FIXED != 0 {
                out.bit(taken, branch as u8);
            } else {
                let at = usize::from(branch & 0x7ff);
                out.bit(taken, odds.get(at).copied().unwrap_or(128));
            }
        }
        out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cost::{block_of, Costs, Sizes};
    use super::*;

    #[test]
    fn the_price_of_a_block_is_that_of_its_branches() {
        let costs = Costs::new(&DEFAULT).unwrap();
        let mut block = [0i16; 16];
        for (n, level) in [(1, 1), (2, -2), (4, 5), (5, 66), (9, -67), (14, 200)] {
            block[n] = level;
            for kind in [Kind::LumaAc, Kind::LumaDc, Kind::Chroma, Kind::Luma] {
                for context in 0..3 {
                    let mut tokens = Tokens::new().unwrap();
                    tokens.block(&block, kind, context);
                    let paid: u32 = tokens
                        .branches
                        .iter()
                        .map(|&branch| {
                            let named = DEFAULT.as_flattened()[usize::from(branch & 0x7ff) % 1056];
                            let odds = if branch & FIXED != 0 { branch as u8 } else { named };
                            u32::from(bit_cost(costs.bits(), branch & TAKEN != 0, odds))
                        })
                        .sum();
                    let priced = costs.block(&Sizes::new(block_of(block)), kind, context);
                    assert_eq!(priced, paid, "up to {n}");
                }
            }
        }
    }
}
