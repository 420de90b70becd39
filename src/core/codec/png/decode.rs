//! A PNG's still picture, which for some animations is none of their frames.

use super::{damaged, reader};
use crate::codec::rows::{self, Rows};
use crate::codec::shrink::{self, Sample, Shrink};
use crate::codec::{corrupt, icc, Format, Header, Want};
use crate::image::{zeroed, Image, Layout, Size};
use crate::kit::Kit;
use crate::Result;
use png::ColorType;
use std::io::Cursor;

type Reader<'a> = png::Reader<Cursor<&'a [u8]>>;

const MISSING: &str = "rows of it are missing";

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

pub(super) fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let reader = reader(bytes, header.deep)?;
    let profile = want.profile(reader.info().icc_profile.as_ref().map(|p| p.to_vec()));
    let exact = want.exact.filter(|_| header.streams && rows::serve(header.layout, header.deep, kit.linear, profile.as_deref()));
    match (header.deep, exact) {
        (true, Some(exact)) => streamed(reader, header, exact, profile.as_deref(), kit.linear, big_endian),
        (false, Some(exact)) => streamed(reader, header, exact, profile.as_deref(), kit.linear, as_they_are),
        (true, None) => {
            let (size, data) = shrunk(reader, header, want, big_endian)?;
            Image::deep(size, header.layout, converted(data, header.layout, profile)?)
        }
        (false, None) => {
            let (size, data) = shrunk(reader, header, want, as_they_are)?;
            Image::new(size, header.layout, converted(data, header.layout, profile)?)
        }
    }
}

fn big_endian(samples: &[u8], row: &mut Vec<u16>) {
    row.extend(samples.chunks_exact(2).map(|s| u16::from_be_bytes([s[0], s[1]])));
}

fn as_they_are(samples: &[u8], row: &mut Vec<u8>) {
    row.extend_from_slice(samples);
}

fn converted<T: icc::Depth>(mut data: Vec<T>, layout: Layout, profile: Option<Vec<u8>>) -> Result<Vec<T>> {
    match layout {
        Layout::Gray => icc::gray_to_srgb(&mut data, profile.as_deref())?,
        _ => icc::rgb_to_srgb(&mut data, layout.channels(), profile.as_deref())?,
    }
    Ok(data)
}

/// The very size that is wanted, made while rows come.
fn streamed<T: icc::Depth>(
    reader: Reader,
    header: &Header,
    exact: Size,
    profile: Option<&[u8]>,
    linear: bool,
    read: impl Fn(&[u8], &mut Vec<T>),
) -> Result<Image> {
    let mut rows = Rows::new(header.layout, (header.size, exact), profile, linear)?;
    each_row(reader, header, read, |row| rows.push(row))?;
    rows.finish()?.ok_or_else(|| corrupt(Format::Png, MISSING))
}

/// The whole, with blocks of pixels as one where fewer serve.
fn shrunk<T: Sample>(reader: Reader, header: &Header, want: &Want, read: impl Fn(&[u8], &mut Vec<T>)) -> Result<(Size, Vec<T>)> {
    let mut shrink = Shrink::new(header.size, block(header, want.size), header.layout)?;
    each_row(reader, header, read, |row| {
        shrink.row(row);
        Ok(())
    })?;
    let (size, data) = shrink.finish();
    match data.len() as u64 == size.pixels() * header.layout.channels() as u64 {
        true => Ok((size, data)),
        false => Err(corrupt(Format::Png, MISSING)),
    }
}

fn each_row<T: Copy>(
    mut reader: Reader,
    header: &Header,
    read: impl Fn(&[u8], &mut Vec<T>),
    mut give: impl FnMut(&[T]) -> Result<()>,
) -> Result<()> {
    let gray_alpha = reader.output_color_type().0 == ColorType::GrayscaleAlpha;
    let (mut row, mut wide) = (Vec::new(), Vec::new());
    let mut take = |samples: &[u8]| {
        row.clear();
        read(samples, &mut row);
        if gray_alpha {
            wide.clear();
            row.chunks_exact(2).for_each(|p| wide.extend_from_slice(&[p[0], p[0], p[0], p[1]]));
        }
        give(if gray_alpha { &wide } else { &row })
    };
    if header.interlaced {
        let mut whole = zeroed(reader.output_buffer_size().ok_or_else(|| corrupt(Format::Png, "its rows are too long"))? as u64)?;
        let frame = reader.next_frame(&mut whole).map_err(damaged)?;
        return whole.chunks_exact(frame.line_size.max(1)).try_for_each(take);
    }
    while let Some(samples) = reader.next_row().map_err(damaged)? {
        take(samples.data())?;
    }
    Ok(())
}
