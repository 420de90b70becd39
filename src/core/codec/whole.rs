//! Formats that a library of image-rs decodes whole: one way through its decoders for all of them.

use super::{corrupt, Format, Header};
use crate::image::{buffer, zeroed, Image, Layout, Size};
use crate::{Error, Result};
use image::{ColorType, ImageDecoder, ImageError, ImageResult};

fn refused(format: Format, what: &str, error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => unsupported(format),
        ImageError::Limits(_) => Error::ImageTooLarge(format!("The {} file needs more memory than is allowed.", format.name())),
        _ => corrupt(format, what),
    }
}

fn unsupported(format: Format) -> Error {
    Error::FormatUnsupported(format!("The {} file is of a kind that Limn does not decode.", format.name()))
}

/// The header that a decoder tells.
///
/// # Errors
/// `image_corrupt` or `format_unsupported` when the decoder could not be made.
pub fn header(format: Format, decoder: ImageResult<impl ImageDecoder>) -> Result<Header> {
    let decoder = decoder.map_err(|e| refused(format, "its header cannot be read", e))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let deep = matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
    Ok(Header { deep, ..Header::still(format, Size::new(width, height), layout(color)) })
}

/// The pixels, 8 or 16 bits a sample.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`, `image_too_large` when memory ends.
pub fn decode(format: Format, decoder: ImageResult<impl ImageDecoder>) -> Result<Image> {
    let decoder = decoder.map_err(|e| refused(format, "its header cannot be read", e))?;
    let (width, height) = decoder.dimensions();
    let size = Size::new(width, height);
    let color = decoder.color_type();
    let mut data = zeroed(decoder.total_bytes())?;
    decoder.read_image(&mut data).map_err(|e| refused(format, "its pixels cannot be read", e))?;
    match color {
        ColorType::L8 | ColorType::Rgb8 | ColorType::Rgba8 => Image::new(size, layout(color), data),
        ColorType::La8 => Image::new(size, Layout::Rgba, spread(&data)?),
        ColorType::L16 | ColorType::Rgb16 | ColorType::Rgba16 => Image::deep(size, layout(color), sixteen(&data)?),
        ColorType::La16 => Image::deep(size, Layout::Rgba, spread(&sixteen(&data)?)?),
        _ => Err(unsupported(format)),
    }
}

fn sixteen(data: &[u8]) -> Result<Vec<u16>> {
    let mut out = buffer(data.len() as u64 / 2)?;
    out.extend(data.chunks_exact(2).map(|p| u16::from_ne_bytes([p[0], p[1]])));
    Ok(out)
}

/// Grey with alpha to RGBA.
fn spread<T: Copy>(data: &[T]) -> Result<Vec<T>> {
    let mut out = buffer(data.len() as u64 * 2)?;
    data.chunks_exact(2).for_each(|p| out.extend_from_slice(&[p[0], p[0], p[0], p[1]]));
    Ok(out)
}

fn layout(color: ColorType) -> Layout {
    match color {
        ColorType::L8 | ColorType::L16 => Layout::Gray,
        c if c.has_alpha() => Layout::Rgba,
        _ => Layout::Rgb,
    }
}
