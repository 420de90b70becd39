//! A PNG's still picture, which for some animations is none of their frames.

use super::{damaged, reader};
use crate::codec::shrink::{self, Sample, Shrink};
use crate::codec::{corrupt, icc, Format, Header, Want};
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::Result;
use png::ColorType;
use std::io::Cursor;

/// Interlaced files arrive in seven passes and are held whole.
fn block(header: &Header, want: Size) -> u32 {
    match header.interlaced {
        true => 1,
        false => shrink::factor(header.size, want),
    }
}

pub(super) fn size(header: &Header, want: Size) -> Size {
    shrink::shrunk(header.size, block(header, want))
}

pub(super) fn bytes(header: &Header, want: Size) -> u64 {
    let pixel = header.pixel_bytes();
    if header.frames > 1 {
        // Canvas, what is saved beneath a frame, the frame, the picture given out, and two for its encoder.
        return header.size.pixels() * 24;
    }
    let rows = u64::from(header.size.width) * 8 * 4 + (1 << 18);
    size(header, want).pixels() * pixel + rows + if header.interlaced { header.size.pixels() * pixel } else { 0 }
}

pub(super) fn decode(bytes: &[u8], header: &Header, want: &Want, _: &Kit) -> Result<Image> {
    let reader = reader(bytes, header.deep)?;
    let profile = want.profile(reader.info().icc_profile.as_ref().map(|p| p.to_vec()));
    match header.deep {
        true => {
            let big_endian =
                |samples: &[u8], row: &mut Vec<u16>| row.extend(samples.chunks_exact(2).map(|s| u16::from_be_bytes([s[0], s[1]])));
            let (size, data) = rows(reader, header, want, big_endian)?;
            Image::deep(size, header.layout, converted(data, header.layout, profile)?)
        }
        false => {
            let (size, data) = rows(reader, header, want, |samples, row: &mut Vec<u8>| row.extend_from_slice(samples))?;
            Image::new(size, header.layout, converted(data, header.layout, profile)?)
        }
    }
}

fn converted<T: icc::Depth>(mut data: Vec<T>, layout: Layout, profile: Option<Vec<u8>>) -> Result<Vec<T>> {
    match layout {
        Layout::Gray => icc::gray_to_srgb(&mut data, profile.as_deref())?,
        _ => icc::rgb_to_srgb(&mut data, layout.channels(), profile.as_deref())?,
    }
    Ok(data)
}

/// All rows, shrunk.
fn rows<T: Sample>(
    mut reader: png::Reader<Cursor<&[u8]>>,
    header: &Header,
    want: &Want,
    read: impl Fn(&[u8], &mut Vec<T>),
) -> Result<(Size, Vec<T>)> {
    let gray_alpha = reader.output_color_type().0 == ColorType::GrayscaleAlpha;
    let mut shrink = Shrink::new(header.size, block(header, want.size), header.layout)?;
    let (mut row, mut wide) = (Vec::new(), Vec::new());
    let mut take = |samples: &[u8]| {
        row.clear();
        read(samples, &mut row);
        if gray_alpha {
            wide.clear();
            row.chunks_exact(2).for_each(|p| wide.extend_from_slice(&[p[0], p[0], p[0], p[1]]));
        }
        shrink.row(if gray_alpha { &wide } else { &row });
    };
    if header.interlaced {
        let mut whole = zeroed(reader.output_buffer_size().ok_or_else(|| corrupt(Format::Png, "its rows are too long"))? as u64)?;
        let frame = reader.next_frame(&mut whole).map_err(damaged)?;
        whole.chunks_exact(frame.line_size.max(1)).for_each(take);
    } else {
        while let Some(samples) = reader.next_row().map_err(damaged)? {
            take(samples.data());
        }
    }
    let (size, data) = shrink.finish();
    match data.len() as u64 == size.pixels() * header.layout.channels() as u64 {
        true => Ok((size, data)),
        false => Err(corrupt(Format::Png, "rows of it are missing")),
    }
}
