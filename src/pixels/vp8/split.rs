//! The sixteen 4x4 luma modes of a macroblock, tried eight side by side.

use super::blocks::lanes_of;
use super::cost::{blocks_of, levels_of, Kind, Sizes};
use super::measure::{add, score, squared_errors, subtract, texture};
use super::modes::{SPLIT, SUB_MODES};
use super::predict::{sub_modes, SubEdges};
use super::search::{texture_error, Desk, Luma};
use super::transform::{forward, inverse};
use crate::vector::Vector;

/// Modes that get a full trial for each block; the others lose on plain difference.
const TRIALS: usize = 8;

/// Bytes in a row of the bench: corner, sixteen pixels, four to the upper right, rest unused.
const STRIDE: usize = 32;

/// A macroblock under construction and the samples around it.
pub struct Bench([u8; STRIDE * 17]);

impl Bench {
    /// A bench with its surroundings laid out; `right` continues `above`.
    pub fn new(corner: u8, above: &[u8; 16], right: &[u8; 4], left: &[u8; 16]) -> Self {
        let mut bench = [0; STRIDE * 17];
        bench[0] = corner;
        bench[1..17].copy_from_slice(above);
        for (y, &sample) in left.iter().enumerate() {
            bench[(y + 1) * STRIDE] = sample;
        }
        // Blocks on the right all use the row above the macroblock (RFC 6386 section 12.3).
        for y in [0, 4, 8, 12] {
            bench[y * STRIDE + 17..y * STRIDE + 21].copy_from_slice(right);
        }
        Self(bench)
    }

    /// What lies around a block.
    #[inline(always)]
    pub fn edges(&self, x: usize, y: usize) -> SubEdges {
        let at = y * 4 * STRIDE + x * 4;
        // Put together as numbers: what was written byte by byte is slow to be read as a whole.
        let left = [4, 3, 2, 1].into_iter().rev().fold(0, |word, y| word << 8 | u64::from(self.0[at + y * STRIDE]));
        let above = self.0.get(at..).and_then(|row| row.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let both = u128::from(left | above << 32) | u128::from(above >> 32 | u64::from(self.0[at + 8]) << 32) << 64;
        both.to_le_bytes()
    }

    /// Puts a block there, in raster order.
    #[inline(always)]
    pub fn put(&mut self, x: usize, y: usize, pixels: [u8; 16]) {
        let at = (y * 4 + 1) * STRIDE + x * 4 + 1;
        for (i, row) in pixels.as_chunks::<4>().0.iter().enumerate() {
            self.0[at + i * STRIDE..at + i * STRIDE + 4].copy_from_slice(row);
        }
    }

    /// The macroblock in raster order.
    pub fn pixels(&self) -> [u8; 256] {
        std::array::from_fn(|i| self.0[(i / 16 + 1) * STRIDE + i % 16 + 1])
    }
}

/// The modes worth a trial, the likeliest first.
#[inline(always)]
fn shortlist(source: Vector, predictions: &[Vector; SUB_MODES], prices: &[u16; SUB_MODES], root: u32) -> [usize; TRIALS] {
    let mut ranks: [u32; SUB_MODES] = std::array::from_fn(|mode| {
        let difference = source.difference(predictions[mode]);
        (difference * 256 + root * u32::from(prices[mode])) << 4 | mode as u32
    });
    ranks.sort_unstable();
    std::array::from_fn(|i| (ranks[i] & 15) as usize % SUB_MODES)
}

/// Finds a 4x4 mode for every block; nothing as soon as the score reaches `limit`.
///
/// `above` and `left` are the 4x4 modes around the macroblock, `seen` the source's texture.
pub fn search(
    source: &[Vector; 16],
    seen: &[Vector; 2],
    mut bench: Bench,
    above: [u8; 4],
    left: [u8; 4],
    limit: u64,
    desk: &Desk,
) -> Option<Luma> {
    let q = desk.quantiser;
    let seen = levels_of(*seen);
    let mut sub = [0u8; 16];
    let mut blocks = [[0i16; 16]; 16];
    let mut mode_bits = u32::from(desk.modes.luma[usize::from(SPLIT)]);
    let mut total = score(0, mode_bits, q.lambda_split);
    let (mut modes_above, mut modes_left) = (above, left);
    let (mut filled_above, mut filled_left) = (desk.above, desk.left);
    for b in 0..16 {
        let (x, y) = (b % 4, b / 4);
        let pair = usize::from(modes_above[x]) * SUB_MODES + usize::from(modes_left[y]);
        let prices = &desk.modes.sub[pair];
        let predictions = sub_modes(&bench.edges(x, y));
        let tried = shortlist(source[b], &predictions, prices, q.lambda_root);

        let prediction = lanes_of(tried.map(|mode| predictions[mode]));
        let pixels = source[b].bytes().map(|v| [Vector::splat(i16::from(v))]);
        let coefficients = forward(&subtract(&pixels, &prediction));
        let (levels, restored) = q.y1.quantise(&coefficients);
        let shown = add(&prediction, &inverse(&restored));
        let squares = squared_errors(&pixels, &shown);
        let lost = texture(&shown)[0].sub(Vector::splat(seen[b])).abs().numbers();
        let trials = blocks_of(&levels, 0);

        let context = usize::from(filled_above[x] + filled_left[y]);
        let mut best = (u64::MAX, 0, 0, 0, 0);
        for l in 0..TRIALS {
            let distortion = squares[l] + texture_error(u32::from(lost[l] as u16), q.texture);
            let price = u32::from(prices[tried[l]]);
            if score(distortion, price, q.lambda_4x4) >= best.0 {
                continue;
            }
            let sizes = Sizes::new(trials[l]);
            let bits = price + desk.costs.block(&sizes, Kind::Luma, context);
            let total = score(distortion, bits, q.lambda_4x4);
            if total < best.0 {
                best = (total, l, distortion, bits, sizes.filled);
            }
        }
        let (_, l, distortion, bits, filled) = best;
        total += score(distortion, bits, q.lambda_split);
        if total >= limit {
            return None;
        }
        mode_bits += u32::from(prices[tried[l]]);
        let mode = tried[l] as u8;
        sub[b] = mode;
        (modes_above[x], modes_left[y]) = (mode, mode);
        let filled = u8::from(filled != 0);
        (filled_above[x], filled_left[y]) = (filled, filled);
        blocks[b] = levels_of(trials[l]);
        let pairs: [[u8; 16]; 8] = std::array::from_fn(|i| shown[2 * i][0].narrow(shown[2 * i + 1][0]).bytes());
        bench.put(x, y, std::array::from_fn(|i| pairs[i / 2][i % 2 * 8 + l]));
    }
    let shown = bench.pixels();
    Some(Luma { mode: SPLIT, sub, dc: [0; 16], blocks, shown, score: total, mode_bits, edge: 0 })
}
