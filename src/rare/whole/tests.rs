//! Files drawn here, read through the codecs that ask for these jobs.

use crate::Workshop;
use limn_core::codec::{decode, encode, Colour, EncodeSettings, Format, Header, Want};
use limn_core::config::Limits;
use limn_core::image::{Image, Layout, Size};
use limn_core::kit::Kit;
use limn_core::plan::Quality;
use limn_core::upload::normalise::{normalise, Normalise};
use limn_core::Result;

fn kit() -> Kit<'static> {
    Kit::new(Limits::default(), &Workshop)
}

fn read(bytes: &[u8]) -> Result<Image> {
    let header = Header::read(bytes, &kit())?;
    decode(bytes, &header, &Want { size: header.size, exact: None, part: None, colour: Colour::Srgb }, &kit())
}

/// A directory of pictures; each entry says 16×16, whatever is true.
fn file(kind: u8, pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0, 0, kind, 0, pictures.len() as u8, 0];
    let mut at = 6 + 16 * pictures.len();
    for picture in pictures {
        out.extend([16, 16, 0, 0, 1, 0, 44, 1]);
        out.extend((picture.len() as u32).to_le_bytes());
        out.extend((at as u32).to_le_bytes());
        at += picture.len();
    }
    out.extend(pictures.concat());
    out
}

/// Two pixels of 24 bits, the second masked out.
fn bitmap() -> Vec<u8> {
    let mut out = vec![40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0];
    out.resize(40, 0);
    out.extend([3, 2, 1, 6, 5, 4, 0, 0]);
    out.extend([0b0100_0000, 0, 0, 0]);
    out
}

#[test]
fn what_is_written_as_bmp_is_read() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        for width in 1..6 {
            let size = Size::new(width, 3);
            let data: Vec<u8> = (0..size.pixels() * layout.channels() as u64).map(|i| (i * 37 + 5) as u8).collect();
            let file = encode(Image::new(size, layout, data.clone()).unwrap(), Format::Bmp, &EncodeSettings::default(), &kit()).unwrap();
            assert_eq!(u32::from_le_bytes([file[2], file[3], file[4], file[5]]) as usize, file.len());
            let back = read(&file).unwrap();
            let wanted: Vec<u8> = if layout == Layout::Gray { data.iter().flat_map(|v| [*v; 3]).collect() } else { data };
            assert_eq!((back.held(), back.data()), (size, wanted.as_slice()), "{layout:?} {width}");
        }
    }
}

#[test]
fn sixteen_bits_and_grey_with_alpha_are_read() {
    let mut deep = b"P5 2 1 65535\n".to_vec();
    deep.extend([0x12, 0x34, 0xff, 0xfe]);
    assert_eq!(read(&deep).unwrap().wide(), Some(&[0x1234u16, 0xfffe][..]));
    let mut both = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n".to_vec();
    both.extend([9, 200, 8, 0]);
    assert_eq!(read(&both).unwrap().data(), [9, 9, 9, 200, 8, 8, 8, 0]);
}

#[test]
fn what_is_not_written_is_not_changed_when_it_is_uploaded() {
    let mut pnm = b"P6 4 4 255\n".to_vec();
    pnm.extend([7; 48]);
    let to = |side| Normalise { max_side: Some(side), ..Normalise::default() };
    assert_eq!(normalise(&pnm, Normalise { strip_gps: true, orient: true, ..to(4) }, Quality::Default, &kit()).unwrap(), None);
    assert_eq!(normalise(&pnm, to(2), Quality::Default, &kit()).unwrap_err().code(), "format_unsupported");
}

#[test]
fn the_largest_is_taken_whatever_its_kind() {
    let gray = Image::new(Size::new(3, 2), Layout::Gray, vec![1, 2, 3, 4, 5, 6]).unwrap();
    let png = encode(gray.clone(), Format::Png, &EncodeSettings::default(), &kit()).unwrap();
    for kind in [1, 2] {
        assert_eq!(read(&file(kind, &[bitmap(), png.clone()])).unwrap(), gray);
        assert_eq!(read(&file(kind, &[bitmap()])).unwrap().data(), [1, 2, 3, 255, 4, 5, 6, 0]);
    }
}

#[test]
fn what_is_broken_is_an_error_and_no_panic() {
    let whole = file(1, &[bitmap()]);
    for len in 0..whole.len() - 4 {
        assert!(read(&whole[..len]).is_err(), "{len}");
    }
    for at in 4..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = read(&broken);
    }
}
