//! JPEG: decoded at the smallest DCT scale that serves, encoded baseline or progressive, quickly or small.

pub use limn_pixels::jpeg as decode;

use self::decode::{Colour, Decoded, JpegError, Scale};
use super::cmyk::cmyk_to_srgb;
use super::exif::Orientation;
use super::part;
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
    encode_bytes: |size, _, _| size.pixels() * 2,
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
        parts: true,
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
        let mut rows = Rows::new(header.layout, (from, exact), kept, kit)?;
        decode::decode_rows(bytes, &jpeg, scale, &mut |_, row| rows.push(row).map_err(|_| JpegError::OutOfMemory)).map_err(refused)?;
        return rows.finish()?.ok_or(Error::Internal);
    }
    let area = want.part.map(|part| part::area(part, header.size, scaled(header.size, scale)));
    let Decoded { width, height, channels, mut data } = decode::decode(bytes, &jpeg, scale, area.as_ref()).map_err(refused)?;
    match channels {
        1 => icc::gray_to_srgb(&mut data, kept),
        3 => icc::rgb_to_srgb(&mut data, 3, kept, kit.rare)?,
        _ => data = cmyk_to_srgb(&data, profile.as_deref(), kit.rare)?,
    }
    let layout = if channels == 1 { Layout::Gray } else { Layout::Rgb };
    let image = Image::new(Size::new(width, height), layout, data)?;
    Ok(match area {
        Some(area) => part::within(image, area, scaled(header.size, scale), header.size),
        None => image,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::Class;
    use crate::codec;
    use crate::params::oss::parse_canonical;
    use crate::plan::Quality;
    use crate::render::{render, Scene};

    /// A JPEG that says how it is to be turned.
    fn turned(orientation: u8, size: Size) -> Vec<u8> {
        let data = (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| [x as u8, y as u8, (x * y / 160) as u8])).collect();
        let file =
            codec::encode(Image::new(size, Layout::Rgb, data).unwrap(), Format::Jpeg, &EncodeSettings::default(), &Kit::default()).unwrap();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let length = (exif.len() as u16 + 2).to_be_bytes();
        [&file[..2], &[0xff, 0xe1], &length, &exif, &file[2..]].concat()
    }

    #[test]
    fn a_cut_decodes_what_it_cuts_whichever_way_it_is_turned() {
        for orientation in 1..=8 {
            let file = turned(orientation, Size::new(230, 171));
            let made = |program: &str| {
                let plan = parse_canonical(&format!("image/{program}/format,png")).unwrap();
                let bytes = render(&plan, &file, &Scene::new(Class::Base, &Kit::default(), Quality::Default)).unwrap().bytes;
                let header = Header::read(&bytes, &Kit::default()).unwrap();
                let want = Want { size: header.size, exact: None, part: None, colour: super::super::Colour::Srgb };
                codec::decode(&bytes, &header, &want, &Kit::default()).unwrap()
            };
            let whole = made("rotate,0");
            for (x, y, w, h) in [(0, 0, 40, 30), (17, 101, 90, 50), (120, 33, 51, 138), (150, 160, 9, 11)] {
                let inner = Size::new(w.min(whole.size().width - x), h.min(whole.size().height - y));
                let cut = made(&format!("crop,x_{x},y_{y},w_{w},h_{h}"));
                assert_eq!(cut.size(), inner, "{orientation}");
                assert_eq!(cut.data(), whole.clone().cut(x, y, inner).unwrap().data(), "{orientation} {x},{y}");
            }
            // What is reduced after a cut is that part of the whole, reduced.
            let (reduced, all) = (made("crop,x_40,y_20,w_120,h_120/resize,w_30"), made("resize,m_fixed,w_1000,h_1000,limit_1"));
            assert_eq!((reduced.size(), all.size()), (Size::new(30, 30), whole.size()));
            let block = whole.cut(40, 20, Size::new(120, 120)).unwrap();
            let other = crate::ops::resample::resample(block, Size::new(30, 30), None, false).unwrap();
            let off = reduced.data().iter().zip(other.data()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(off <= 6, "{orientation}: {off}");
        }
    }

    #[test]
    fn a_square_that_is_turned_is_resized_once() {
        for orientation in 1..=8 {
            let file = turned(orientation, Size::new(160, 160));
            let header = Header::read(&file, &Kit::default()).unwrap();
            let plan = parse_canonical("image/resize,m_fixed,w_100,h_50").unwrap();
            let ops: Vec<_> = plan.ops().iter().map(|op| op.as_ref()).collect();
            let work = crate::budget::Work { orient: true, ops: &ops, frames: 1, written: None, again: false };
            let want = crate::budget::want(&header, &work, super::super::Colour::Srgb, &Kit::default());
            let shown = header.orientation.apply(codec::decode(&file, &header, &want, &Kit::default()).unwrap()).unwrap();
            assert_eq!(shown.held(), Size::new(100, 50), "{orientation}");
        }
    }

    #[test]
    fn a_cut_needs_the_memory_of_what_it_cuts() {
        let file = turned(6, Size::new(1200, 900));
        let mut kit = Kit::default();
        kit.limits.max_memory_bytes = 2 << 20;
        let made = |program: &str| {
            let plan = parse_canonical(&format!("image/{program}/format,jpg")).unwrap();
            render(&plan, &file, &Scene::new(Class::Base, &kit, Quality::Default)).map(|made| made.size).map_err(|e| e.code())
        };
        assert_eq!(made("crop,x_700,y_800,w_200,h_200"), Ok(Size::new(200, 200)));
        assert_eq!(made("rotate,0"), Err("image_too_large"));
    }
}
