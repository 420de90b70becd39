//! What coefficients cost to write, from the current probabilities.

use super::probabilities::Rows;
use super::quant::ZIGZAG;
use super::transform::Lanes;
use crate::vector::Vector;

/// Kinds of blocks, as the coefficient probabilities tell them apart (RFC 6386 section 13.3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Luma without its DC, which the block of DCs carries.
    LumaAc = 0,
    /// The block of luma DCs.
    LumaDc = 1,
    /// Chroma.
    Chroma = 2,
    /// Luma with its DC.
    Luma = 3,
}

impl Kind {
    /// The first coefficient such a block codes.
    pub fn first(self) -> usize {
        usize::from(self == Self::LumaAc)
    }
}

/// Band of each coefficient in coding order; the last entry stands past the end.
pub const BANDS: [usize; 17] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];

/// Levels from here on share all tree nodes and differ in extra bits only.
const TOP: usize = 67;

/// The extra bits of the six level categories: first level and odds (RFC 6386 section 13.2).
pub const CATEGORIES: [(u32, &[u8]); 6] = [
    (5, &[159]),
    (7, &[165, 145]),
    (11, &[173, 148, 140]),
    (19, &[176, 155, 140, 135]),
    (35, &[180, 157, 141, 134, 130]),
    (67, &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129]),
];

/// The tree nodes after "not zero", by level 1..=4 and then category 1..=6: node and branch.
pub const PATHS: [&[(usize, bool)]; 10] = [
    &[(2, false)],
    &[(2, true), (3, false), (4, false)],
    &[(2, true), (3, false), (4, true), (5, false)],
    &[(2, true), (3, false), (4, true), (5, true)],
    &[(2, true), (3, true), (6, false), (7, false)],
    &[(2, true), (3, true), (6, false), (7, true)],
    &[(2, true), (3, true), (6, true), (8, false), (9, false)],
    &[(2, true), (3, true), (6, true), (8, false), (9, true)],
    &[(2, true), (3, true), (6, true), (8, true), (10, false)],
    &[(2, true), (3, true), (6, true), (8, true), (10, true)],
];

/// The index of a magnitude's path, and its category if it has one.
#[inline]
pub fn path_of(size: u32) -> (usize, Option<usize>) {
    let category = match size {
        0..=4 => return (size.max(1) as usize - 1, None),
        5..=6 => 0,
        7..=10 => 1,
        11..=18 => 2,
        19..=34 => 3,
        35..=66 => 4,
        _ => 5,
    };
    (category + 4, Some(category))
}

/// Price of a bit in 1/256 bit, by its probability in 256; the last entry is a certain bit.
pub fn bit_costs() -> [u16; 257] {
    std::array::from_fn(|p| {
        let share = (p.max(1) as f32) / 256.0;
        (-share.log2() * 256.0).round() as u16
    })
}

/// Price of a bit whose odds of being 0 are `probability` in 256.
#[inline]
pub fn bit_cost(bits: &[u16; 257], bit: bool, probability: u8) -> u16 {
    let p = usize::from(probability);
    bits[if bit { 256 - p } else { p }]
}

/// Prices of levels in 1/256 bit, signs included.
pub struct Costs {
    bits: [u16; 257],
    /// By kind * 24 + band * 3 + context, then magnitude up to [`TOP`]; from context 1 on it
    /// includes saying that the block goes on.
    levels: Vec<[u16; TOP + 1]>,
    /// By the same row: saying that the block ends here.
    end: [u16; 96],
    /// By the same row: saying that it goes on.
    more: [u16; 96],
    /// Extra bits of magnitudes over [`TOP`], by number of bits set after the highest odds.
    large: [u16; 2048],
}

impl Costs {
    /// Prices by the given probabilities; nothing when memory is short.
    pub fn new(rows: &Rows) -> Option<Self> {
        let bits = bit_costs();
        let mut levels = Vec::new();
        levels.try_reserve_exact(96).ok()?;
        levels.resize(96, [0; TOP + 1]);
        let mut large = [0u16; 2048];
        for (size, cost) in (0u32..).zip(large.iter_mut()) {
            *cost = 256 + extra_cost(&bits, size);
        }
        let mut costs = Self { bits, levels, end: [0; 96], more: [0; 96], large };
        costs.update(rows);
        Some(costs)
    }

    /// Takes over new probabilities.
    pub fn update(&mut self, rows: &Rows) {
        let bits = &self.bits;
        for (r, row) in rows.iter().enumerate() {
            self.end[r] = bit_cost(bits, false, row[0]);
            self.more[r] = bit_cost(bits, true, row[0]);
            let context = r % 3;
            let base = if context > 0 { self.more[r] } else { 0 };
            let paths: [u16; 10] = std::array::from_fn(|i| {
                let walk = PATHS[i].iter().map(|&(node, b)| bit_cost(bits, b, row[node]));
                base + bit_cost(bits, true, row[1]) + walk.sum::<u16>()
            });
            self.levels[r][0] = base + bit_cost(bits, false, row[1]);
            for size in 1..=TOP {
                let fixed = if size == TOP { 0 } else { self.large[size] };
                self.levels[r][size] = paths[path_of(size as u32).0] + fixed;
            }
        }
    }

    /// Price of bits of known odds.
    pub fn bits(&self) -> &[u16; 257] {
        &self.bits
    }

    /// Price of one magnitude at a row.
    #[inline(always)]
    pub fn level(&self, row: usize, size: usize) -> u32 {
        let table = &self.levels[row];
        let mut cost = u32::from(table[size.min(TOP)]);
        if size >= TOP {
            cost += u32::from(self.large[size & 2047]);
        }
        cost
    }

    /// Price of ending the block at a row.
    #[inline(always)]
    pub fn end(&self, row: usize) -> u32 {
        u32::from(self.end[row])
    }

    /// Price of starting a block that is not empty in context 0.
    #[inline(always)]
    pub fn more(&self, row: usize) -> u32 {
        u32::from(self.more[row])
    }

    /// Price of one block.
    #[inline(always)]
    pub fn block(&self, block: &Sizes, kind: Kind, context: usize) -> u32 {
        let first = kind.first();
        let base = kind as usize * 24;
        let mut row = base + BANDS[first] * 3 + context;
        if block.filled == 0 {
            return self.end(row);
        }
        let mut cost = if context == 0 { self.more(row) } else { 0 };
        let last = 15 - (block.filled.leading_zeros() as usize).min(15);
        for n in first..=last {
            let size = usize::from(block.sizes[n & 15]);
            cost += self.level(row, size);
            row = base + BANDS[n + 1] * 3 + size.min(2);
        }
        if last < 15 {
            cost += self.end(row);
        }
        cost
    }
}

/// What of a block decides its price.
#[derive(Clone, Copy, Default)]
pub struct Sizes {
    /// One bit for each coefficient that is not zero, in coding order, the first lowest.
    pub filled: u16,
    /// Magnitudes in coding order, 255 for larger ones.
    pub sizes: [u8; 16],
}

impl Sizes {
    /// Of a block's levels in coding order.
    #[inline(always)]
    pub fn new(levels: [Vector; 2]) -> Self {
        let sizes = levels[0].abs().narrow(levels[1].abs());
        Self { filled: sizes.filled(), sizes: sizes.bytes() }
    }
}

/// Turns eight lanes of rows into eight blocks in coding order.
#[inline(always)]
pub fn blocks_of<const V: usize>(levels: &Lanes<V>, v: usize) -> [[Vector; 2]; 8] {
    let half = |from: usize| {
        let row: [Vector; 8] = std::array::from_fn(|n| levels[ZIGZAG[from + n]][v]);
        let [a0, a1] = row[0].zip16(row[4]);
        let [a2, a3] = row[1].zip16(row[5]);
        let [a4, a5] = row[2].zip16(row[6]);
        let [a6, a7] = row[3].zip16(row[7]);
        let ([b0, b1], [b2, b3]) = (a0.zip16(a4), a1.zip16(a5));
        let ([b4, b5], [b6, b7]) = (a2.zip16(a6), a3.zip16(a7));
        let ([c0, c1], [c2, c3]) = (b0.zip16(b4), b1.zip16(b5));
        let ([c4, c5], [c6, c7]) = (b2.zip16(b6), b3.zip16(b7));
        [c0, c1, c2, c3, c4, c5, c6, c7]
    };
    let (low, high) = (half(0), half(8));
    std::array::from_fn(|l| [low[l], high[l]])
}

/// Sixteen levels as vectors.
#[inline(always)]
pub fn block_of(levels: [i16; 16]) -> [Vector; 2] {
    [0, 8].map(|from| Vector::from_numbers(std::array::from_fn(|n| levels[from + n])))
}

/// A block's sixteen levels.
#[inline(always)]
pub fn levels_of(block: [Vector; 2]) -> [i16; 16] {
    let (low, high) = (block[0].numbers(), block[1].numbers());
    std::array::from_fn(|n| if n < 8 { low[n] } else { high[n - 8] })
}

/// Price of the extra bits of one magnitude, without its sign.
fn extra_cost(bits: &[u16; 257], size: u32) -> u16 {
    let (_, Some(category)) = path_of(size) else { return 0 };
    let (first, odds) = CATEGORIES[category];
    let extra = size.saturating_sub(first);
    let count = odds.len();
    odds.iter().enumerate().map(|(i, &p)| bit_cost(bits, extra >> (count - 1 - i) & 1 == 1, p)).sum()
}
