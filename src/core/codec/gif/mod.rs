//! GIF: frames on their canvas, read and written.

mod animate;
mod blocks;
mod frames;
mod still;
#[cfg(test)]
mod tests;

use super::{corrupt, nothing_beside, shrink, Codec, EncodeSettings, Format, Header, Loops, Want};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::Result;

pub(super) static CODEC: Codec = Codec {
    format: Format::Gif,
    name: "gif",
    mime: "image/gif",
    extensions: &["gif"],
    magic: |bytes| bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
    header,
    decoded_size,
    decode_bytes,
    decode,
    frames: Some(|bytes, header, _, _| Ok(Box::new(frames::GifFrames::open(bytes, header)?))),
    encode_bytes: |size, _, _| size.pixels() * 9,
    encode: Some(encode),
    animate: Some(animate::begin),
    metadata: nothing_beside,
};

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let side = |at: usize| bytes.get(at..at + 2).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8);
    let (Some(width), Some(height)) = (side(6), side(8)) else { return Err(corrupt(Format::Gif, "its header is cut")) };
    let survey = blocks::survey(bytes);
    let by_rows = survey.frames <= 1 && !survey.interlaced;
    let layout = if by_rows && !blocks::shows_through(bytes) { Layout::Rgb } else { Layout::Rgba };
    Ok(Header {
        frames: survey.frames.max(1),
        loops: survey.loops,
        interlaced: survey.interlaced,
        streams: by_rows,
        parts: by_rows,
        ..Header::still(Format::Gif, Size::new(width, height), layout)
    })
}

fn decoded_size(header: &Header, want: Size) -> Size {
    shrink::shrunk(header.size, if header.parts { shrink::factor(header.size, want) } else { 1 })
}

/// What is made of the rows and what unpacks them; else the canvas and the frame's indices, and of an animation also what is
/// saved beneath a frame, the picture that is given out, and the two that its encoder compares.
fn decode_bytes(header: &Header, want: Size) -> u64 {
    match header.frames > 1 {
        true => header.size.pixels() * 24,
        false if header.parts => {
            decoded_size(header, want).pixels() * header.layout.channels() as u64 + u64::from(header.size.width) * 64 + (1 << 18)
        }
        false => header.size.pixels() * 8,
    }
}

/// Whether a frame names a colour transparent, or the first leaves a part of the canvas free.
pub(super) fn has_alpha(bytes: &[u8]) -> bool {
    blocks::shows_through(bytes)
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    if header.parts {
        return still::decode(bytes, header, want, kit);
    }
    frames::GifFrames::open(bytes, header)?.first()?.without_idle_alpha()
}

fn encode(image: Image, settings: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let mut file = animate::begin(image.held(), Loops::Times(1), settings)?;
    file.add(image, 0)?;
    file.finish()
}
