//! TIFF written: 8 bits a sample, deflate over differences, which every reader of the last decades knows.

use super::words::{self, Beside};
use crate::limits;
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use std::io::Cursor;
use tiff::encoder::colortype::{ColorType, Gray8, RGB8};
use tiff::encoder::{Compression, DeflateLevel, TiffEncoder};
use tiff::tags::{ExtraSamples, Predictor};
use tiff::TiffResult;

/// Encodes pixels, behind which EXIF, XMP and the profile lie in these lengths.
///
/// # Errors
/// `image_too_large` over the bounds of all jobs.
pub fn encode(width: u32, height: u32, channels: u8, beside: [usize; 3], data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check("The TIFF", size)?;
    let pixels = usize::try_from(size.pixels() * u64::from(channels)).map_err(|_| Error::Internal)?;
    let (pixels, mut rest) = data.split_at_checked(pixels).ok_or(Error::Internal)?;
    let mut part = |len: usize| {
        let (part, behind) = rest.split_at_checked(len).ok_or(Error::Internal)?;
        rest = behind;
        Ok(part)
    };
    let [exif, xmp, icc] = beside;
    let beside = Beside { exif: part(exif)?, xmp: part(xmp)?, icc: part(icc)? };
    let written = match channels {
        1 => write::<Gray8>(size, pixels, &[], &beside),
        3 => write::<RGB8>(size, pixels, &[], &beside),
        4 => write::<RGB8>(size, pixels, &[ExtraSamples::UnassociatedAlpha], &beside),
        _ => return Err(Error::Internal),
    };
    Ok(Made { size, bytes: written.map_err(|_| Error::Internal)? })
}

fn write<C: ColorType<Inner = u8>>(size: Size, pixels: &[u8], extra: &[ExtraSamples], beside: &Beside) -> TiffResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    // The library takes differences of as many samples as the colour has, so that alpha forbids them.
    let predictor = if extra.is_empty() { Predictor::Horizontal } else { Predictor::None };
    let mut encoder = TiffEncoder::new(&mut out)?.with_compression(Compression::Deflate(DeflateLevel::Balanced)).with_predictor(predictor);
    let mut file = encoder.new_image::<C>(size.width, size.height)?;
    if !extra.is_empty() {
        file.extra_samples(extra)?;
    }
    words::write(file.encoder(), beside)?;
    file.write_data(pixels)?;
    Ok(out.into_inner())
}
