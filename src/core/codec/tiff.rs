//! TIFF: the first page, of nearly every kind; written with 8 bits a sample. Read and written by the rare jobs.

use super::cmyk::cmyk_to_srgb;
use super::exif::Orientation;
use super::whole::sixteen;
use super::{beside, corrupt, icc, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{Image, Layout};
use crate::kit::Kit;
use crate::rare::Job;
use crate::{Error, Result};

pub(super) static CODEC: Codec = Codec {
    format: Format::Tiff,
    name: "tiff",
    mime: "image/tiff",
    extensions: &["tif", "tiff"],
    magic: |bytes| [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|m| bytes.starts_with(*m)),
    header,
    decoded_size: |header, _| header.size,
    // Samples as stored, at most five a pixel, then in order, then on this side, then converted.
    decode_bytes: |header, _| header.size.pixels() * if header.deep { 8 + 8 + 8 + 8 } else { 10 + 5 + 4 + 4 },
    decode,
    frames: None,
    encode_bytes: |size, _, _| size.pixels() * 12,
    encode: Some(encode),
    animate: None,
    metadata: beside::tiff::read,
};

fn header(bytes: &[u8], kit: &Kit) -> Result<Header> {
    let made = kit.rare.run(&Job::TiffHeader, bytes)?;
    let [channels, deep, _, orientation, ..] = made.bytes.as_slice() else { return Err(Error::Internal) };
    let layout = match channels {
        1 => Layout::Gray,
        4 => Layout::Rgba,
        _ => Layout::Rgb,
    };
    let orientation = Orientation::new(u16::from(*orientation));
    Ok(Header { orientation, deep: *deep != 0, ..Header::still(Format::Tiff, made.size, layout) })
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let (size, layout) = (header.size, header.layout);
    let facts = kit.rare.run(&Job::TiffHeader, bytes)?.bytes;
    let ([_, _, inks, _], profile) = facts.split_first_chunk().ok_or(Error::Internal)?;
    let profile = (!profile.is_empty()).then_some(profile);
    let mut data = kit.rare.run(&Job::TiffDecode, bytes)?.bytes;
    if header.deep {
        let mut wide = sixteen(&data)?;
        drop(data);
        convert(&mut wide, layout, want.profile(profile), kit)?;
        return Image::deep(size, layout, wide);
    }
    if *inks != 0 {
        return Image::new(size, layout, cmyk_to_srgb(&data, profile, kit.rare)?);
    }
    convert(&mut data, layout, want.profile(profile), kit)?;
    Image::new(size, layout, data).map_err(|_| corrupt(Format::Tiff, "a part of it is missing"))
}

fn convert<T: icc::Depth>(data: &mut [T], layout: Layout, profile: Option<&[u8]>, kit: &Kit) -> Result<()> {
    match layout.channels() {
        1 => icc::gray_to_srgb(data, profile),
        channels => icc::rgb_to_srgb(data, channels, profile, kit.rare)?,
    }
    Ok(())
}

fn encode(image: Image, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let beside = [&settings.metadata.exif, &settings.metadata.xmp, &settings.metadata.icc].map(|part| part.as_deref().unwrap_or(&[]));
    let job = Job::TiffEncode {
        width: size.width,
        height: size.height,
        channels: image.layout().channels() as u8,
        beside: beside.map(<[u8]>::len),
    };
    let [exif, xmp, icc] = beside;
    Ok(kit.rare.run(&job, &[image.data(), exif, xmp, icc].concat())?.bytes)
}
