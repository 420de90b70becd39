//! The best whole-block luma mode and the best chroma mode of a macroblock, by rate and distortion.

use super::blocks::{store_chroma, store_luma};
use super::cost::{block_of, blocks_of, levels_of, Costs, Kind, Sizes};
use super::measure::{add, score, squared_error, subtract, texture};
use super::modes::{ModeCosts, IMPLIED};
use super::predict::{whole, Edges};
use super::quant::{Quantiser, ZIGZAG};
use super::transform::{forward, forward_dc, inverse, inverse_dc, Lanes};
use crate::vector::Vector;

/// Which blocks around a macroblock have coefficients: 4 luma, 2 + 2 chroma, the luma DCs.
pub type Filled = [u8; 9];

/// What the search looks things up in.
pub struct Desk<'a> {
    /// Prices of coefficients.
    pub costs: &'a Costs,
    /// Prices of modes.
    pub modes: &'a ModeCosts,
    /// The macroblock's quantiser.
    pub quantiser: &'a Quantiser,
    /// Filled blocks above.
    pub above: Filled,
    /// Filled blocks to the left.
    pub left: Filled,
}

/// A coded luma plane of a macroblock.
pub struct Luma {
    /// Its mode.
    pub mode: u8,
    /// The 4x4 modes, or those its neighbours infer.
    pub sub: [u8; 16],
    /// Levels of the block of DCs in coding order; unused by split modes.
    pub dc: [i16; 16],
    /// Levels of each block in coding order.
    pub blocks: [[i16; 16]; 16],
    /// What the decoder shows before its loop filter, 16 pixels a row.
    pub shown: [u8; 256],
    /// Its score at the quantiser's `lambda_split`.
    pub score: u64,
    /// What its modes take in the first partition, in 1/256 bit.
    pub mode_bits: u32,
    /// The largest level that draws a visible edge between flat blocks, which the loop filter has
    /// to hide; 0 when there is none.
    pub edge: u16,
}

/// The coded chroma planes of a macroblock.
pub struct Chroma {
    /// Their mode.
    pub mode: u8,
    /// Levels of each block in coding order.
    pub blocks: [[i16; 16]; 8],
    /// What the decoder shows before its loop filter: blue, then red difference, 8 pixels a row.
    pub shown: [[u8; 64]; 2],
}

/// The share of a distortion that is lost or added texture.
#[inline(always)]
pub fn texture_error(difference: u32, weight: u32) -> u32 {
    // Textures come over 64, and count over 32.
    (2 * difference * weight + 128) >> 8
}

struct WholeTry {
    mode: u8,
    dc: [i16; 16],
    blocks: [[[Vector; 2]; 8]; 2],
    shown: Lanes<2>,
    distortion: u32,
    bits: u32,
}

#[inline(always)]
fn try_whole(mode: u8, source: &Lanes<2>, seen: &[Vector; 2], edges: &Edges<2>, desk: &Desk) -> WholeTry {
    let q = desk.quantiser;
    let prediction = whole(mode, edges);
    let coefficients = forward(&subtract(source, &prediction));
    let dc_coefficients = forward_dc(&levels_of(coefficients[0]));
    let mut dc = [0i16; 16];
    let mut dc_restored = [0i16; 16];
    for i in 0..16 {
        dc[i] = q.y2.level(i, dc_coefficients[i]);
        dc_restored[i] = dc[i].wrapping_mul(q.y2.step[i]);
    }
    let (mut levels, mut restored) = q.y1.quantise(&coefficients);
    levels[0] = [Vector::splat(0); 2];
    restored[0] = block_of(inverse_dc(&dc_restored));
    let shown = add(&prediction, &inverse(&restored));
    let after = texture(&shown);
    let ones = Vector::splat(1);
    let lost = [0, 1].map(|v| after[v].sub(seen[v]).abs().dot(ones));
    let lost = texture_error(lost[0].add_wide(lost[1]).sum(), q.texture);
    let distortion = squared_error(source, &shown) + lost;

    let dc = ZIGZAG.map(|i| dc[i]);
    let mut bits = u32::from(desk.modes.luma[usize::from(mode)]);
    let dc_context = usize::from(desk.above[8] + desk.left[8]);
    bits += desk.costs.block(&Sizes::new(block_of(dc)), Kind::LumaDc, dc_context);
    let (mut above, mut left) = (desk.above, desk.left);
    let blocks = [blocks_of(&levels, 0), blocks_of(&levels, 1)];
    for (l, block) in blocks.as_flattened().iter().enumerate() {
        let (x, y) = (l % 4, l / 4);
        let sizes = Sizes::new(*block);
        let context = usize::from(above[x] + left[y]);
        bits += desk.costs.block(&sizes, Kind::LumaAc, context);
        let filled = u8::from(sizes.filled != 0);
        (above[x], left[y]) = (filled, filled);
    }
    WholeTry { mode, dc, blocks, shown, distortion, bits }
}

/// Finds the best 16x16 mode; `seen` is the source's texture.
pub fn whole_luma(source: &Lanes<2>, seen: &[Vector; 2], edges: &Edges<2>, desk: &Desk) -> Luma {
    let q = desk.quantiser;
    let mut best = try_whole(0, source, seen, edges, desk);
    let mut best_score = score(best.distortion, best.bits, q.lambda_16x16);
    for mode in 1..4 {
        let candidate = try_whole(mode, source, seen, edges, desk);
        let candidate_score = score(candidate.distortion, candidate.bits, q.lambda_16x16);
        if candidate_score < best_score {
            (best, best_score) = (candidate, candidate_score);
        }
    }
    let flat = best.blocks.as_flattened().iter().all(|block| Sizes::new(*block).filled == 0);
    let edge = if flat && best.distortion > 20 * u32::from(q.y1.step[0].unsigned_abs()) {
        best.dc[1].unsigned_abs().max(best.dc[2].unsigned_abs()).max(best.dc[4].unsigned_abs())
    } else {
        0
    };
    Luma {
        edge,
        mode_bits: u32::from(desk.modes.luma[usize::from(best.mode)]),
        mode: best.mode,
        sub: [IMPLIED[usize::from(best.mode & 3)]; 16],
        dc: best.dc,
        blocks: std::array::from_fn(|l| levels_of(best.blocks[l / 8][l % 8])),
        shown: store_luma(&best.shown),
        score: score(best.distortion, best.bits, q.lambda_split),
    }
}

/// Finds the best chroma mode.
pub fn chroma(source: &Lanes<1>, edges: &Edges<1>, desk: &Desk) -> Chroma {
    let q = desk.quantiser;
    let mut best = None;
    let mut best_score = u64::MAX;
    for mode in 0..4u8 {
        let prediction = whole(mode, edges);
        let coefficients = forward(&subtract(source, &prediction));
        let (levels, restored) = q.uv.quantise(&coefficients);
        let shown = add(&prediction, &inverse(&restored));
        let distortion = squared_error(source, &shown);
        let mut bits = u32::from(desk.modes.chroma[usize::from(mode)]);
        let (mut above, mut left) = (desk.above, desk.left);
        let blocks = blocks_of(&levels, 0);
        for (l, block) in blocks.iter().enumerate() {
            let plane = 4 + l / 4 * 2;
            let (x, y) = (plane + l % 2, plane + l / 2 % 2);
            let sizes = Sizes::new(*block);
            bits += desk.costs.block(&sizes, Kind::Chroma, usize::from(above[x] + left[y]));
            let filled = u8::from(sizes.filled != 0);
            (above[x], left[y]) = (filled, filled);
        }
        let total = score(distortion, bits, q.lambda_chroma);
        if total < best_score {
            best_score = total;
            best = Some((mode, blocks, shown));
        }
    }
    let zero = Vector::splat(0);
    let (mode, blocks, shown) = best.unwrap_or((0, [[zero; 2]; 8], [[zero]; 16]));
    Chroma { mode, blocks: blocks.map(levels_of), shown: store_chroma(&shown) }
}
