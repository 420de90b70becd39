//! GIF: the first frame on its canvas; encoded with a palette of 256.

use super::{corrupt, nothing_beside, too_wide, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use gif::{ColorOutput, DecodeOptions, MemoryLimit};

pub(super) static CODEC: Codec = Codec {
    format: Format::Gif,
    name: "gif",
    mime: "image/gif",
    extensions: &["gif"],
    magic: |bytes| bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
    header,
    decoded_size: |header, _| header.size,
    decode_bytes: |header, _| header.size.pixels() * 8,
    decode,
    frames: None,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let side = |at: usize| bytes.get(at..at + 2).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8);
    let (Some(width), Some(height)) = (side(6), side(8)) else { return Err(corrupt(Format::Gif, "its header is cut")) };
    let still = Header::still(Format::Gif, Size::new(width, height), Layout::Rgba);
    Ok(Header { frames: count_frames(bytes).max(1), ..still })
}

/// Walks the blocks (GIF89a appendix A) without decompressing; stops where the file ends or goes wrong.
fn count_frames(bytes: &[u8]) -> u32 {
    let table = |flags: u8| if flags & 0x80 != 0 { 3usize << ((flags & 7) + 1) } else { 0 };
    let mut at = 13 + bytes.get(10).map_or(0, |flags| table(*flags));
    let mut frames = 0u32;
    let skip_sub_blocks = |mut at: usize| -> Option<usize> {
        loop {
            match usize::from(*bytes.get(at)?) {
                0 => return Some(at + 1),
                n => at += n + 1,
            }
        }
    };
    loop {
        let next = match bytes.get(at) {
            Some(0x21) => skip_sub_blocks(at + 2),
            Some(0x2c) => {
                frames = frames.saturating_add(1);
                bytes.get(at + 9).and_then(|flags| skip_sub_blocks(at + 11 + table(*flags)))
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return frames,
        }
    }
}

fn decode(bytes: &[u8], header: &Header, _: &Want, _: &Kit) -> Result<Image> {
    let damaged = |_| corrupt(Format::Gif, "its first frame cannot be read");
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let limit = header.size.pixels().saturating_mul(4).saturating_add(1 << 16);
    options.set_memory_limit(MemoryLimit::Bytes(std::num::NonZeroU64::new(limit).ok_or(Error::Internal)?));
    let mut decoder = options.read_info(bytes).map_err(damaged)?;
    let frame = decoder.read_next_frame().map_err(damaged)?.ok_or_else(|| corrupt(Format::Gif, "it holds no frame"))?;
    let mut canvas = crate::image::zeroed(header.size.pixels() * 4)?;
    // A frame that sticks out of its canvas is cut, as browsers do.
    let (left, width, full) = (usize::from(frame.left) * 4, usize::from(frame.width) * 4, header.size.width as usize * 4);
    let shown = width.min(full.saturating_sub(left));
    let rows = canvas.chunks_exact_mut(full).skip(usize::from(frame.top));
    for (to, from) in rows.zip(frame.buffer.chunks_exact(width.max(4))) {
        if let (Some(to), Some(from)) = (to.get_mut(left..left + shown), from.get(..shown)) {
            to.copy_from_slice(from);
        }
    }
    Image::new(header.size, Layout::Rgba, canvas)?.without_idle_alpha()
}

fn encode(image: Image, _: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let (Ok(width), Ok(height)) = (u16::try_from(size.width), u16::try_from(size.height)) else {
        return Err(too_wide(Format::Gif, size, u32::from(u16::MAX)));
    };
    let mut data = image.into_rgba()?.into_data();
    // 1 is the finest of the quantiser's speeds and 30 the coarsest; 10 is its author's advice.
    let frame = gif::Frame::from_rgba_speed(width, height, &mut data, 10);
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, width, height, &[]).map_err(|_| Error::Internal)?;
    encoder.write_frame(&frame).map_err(|_| Error::Internal)?;
    drop(encoder);
    Ok(out)
}
