//! BMP, the BMP of an ICO, PNM and QOI: one way through the decoders of image-rs for all of them.

use image::codecs::{bmp::BmpDecoder, ico::IcoDecoder, pnm::PnmDecoder, qoi::QoiDecoder};
use image::{ColorType, ImageDecoder, ImageError, ImageResult};
use limn_core::image::{buffer, zeroed, Size};
use limn_core::rare::{Made, Whole};
use limn_core::{Error, Result};
use std::io::Cursor;

/// What a file says of itself, as [`Job::WholeHeader`](limn_core::rare::Job::WholeHeader) lays it out.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`.
pub fn header(format: Whole, bytes: &[u8]) -> Result<Made> {
    each(format, bytes, Told)
}

/// The pixels, as [`Job::WholeDecode`](limn_core::rare::Job::WholeDecode) wants them.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`, `image_too_large` when memory ends.
pub fn decode(format: Whole, bytes: &[u8]) -> Result<Made> {
    each(format, bytes, Decoded)
}

/// What is done with a decoder of whatever kind.
trait Use {
    fn of(self, format: Whole, decoder: impl ImageDecoder) -> Result<Made>;
}

fn each(format: Whole, bytes: &[u8], usage: impl Use) -> Result<Made> {
    fn opened<D: ImageDecoder>(format: Whole, decoder: ImageResult<D>, usage: impl Use) -> Result<Made> {
        usage.of(format, decoder.map_err(|e| refused(format, "its header cannot be read", e))?)
    }
    let bytes = Cursor::new(bytes);
    match format {
        Whole::Bmp => opened(format, BmpDecoder::new(bytes), usage),
        Whole::Ico => opened(format, IcoDecoder::new(bytes), usage),
        Whole::Pnm => opened(format, PnmDecoder::new(bytes), usage),
        Whole::Qoi => opened(format, QoiDecoder::new(bytes), usage),
    }
}

fn name(format: Whole) -> &'static str {
    match format {
        Whole::Bmp => "bmp",
        Whole::Ico => "ico",
        Whole::Pnm => "pnm",
        Whole::Qoi => "qoi",
    }
}

fn refused(format: Whole, what: &str, error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => unsupported(format),
        ImageError::Limits(_) => Error::ImageTooLarge(format!("The {} file needs more memory than is allowed.", name(format))),
        _ => Error::ImageCorrupt(format!("The {} file is damaged: {what}.", name(format))),
    }
}

fn unsupported(format: Whole) -> Error {
    Error::FormatUnsupported(format!("The {} file is of a kind that Limn does not decode.", name(format)))
}

fn size(decoder: &impl ImageDecoder) -> Size {
    let (width, height) = decoder.dimensions();
    Size::new(width, height)
}

struct Told;

impl Use for Told {
    fn of(self, _: Whole, decoder: impl ImageDecoder) -> Result<Made> {
        let color = decoder.color_type();
        let deep = matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
        let channels = match color {
            ColorType::L8 | ColorType::L16 => 1,
            color if color.has_alpha() => 4,
            _ => 3,
        };
        Ok(Made { size: size(&decoder), bytes: vec![channels, u8::from(deep)] })
    }
}

struct Decoded;

impl Use for Decoded {
    fn of(self, format: Whole, decoder: impl ImageDecoder) -> Result<Made> {
        let (size, color) = (size(&decoder), decoder.color_type());
        let mut data = zeroed(decoder.total_bytes())?;
        decoder.read_image(&mut data).map_err(|e| refused(format, "its pixels cannot be read", e))?;
        let bytes = match color {
            ColorType::L8 | ColorType::Rgb8 | ColorType::Rgba8 => data,
            ColorType::La8 => spread(&data, 1)?,
            ColorType::L16 | ColorType::Rgb16 | ColorType::Rgba16 => little_endian(data),
            ColorType::La16 => spread(&little_endian(data), 2)?,
            _ => return Err(unsupported(format)),
        };
        Ok(Made { size, bytes })
    }
}

/// Samples of 16 bits in the order of this machine, which may be that order already.
fn little_endian(mut data: Vec<u8>) -> Vec<u8> {
    data.chunks_exact_mut(2).for_each(|sample| {
        if let [a, b] = sample {
            [*a, *b] = u16::from_ne_bytes([*a, *b]).to_le_bytes();
        }
    });
    data
}

/// Grey with alpha to RGBA, samples of so many bytes.
fn spread(data: &[u8], bytes: usize) -> Result<Vec<u8>> {
    let mut out = buffer(data.len() as u64 * 2)?;
    for pixel in data.chunks_exact(2 * bytes) {
        let (gray, alpha) = pixel.split_at(bytes);
        [gray, gray, gray, alpha].iter().for_each(|sample| out.extend_from_slice(sample));
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
