//! AVIF: encoding by ravif, and decoding by `container` (the boxes), re_rav1d (the AV1 picture), `colour`
//! (its planes to RGBA) and `turn`.

mod boxes;
mod colour;
mod container;
mod decode;
mod turn;

pub use decode::{decode, header};

use crate::limits;
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use ravif::{BitDepth, Encoder, Img, RGBA8};

/// The most pixels that are encoded: rav1e keeps some 30 bytes a pixel, and its memory cannot be asked for politely.
const MAX_PIXELS: u64 = 2_000_000;
/// ravif's scale ends at 10, the fastest. At 640×480 this takes WASM 0.6 s.
const SPEED: u8 = 7;

/// Encodes RGBA of a size in pixels; `quality` is 1 to 100. Opaque pictures get no alpha plane.
///
/// # Errors
/// `bad_arg` for another quality, `image_too_large` over 2 million pixels.
pub fn encode(width: u32, height: u32, quality: u8, data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check_rgba("The AVIF", size, data)?;
    if size.pixels() > MAX_PIXELS {
        return Err(Error::ImageTooLarge(format!("The AVIF would be {size} pixels; at most {MAX_PIXELS} in all are encoded.")));
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::BadArg(format!("quality: 1 to 100 is wanted for AVIF, not {quality}.")));
    }
    let mut pixels: Vec<RGBA8> = Vec::new();
    pixels.try_reserve_exact(data.len() / 4).map_err(|_| Error::ImageTooLarge("There is no memory for an AVIF of that size.".into()))?;
    pixels.extend(data.chunks_exact(4).filter_map(|p| match p {
        [r, g, b, a] => Some(RGBA8::new(*r, *g, *b, *a)),
        _ => None,
    }));
    let encoder = Encoder::new()
        .with_quality(f32::from(quality))
        .with_alpha_quality(f32::from(quality))
        .with_speed(SPEED)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    let encoded = encoder.encode_rgba(Img::new(&pixels, width as usize, height as usize)).map_err(|_| Error::Internal)?;
    Ok(Made { size, bytes: encoded.avif_file })
}

#[cfg(test)]
mod tests;
