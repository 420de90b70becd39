//! The predictor transform (RFC 9649 section 4.1): for each block the way of foretelling that leaves least.
#![allow(clippy::indexing_slicing, reason = "pixels of blocks lie within the image")]

use super::super::argb::{foretell, subtract, BLACK, MODES};
use super::super::format::blocks;

/// What the difference of a channel costs, about, in 1/16 bit: twice the logarithm of its size.
fn prices() -> [u16; 256] {
    std::array::from_fn(|value| {
        let size = f32::from((value as u8 as i8).unsigned_abs());
        ((1.0 + size).log2() * 32.0) as u16 + 8
    })
}

/// Side of a block as a power of two, for an image of so many pixels.
pub fn block_bits(pixels: usize) -> u32 {
    match pixels {
        0..0x1_0000 => 3,
        0x1_0000..0x10_0000 => 4,
        _ => 5,
    }
}

/// A pixel's neighbours: left, corner, top and right above.
fn around(pixels: &[u32], width: usize, x: usize, y: usize) -> (u32, u32, u32, u32) {
    let at = y * width + x;
    let above = |back: usize| pixels[at - width - back];
    // Above the last pixel's right neighbour stands the first one of its own row.
    (pixels[at - 1], above(1), above(0), pixels[at - width + 1])
}

/// Chooses modes and leaves the differences in place of the pixels; answers the modes, as pixels.
pub fn apply(pixels: &mut [u32], width: usize, bits: u32) -> Vec<u32> {
    let height = pixels.len() / width;
    let across = blocks(width, bits);
    let prices = prices();
    let mut modes = vec![0u32; across * blocks(height, bits)];
    let price = |color: u32| color.to_le_bytes().into_iter().map(|channel| u32::from(prices[usize::from(channel)])).sum::<u32>();
    for block_y in 0..blocks(height, bits) {
        let rows = (block_y << bits).max(1)..((block_y + 1) << bits).min(height);
        let mut last = 11;
        for block_x in 0..across {
            let columns = (block_x << bits).max(1)..((block_x + 1) << bits).min(width);
            let mut costs = [0u32; MODES];
            for y in rows.clone() {
                for x in columns.clone() {
                    let (left, corner, top, right) = around(pixels, width, x, y);
                    let color = pixels[y * width + x];
                    macro_rules! each {
                        ($($mode:literal)*) => { $(costs[$mode] += price(subtract(color, foretell($mode, left, corner, top, right)));)* };
                    }
                    each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13);
                }
            }
            // The mode of the block before costs least to say.
            costs[last] = costs[last].saturating_sub(4 * 16);
            last = (0..MODES).min_by_key(|&mode| costs[mode]).unwrap_or(0);
            modes[block_y * across + block_x] = 0xff00_0000 | (last as u32) << 8;
        }
    }
    // From the end on, so that neighbours are still what they were.
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            let at = y * width + x;
            let foretold = match (x, y) {
                (0, 0) => BLACK,
                (_, 0) => pixels[at - 1],
                (0, _) => pixels[at - width],
                _ => {
                    let (left, corner, top, right) = around(pixels, width, x, y);
                    foretell((modes[(y >> bits) * across + (x >> bits)] >> 8) as u8 & 15, left, corner, top, right)
                }
            };
            pixels[at] = subtract(pixels[at], foretold);
        }
    }
    modes
}

/// Green is taken from red and blue.
pub fn less_green(pixels: &mut [u32]) {
    for color in pixels {
        let green = *color >> 8 & 0xff;
        *color = subtract(*color, green << 16 | green);
    }
}

/// Whether neighbours tell more of a pixel than how often its colour comes: by the bits that some of the pixels would take.
pub fn pays(pixels: &[u32], width: usize) -> bool {
    let mut plain = [[0u32; 256]; 4];
    let mut left = [[0u32; 256]; 4];
    let count = |counts: &mut [[u32; 256]; 4], color: u32| {
        for (counts, channel) in counts.iter_mut().zip(color.to_le_bytes()) {
            counts[usize::from(channel)] += 1;
        }
    };
    let height = pixels.len() / width;
    for y in (1..height).step_by(3) {
        for x in 1..width {
            let at = y * width + x;
            let (before, top, color) = (pixels[at - 1], pixels[at - width], pixels[at]);
            // What repeats is a copy either way.
            if color == before || color == top {
                continue;
            }
            count(&mut plain, color);
            count(&mut left, subtract(color, foretell(11, before, pixels[at - width - 1], top, 0)));
        }
    }
    let bits = |counts: &[[u32; 256]; 4]| {
        let of = |counts: &[u32; 256]| {
            let all: f64 = counts.iter().map(|n| f64::from(*n)).sum();
            counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) * (all / f64::from(*n)).log2()).sum::<f64>()
        };
        counts.iter().map(of).sum::<f64>()
    };
    bits(&left) < bits(&plain)
}
