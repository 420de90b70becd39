//! A picture to AV1, and into a file by avif-serialize.

use super::planes::Planes;
use crate::limits;
use avif_serialize::{constants, Aviffy};
use limn_av1::{still, Picture};
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};

/// The most pixels that are encoded: rav1e keeps some 30 bytes a pixel, and its memory cannot be asked for politely.
const MAX_PIXELS: u64 = 2_000_000;

/// Encodes RGBA of a size in pixels; `quality` is 1 to 100. Chroma has half the resolution unless it is to be `full`,
/// as text in colours wants it. Opaque pictures get no alpha plane.
///
/// # Errors
/// `bad_arg` for another quality, `image_too_large` over 2 million pixels.
pub fn encode(width: u32, height: u32, quality: u8, full: bool, data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check_rgba("The AVIF", size, data)?;
    if size.pixels() > MAX_PIXELS {
        return Err(Error::ImageTooLarge(format!("The AVIF would be {size} pixels; at most {MAX_PIXELS} in all are encoded.")));
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::BadArg(format!("quality: 1 to 100 is wanted for AVIF, not {quality}.")));
    }
    let planes = Planes::of(size, data, full).ok_or_else(|| Error::ImageTooLarge("There is no memory for an AVIF of that size.".into()))?;
    let colour = planes.colour.each_ref().map(Vec::as_slice);
    let colour = if full { Picture::Full(colour) } else { Picture::Half(colour) };
    let colour = still(size, quantizer(quality), colour)?;
    let alpha = planes.alpha.map(|alpha| still(size, quantizer(quality), Picture::Luma(&alpha))).transpose()?;
    let mut file = Aviffy::new();
    file.matrix_coefficients(constants::MatrixCoefficients::Bt601).set_chroma_subsampling((!full, !full));
    Ok(Made { size, bytes: file.to_vec(&colour, alpha.as_deref(), width, height, 8) })
}

/// AV1's quantiser index, 0 to 255, for a quality from 1 to 100: about what the same number means in JPEG.
fn quantizer(quality: u8) -> u8 {
    let q = f32::from(quality) / 100.0;
    let coarse = match q {
        q if q >= 0.82 => (1.0 - q) * 2.6,
        q if q > 0.25 => 0.875 - 0.5 * q,
        q => 1.0 - q,
    };
    (coarse * 255.0).round() as u8
}
