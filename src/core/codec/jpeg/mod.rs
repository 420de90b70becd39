//! JPEG: decoded at the smallest DCT scale that serves, encoded baseline or progressive, quickly or small.

pub use limn_pixels::jpeg as decode;

use self::decode::{Colour, Decoded, JpegError, Scale};
use super::cmyk::cmyk_to_srgb;
use super::exif::Orientation;
use super::rows::{self, Rows};
use super::{beside, corrupt, icc, too_wide, Codec, Effort, EncodeSettings, Format, Header, Want};
use crate::image::{Color, Image, Layout, Size};
use crate::kit::Kit;
use crate::ops::background::Background;
use crate::ops::Op;
use crate::{Error, Result};
use limn_pixels::jpeg_write::{self, Chroma, Order, Picture, Settings, WriteError};

pub(super) static CODEC: Codec = Codec {
    format: Format::Jpeg,
    name: "jpg",
    mime: "image/jpeg",
    extensions: &["jpg", "jpeg", "jpe", "jfif"],
    magic: |bytes| bytes.starts_with(b"\xff\xd8\xff"),
    header,
    decoded_size: |header, want| scaled(header.size, scale(header, want)),
    decode_bytes,
    decode,
    frames: None,
    // Levels that are not zero, of the densest photographs.
    encode_bytes: |size, _| size.pixels() * 2,
    encode: Some(encode),
    animate: None,
    metadata: beside::jpeg::read,
};

/// From the smallest to the full size.
const SCALES: [Scale; 4] = [Scale::Eighth, Scale::Quarter, Scale::Half, Scale::Full];

fn refused(error: JpegError) -> Error {
    match error {
        JpegError::Corrupt(what) => corrupt(Format::Jpeg, what),
        JpegError::Truncated => corrupt(Format::Jpeg, "it ends before its picture does"),
        JpegError::Unsupported(what) => Error::FormatUnsupported(format!("The jpg file uses {what}, which Limn does not decode.")),
        JpegError::OutOfMemory => Error::NoMemory("There is no memory left to decode the jpg file.".into()),
    }
}

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let jpeg = decode::Header::parse(bytes).map_err(refused)?;
    let layout = if jpeg.colour == Colour::Gray { Layout::Gray } else { Layout::Rgb };
    let size = Size::new(jpeg.width, jpeg.height);
    // The conversion from CMYK holds its result beside the samples, others a strip of it.
    let beside = |scale| if matches!(jpeg.colour, Colour::Cmyk | Colour::Ycck) { scaled(size, scale).pixels() * 3 } else { 1 << 18 };
    Ok(Header {
        orientation: jpeg.exif(bytes).map_or(Orientation::default(), Orientation::read),
        quality: jpeg.quality(),
        streams: !matches!(jpeg.colour, Colour::Cmyk | Colour::Ycck),
        scale_bytes: SCALES.map(|scale| jpeg.decode_bytes(scale) + beside(scale)),
        ..Header::still(Format::Jpeg, size, layout)
    })
}

/// The smallest scale whose result is not below what is wanted.
fn scale(header: &Header, want: Size) -> Scale {
    let serves = |scale: &Scale| {
        let size = scaled(header.size, *scale);
        size.width >= want.width && size.height >= want.height
    };
    SCALES.into_iter().find(serves).unwrap_or(Scale::Full)
}

/// ITU T.81 A.1.1 on each side: a scale of n/8 makes ceil(side × n / 8) samples.
fn scaled(size: Size, scale: Scale) -> Size {
    let side = |n: u32| (u64::from(n) * u64::from(scale.eighths())).div_ceil(8) as u32;
    Size::new(side(size.width), side(size.height))
}

fn decode_bytes(header: &Header, want: Size) -> u64 {
    let scale = scale(header, want);
    SCALES.iter().zip(header.scale_bytes).find(|(s, _)| **s == scale).map_or(u64::MAX, |(_, bytes)| bytes)
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let jpeg = decode::Header::parse(bytes).map_err(refused)?;
    let scale = scale(header, want.size);
    let profile = jpeg.icc(bytes);
    let kept = want.profile(profile.as_deref());
    if let Some(exact) = want.exact.filter(|_| header.streams && rows::serve(header.layout, false, kit.linear, kept)) {
        let from = scaled(header.size, scale);
        let mut rows = Rows::new(header.layout, (from, exact), kept, kit.linear)?;
        decode::decode_rows(bytes, &jpeg, scale, &mut |_, row| rows.push(row).map_err(|_| JpegError::OutOfMemory)).map_err(refused)?;
        return rows.finish()?.ok_or(Error::Internal);
    }
    let Decoded { width, height, channels, mut data } = decode::decode(bytes, &jpeg, scale).map_err(refused)?;
    match channels {
        1 => icc::gray_to_srgb(&mut data, kept)?,
        3 => icc::rgb_to_srgb(&mut data, 3, kept)?,
        _ => data = cmyk_to_srgb(&data, profile.as_deref())?,
    }
    let layout = if channels == 1 { Layout::Gray } else { Layout::Rgb };
    Image::new(Size::new(width, height), layout, data)
}

fn encode(image: Image, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let image = Background { color: Color::WHITE }.apply(image, kit)?;
    let size = image.held();
    let channels = if image.layout() == Layout::Gray { 1 } else { 3 };
    let picture = Picture { pixels: image.data(), width: size.width, height: size.height, channels };
    let order = match (settings.progressive, settings.effort) {
        (true, _) => Order::Progressive,
        (false, Effort::High) => Order::Smaller,
        (false, Effort::Fast) => Order::Baseline,
    };
    let chroma = if settings.full_chroma { Chroma::Full } else { Chroma::Half };
    let ways = Settings { quality: settings.quality.clamp(1, 100), effort: settings.effort, order, chroma };
    jpeg_write::encode(&picture, &ways, &beside::jpeg::segments(&settings.metadata)).map_err(|error| match error {
        WriteError::BadSize => too_wide(Format::Jpeg, size, u32::from(u16::MAX)),
        WriteError::WrongLength => Error::Internal,
        WriteError::OutOfMemory => Error::ImageTooLarge("There is no memory left to encode the jpg file.".into()),
    })
}
