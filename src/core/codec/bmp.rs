//! BMP: decoded whole; encoded with 24 bits a pixel, or 32 with alpha.

use super::{nothing_beside, whole, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{Image, Layout};
use crate::kit::Kit;
use crate::{Error, Result};
use image::codecs::bmp::BmpDecoder;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Bmp,
    name: "bmp",
    mime: "image/bmp",
    extensions: &["bmp", "dib"],
    magic: |bytes| bytes.starts_with(b"BM") && bytes.len() > 26,
    header: |bytes, _| whole::header(Format::Bmp, BmpDecoder::new(Cursor::new(bytes))),
    decoded_size: |header, _| header.size,
    decode_bytes: |header, _| header.size.pixels() * 4,
    decode: |bytes: &[u8], _: &Header, _: &Want, _: &Kit| whole::decode(Format::Bmp, BmpDecoder::new(Cursor::new(bytes))),
    frames: None,
    encode_bytes: |size, _, _| size.pixels() * 4,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

fn encode(image: Image, _: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let image = image.with_colour()?;
    let color = if image.layout() == Layout::Rgba { image::ExtendedColorType::Rgba8 } else { image::ExtendedColorType::Rgb8 };
    let mut out = Vec::new();
    let mut encoder = image::codecs::bmp::BmpEncoder::new(&mut out);
    encoder.encode(image.data(), size.width, size.height, color).map_err(|_| Error::Internal)?;
    Ok(out)
}
