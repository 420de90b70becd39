//! The calls into other people's codecs that touch every pixel: as generic functions they would be built
//! with the crate that makes them.

use image_webp::{DecodingError, WebPDecoder, WebPEncoder};
use std::io::Cursor;

/// Decodes a WebP's still.
///
/// # Errors
/// Those of the decoder.
#[inline(never)]
pub fn read_webp(decoder: &mut WebPDecoder<Cursor<&[u8]>>, pixels: &mut [u8]) -> Result<(), DecodingError> {
    decoder.read_image(pixels)
}

/// Encodes a lossless WebP, a whole file; `None` where the size and the pixels contradict one another.
#[inline(never)]
pub fn lossless_webp(pixels: &[u8], width: u32, height: u32, color: image_webp::ColorType) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    WebPEncoder::new(&mut file).encode(pixels, width, height, color).ok()?;
    Some(file)
}
