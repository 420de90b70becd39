//! The walk over a frame's macroblocks: search, record, and remember what neighbours need.

use super::around::{Above, Left};
use super::blocks::{load_chroma, load_luma};
use super::cost::{Costs, Kind};
use super::measure::texture;
use super::modes::{Choice, ModeCosts, SPLIT};
use super::predict::{Border, Edges};
use super::probabilities::{Rows, DEFAULT};
use super::search::{self, Chroma, Desk, Filled, Luma};
use super::segment::{Segments, SEGMENTS};
use super::split::{self, Bench};
use super::tokens::Tokens;
use super::yuv::Planes;
use super::Vp8Error;

/// Bits of modes that the first partition can hold with room to spare (RFC 6386 section 9.1).
const MODE_BITS: u64 = (1 << 19) * 8 * 15 / 16;

/// Bits of a macroblock's segment, skip flag and chroma mode, at most on average.
const OTHER_MODE_BITS: u64 = 8;

/// The same with a 16x16 luma mode.
const WHOLE_MODE_BITS: u64 = 12;

/// A coded frame before it is written.
pub struct Coded {
    /// What each macroblock says in the first partition, in raster order.
    pub choices: Vec<Choice>,
    /// The coefficients.
    pub tokens: Tokens,
    /// The probabilities they are written with.
    pub rows: Rows,
    /// By segment, the largest [`Luma::edge`].
    pub edges: [u16; SEGMENTS],
    /// What a decoder shows before its loop filter: luma, blue and red difference.
    #[cfg(test)]
    pub shown: Planes,
}

fn list<T: Clone>(len: usize, value: T) -> Result<Vec<T>, Vp8Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(len).map_err(|_| Vp8Error::OutOfMemory)?;
    list.resize(len, value);
    Ok(list)
}

/// Codes all macroblocks.
///
/// # Errors
/// Memory is short.
pub fn code(planes: &Planes, segments: &Segments) -> Result<Coded, Vp8Error> {
    let total = planes.columns * planes.rows;
    let mut costs = Costs::new(&DEFAULT).ok_or(Vp8Error::OutOfMemory)?;
    let modes = ModeCosts::new(costs.bits());
    let mut tokens = Tokens::new().ok_or(Vp8Error::OutOfMemory)?;
    let mut choices = list(total, Choice::default())?;
    let mut above = list(planes.columns, Above::OUTSIDE)?;
    #[cfg(test)]
    let mut shown = Planes { columns: planes.columns, rows: planes.rows, y: planes.y.clone(), u: planes.u.clone(), v: planes.v.clone() };

    let refresh = (total / 8).max(96);
    let mut mode_bits = 0u64;
    let mut edges = [0; SEGMENTS];
    for row in 0..planes.rows {
        let mut left = Left::outside(row);
        for column in 0..planes.columns {
            let at = row * planes.columns + column;
            if at > 0 && at.is_multiple_of(refresh) {
                costs.update(&tokens.probabilities(costs.bits()));
            }
            if !tokens.reserve() {
                return Err(Vp8Error::OutOfMemory);
            }
            let here = above[column];
            let segment = segments.map[at];
            let desk = Desk {
                costs: &costs,
                modes: &modes,
                quantiser: &segments.quantisers[usize::from(segment & 3)],
                above: here.filled,
                left: left.filled,
            };
            let outskirts = (row > 0, column > 0);
            let source = load_luma(planes, column, row);
            let seen = texture(&source.lanes);
            let border = Border { above: here.y, left: left.y, corner: left.y_corner, has_above: outskirts.0, has_left: outskirts.1 };
            let mut luma = search::whole_luma(&source.lanes, &seen, &Edges::luma(&border), &desk);
            let edge = &mut edges[usize::from(segment & 3)];
            *edge = luma.edge.max(*edge);
            // 4x4 modes must leave room for the rest of the frame to do without them.
            let room = MODE_BITS.saturating_sub(mode_bits) > (total - at) as u64 * WHOLE_MODE_BITS;
            if room {
                let right = match above.get(column + 1) {
                    _ if row == 0 => [127; 4],
                    Some(next) => [next.y[0], next.y[1], next.y[2], next.y[3]],
                    None => [here.y[15]; 4],
                };
                let bench = Bench::new(left.y_corner, &here.y, &right, &left.y);
                let (limit, around) = (luma.score, (here.modes, left.modes));
                if let Some(split) = split::search(&source.blocks, &seen, bench, around.0, around.1, limit, &desk) {
                    luma = split;
                }
            }
            let borders = [0, 1].map(|p| Border {
                above: here.uv[p],
                left: left.uv[p],
                corner: left.uv_corner[p],
                has_above: outskirts.0,
                has_left: outskirts.1,
            });
            let chroma = search::chroma(&load_chroma(planes, column, row), &Edges::chroma(&borders), &desk);

            mode_bits += u64::from(luma.mode_bits >> 8) + OTHER_MODE_BITS;
            let slot = &mut above[column];
            let empty = record(&mut tokens, &luma, &chroma, &mut slot.filled, &mut left.filled);
            left.pass(slot, &luma.shown, &chroma.shown);
            slot.modes = [luma.sub[12], luma.sub[13], luma.sub[14], luma.sub[15]];
            left.modes = [luma.sub[3], luma.sub[7], luma.sub[11], luma.sub[15]];
            choices[at] = Choice { segment, luma: luma.mode, chroma: chroma.mode, empty, sub: luma.sub };
            #[cfg(test)]
            keep(&mut shown, column, row, &luma, &chroma);
        }
    }
    let rows = tokens.probabilities(costs.bits());
    Ok(Coded {
        choices,
        tokens,
        rows,
        edges,
        #[cfg(test)]
        shown,
    })
}

/// Records a macroblock's coefficients unless all are zero; answers whether they are.
fn record(tokens: &mut Tokens, luma: &Luma, chroma: &Chroma, above: &mut Filled, left: &mut Filled) -> bool {
    let zero = |block: &[i16; 16]| block.iter().all(|&v| v == 0);
    if zero(&luma.dc) && luma.blocks.iter().all(zero) && chroma.blocks.iter().all(zero) {
        // The contexts of the luma DCs skip macroblocks without such a block.
        let kept = if luma.mode == SPLIT { (above[8], left[8]) } else { (0, 0) };
        *above = [0; 9];
        *left = [0; 9];
        (above[8], left[8]) = kept;
        return true;
    }
    let kind = if luma.mode == SPLIT {
        Kind::Luma
    } else {
        let filled = tokens.block(&luma.dc, Kind::LumaDc, usize::from(above[8] + left[8]));
        (above[8], left[8]) = (u8::from(filled), u8::from(filled));
        Kind::LumaAc
    };
    for (b, block) in luma.blocks.iter().enumerate() {
        let (x, y) = (b % 4, b / 4);
        let filled = tokens.block(block, kind, usize::from(above[x] + left[y]));
        (above[x], left[y]) = (u8::from(filled), u8::from(filled));
    }
    for (b, block) in chroma.blocks.iter().enumerate() {
        let (x, y) = (4 + b / 4 * 2 + b % 2, 4 + b / 4 * 2 + b / 2 % 2);
        let filled = tokens.block(block, Kind::Chroma, usize::from(above[x] + left[y]));
        (above[x], left[y]) = (u8::from(filled), u8::from(filled));
    }
    false
}

#[cfg(test)]
fn keep(shown: &mut Planes, column: usize, row: usize, luma: &Luma, chroma: &Chroma) {
    let stride = shown.columns * 16;
    for y in 0..16 {
        let at = (row * 16 + y) * stride + column * 16;
        shown.y[at..at + 16].copy_from_slice(&luma.shown[y * 16..y * 16 + 16]);
    }
    let half = shown.columns * 8;
    for y in 0..8 {
        let at = (row * 8 + y) * half + column * 8;
        shown.u[at..at + 8].copy_from_slice(&chroma.shown[0][y * 8..y * 8 + 8]);
        shown.v[at..at + 8].copy_from_slice(&chroma.shown[1][y * 8..y * 8 + 8]);
    }
}
