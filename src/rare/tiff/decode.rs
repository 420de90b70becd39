//! A TIFF's pixels.

use super::kind::{palette, Kind, Model};
use super::samples::{arranged, interleaved, unpacked};
use super::{corrupt, directory, refused, unsupported};
use limn_core::image::{buffer, narrow, Size};
use limn_core::rare::Made;
use limn_core::{Error, Result};
use std::io::{Read, Seek};
use tiff::decoder::{ChunkType, Decoder, DecodingResult};
use tiff::tags::Tag;

/// The compression that has sizes of its own within.
const JPEG: u16 = 7;

/// The first page's samples in pixel order, as [`Job::TiffDecode`](limn_core::rare::Job::TiffDecode) wants them.
///
/// # Errors
/// As [`header`](super::header).
pub fn decode(bytes: &[u8]) -> Result<Made> {
    let mut file = directory::open(bytes)?;
    let kind = Kind::of(bytes, &mut file)?;
    let (width, height) = file.dimensions().map_err(refused)?;
    let size = Size::new(width, height);
    let layout = file.image_buffer_layout().map_err(refused)?;
    check(bytes, &mut file, size, layout.planes)?;
    // Allocated here, where it may fail.
    let mut stored = match kind.bits {
        16 => DecodingResult::U16(filled(layout.complete_len / 2)?),
        _ => DecodingResult::U8(filled(layout.complete_len)?),
    };
    file.read_image_bytes(stored.as_buffer(0).as_bytes_mut()).map_err(refused)?;
    let planar = layout.planes > 1;
    let bytes = match stored {
        DecodingResult::U16(data) => {
            let data = if planar { interleaved(&data, size, kind.samples)? } else { data };
            if kind.deep() {
                let data = arranged(data, &kind, if kind.model == Model::Gray { 1 } else { 3 })?;
                let mut bytes = buffer(data.len() as u64 * 2)?;
                data.iter().for_each(|sample| bytes.extend_from_slice(&sample.to_le_bytes()));
                bytes
            } else {
                let mut eight = buffer(data.len() as u64)?;
                eight.extend(data.iter().map(|s| narrow(*s)));
                eight_bits(&mut file, eight, size, &kind)?
            }
        }
        DecodingResult::U8(data) => {
            let in_plane = if planar { 1 } else { kind.samples };
            let data = if kind.bits < 8 { unpacked(&data, kind.bits, size.width as usize * in_plane)? } else { data };
            let data = if planar { interleaved(&data, size, kind.samples)? } else { data };
            eight_bits(&mut file, data, size, &kind)?
        }
        _ => return Err(unsupported("a number of bits a sample")),
    };
    Ok(Made { size, bytes })
}

fn filled<T: Copy + Default>(len: usize) -> Result<Vec<T>> {
    let mut data = buffer(len as u64)?;
    data.resize(len, T::default());
    Ok(data)
}

fn eight_bits<R: Read + Seek>(file: &mut Decoder<R>, mut data: Vec<u8>, size: Size, kind: &Kind) -> Result<Vec<u8>> {
    match kind.model {
        Model::Palette => {
            let colours = palette(file)?;
            let mut rgb = buffer(size.pixels() * 3)?;
            data.iter().for_each(|i| rgb.extend_from_slice(colours.get(usize::from(*i)).unwrap_or(&[0; 3])));
            Ok(rgb)
        }
        Model::Cmyk => Ok(data),
        Model::YCbCr => {
            ycbcr(file, &mut data);
            Ok(data)
        }
        Model::Gray | Model::Rgb => {
            if kind.bits < 8 {
                let most = u32::from(0xffu8 >> (8 - kind.bits));
                data.iter_mut().for_each(|v| *v = (u32::from(*v) * 255 / most) as u8);
            }
            arranged(data, kind, if kind.model == Model::Gray { 1 } else { 3 })
        }
    }
}

/// Luma and colour differences to RGB, in place, by the weights and the levels that the file names
/// (TIFF 6.0, section 21).
fn ycbcr<R: Read + Seek>(file: &mut Decoder<R>, data: &mut [u8]) {
    let three = |list: Option<Vec<f32>>| list.filter(|l| l.len() == 3 && l.iter().all(|w| *w > 0.0));
    let weights = three(file.get_tag_f32_vec(Tag::Unknown(529)).ok()).unwrap_or_else(|| vec![0.299, 0.587, 0.114]);
    let levels = file.get_tag_f32_vec(Tag::Unknown(532)).ok().filter(|l| l.len() == 6);
    let levels = levels.unwrap_or_else(|| vec![0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
    let ([red, green, blue], [black, white, cb_zero, cb_most, cr_zero, cr_most]) = (weights.as_slice(), levels.as_slice()) else { return };
    let scaled = |v: u8, zero: f32, most: f32, range: f32| (f32::from(v) - zero) * range / (most - zero).max(1.0);
    for pixel in data.chunks_exact_mut(3) {
        let [y, cb, cr] = *pixel else { continue };
        let y = scaled(y, *black, *white, 255.0);
        let cb = scaled(cb, *cb_zero, *cb_most, 127.0);
        let cr = scaled(cr, *cr_zero, *cr_most, 127.0);
        let (r, b) = (y + cr * 2.0 * (1.0 - red), y + cb * 2.0 * (1.0 - blue));
        let g = (y - red * r - blue * b) / green;
        pixel.copy_from_slice(&[r, g, b].map(|c| (c + 0.5).clamp(0.0, 255.0) as u8));
    }
}

/// Refuses what would make the library allocate for more than the picture, or stop it.
fn check<R: Read + Seek>(bytes: &[u8], file: &mut Decoder<R>, size: Size, planes: usize) -> Result<()> {
    let (width, height) = file.chunk_dimensions();
    let tiled = file.get_chunk_type() == ChunkType::Tile;
    if tiled && u64::from(width) * u64::from(height) > size.pixels() * 4 + (1 << 20) {
        return Err(corrupt("its tiles are larger than the picture"));
    }
    // The library counts the rows of tiles of all planes together and would run over the last plane.
    if tiled && planes > 1 && !size.height.is_multiple_of(height.max(1)) {
        return Err(unsupported("tiles of separate planes"));
    }
    if file.find_tag_unsigned::<u16>(Tag::Compression).ok().flatten() != Some(JPEG) {
        return Ok(());
    }
    let (offsets, counts) = if tiled { (Tag::TileOffsets, Tag::TileByteCounts) } else { (Tag::StripOffsets, Tag::StripByteCounts) };
    let (offsets, counts) = (file.get_tag_u64_vec(offsets).map_err(refused)?, file.get_tag_u64_vec(counts).map_err(refused)?);
    for (offset, count) in offsets.iter().zip(&counts) {
        let part = usize::try_from(*offset).ok().and_then(|at| bytes.get(at..)).unwrap_or(&[]);
        let part = part.get(..usize::try_from(*count).map_err(|_| Error::Internal)?).unwrap_or(part);
        let (wide, high) = jpeg_size(part).unwrap_or((0, 0));
        if u64::from(wide) * u64::from(high) > size.pixels() + (1 << 20) || wide > width.max(size.width) {
            return Err(corrupt("a jpeg within it is larger than its place"));
        }
    }
    Ok(())
}

/// The size in a JPEG's frame header (ITU T.81 B.2.2).
fn jpeg_size(jpeg: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    let short = |at: usize| Some(u32::from(*jpeg.get(at)?) << 8 | u32::from(*jpeg.get(at + 1)?));
    loop {
        match (jpeg.get(at)?, jpeg.get(at + 1)?) {
            (0xff, 0xff) => at += 1,
            (0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => return Some((short(at + 7)?, short(at + 5)?)),
            (0xff, _) => at += 2 + short(at + 2)? as usize,
            _ => return None,
        }
    }
}
