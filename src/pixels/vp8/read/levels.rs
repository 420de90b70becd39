//! The coefficients of a macroblock (RFC 6386 section 13), dequantised and laid out for the transform.
#![allow(clippy::indexing_slicing, reason = "positions and contexts are bounded by the fixed sizes of the tables")]

use super::super::cost::{Kind, BANDS, CATEGORIES};
use super::super::probabilities::Rows;
use super::super::quant::ZIGZAG;
use super::super::search::Filled;
use super::super::transform::inverse_dc;
use super::bits::BoolReader;
use super::header::Steps;

/// Odds by kind, position, context and node: rows of 16 make their places shifts.
pub struct Odds([[[[u8; 16]; 3]; 17]; 4]);

impl Odds {
    /// Spreads the rows of bands over positions.
    pub fn new(rows: &Rows) -> Box<Self> {
        let mut odds = Box::new(Self([[[[0; 16]; 3]; 17]; 4]));
        for (kind, positions) in odds.0.iter_mut().enumerate() {
            for (contexts, &band) in positions.iter_mut().zip(&BANDS) {
                for (context, nodes) in contexts.iter_mut().enumerate() {
                    nodes[..11].copy_from_slice(&rows[(kind * 8 + band) * 3 + context]);
                }
            }
        }
        odds
    }
}

/// Coefficients of the 24 blocks of a macroblock, eight side by side: blocks of luma in raster order, then of blue and red
/// difference. `[group][place in the block][lane]`.
pub struct Coefficients {
    /// See there.
    pub lanes: [[[i16; 8]; 16]; 3],
    /// Blocks with any coefficient, by bit.
    pub blocks: u32,
    /// Groups with any beyond DC.
    pub busy: [bool; 3],
}

impl Coefficients {
    /// All zero.
    pub fn new() -> Self {
        Self { lanes: [[[0; 8]; 16]; 3], blocks: 0, busy: [false; 3] }
    }

    /// Zero again.
    pub fn clear(&mut self) {
        for (group, lanes) in self.lanes.iter_mut().enumerate() {
            if self.blocks >> (8 * group) & 0xff != 0 {
                *lanes = [[0; 8]; 16];
            }
        }
        (self.blocks, self.busy) = (0, [false; 3]);
    }

    /// Reads those of a macroblock; `whole` where luma has one mode and its DCs a block of their own.
    #[inline(never)]
    pub fn read(&mut self, bits: &mut BoolReader, odds: &Odds, steps: &Steps, whole: bool, above: &mut Filled, left: &mut Filled) {
        let mut reader = *bits;
        let mut kind = Kind::Luma;
        if whole {
            kind = Kind::LumaAc;
            let mut levels = [0; 16];
            let context = above[8] + left[8];
            let end =
                block(&mut reader, odds, Kind::LumaDc, context, |place, level| levels[place] = (level * step(&steps.y2, place)) as i16);
            let filled = u8::from(end > 0);
            (above[8], left[8]) = (filled, filled);
            if end > 0 {
                for (i, dc) in inverse_dc(&levels).into_iter().enumerate() {
                    self.lanes[i >> 3][0][i & 7] = dc;
                    self.blocks |= u32::from(dc != 0) << i;
                }
            }
        }
        for i in 0..16 {
            self.block(&mut reader, odds, kind, &steps.y1, i, (&mut above[i % 4], &mut left[i / 4]));
        }
        for i in 16..24 {
            let (plane, x, y) = (4 + (i - 16) / 4 * 2, i % 2, i / 2 % 2);
            self.block(&mut reader, odds, Kind::Chroma, &steps.uv, i, (&mut above[plane + x], &mut left[plane + y]));
        }
        *bits = reader;
    }

    #[inline(never)]
    fn block(&mut self, reader: &mut BoolReader, odds: &Odds, kind: Kind, steps: &[i32; 2], i: usize, around: (&mut u8, &mut u8)) {
        let (group, lane) = (i >> 3, i & 7);
        let lanes = &mut self.lanes[group];
        let end =
            block(reader, odds, kind, *around.0 + *around.1, |place, level| lanes[place & 15][lane] = (level * step(steps, place)) as i16);
        let filled = u8::from(end > kind.first());
        (*around.0, *around.1) = (filled, filled);
        self.blocks |= u32::from(filled) << i;
        self.busy[group] |= end > 1;
    }
}

#[inline(always)]
fn step(steps: &[i32; 2], place: usize) -> i32 {
    steps[usize::from(place > 0)]
}

/// Reads one block and hands out its levels, by place in raster order; answers the position behind the last.
#[inline(always)]
fn block(bits: &mut BoolReader, odds: &Odds, kind: Kind, context: u8, mut put: impl FnMut(usize, i32)) -> usize {
    let odds = &odds.0[kind as usize];
    let mut at = kind.first();
    let mut nodes = &odds[at][usize::from(context.min(2))];
    while at < 16 {
        bits.need();
        if !bits.quick(nodes[0]) {
            return at;
        }
        while !bits.quick(nodes[1]) {
            at += 1;
            if at == 16 {
                return 16;
            }
            nodes = &odds[at][0];
            bits.need();
        }
        let next = &odds[at + 1];
        let size = if bits.quick(nodes[2]) {
            let size = large(bits, nodes);
            nodes = &next[2];
            bits.need();
            size
        } else {
            nodes = &next[1];
            1
        };
        put(ZIGZAG[at], bits.quick_signed(size));
        at += 1;
    }
    16
}

/// A magnitude of two or more.
#[inline(always)]
fn large(bits: &mut BoolReader, nodes: &[u8; 16]) -> i32 {
    if !bits.bit(nodes[3]) {
        return match bits.bit(nodes[4]) {
            false => 2,
            true => 3 + i32::from(bits.bit(nodes[5])),
        };
    }
    let category = match bits.bit(nodes[6]) {
        false => usize::from(bits.bit(nodes[7])),
        true => match bits.bit(nodes[8]) {
            false => 2 + usize::from(bits.bit(nodes[9])),
            true => 4 + usize::from(bits.bit(nodes[10])),
        },
    };
    let (from, odds) = CATEGORIES[category];
    let extra = odds.iter().fold(0, |value, &odds| value << 1 | i32::from(bits.bit(odds)));
    from as i32 + extra
}
