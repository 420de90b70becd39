//! The transforms that a picture went through (RFC 9649 section 4), undone row by row.

use super::super::argb::{add, foretell, BLACK};
use super::super::format::{blocks, bundle};
use super::super::ReadError;
use super::bits::Bits;
use super::image;

/// One of them.
pub enum Transform {
    /// What is left when neighbours foretell a pixel; modes by block.
    Foretold { bits: u32, across: usize, modes: Vec<u8>, above: Vec<u32> },
    /// Red and blue are less by parts of green and red; these by block.
    Correlated { bits: u32, across: usize, parts: Vec<u32> },
    /// Green is taken from red and blue.
    LessGreen,
    /// Green is a place in a palette; of small palettes several pixels are one.
    Indexed { bits: u32, palette: Vec<u32>, wide: Vec<u32> },
}

/// Reads all in the order of the file; the width changes to that of the image that follows.
///
/// # Errors
/// See [`ReadError`].
pub fn read(bits: &mut Bits, width: &mut usize, height: usize) -> Result<Vec<Transform>, ReadError> {
    let mut all = Vec::new();
    let mut seen = [false; 4];
    while bits.flag() {
        let kind = bits.number(2) as usize;
        if seen.get_mut(kind).is_none_or(|seen| std::mem::replace(seen, true)) {
            return Err(ReadError::Corrupt("a transform of it stands twice"));
        }
        let by_block = |bits: &mut Bits| {
            let size = 2 + bits.number(3);
            let across = blocks(*width, size);
            let mut values = Vec::new();
            values.try_reserve_exact(across * blocks(height, size)).map_err(|_| ReadError::OutOfMemory)?;
            image::read(bits, (across, blocks(height, size)), false, &mut |row| {
                values.extend_from_slice(row);
                Ok(())
            })?;
            Ok((size, across, values))
        };
        all.push(match kind {
            0 => {
                let (bits, across, values) = by_block(bits)?;
                let modes = values.into_iter().map(|value| (value >> 8) as u8 & 15).collect();
                Transform::Foretold { bits, across, modes, above: vec![0; *width + 1] }
            }
            1 => {
                let (bits, across, parts) = by_block(bits)?;
                Transform::Correlated { bits, across, parts }
            }
            2 => Transform::LessGreen,
            _ => {
                let colours = bits.number(8) as usize + 1;
                let mut palette = vec![0; 256];
                image::read(bits, (colours, 1), false, &mut |row| {
                    let mut last = 0;
                    for (to, &color) in palette.iter_mut().zip(row) {
                        last = add(last, color);
                        *to = last;
                    }
                    Ok(())
                })?;
                let bits = bundle(colours);
                let wide = vec![0; *width];
                *width = blocks(*width, bits);
                Transform::Indexed { bits, palette, wide }
            }
        });
    }
    Ok(all)
}

/// Red and blue by their parts.
#[inline(always)]
fn correlate(color: u32, parts: u32) -> u32 {
    let part = |part: u32, of: u32| (i32::from(part as u8 as i8) * i32::from(of as u8 as i8)) >> 5;
    let (green, red) = (color >> 8, color >> 16);
    let red = red.wrapping_add(part(parts, green) as u32) & 0xff;
    let blue = color.wrapping_add(part(parts >> 8, green) as u32).wrapping_add(part(parts >> 16, red) as u32) & 0xff;
    color & 0xff00_ff00 | red << 16 | blue
}

impl Transform {
    /// Undoes it in row `y`.
    pub fn undo(&mut self, y: usize, row: &mut Vec<u32>) {
        match self {
            Transform::Foretold { bits, across, modes, above } => {
                foretold(row, above, y, |block| modes.get((y >> *bits) * *across + block).copied().unwrap_or(0), *bits);
                // Behind the last pixel above stands the first of the row itself, see there.
                if let Some(to) = above.get_mut(..row.len()) {
                    to.copy_from_slice(row);
                }
            }
            Transform::Correlated { bits, across, parts } => {
                let parts = parts.get((y >> *bits) * *across..).unwrap_or(&[]);
                for (run, &parts) in row.chunks_mut(1 << *bits).zip(parts) {
                    run.iter_mut().for_each(|color| *color = correlate(*color, parts));
                }
            }
            Transform::LessGreen => row.iter_mut().for_each(|color| {
                let green = *color >> 8 & 0xff;
                *color = add(*color, green << 16 | green);
            }),
            Transform::Indexed { bits, palette, wide } => {
                let look = |index: u32| palette.get(index as usize & 0xff).copied().unwrap_or(0);
                let each = 8 >> *bits;
                for (run, &color) in wide.chunks_mut(1 << *bits).zip(row.iter()) {
                    let mut green = color >> 8 & 0xff;
                    for to in run {
                        *to = look(green & ((1 << each) - 1));
                        green >>= each;
                    }
                }
                std::mem::swap(row, wide);
                wide.resize(row.len(), 0);
            }
        }
    }
}

/// Adds what is foretold to each pixel. Right above the last one stands the first of its own row, which follows in the file.
fn foretold(row: &mut [u32], above: &mut [u32], y: usize, mode: impl Fn(usize) -> u8, bits: u32) {
    let Some((first, rest)) = row.split_first_mut() else { return };
    if y == 0 {
        *first = add(*first, BLACK);
        rest.iter_mut().fold(*first, |left, color| {
            *color = add(*color, left);
            *color
        });
        return;
    }
    *first = add(*first, above.first().copied().unwrap_or(0));
    if let Some(last) = above.last_mut() {
        *last = *first;
    }
    let mut left = *first;
    // From the second pixel on, in runs of one block.
    let (mut block, mut x) = (0, 1);
    while x <= rest.len() {
        let end = ((block + 1) << bits).min(rest.len() + 1);
        let (Some(run), Some(above)) = (rest.get_mut(x - 1..end - 1), above.get(x - 1..end + 1)) else { return };
        left = run_of(mode(block), run, above, left);
        (block, x) = (block + 1, end.max(x));
    }
}

/// Adds to a run what one mode foretells; answers its last pixel.
fn run_of(mode: u8, run: &mut [u32], above: &[u32], left: u32) -> u32 {
    macro_rules! with {
        ($($mode:literal)*) => {
            match mode {
                $($mode => step::<$mode>(run, above, left),)*
                _ => step::<0>(run, above, left),
            }
        };
    }
    with!(1 2 3 4 5 6 7 8 9 10 11 12 13)
}

#[inline(always)]
fn step<const MODE: u8>(run: &mut [u32], above: &[u32], left: u32) -> u32 {
    let around = above.windows(3).filter_map(|three| three.first_chunk::<3>());
    run.iter_mut().zip(around).fold(left, |left, (color, &[corner, top, right])| {
        *color = add(*color, foretell(MODE, left, corner, top, right));
        *color
    })
}
