//! PNG: decoded by rows, every depth and colour type to 8 bits; encoded in truecolour or grey.

use super::exif::Orientation;
use super::shrink::{self, Shrink};
use super::{corrupt, icc, nothing_beside, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use png::{ColorType, Decoder, Info, Limits, Transformations};
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Png,
    name: "png",
    mime: "image/png",
    extensions: &["png", "apng"],
    magic: |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
    header,
    decoded_size,
    decode_bytes,
    decode,
    frames: None,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

/// Most bytes that the decoder may hold beside the rows, for zipped text and profiles.
const CHUNK_BYTES: usize = 8 << 20;

fn reader(bytes: &[u8]) -> Result<png::Reader<Cursor<&[u8]>>> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: CHUNK_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.read_info().map_err(damaged)
}

fn damaged(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => Error::ImageTooLarge("The png file's chunks need more memory than is allowed.".into()),
        _ => corrupt(Format::Png, "a chunk of it is missing, cut or wrong"),
    }
}

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let reader = reader(bytes)?;
    let info = reader.info();
    Ok(Header {
        frames: info.animation_control().map_or(1, |a| a.num_frames.max(1)),
        orientation: info.exif_metadata.as_ref().map_or(Orientation::default(), |e| Orientation::read(e)),
        interlaced: info.interlaced,
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

/// Interlaced files arrive in seven passes and are held whole.
fn block(header: &Header, want: Size) -> u32 {
    match header.interlaced {
        true => 1,
        false => shrink::factor(header.size, want),
    }
}

fn decoded_size(header: &Header, want: Size) -> Size {
    shrink::shrunk(header.size, block(header, want))
}

fn decode_bytes(header: &Header, want: Size) -> u64 {
    let channels = header.layout.channels() as u64;
    let rows = u64::from(header.size.width) * 8 * 4 + (1 << 18);
    decoded_size(header, want).pixels() * channels + rows + if header.interlaced { header.size.pixels() * channels } else { 0 }
}

fn decode(bytes: &[u8], header: &Header, want: &Want, _: &Kit) -> Result<Image> {
    let mut reader = reader(bytes)?;
    let profile = reader.info().icc_profile.as_ref().map(|p| p.to_vec());
    let (color, _) = reader.output_color_type();
    let channels = header.layout.channels();
    let mut shrink = Shrink::new(header.size, block(header, want.size), header.layout)?;
    let mut row = Vec::new();
    let mut take = |shrink: &mut Shrink, samples: &[u8]| match color {
        ColorType::GrayscaleAlpha => {
            row.clear();
            samples.chunks_exact(2).for_each(|p| row.extend_from_slice(&[p[0], p[0], p[0], p[1]]));
            shrink.row(&row);
        }
        _ => shrink.row(samples),
    };
    if header.interlaced {
        let mut whole = zeroed(reader.output_buffer_size().ok_or_else(|| corrupt(Format::Png, "its rows are too long"))? as u64)?;
        let frame = reader.next_frame(&mut whole).map_err(damaged)?;
        whole.chunks_exact(frame.line_size).for_each(|samples| take(&mut shrink, samples));
    } else {
        while let Some(samples) = reader.next_row().map_err(damaged)? {
            take(&mut shrink, samples.data());
        }
    }
    let (size, mut data) = shrink.finish();
    if data.len() as u64 != size.pixels() * channels as u64 {
        return Err(corrupt(Format::Png, "rows of it are missing"));
    }
    match header.layout {
        Layout::Gray => icc::gray_to_srgb(&mut data, profile.as_deref())?,
        _ => icc::rgb_to_srgb(&mut data, channels, profile.as_deref())?,
    }
    Image::new(size, header.layout, data)
}

fn encode(image: Image, _: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.width, size.height);
    encoder.set_color(match image.layout() {
        Layout::Gray => ColorType::Grayscale,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(image.data()));
    written.map_err(|_| Error::Internal)?;
    Ok(out)
}
