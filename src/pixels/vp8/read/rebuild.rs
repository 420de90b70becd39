//! A macroblock's samples: what is foretold, and the differences that its coefficients make.

use super::super::blocks::{store_chroma, store_luma};
use super::super::modes::{Choice, SPLIT};
use super::super::predict::{sub_mode, whole, Border, Edges};
use super::super::split::Bench;
use super::super::transform::{inverse, rows, Lanes};
use super::levels::Coefficients;
use crate::vector::Vector;

/// Samples before the edges are filtered.
pub struct Samples {
    /// Sixteen rows of sixteen.
    pub luma: [u8; 256],
    /// Eight rows of eight, blue difference first.
    pub chroma: [[u8; 64]; 2],
}

/// The differences of eight blocks, a lane a block; `None` where all are 0.
#[inline(always)]
fn differences(coefficients: &Coefficients, group: usize) -> Option<Lanes<1>> {
    if coefficients.blocks >> (8 * group) & 0xff == 0 {
        return None;
    }
    let lanes = &coefficients.lanes[group];
    if !coefficients.busy[group] {
        // What the transform makes of DCs alone.
        let flat = Vector::from_numbers(lanes[0]).add(Vector::splat(4)).shr(3);
        return Some([[flat]; 16]);
    }
    Some(inverse(&rows(|i, _| Vector::from_numbers(lanes[i]))))
}

/// The same as sixteen numbers in raster order of each block.
#[inline(always)]
fn by_block(lanes: &Lanes<1>) -> [[Vector; 2]; 8] {
    let turned = |r: [Vector; 8]| {
        let pairs = [0, 2, 1, 3].map(|i| r[i].zip16(r[i + 4]));
        let [a, b, c, d] = pairs;
        let (even, odd) = ([a[0].zip16(b[0]), a[1].zip16(b[1])], [c[0].zip16(d[0]), c[1].zip16(d[1])]);
        let mut out = [Vector::splat(0); 8];
        for i in 0..4 {
            let [low, high] = even[i / 2][i % 2].zip16(odd[i / 2][i % 2]);
            (out[2 * i], out[2 * i + 1]) = (low, high);
        }
        out
    };
    let (first, second) = (turned(std::array::from_fn(|i| lanes[i][0])), turned(std::array::from_fn(|i| lanes[8 + i][0])));
    std::array::from_fn(|b| [first[b], second[b]])
}

/// Luma by one mode.
#[inline(never)]
pub fn whole_luma(choice: &Choice, border: &Border<16>, coefficients: &Coefficients) -> [u8; 256] {
    let foretold = whole(choice.luma, &Edges::luma(border));
    let differences = [0, 1].map(|group| differences(coefficients, group));
    store_luma(&rows(|i, v| match &differences[v] {
        Some(lanes) => foretold[i][v].add(lanes[i][0]),
        None => foretold[i][v],
    }))
}

/// Luma by 4x4 modes.
#[inline(never)]
pub fn split_luma(choice: &Choice, mut bench: Bench, coefficients: &Coefficients) -> [u8; 256] {
    debug_assert_eq!(choice.luma, SPLIT);
    for group in 0..2 {
        let differences = differences(coefficients, group).map(|lanes| by_block(&lanes));
        for lane in 0..8 {
            let i = 8 * group + lane;
            let (x, y) = (i % 4, i / 4);
            let foretold = sub_mode(choice.sub[i], &bench.edges(x, y));
            let block = match &differences {
                Some(blocks) => {
                    let [upper, lower] = blocks[lane];
                    foretold.widen_low().add(upper).narrow(foretold.widen_high().add(lower))
                }
                None => foretold,
            };
            bench.put(x, y, block.bytes());
        }
    }
    bench.pixels()
}

/// Both chroma planes.
#[inline(never)]
pub fn chroma(choice: &Choice, borders: &[Border<8>; 2], coefficients: &Coefficients) -> [[u8; 64]; 2] {
    let foretold = whole(choice.chroma, &Edges::chroma(borders));
    store_chroma(&match differences(coefficients, 2) {
        Some(lanes) => rows(|i, v| foretold[i][v].add(lanes[i][v])),
        None => foretold,
    })
}
