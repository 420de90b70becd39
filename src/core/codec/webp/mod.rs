//! WebP: lossy and lossless, with alpha, still and animated; read by rows and written by Limn's own codecs.

mod animate;
mod container;
mod encode;
mod frames;
mod still;
#[cfg(test)]
mod tests;

use super::collect::Collect;
use super::exif::Orientation;
use super::{beside, corrupt, shrink, Codec, Format, Header, Loops, Want};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::Result;
pub(super) use container::chunks;
use container::number;
use limn_pixels::vp8::read::Scale;
use still::Still;

pub(super) static CODEC: Codec = Codec {
    format: Format::WebP,
    name: "webp",
    mime: "image/webp",
    extensions: &["webp"],
    magic: |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
    header,
    decoded_size,
    decode_bytes,
    decode,
    frames: Some(|bytes, header, want, kit| Ok(Box::new(frames::WebPFrames::open(bytes, header, want, kit)?))),
    encode_bytes,
    encode: Some(encode::encode),
    animate: Some(animate::begin),
    metadata: beside::webp::read,
};

/// Longest side of a WebP file, px.
const MAX_SIDE: u32 = 16_383;

/// What the extended header of a file says (WebP container specification, `VP8X`).
struct Extended {
    flags: u8,
    canvas: Size,
}

impl Extended {
    /// Of a simple file there is none.
    fn read(bytes: &[u8]) -> Result<Option<Extended>> {
        match body(bytes).next() {
            Some((b"VP8X", data)) => {
                let flags = data.first().copied().unwrap_or(0);
                Ok(Some(Extended { flags, canvas: Size::new(number(data, 4)? + 1, number(data, 7)? + 1) }))
            }
            _ => Ok(None),
        }
    }
}

/// The chunks of a file.
fn body(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    chunks(bytes.get(12..).unwrap_or(&[]))
}

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let extended = Extended::read(bytes)?;
    let exif = body(bytes).find(|(name, _)| *name == b"EXIF").map(|(_, data)| data);
    let orientation = exif.map_or(Orientation::default(), |e| Orientation::read(e.strip_prefix(b"Exif\0\0").unwrap_or(e)));
    if let Some(Extended { canvas, .. }) = extended.as_ref().filter(|extended| extended.flags & container::ANIMATED != 0) {
        let frames = body(bytes).filter(|(name, _)| *name == b"ANMF").count();
        let times = body(bytes).find(|(name, _)| *name == b"ANIM").and_then(|(_, data)| data.get(4..6)?.try_into().ok());
        return Ok(Header {
            frames: u32::try_from(frames).unwrap_or(u32::MAX).max(1),
            loops: match times.map_or(0, u16::from_le_bytes) {
                0 => Loops::Forever,
                n => Loops::Times(n.into()),
            },
            orientation,
            ..Header::still(Format::WebP, *canvas, Layout::Rgba)
        });
    }
    let still = Still::find(body(bytes))?;
    if extended.is_some_and(|extended| extended.canvas != still.size) {
        return Err(corrupt(Format::WebP, "its dimensions contradict one another"));
    }
    let needed = still.decode_bytes();
    Ok(Header {
        orientation,
        streams: true,
        parts: true,
        scale_bytes: [0, 0, if still.halves() { needed } else { 0 }, needed],
        ..Header::still(Format::WebP, still.size, still.layout)
    })
}

/// What the extended header of an animation says.
pub(super) fn has_alpha(bytes: &[u8]) -> bool {
    Extended::read(bytes).is_ok_and(|extended| extended.is_some_and(|extended| extended.flags & container::ALPHA != 0))
}

/// The scale of a picture when at least this is wanted.
fn scale(header: &Header, want: Size) -> Scale {
    let half = halved(header.size);
    match header.scale_bytes[2] > 0 && half.width >= want.width && half.height >= want.height {
        true => Scale::Half,
        false => Scale::Full,
    }
}

fn halved(size: Size) -> Size {
    Size::new(Scale::Half.side(size.width), Scale::Half.side(size.height))
}

/// The size of the rows that come.
pub(super) fn row_size(header: &Header, want: Size) -> Size {
    match scale(header, want) {
        Scale::Half => halved(header.size),
        Scale::Full => header.size,
    }
}

/// Animations are composited as they are.
fn decoded_size(header: &Header, want: Size) -> Size {
    let rows = row_size(header, want);
    shrink::shrunk(rows, if header.frames > 1 { 1 } else { shrink::factor(rows, want) })
}

/// Without loss the pixels as numbers, what was found of copies, and the places by which they were; else planes and levels, which
/// outlive the pixels, and before those the same of alpha.
fn encode_bytes(size: Size, lossless: bool, alpha: bool) -> u64 {
    size.pixels()
        * match (lossless, alpha) {
            (true, _) => 8,
            (false, true) => 6,
            (false, false) => 2,
        }
}

/// Pixels, and what the decoder holds; for an animation the canvas, the picture that is given out, a frame, and the two pictures
/// that its encoder compares.
fn decode_bytes(header: &Header, want: Size) -> u64 {
    match header.frames > 1 {
        true => header.size.pixels() * 24 + (8 << 20),
        false => header.scale_bytes[3] + decoded_size(header, want).pixels() * header.layout.channels() as u64,
    }
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    if !header.parts {
        return frames::WebPFrames::open(bytes, header, want, kit)?.first()?.without_idle_alpha();
    }
    let profile = want.profile(body(bytes).find(|(name, _)| *name == b"ICCP").map(|(_, data)| data.to_vec()));
    let rows = row_size(header, want.size);
    let mut collect = Collect::<u8>::new(header, rows, shrink::factor(rows, want.size), want, profile, kit)?;
    Still::find(body(bytes))?.rows(scale(header, want.size), |row| collect.row(row))?;
    collect.finish()
}
