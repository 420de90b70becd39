//! The token partition: levels recorded block by block while the branches that they take are counted, and written once
//! at the end, when the counts have made the probabilities.

use super::boolcoder::BoolWriter;
use super::cost::{bit_cost, path_of, Kind, BANDS, CATEGORIES, PATHS};
use super::levels::Levels;
use super::probabilities::{Rows, DEFAULT, KEEP};

/// What is done with the branches of the coefficient tree, in their order.
trait Branches {
    /// One whose probability has a place: row and node.
    fn node(&mut self, row: usize, node: usize, taken: bool);
    /// One of fixed odds.
    fn fixed(&mut self, odds: u8, taken: bool);
}

/// Walks the branches of one block of levels in coding order; answers whether any is not zero.
#[inline(always)]
fn walk(levels: &[i16; 16], kind: Kind, context: usize, branches: &mut impl Branches) -> bool {
    let first = kind.first();
    let base = kind as usize * 8;
    let mut row = (base + BANDS[first]) * 3 + context.min(2);
    let Some(last) = (first..16).rev().find(|&n| levels[n] != 0) else {
        branches.node(row, 0, false);
        return false;
    };
    let mut after_zero = false;
    for n in first..=last {
        let size = u32::from(levels[n].unsigned_abs());
        if !after_zero {
            branches.node(row, 0, true);
        }
        branches.node(row, 1, size != 0);
        if size != 0 {
            let (path, category) = path_of(size);
            for &(node, taken) in PATHS[path] {
                branches.node(row, node, taken);
            }
            if let Some(category) = category {
                let (from, odds) = CATEGORIES[category];
                for (i, &p) in odds.iter().rev().enumerate().rev() {
                    branches.fixed(p, (size - from) >> i & 1 == 1);
                }
            }
            branches.fixed(128, levels[n] < 0);
        }
        after_zero = size == 0;
        row = (base + BANDS[n + 1]) * 3 + size.min(2) as usize;
    }
    if last < 15 {
        branches.node(row, 0, false);
    }
    true
}

/// Branches not taken and taken, by probability.
struct Counts(Vec<[u32; 2]>);

impl Branches for Counts {
    #[inline(always)]
    fn node(&mut self, row: usize, node: usize, taken: bool) {
        self.0[row * 11 + node][usize::from(taken)] += 1;
    }

    #[inline(always)]
    fn fixed(&mut self, _: u8, _: bool) {}
}

/// Branches on their way into the file.
struct Written<'a> {
    rows: &'a Rows,
    out: BoolWriter,
}

impl Branches for Written<'_> {
    #[inline(always)]
    fn node(&mut self, row: usize, node: usize, taken: bool) {
        self.out.bit(taken, self.rows[row][node]);
    }

    #[inline(always)]
    fn fixed(&mut self, odds: u8, taken: bool) {
        self.out.bit(taken, odds);
    }
}

/// Recorded levels and how often each probability was used.
pub struct Tokens {
    levels: Levels,
    counts: Counts,
}

impl Tokens {
    /// An empty record; nothing when memory is short.
    pub fn new() -> Option<Self> {
        let mut counts = Vec::new();
        counts.try_reserve_exact(super::probabilities::COUNT).ok()?;
        counts.resize(super::probabilities::COUNT, [0; 2]);
        Some(Self { levels: Levels::default(), counts: Counts(counts) })
    }

    /// Makes room for one more macroblock; false when memory is short.
    pub fn reserve(&mut self) -> bool {
        self.levels.reserve()
    }

    /// Records one block of levels in coding order; answers whether any is not zero.
    pub fn block(&mut self, levels: &[i16; 16], kind: Kind, context: usize) -> bool {
        self.levels.push(levels, kind, context);
        walk(levels, kind, context, &mut self.counts)
    }

    /// The probabilities that suit the branches so far best, the price of sending them included.
    pub fn probabilities(&self, bits: &[u16; 257]) -> Rows {
        let mut rows = DEFAULT;
        for (r, row) in rows.iter_mut().enumerate() {
            for (n, odds) in row.iter_mut().enumerate() {
                let [zeros, ones] = self.counts.0[r * 11 + n];
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
        let mut written = Written { rows, out: BoolWriter::new() };
        self.levels.each(|levels, kind, context| {
            walk(levels, kind, context, &mut written);
        });
        written.out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cost::{block_of, Costs, Sizes};
    use super::*;

    /// The price of branches.
    struct Paid<'a>(&'a Costs, u32);

    impl Branches for Paid<'_> {
        fn node(&mut self, row: usize, node: usize, taken: bool) {
            self.fixed(DEFAULT[row][node], taken);
        }

        fn fixed(&mut self, odds: u8, taken: bool) {
            self.1 += u32::from(bit_cost(self.0.bits(), taken, odds));
        }
    }

    #[test]
    fn the_price_of_a_block_is_that_of_its_branches() {
        let costs = Costs::new(&DEFAULT).unwrap();
        let mut block = [0i16; 16];
        for (n, level) in [(1, 1), (2, -2), (4, 5), (5, 66), (9, -67), (14, 200)] {
            block[n] = level;
            for kind in [Kind::LumaAc, Kind::LumaDc, Kind::Chroma, Kind::Luma] {
                for context in 0..3 {
                    let mut paid = Paid(&costs, 0);
                    walk(&block, kind, context, &mut paid);
                    assert_eq!(costs.block(&Sizes::new(block_of(block)), kind, context), paid.1, "up to {n}");
                }
            }
        }
    }
}
