//! WebP: decoded lossy and lossless, with alpha; encoded lossy by Limn's own VP8 encoder or lossless.

mod vp8;

use super::exif::Orientation;
use super::{beside, corrupt, icc, too_wide, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::WebP,
    name: "webp",
    mime: "image/webp",
    extensions: &["webp"],
    magic: |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    header,
    decoded_size: |header, _| header.size,
    // Pixels, and the planes or the transformed copy that they come from.
    decode_bytes: |header, _| header.size.pixels() * (header.layout.channels() as u64 + 4),
    decode,
    frames: None,
    encode: Some(encode),
    animate: None,
    metadata: beside::webp::read,
};

/// Longest side of a WebP file, px.
const MAX_SIDE: u32 = 16_383;
/// Most bytes of one metadata chunk.
const CHUNK_BYTES: usize = 8 << 20;

fn refused(error: DecodingError) -> Error {
    match error {
        DecodingError::MemoryLimitExceeded => Error::ImageTooLarge("The webp file's chunks need more memory than is allowed.".into()),
        _ => corrupt(Format::WebP, "a chunk of it is missing, cut or wrong"),
    }
}

fn open(bytes: &[u8]) -> Result<WebPDecoder<Cursor<&[u8]>>> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refused)?;
    decoder.set_memory_limit(CHUNK_BYTES);
    Ok(decoder)
}

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let mut decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    Ok(Header {
        frames: decoder.num_frames().max(1),
        orientation: exif.map_or(Orientation::default(), |e| Orientation::read(e.strip_prefix(b"Exif\0\0").unwrap_or(&e))),
        ..Header::still(Format::WebP, Size::new(width, height), layout)
    })
}

fn decode(bytes: &[u8], header: &Header, _: &Want, _: &Kit) -> Result<Image> {
    let mut decoder = open(bytes)?;
    let channels = header.layout.channels();
    let mut data = zeroed(header.size.pixels() * channels as u64)?;
    if decoder.output_buffer_size() != Some(data.len()) {
        return Err(corrupt(Format::WebP, "its dimensions contradict one another"));
    }
    decoder.read_image(&mut data).map_err(refused)?;
    let profile = decoder.icc_profile().ok().flatten();
    icc::rgb_to_srgb(&mut data, channels, profile.as_deref())?;
    Image::new(header.size, header.layout, data)
}

fn encode(image: Image, settings: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    if size.width > MAX_SIDE || size.height > MAX_SIDE {
        return Err(too_wide(Format::WebP, size, MAX_SIDE));
    }
    match settings.lossless {
        true => lossless(&image, size),
        false => lossy(image, size, settings.quality),
    }
}

fn lossless(image: &Image, size: Size) -> Result<Vec<u8>> {
    let color = match image.layout() {
        Layout::Gray => ColorType::L8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    let mut out = Vec::new();
    WebPEncoder::new(&mut out).encode(image.data(), size.width, size.height, color).map_err(|_| Error::Internal)?;
    Ok(out)
}

fn lossy(image: Image, size: Size, quality: u8) -> Result<Vec<u8>> {
    let image = if image.layout() == Layout::Gray { image.into_rgb()? } else { image };
    let channels = image.layout().channels();
    let frame = vp8::encode(image.data(), channels, size.width, size.height, quality.clamp(1, 100)).map_err(failed)?;
    let alpha = match image.layout() {
        Layout::Rgba => {
            let plane: Vec<u8> = image.data().iter().skip(3).step_by(4).copied().collect();
            Some(vp8::alpha_chunk(&plane, size.width, size.height).map_err(failed)?)
        }
        _ => None,
    };
    vp8::container(size.width, size.height, &frame, alpha.as_deref()).map_err(failed)
}

fn failed(error: vp8::Vp8Error) -> Error {
    match error {
        vp8::Vp8Error::OutOfMemory => Error::ImageTooLarge("There is no memory left to encode the webp file.".into()),
        _ => Error::Internal,
    }
}
