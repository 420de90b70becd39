//! An AVIF's picture: boxes, AV1, colours, alpha.

use super::colour::{self, Plane, Planes};
use super::container::{self, corrupt, Still};
use super::turn;
use crate::limits;
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use re_rav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent, Settings};

/// The most pixels that are decoded: the decoder keeps about 15 bytes a pixel, and cannot say that memory ended.
const MAX_PIXELS: u64 = 4_000_000;

/// The size that the container states, turned as it says.
///
/// # Errors
/// As [`decode`], but for the pixels themselves.
pub fn header(file: &[u8]) -> Result<Made> {
    let still = container::read(file)?;
    check(still.size)?;
    Ok(Made { size: turn::size(still.size, still.turn), bytes: Vec::new() })
}

/// Decodes to 8-bit RGBA with straight alpha, turned and mirrored as the file says. Colour profiles and HDR
/// transfer curves are not applied; an orientation in EXIF does not count in AVIF.
///
/// # Errors
/// `image_corrupt`, `format_unsupported` for grids, `image_too_large` over 4 million pixels.
pub fn decode(file: &[u8]) -> Result<Made> {
    let Still { size, turn, color, alpha, premultiplied } = container::read(file)?;
    check(size)?;
    let picture = picture(color, size)?;
    let mut bytes = colour::rgba(&planes(&picture)?, size)?;
    drop(picture);
    if let Some(alpha) = alpha {
        let picture = self::picture(alpha, size)?;
        colour::put_alpha(&mut bytes, &planes(&picture)?, size, premultiplied)?;
    }
    turn::apply(bytes, size, turn)
}

fn check(size: Size) -> Result<()> {
    limits::check("The AVIF", size)?;
    match size.pixels() <= MAX_PIXELS {
        true => Ok(()),
        false => Err(Error::ImageTooLarge(format!("The AVIF is {size} pixels; at most {MAX_PIXELS} in all are decoded."))),
    }
}

/// Decodes the first AV1 picture, which must have the size that the container stated.
fn picture(data: Vec<u8>, size: Size) -> Result<Picture> {
    let broken = |_| corrupt("its AV1 data is broken");
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    // Of a picture in layers only the whole one is wanted.
    settings.set_all_layers(false);
    settings.set_frame_size_limit(size.pixels() as u32);
    let mut decoder = Decoder::with_settings(&settings).map_err(|_| Error::Internal)?;
    if data.is_empty() {
        return Err(corrupt("it holds no AV1 data"));
    }
    match decoder.send_data(data, None, None, None) {
        Ok(()) => {}
        Err(e) if e.is_again() => {}
        Err(e) => return Err(broken(e)),
    }
    let picture = decoder.get_picture().map_err(broken)?;
    match (picture.width(), picture.height()) == (size.width, size.height) {
        true => Ok(picture),
        false => Err(corrupt("its AV1 picture has another size than the file states")),
    }
}

fn planes(picture: &Picture) -> Result<Planes> {
    let depth = picture.bits_per_component().ok_or_else(|| corrupt("its depth is unknown"))?.0 as u32;
    let (across, down) = match picture.pixel_layout() {
        PixelLayout::I420 => (1, 1),
        PixelLayout::I422 => (1, 0),
        PixelLayout::I444 | PixelLayout::I400 => (0, 0),
    };
    let plane = |part| Plane { data: picture.plane(part), stride: picture.stride(part) as usize };
    let chroma = match picture.pixel_layout() {
        PixelLayout::I400 => None,
        _ => Some([plane(PlanarImageComponent::U), plane(PlanarImageComponent::V)]),
    };
    Ok(Planes {
        luma: plane(PlanarImageComponent::Y),
        chroma,
        across,
        down,
        depth,
        full: picture.color_range() == re_rav1d::pixel::YUVRange::Full,
        matrix: picture.matrix_coefficients(),
        primaries: picture.color_primaries(),
    })
}
