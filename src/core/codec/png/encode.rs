//! PNG written: with a palette where few colours do, else in truecolour or grey.

use crate::codec::quantise::{self, Indexed};
use crate::codec::{beside, EncodeSettings, Metadata};
use crate::image::{buffer, Image, Layout, Size};
use crate::kit::Kit;
use crate::{Error, Result};
use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use std::io::Write;

/// Rows that are tried together, and how many such bands.
const BAND: usize = 8;
const BANDS: usize = 8;
/// Bytes of an IDAT chunk.
const PIECE: usize = 1 << 16;

pub(super) fn encode(image: Image, settings: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let (size, metadata) = (image.held(), &settings.metadata);
    if image.layout() == Layout::Gray {
        return plain(&image, metadata);
    }
    if settings.palette {
        let rgba = image.into_rgba()?;
        return indexed(size, &quantise::reduced(rgba.data(), size.width, 256)?, metadata);
    }
    if !has_few_colours(&image) {
        return plain(&image, metadata);
    }
    // A profile for colours must not stand beside grey samples.
    if let Some(gray) = gray(&image)?.filter(|_| metadata.icc.is_none()) {
        return plain(&gray, metadata);
    }
    let raw = image.data().len() as u64;
    match quantise::exact(image.data(), image.layout().channels(), 256)? {
        Some(few) if palette_bytes(&few) + row_bytes(size.width, &few) * u64::from(size.height) < raw => indexed(size, &few, metadata),
        _ => plain(&image, metadata),
    }
}

/// Looks at some pixels from all over the picture: photographs are known at once.
fn has_few_colours(image: &Image) -> bool {
    let n = image.layout().channels();
    let step = (image.data().len() / n / 4096).max(1) | 1;
    let mut seen = std::collections::HashSet::new();
    image.data().chunks_exact(n).step_by(step).all(|pixel| {
        seen.insert(pixel);
        seen.len() <= 256
    })
}

/// The picture in grey, if it is grey and opaque.
fn gray(image: &Image) -> Result<Option<Image>> {
    let n = image.layout().channels();
    if !image.data().chunks_exact(n).all(|p| p[0] == p[1] && p[1] == p[2] && p.get(3).is_none_or(|a| *a == 255)) {
        return Ok(None);
    }
    let mut data = buffer(image.held().pixels())?;
    data.extend(image.data().iter().step_by(n));
    Image::new(image.held(), Layout::Gray, data).map(Some)
}

fn plain(image: &Image, metadata: &Metadata) -> Result<Vec<u8>> {
    let color = match image.layout() {
        Layout::Gray => ColorType::Grayscale,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    };
    let filter = filter(image, color)?;
    written(image.held(), image.data(), metadata, |encoder| {
        encoder.set_color(color);
        encoder.set_filter(filter);
    })
}

/// Drawn pictures repeat themselves, which differences between neighbours hide: of those that have many equal
/// neighbours a few rows are packed either way, and the whole goes the way that took fewer bytes.
fn filter(image: &Image, color: ColorType) -> Result<Filter> {
    let (size, n) = (image.held(), image.layout().channels());
    let row = size.width as usize * n;
    let bands = image.data().chunks(row * BAND);
    let each = bands.len().div_ceil(BANDS).max(1);
    let mut rows: Vec<u8> = buffer((row * BAND * BANDS) as u64)?;
    bands.step_by(each).for_each(|band| rows.extend_from_slice(band));
    let equal = rows.chunks_exact(n).zip(rows.chunks_exact(n).skip(1)).filter(|(a, b)| a == b).count();
    if equal * 4 < rows.len() / n.max(1) {
        return Ok(Filter::Adaptive);
    }
    let part = Size::new(size.width, (rows.len() / row.max(1)) as u32);
    let packed = |filter| {
        let made = written(part, &rows, &Metadata::default(), |encoder| {
            encoder.set_color(color);
            encoder.set_filter(filter);
        });
        made.map(|file| file.len())
    };
    Ok(if packed(Filter::NoFilter)? < packed(Filter::Adaptive)? { Filter::NoFilter } else { Filter::Adaptive })
}

fn bits(few: &Indexed) -> (BitDepth, u32) {
    match few.colours.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    }
}

fn row_bytes(width: u32, few: &Indexed) -> u64 {
    (u64::from(width) * u64::from(bits(few).1)).div_ceil(8)
}

fn palette_bytes(few: &Indexed) -> u64 {
    24 + few.colours.len() as u64 * 4
}

fn indexed(size: Size, few: &Indexed, metadata: &Metadata) -> Result<Vec<u8>> {
    let (depth, bits) = bits(few);
    let mut packed = buffer(row_bytes(size.width, few) * u64::from(size.height))?;
    for row in few.indices.chunks_exact(size.width as usize) {
        let each = 8 / bits as usize;
        // The first pixel of a byte is in its highest bits; the last byte is filled up.
        packed.extend(
            row.chunks(each).map(|p| (0..each).fold(0u8, |byte, i| (u32::from(byte) << bits) as u8 | p.get(i).copied().unwrap_or(0))),
        );
    }
    let palette: Vec<u8> = few.colours.iter().flat_map(|c| [c[0], c[1], c[2]]).collect();
    let alpha: Vec<u8> = few.colours.iter().map(|c| c[3]).take_while(|a| *a < 255).collect();
    written(size, &packed, metadata, |encoder| {
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(palette);
        if !alpha.is_empty() {
            encoder.set_trns(alpha);
        }
        // Numbers of colours are no brightness: their differences foretell nothing.
        encoder.set_filter(Filter::NoFilter);
    })
}

fn written(size: Size, data: &[u8], metadata: &Metadata, set: impl FnOnce(&mut Encoder<'static, &mut Vec<u8>>)) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = Encoder::with_info(&mut out, beside::png::info(size, metadata)).map_err(|_| Error::Internal)?;
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    set(&mut encoder);
    // In pieces, since a picture that is compressed as a whole lies in memory twice at the end.
    encoder
        .write_header()
        .and_then(|mut writer| {
            let mut rows = writer.stream_writer_with_size(PIECE)?;
            rows.write_all(data)?;
            rows.finish()
        })
        .map_err(|_| Error::Internal)?;
    Ok(out)
}
