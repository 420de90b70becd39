//! BMP: decoded whole; encoded with 24 bits a pixel, or 32 with alpha.

use super::exif::Orientation;
use super::{corrupt, Codec, EncodeSettings, Format, Header};
use crate::image::{zeroed, Image, Layout, Size};
use crate::{Error, Result};
use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder};
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Bmp,
    name: "bmp",
    mime: "image/bmp",
    extensions: &["bmp", "dib"],
    magic: |bytes| bytes.starts_with(b"BM") && bytes.len() > 26,
    header,
    decoded_size: |header, _| header.size,
    decode_bytes: |header, _| header.size.pixels() * 4,
    decode,
    encode,
};

fn open(bytes: &[u8]) -> Result<BmpDecoder<Cursor<&[u8]>>> {
    BmpDecoder::new(Cursor::new(bytes)).map_err(|_| corrupt(Format::Bmp, "its header cannot be read"))
}

fn header(bytes: &[u8]) -> Result<Header> {
    let decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    Ok(Header {
        format: Format::Bmp,
        size: Size::new(width, height),
        frames: 1,
        orientation: Orientation::default(),
        layout: if decoder.color_type() == ColorType::Rgba8 { Layout::Rgba } else { Layout::Rgb },
        quality: None,
        interlaced: false,
        scale_bytes: [0; 4],
    })
}

fn decode(bytes: &[u8], header: &Header, _: Size) -> Result<Image> {
    let decoder = open(bytes)?;
    let mut data = zeroed(header.size.pixels() * header.layout.channels() as u64)?;
    if decoder.total_bytes() != data.len() as u64 {
        return Err(Error::Internal);
    }
    decoder.read_image(&mut data).map_err(|_| corrupt(Format::Bmp, "its rows cannot be read"))?;
    Image::new(header.size, header.layout, data)
}

fn encode(image: Image, _: &EncodeSettings) -> Result<Vec<u8>> {
    let size = image.held();
    let image = if image.layout() == Layout::Gray { image.into_rgb()? } else { image };
    let color = if image.layout() == Layout::Rgba { image::ExtendedColorType::Rgba8 } else { image::ExtendedColorType::Rgb8 };
    let mut out = Vec::new();
    let mut encoder = image::codecs::bmp::BmpEncoder::new(&mut out);
    encoder.encode(image.data(), size.width, size.height, color).map_err(|_| Error::Internal)?;
    Ok(out)
}
