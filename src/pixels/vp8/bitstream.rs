//! The frame header and the two partitions (RFC 6386 sections 9 and 19).

use super::boolcoder::BoolWriter;
use super::frame::Coded;
use super::modes;
use super::probabilities::{Rows, DEFAULT, KEEP};
use super::segment::{Segments, SEGMENTS};
use super::Vp8Error;

/// The odds of the segment tree's three nodes: upper pair, then within each pair.
fn segment_odds(coded: &Coded) -> [u8; 3] {
    let mut counts = [0u64; SEGMENTS];
    for choice in &coded.choices {
        counts[usize::from(choice.segment & 3)] += 1;
    }
    let odds = |zeros: u64, ones: u64| match zeros + ones {
        0 => 255,
        all => ((255 * zeros + all / 2) / all).clamp(1, 255) as u8,
    };
    [odds(counts[0] + counts[1], counts[2] + counts[3]), odds(counts[0], counts[1]), odds(counts[2], counts[3])]
}

fn write_segments(out: &mut BoolWriter, segments: &Segments, odds: [u8; 3]) {
    out.flag(segments.count > 1);
    if segments.count <= 1 {
        return;
    }
    out.flag(true);
    out.flag(true);
    out.flag(true);
    for quantiser in &segments.quantisers {
        out.optional_signed(quantiser.index, 7);
    }
    for &level in &segments.filters {
        out.optional_signed(i32::from(level), 6);
    }
    for odd in odds {
        out.flag(odd != 255);
        if odd != 255 {
            out.literal(u32::from(odd), 8);
        }
    }
}

fn write_rows(out: &mut BoolWriter, rows: &Rows) {
    for ((row, default), keep) in rows.iter().zip(&DEFAULT).zip(&KEEP) {
        for ((&odds, &default), &keep) in row.iter().zip(default).zip(keep) {
            out.bit(odds != default, keep);
            if odds != default {
                out.literal(u32::from(odds), 8);
            }
        }
    }
}

fn first_partition(coded: &Coded, segments: &Segments, columns: usize) -> Result<Vec<u8>, Vp8Error> {
    let mut out = BoolWriter::new();
    // Studio-swing YUV, and a decoder has to clip.
    out.flag(false);
    out.flag(false);
    let odds = segment_odds(coded);
    write_segments(&mut out, segments, odds);
    // The normal loop filter, sharpness 0, no adjustments by mode; one token partition.
    out.flag(false);
    out.literal(u32::from(segments.filters[0]), 6);
    out.literal(0, 3);
    out.flag(false);
    out.literal(0, 2);
    out.literal(segments.quantisers[0].index as u32, 7);
    for offset in [0, 0, 0, segments.chroma.dc, segments.chroma.ac] {
        out.optional_signed(offset, 4);
    }
    // The probabilities do not outlive the frame.
    out.flag(false);
    write_rows(&mut out, &coded.rows);
    let (all, empty) = (coded.choices.len() as u64, coded.choices.iter().filter(|c| c.empty).count() as u64);
    let skip_odds = ((all - empty) * 255 / all.max(1)).clamp(1, 255) as u8;
    out.flag(empty > 0);
    if empty > 0 {
        out.literal(u32::from(skip_odds), 8);
    }

    let mut above = Vec::new();
    above.try_reserve_exact(columns).map_err(|_| Vp8Error::OutOfMemory)?;
    above.resize(columns, [0u8; 4]);
    for row in coded.choices.chunks(columns) {
        let mut left = [0u8; 4];
        for (choice, above) in row.iter().zip(&mut above) {
            if segments.count > 1 {
                let (high, low) = (choice.segment >= 2, choice.segment & 1 == 1);
                out.bit(high, odds[0]);
                out.bit(low, if high { odds[2] } else { odds[1] });
            }
            if empty > 0 {
                out.bit(choice.empty, skip_odds);
            }
            modes::write(&mut out, choice, above, &mut left);
        }
    }
    out.finish().ok_or(Vp8Error::OutOfMemory)
}

/// Writes the whole VP8 chunk of a frame of `columns` macroblocks a row.
///
/// # Errors
/// Memory is short, or the modes do not fit the 512 KiB of the first partition.
pub fn write(coded: &Coded, segments: &Segments, columns: usize, width: u32, height: u32) -> Result<Vec<u8>, Vp8Error> {
    let first = first_partition(coded, segments, columns)?;
    let second = coded.tokens.write(&coded.rows).ok_or(Vp8Error::OutOfMemory)?;
    if first.len() >= 1 << 19 {
        return Err(Vp8Error::TooLarge);
    }
    let mut out = Vec::new();
    let len = 10 + first.len() + second.len();
    out.try_reserve_exact(len).map_err(|_| Vp8Error::OutOfMemory)?;
    // A shown key frame of version 0 (RFC 6386 section 9.1).
    let tag = (first.len() as u32) << 5 | 1 << 4;
    out.extend_from_slice(&tag.to_le_bytes()[..3]);
    out.extend_from_slice(&[0x9d, 0x01, 0x2a]);
    out.extend_from_slice(&(width as u16).to_le_bytes());
    out.extend_from_slice(&(height as u16).to_le_bytes());
    out.extend_from_slice(&first);
    out.extend_from_slice(&second);
    Ok(out)
}
