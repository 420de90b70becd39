//! Formats that a library of image-rs decodes whole: one way through its decoders for all of them.

use super::{corrupt, Format, Header};
use crate::image::{zeroed, Image, Layout, Size};
use crate::Result;
use image::{ColorType, ImageDecoder};

/// The header that a decoder tells.
///
/// # Errors
/// `image_corrupt` when the decoder could not be made.
pub fn header(format: Format, decoder: image::ImageResult<impl ImageDecoder>) -> Result<Header> {
    let decoder = decoder.map_err(|_| corrupt(format, "its header cannot be read"))?;
    let (width, height) = decoder.dimensions();
    Ok(Header::still(format, Size::new(width, height), layout(decoder.color_type())))
}

/// The pixels, 8 bits a sample.
///
/// # Errors
/// `image_corrupt`, `image_too_large` when memory ends.
pub fn decode(format: Format, decoder: image::ImageResult<impl ImageDecoder>) -> Result<Image> {
    let decoder = decoder.map_err(|_| corrupt(format, "its header cannot be read"))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let mut data = zeroed(decoder.total_bytes())?;
    decoder.read_image(&mut data).map_err(|_| corrupt(format, "its pixels cannot be read"))?;
    let data = match color {
        ColorType::L8 | ColorType::Rgb8 | ColorType::Rgba8 => data,
        ColorType::La8 => data.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        ColorType::L16 | ColorType::Rgb16 | ColorType::Rgba16 => sixteen(&data).collect(),
        ColorType::La16 => {
            let eight: Vec<u8> = sixteen(&data).collect();
            eight.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect()
        }
        _ => {
            return Err(crate::Error::FormatUnsupported(format!(
                "The {} file's samples are of a kind that Limn does not decode.",
                format.name()
            )))
        }
    };
    Image::new(Size::new(width, height), layout(color), data)
}

fn sixteen(data: &[u8]) -> impl Iterator<Item = u8> + '_ {
    data.chunks_exact(2).map(|p| crate::image::narrow(u16::from_ne_bytes([p[0], p[1]])))
}

fn layout(color: ColorType) -> Layout {
    match color {
        ColorType::L8 | ColorType::L16 => Layout::Gray,
        c if c.has_alpha() => Layout::Rgba,
        _ => Layout::Rgb,
    }
}
