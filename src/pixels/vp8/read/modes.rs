//! What a macroblock says in the first partition (RFC 6386 sections 8, 10 and 11).

use super::super::modes::{sub_mode_odds, Choice, DC, HORIZONTAL, IMPLIED, SPLIT, TRUE_MOTION, VERTICAL};
use super::bits::BoolReader;
use super::header::Header;

/// Reads one; `above` and `left` are the 4x4 modes around it.
#[inline(never)]
pub fn read(bits: &mut BoolReader, header: &Header, above: &mut [u8; 4], left: &mut [u8; 4]) -> Choice {
    let segment = header.map.map_or(0, |[pair, low, high]| match bits.bit(pair) {
        false => u8::from(bits.bit(low)),
        true => 2 + u8::from(bits.bit(high)),
    });
    let empty = header.skip.is_some_and(|odds| bits.bit(odds));
    let mut sub = [0; 16];
    let luma = if bits.bit(145) { luma(bits) } else { SPLIT };
    match IMPLIED.get(usize::from(luma)) {
        Some(&implied) => {
            sub = [implied; 16];
            (*above, *left) = ([implied; 4], [implied; 4]);
        }
        None => {
            for (row, left) in sub.as_chunks_mut::<4>().0.iter_mut().zip(left) {
                for (mode, above) in row.iter_mut().zip(above.iter_mut()) {
                    *mode = sub_mode(bits, sub_mode_odds(*above, *left));
                    (*above, *left) = (*mode, *mode);
                }
            }
        }
    }
    Choice { segment, luma, chroma: chroma(bits), empty, sub }
}

fn luma(bits: &mut BoolReader) -> u8 {
    if !bits.bit(156) {
        if bits.bit(163) {
            VERTICAL
        } else {
            DC
        }
    } else if bits.flag() {
        TRUE_MOTION
    } else {
        HORIZONTAL
    }
}

fn chroma(bits: &mut BoolReader) -> u8 {
    if !bits.bit(142) {
        DC
    } else if !bits.bit(114) {
        VERTICAL
    } else if !bits.bit(183) {
        HORIZONTAL
    } else {
        TRUE_MOTION
    }
}

/// A 4x4 mode by its tree (section 11.2), numbered in the order of its modes.
#[inline(always)]
fn sub_mode(bits: &mut BoolReader, odds: &[u8; 9]) -> u8 {
    if let Some(mode) = (0..3).find(|&node| !bits.bit(odds[usize::from(node)])) {
        return mode;
    }
    if !bits.bit(odds[3]) {
        return if bits.bit(odds[4]) { 5 + u8::from(bits.bit(odds[5])) } else { 3 };
    }
    if !bits.bit(odds[6]) {
        4
    } else if !bits.bit(odds[7]) {
        7
    } else {
        8 + u8::from(bits.bit(odds[8]))
    }
}
