//! A picture's bitstream, lossy or lossless.

use super::container::{self, Picture};
use super::MAX_SIDE;
use crate::codec::{too_wide, EncodeSettings, Format};
use crate::image::{buffer, Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use limn_pixels::{vp8, vp8l};

/// Encodes a still.
///
/// # Errors
/// `image_too_large` for sides over 16383 px or when memory ends.
pub(super) fn encode(image: Image, settings: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let (size, layout) = (image.held(), image.layout());
    check(size)?;
    let bits = Bits::of(image, settings)?;
    container::still(size, &bits.picture(), layout == Layout::Rgba, &settings.metadata)
}

/// Refuses sides that the format has no room for.
///
/// # Errors
/// `image_too_large`.
pub(super) fn check(size: Size) -> Result<()> {
    match size.width > MAX_SIDE || size.height > MAX_SIDE {
        true => Err(too_wide(Format::WebP, size, MAX_SIDE)),
        false => Ok(()),
    }
}

/// What the container holds of a picture.
pub(super) struct Bits {
    lossless: bool,
    data: Vec<u8>,
    alpha: Option<Vec<u8>>,
}

impl Bits {
    /// Encodes pixels, of which alpha is kept where the layout has it.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub(super) fn of(image: Image, settings: &EncodeSettings) -> Result<Bits> {
        match settings.lossless {
            true => lossless(image),
            false => lossy(image, settings.quality),
        }
    }

    pub(super) fn picture(&self) -> Picture<'_> {
        Picture { name: if self.lossless { b"VP8L" } else { b"VP8 " }, data: &self.data, alpha: self.alpha.as_deref() }
    }
}

fn lossless(image: Image) -> Result<Bits> {
    let (size, channels) = (image.held(), image.layout().channels());
    let data = vp8l::write::encode(image.data(), channels, size.width, size.height).map_err(failed)?;
    Ok(Bits { lossless: true, data, alpha: None })
}

fn lossy(image: Image, quality: u8) -> Result<Bits> {
    let image = image.with_colour()?;
    let (size, channels) = (image.held(), image.layout().channels());
    let alpha = match image.layout() {
        Layout::Rgba => {
            let mut plane = buffer(size.pixels())?;
            plane.extend(image.data().iter().skip(3).step_by(4));
            Some(vp8::alpha_chunk(&plane, size.width, size.height).map_err(failed)?)
        }
        _ => None,
    };
    let picture = vp8::Picture::new(image.data(), channels, size.width, size.height).map_err(failed)?;
    // The planes are half as large.
    drop(image);
    let data = picture.encode(quality.clamp(1, 100)).map_err(failed)?;
    Ok(Bits { lossless: false, data, alpha })
}

fn failed(error: vp8::Vp8Error) -> Error {
    match error {
        vp8::Vp8Error::OutOfMemory => Error::NoMemory("There is no memory left to encode the webp file.".into()),
        _ => Error::Internal,
    }
}
