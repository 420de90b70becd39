//! PNG and APNG: read by rows, written in as few bits a pixel as hold the picture.

mod animate;
mod decode;
mod encode;
mod frames;
#[cfg(test)]
mod tests;

use super::exif::Orientation;
use super::{beside, corrupt, Codec, Format, Header, Loops};
use crate::image::{Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use png::{BitDepth, ColorType, Decoder, Info, Limits, Transformations};
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Png,
    name: "png",
    mime: "image/png",
    extensions: &["png", "apng"],
    magic: |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
    header,
    decoded_size: decode::size,
    decode_bytes: decode::bytes,
    decode: decode::decode,
    frames: Some(|bytes, header, want, kit| Ok(Box::new(frames::PngFrames::open(bytes, header, want, kit)?))),
    encode_bytes: |size, _, _| size.pixels() * 4,
    encode: Some(encode::encode),
    animate: Some(animate::begin),
    metadata: beside::png::read,
};

/// Most bytes that the decoder may hold beside the rows, for zipped text and profiles.
const CHUNK_BYTES: usize = 8 << 20;

/// A reader that gives samples of 8 bits, or of 16 where they have so many and `deep` asks for them.
fn reader(bytes: &[u8], deep: bool) -> Result<png::Reader<Cursor<&[u8]>>> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: CHUNK_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(if deep { Transformations::EXPAND } else { Transformations::EXPAND | Transformations::STRIP_16 });
    decoder.read_info().map_err(damaged)
}

fn damaged(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => Error::ImageTooLarge("The png file's chunks need more memory than is allowed.".into()),
        _ => corrupt(Format::Png, "a chunk of it is missing, cut or wrong"),
    }
}

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let reader = reader(bytes, false)?;
    let info = reader.info();
    let animation = info.animation_control();
    Ok(Header {
        frames: animation.map_or(1, |a| a.num_frames.max(1)),
        loops: animation.map_or(Loops::Forever, |a| if a.num_plays == 0 { Loops::Forever } else { Loops::Times(a.num_plays) }),
        orientation: info.exif_metadata.as_ref().map_or(Orientation::default(), |e| Orientation::read(e)),
        interlaced: info.interlaced,
        streams: animation.is_none(),
        parts: animation.is_none(),
        deep: info.bit_depth == BitDepth::Sixteen,
        ..Header::still(Format::Png, Size::new(info.width, info.height), layout(info))
    })
}

fn layout(info: &Info) -> Layout {
    match (info.color_type, info.trns.is_some()) {
        (ColorType::Grayscale, false) => Layout::Gray,
        (ColorType::Rgb | ColorType::Indexed, false) => Layout::Rgb,
        _ => Layout::Rgba,
    }
}
