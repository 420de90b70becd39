//! The encoder: a palette where there are few colours, else differences to what neighbours foretell (`foretell`), then copies
//! (`copies`) and codes by how often symbols come (`image`, `prefix`).

mod bits;
mod copies;
mod foretell;
mod image;
mod palette;
mod prefix;
#[cfg(test)]
mod tests;

use super::WriteError;
use bits::Bits;

/// Longest side, pixels.
const MOST_SIDE: u32 = 1 << 14;

fn checked(width: u32, height: u32, samples: usize, channels: usize) -> Result<(), WriteError> {
    let fits = |side: u32| (1..=MOST_SIDE).contains(&side);
    match fits(width) && fits(height) && samples == width as usize * height as usize * channels {
        true => Ok(()),
        false => Err(WriteError::BadSize),
    }
}

/// Encodes interleaved 8-bit pixels of 1 (grey), 3 or 4 channels as the payload of a `VP8L` chunk.
///
/// # Errors
/// `BadSize` for sides that are not within 1..=16384 or that contradict the pixels; `OutOfMemory`.
#[inline(never)]
pub fn encode(pixels: &[u8], channels: usize, width: u32, height: u32) -> Result<Vec<u8>, WriteError> {
    checked(width, height, pixels.len(), channels)?;
    let mut colours = Vec::new();
    colours.try_reserve_exact(width as usize * height as usize).map_err(|_| WriteError::OutOfMemory)?;
    match channels {
        1 => colours.extend(pixels.iter().map(|&v| u32::from_be_bytes([255, v, v, v]))),
        3 => colours.extend(pixels.as_chunks::<3>().0.iter().map(|&[r, g, b]| u32::from_be_bytes([255, r, g, b]))),
        4 => colours.extend(pixels.as_chunks::<4>().0.iter().map(|&[r, g, b, a]| u32::from_be_bytes([a, r, g, b]))),
        _ => return Err(WriteError::BadSize),
    }
    let alpha = colours.iter().any(|color| color >> 24 < 255);
    let mut out = Bits::behind(vec![0x2f]);
    out.put((width - 1) | (height - 1) << 14 | u32::from(alpha) << 28, 32);
    body(colours, width as usize, true, &mut out)?;
    out.finish()
}

/// A plane of bytes as pixels, from its rows.
fn plane(width: u32, height: u32, rows: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Result<Vec<u32>, WriteError> {
    let samples = width as usize * height as usize;
    let mut colours = Vec::new();
    colours.try_reserve_exact(samples).map_err(|_| WriteError::OutOfMemory)?;
    rows(&mut |row| {
        let left = samples.saturating_sub(colours.len());
        colours.extend(row.iter().take(left).map(|&value| u32::from(value) << 8));
    });
    checked(width, height, colours.len(), 1)?;
    Ok(colours)
}

/// Encodes a plane of bytes, whose rows `rows` hands out, as a stream without a header, as the alpha chunk has it.
///
/// # Errors
/// As [`encode`].
pub fn encode_plane(width: u32, height: u32, rows: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Result<Vec<u8>, WriteError> {
    let colours = plane(width, height, rows)?;
    let mut out = Bits::default();
    // What stands beside the picture has foretold its samples already.
    body(colours, width as usize, false, &mut out)?;
    out.finish()
}

/// About how many bits [`encode_plane`] would take, in a third of its time.
///
/// # Errors
/// As [`encode`].
pub fn plane_bits(width: u32, height: u32, rows: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Result<f64, WriteError> {
    let (mut colours, mut width) = (plane(width, height, rows)?, width as usize);
    if let Some(palette) = palette::colours(&colours).filter(|palette| palette.len() <= BUNDLED) {
        palette::apply(&mut colours, &mut width, &palette);
    }
    image::bits(&colours, width)
}

/// Most colours of a plane for which a palette pays: several places are one number.
pub const BUNDLED: usize = 16;

fn body(mut pixels: Vec<u32>, mut width: usize, picture: bool, out: &mut Bits) -> Result<(), WriteError> {
    let palette = palette::colours(&pixels).filter(|colours| picture || colours.len() <= BUNDLED);
    if let Some(colours) = palette {
        out.put(1 | 3 << 1, 3);
        out.put(colours.len() as u32 - 1, 8);
        image::put(&palette::differences(&colours), colours.len(), false, out)?;
        palette::apply(&mut pixels, &mut width, &colours);
    } else if picture && foretell::pays(&pixels, width) {
        out.put(1 | 2 << 1, 3);
        foretell::less_green(&mut pixels);
        let bits = foretell::block_bits(pixels.len());
        out.put(1, 3);
        out.put(bits - 2, 3);
        let modes = foretell::apply(&mut pixels, width, bits);
        image::put(&modes, super::format::blocks(width, bits), false, out)?;
    }
    out.put(0, 1);
    image::put(&pixels, width, true, out)
}
