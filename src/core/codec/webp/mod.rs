//! WebP: lossy and lossless, with alpha, still and animated; lossy files come from Limn's own VP8 encoder.

mod animate;
mod container;
mod encode;
mod frames;
#[cfg(test)]
mod tests;

use super::exif::Orientation;
use super::{beside, corrupt, icc, Codec, Format, Header, Loops, Want};
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use image_webp::{DecodingError, LoopCount, WebPDecoder};
use limn_pixels::codecs::read_webp;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::WebP,
    name: "webp",
    mime: "image/webp",
    extensions: &["webp"],
    magic: |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    header,
    decoded_size: |header, _| header.size,
    decode_bytes,
    decode,
    frames: Some(|bytes, header, want| Ok(Box::new(frames::WebPFrames::open(bytes, header, want)?))),
    // Planes and levels, which outlive the pixels; the transformed copy and its tokens.
    encode_bytes: |size, lossless| size.pixels() * if lossless { 8 } else { 2 },
    encode: Some(encode::encode),
    animate: Some(animate::begin),
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
    let moves = decoder.is_animated();
    let layout = if moves || decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    Ok(Header {
        frames: if moves { decoder.num_frames().max(1) } else { 1 },
        loops: match decoder.loop_count() {
            LoopCount::Forever => Loops::Forever,
            LoopCount::Times(n) => Loops::Times(u32::from(n.get())),
        },
        orientation: exif.map_or(Orientation::default(), |e| Orientation::read(e.strip_prefix(b"Exif\0\0").unwrap_or(&e))),
        ..Header::still(Format::WebP, Size::new(width, height), layout)
    })
}

/// What the extended header of an animation says (WebP container specification, `VP8X`).
pub(super) fn has_alpha(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0x10 != 0)
}

/// Pixels, and the planes or the transformed copy that they come from; for an animation also the canvas,
/// the picture that is given out, and the two that its encoder compares.
fn decode_bytes(header: &Header, _: Size) -> u64 {
    header.size.pixels() * if header.frames > 1 { 24 } else { header.layout.channels() as u64 + 4 }
}

fn decode(bytes: &[u8], header: &Header, want: &Want, _: &Kit) -> Result<Image> {
    let mut decoder = open(bytes)?;
    if decoder.is_animated() {
        return frames::WebPFrames::open(bytes, header, want)?.first()?.without_idle_alpha();
    }
    let channels = header.layout.channels();
    let mut data = zeroed(header.size.pixels() * channels as u64)?;
    if decoder.output_buffer_size() != Some(data.len()) {
        return Err(corrupt(Format::WebP, "its dimensions contradict one another"));
    }
    read_webp(&mut decoder, &mut data).map_err(refused)?;
    let profile = want.profile(decoder.icc_profile().ok().flatten());
    icc::rgb_to_srgb(&mut data, channels, profile.as_deref())?;
    Image::new(header.size, header.layout, data)
}
