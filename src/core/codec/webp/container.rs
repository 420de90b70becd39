//! The RIFF file around the chunks, written and read (WebP container specification).

use crate::codec::{corrupt, Format, Loops, Metadata};
use crate::image::{buffer, Size};
use crate::{Error, Result};

/// Flag of the extended header: there are frames.
pub const ANIMATED: u8 = 0x02;
const XMP: u8 = 0x04;
const EXIF: u8 = 0x08;
/// Flag of the extended header: something may show through.
pub const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

/// A picture's compressed pixels.
pub struct Picture<'a> {
    /// `VP8 ` or `VP8L`.
    pub name: &'static [u8; 4],
    /// The bitstream.
    pub data: &'a [u8],
    /// The `ALPH` chunk beside a lossy one.
    pub alpha: Option<&'a [u8]>,
}

impl Picture<'_> {
    fn bytes(&self) -> usize {
        padded(self.data.len()) + self.alpha.map_or(0, |alpha| padded(alpha.len()))
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(alpha) = self.alpha {
            chunk(out, b"ALPH", alpha);
        }
        chunk(out, self.name, self.data);
    }
}

/// A file of one picture: a simple one, or an extended one where there is an alpha chunk or metadata.
/// `transparent` tells whether the picture has alpha in either form.
///
/// # Errors
/// `image_too_large` when memory ends or the file is over 4 GiB.
pub fn still(size: Size, picture: &Picture, transparent: bool, metadata: &Metadata) -> Result<Vec<u8>> {
    let extended = picture.alpha.is_some() || *metadata != Metadata::default();
    wrapped(picture.bytes() + if extended { padded(10) + beside(metadata) } else { 0 }, |out| {
        if extended {
            header(out, size, if transparent { ALPHA } else { 0 }, metadata);
        }
        picture.write(out);
        if extended {
            trailer(out, metadata);
        }
    })
}

/// A file of frames, which [`frame`] made.
///
/// # Errors
/// As [`still`].
pub fn animation(size: Size, frames: &[u8], transparent: bool, loops: Loops, metadata: &Metadata) -> Result<Vec<u8>> {
    wrapped(padded(10) + padded(6) + frames.len() + beside(metadata), |out| {
        header(out, size, ANIMATED | if transparent { ALPHA } else { 0 }, metadata);
        let runs = match loops {
            Loops::Forever => 0,
            Loops::Times(n) => u16::try_from(n.max(1)).unwrap_or(u16::MAX),
        };
        // A transparent background, then how often it runs.
        let [low, high] = runs.to_le_bytes();
        chunk(out, b"ANIM", &[0, 0, 0, 0, low, high]);
        out.extend_from_slice(frames);
        trailer(out, metadata);
    })
}

/// Adds a frame: its corner, which has even coordinates, its size and how long it is shown, ms. It is laid
/// over the frame before, or put in its place, and stays.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn frame(out: &mut Vec<u8>, at: (u32, u32), size: Size, delay_ms: u32, over: bool, picture: &Picture) -> Result<()> {
    let len = 16 + picture.bytes();
    out.try_reserve(len + 8).map_err(|_| no_room())?;
    out.extend_from_slice(b"ANMF");
    out.extend_from_slice(&(len as u32).to_le_bytes());
    for number in [at.0 / 2, at.1 / 2, size.width - 1, size.height - 1, delay_ms.min(0xff_ffff)] {
        three(out, number);
    }
    out.push(if over { 0 } else { 2 });
    picture.write(out);
    Ok(())
}

/// The chunks of a file, or of a frame behind its 16 bytes of numbers; a chunk that is cut is the last.
pub fn chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let (name, len) = (rest.get(..4)?, rest.get(4..8)?);
        let len = u32::from_le_bytes(len.try_into().ok()?) as usize;
        let data = rest.get(8..)?;
        let data = data.get(..len.min(data.len()))?;
        rest = rest.get(padded(len)..).unwrap_or(&[]);
        Some((name, data))
    })
}

fn header(out: &mut Vec<u8>, size: Size, flags: u8, metadata: &Metadata) {
    let flag = |part: &Option<Vec<u8>>, flag: u8| if part.is_some() { flag } else { 0 };
    let flags = flags | flag(&metadata.icc, ICC) | flag(&metadata.exif, EXIF) | flag(&metadata.xmp, XMP);
    let mut data = vec![flags, 0, 0, 0];
    three(&mut data, size.width - 1);
    three(&mut data, size.height - 1);
    chunk(out, b"VP8X", &data);
    if let Some(icc) = &metadata.icc {
        chunk(out, b"ICCP", icc);
    }
}

fn trailer(out: &mut Vec<u8>, metadata: &Metadata) {
    for (name, data) in [(b"EXIF", &metadata.exif), (b"XMP ", &metadata.xmp)] {
        if let Some(data) = data {
            chunk(out, name, data);
        }
    }
}

fn beside(metadata: &Metadata) -> usize {
    [&metadata.icc, &metadata.exif, &metadata.xmp].iter().map(|part| part.as_ref().map_or(0, |p| padded(p.len()))).sum()
}

fn wrapped(body: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<u8>> {
    let size = u32::try_from(body + 4).map_err(|_| no_room())?;
    let mut out = buffer(body as u64 + 12)?;
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(b"WEBP");
    write(&mut out);
    Ok(out)
}

fn no_room() -> Error {
    Error::ImageTooLarge("There is no room for the webp file.".into())
}

/// Bytes of a chunk with its head, padded to an even length.
fn padded(len: usize) -> usize {
    len.saturating_add(8 + (len & 1))
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

/// The low 24 bits.
fn three(out: &mut Vec<u8>, number: u32) {
    let [a, b, c, _] = number.to_le_bytes();
    out.extend_from_slice(&[a, b, c]);
}

/// A number of 24 bits.
///
/// # Errors
/// `image_corrupt` where it is missing.
pub fn number(data: &[u8], at: usize) -> Result<u32> {
    match data.get(at..at + 3) {
        Some([a, b, c]) => Ok(u32::from_le_bytes([*a, *b, *c, 0])),
        _ => Err(corrupt(Format::WebP, "a frame of it is cut")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_padded_and_flagged() {
        let picture = Picture { name: b"VP8 ", data: &[1, 2, 3], alpha: Some(&[0, 9, 9]) };
        let metadata = Metadata { icc: Some(vec![7; 5]), exif: None, xmp: Some(vec![8]) };
        let file = still(Size::new(3, 2), &picture, true, &metadata).unwrap();
        assert_eq!(file.len() % 2, 0);
        assert_eq!(u32::from_le_bytes([file[4], file[5], file[6], file[7]]) as usize + 8, file.len());
        let found: Vec<_> = chunks(&file[12..]).collect();
        assert_eq!(found[0], (&b"VP8X"[..], &[0x34, 0, 0, 0, 2, 0, 0, 1, 0, 0][..]));
        let names: Vec<_> = found.iter().map(|(name, _)| std::str::from_utf8(name).unwrap()).collect();
        assert_eq!(names, ["VP8X", "ICCP", "ALPH", "VP8 ", "XMP "]);
        assert_eq!(found[3].1, [1, 2, 3]);
    }

    #[test]
    fn a_cut_chunk_ends_the_walk() {
        assert_eq!(chunks(b"abcd\xff\xff\xff\xffxy").collect::<Vec<_>>(), [(&b"abcd"[..], &b"xy"[..])]);
        assert_eq!(chunks(b"abcd\x01").count(), 0);
    }
}
