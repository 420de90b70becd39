//! A PNG's still picture, which for some animations is none of their frames.

use super::{damaged, reader};
use crate::codec::collect::Collect;
use crate::codec::icc::Depth;
use crate::codec::shrink::{self, Sample};
use crate::codec::{corrupt, Format, Header, Want};
use crate::image::{zeroed, Image, Size};
use crate::kit::Kit;
use crate::Result;
use png::ColorType;
use std::io::Cursor;

type Reader<'a> = png::Reader<Cursor<&'a [u8]>>;

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
    match header.deep {
        true => collected(bytes, header, want, kit, big_endian),
        false => collected(bytes, header, want, kit, as_they_are),
    }
}

fn big_endian(samples: &[u8], row: &mut Vec<u16>) {
    row.extend(samples.chunks_exact(2).map(|s| u16::from_be_bytes([s[0], s[1]])));
}

fn as_they_are(samples: &[u8], row: &mut Vec<u8>) {
    row.extend_from_slice(samples);
}

fn collected<T: Depth + Sample>(bytes: &[u8], header: &Header, want: &Want, kit: &Kit, read: impl Fn(&[u8], &mut Vec<T>)) -> Result<Image> {
    let reader = reader(bytes, header.deep)?;
    let profile = want.profile(reader.info().icc_profile.as_ref().map(|p| p.to_vec()));
    let mut collect = Collect::new(header, header.size, block(header, want.size), want, profile, kit)?;
    each_row(reader, header, read, |row| collect.row(row))?;
    collect.finish()
}

/// Gives rows until no more are wanted.
fn each_row<T: Copy>(
    mut reader: Reader,
    header: &Header,
    read: impl Fn(&[u8], &mut Vec<T>),
    mut give: impl FnMut(&[T]) -> Result<bool>,
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
        for samples in whole.chunks_exact(frame.line_size.max(1)) {
            if !take(samples)? {
                break;
            }
        }
        return Ok(());
    }
    while let Some(samples) = reader.next_row().map_err(damaged)? {
        if !take(samples.data())? {
            break;
        }
    }
    Ok(())
}
