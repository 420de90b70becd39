//! Files drawn here, read and written.

use crate::Workshop;
use limn_core::codec::{decode, encode, metadata, Colour, EncodeSettings, Format, Header, Metadata, Want};
use limn_core::config::Limits;
use limn_core::image::{Image, Layout, Size};
use limn_core::kit::Kit;
use limn_core::tags::{write, Block, Field, Group, Order};
use limn_core::{Error, Result};

fn kit() -> Kit<'static> {
    Kit::new(Limits::default(), &Workshop)
}

fn read(bytes: &[u8]) -> Result<Image> {
    let header = Header::read(bytes, &kit())?;
    decode(bytes, &header, &Want { size: header.size, exact: None, part: None, colour: Colour::Srgb }, &kit())
}

/// A little-endian file with these tags (number, kind: 3 short or 4 long, values) and pixels.
fn file(width: u32, height: u32, tags: &[(u16, &[u16])], pixels: &[u8]) -> Vec<u8> {
    let mut all: Vec<(u16, u16, Vec<u8>)> =
        tags.iter().map(|(tag, v)| (*tag, 3, v.iter().flat_map(|v| v.to_le_bytes()).collect())).collect();
    // Separate planes have a strip each.
    let strips = if tags.contains(&(284, &[2])) { 3 } else { 1 };
    for (tag, value) in [(256, width), (257, height), (278, height)] {
        all.push((tag, 4, value.to_le_bytes().to_vec()));
    }
    let each = (pixels.len() / strips) as u32;
    all.extend([273, 279].map(|tag| (tag, 4, each.to_le_bytes().repeat(strips))));
    all.sort();
    let mut behind = 8 + 2 + all.len() * 12 + 4;
    let (mut directory, mut data) = (Vec::new(), Vec::new());
    let long: usize = all.iter().filter(|(_, _, v)| v.len() > 4).map(|(_, _, v)| v.len()).sum();
    for (tag, kind, mut value) in all {
        let count = value.len() as u32 / if kind == 3 { 2 } else { 4 };
        if tag == 273 {
            let first = (8 + 2 + (tags.len() + 5) * 12 + 4 + long) as u32;
            value = (0..strips as u32).flat_map(|i| (first + i * each).to_le_bytes()).collect();
        }
        if value.len() > 4 {
            data.extend_from_slice(&value);
            let at = behind;
            behind += value.len();
            value = (at as u32).to_le_bytes().to_vec();
        }
        value.resize(4, 0);
        directory.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat());
    }
    let count = (tags.len() as u16 + 5).to_le_bytes();
    [b"II*\0\x08\0\0\0", &count[..], &directory, &[0; 4], &data, pixels].concat()
}

#[test]
fn every_layout_comes_back() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let data: Vec<u8> = (0..35 * 20 * layout.channels()).map(|i| (i * 7 % 253) as u8).collect();
        let image = Image::new(Size::new(35, 20), layout, data).unwrap();
        let bytes = encode(image.clone(), Format::Tiff, &EncodeSettings::default(), &kit()).unwrap();
        assert_eq!(read(&bytes).unwrap(), image, "{layout:?}");
    }
}

#[test]
fn kinds_of_grey() {
    let gray = |bits: u16, photometric: u16, pixels: &[u8]| read(&file(3, 1, &[(258, &[bits]), (262, &[photometric])], pixels));
    assert_eq!(gray(1, 1, &[0b1010_0000]).unwrap().data(), [255, 0, 255]);
    assert_eq!(gray(1, 0, &[0b1010_0000]).unwrap().data(), [0, 255, 0]);
    assert_eq!(gray(2, 1, &[0b0110_1100]).unwrap().data(), [85, 170, 255]);
    assert_eq!(gray(4, 1, &[0x1f, 0x80]).unwrap().data(), [17, 255, 136]);
    assert_eq!(gray(8, 0, &[1, 2, 3]).unwrap().data(), [254, 253, 252]);
    assert_eq!(gray(16, 1, &[1, 2, 3, 4, 5, 6]).unwrap().wide(), Some(&[0x0201, 0x0403, 0x0605][..]));
    let float = file(1, 1, &[(258, &[32]), (262, &[1]), (339, &[3])], &[0; 4]);
    assert!(matches!(read(&float), Err(Error::FormatUnsupported(_))));
}

#[test]
fn palettes_planes_inks_and_alpha() {
    let mut map = [0u16; 48];
    (map[1], map[16 + 2], map[32 + 3]) = (0xffff, 0x8080, 0x4040);
    let four = file(3, 1, &[(258, &[4]), (262, &[3]), (320, &map)], &[0x12, 0x30]);
    assert_eq!(read(&four).unwrap().data(), [255, 0, 0, 0, 128, 0, 0, 0, 64]);
    let rgb = |extra: &[(u16, &[u16])], samples: u16, pixels: &[u8]| {
        let bits = vec![8; usize::from(samples)];
        let mut tags: Vec<(u16, &[u16])> = vec![(258, &bits), (262, &[2])];
        let count = [samples];
        tags.push((277, &count));
        tags.extend(extra);
        read(&file(2, 1, &tags, pixels)).unwrap()
    };
    assert_eq!(rgb(&[(284, &[2])], 3, &[1, 2, 3, 4, 5, 6]).data(), [1, 3, 5, 2, 4, 6]);
    assert_eq!(rgb(&[(338, &[1])], 4, &[10, 20, 40, 128, 0, 0, 0, 0]).data(), [20, 40, 80, 128, 0, 0, 0, 0]);
    assert_eq!(rgb(&[(338, &[2])], 4, &[1, 2, 3, 4, 5, 6, 7, 8]).data(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(rgb(&[(338, &[0])], 4, &[1, 2, 3, 4, 5, 6, 7, 8]).data(), [1, 2, 3, 5, 6, 7]);
    let inks = file(2, 1, &[(258, &[8; 4]), (262, &[5]), (277, &[4])], &[0, 0, 0, 0, 0, 255, 255, 0]);
    assert_eq!(read(&inks).unwrap().data(), [255, 255, 255, 255, 0, 0]);
    let gray_alpha = file(2, 1, &[(258, &[8, 8]), (262, &[1]), (277, &[2]), (338, &[2])], &[9, 8, 7, 6]);
    assert_eq!(read(&gray_alpha).unwrap().data(), [9, 9, 9, 8, 7, 7, 7, 6]);
    let ycc = file(2, 1, &[(258, &[8; 3]), (262, &[6]), (277, &[3]), (530, &[1, 1])], &[255, 128, 128, 76, 85, 255]);
    assert_eq!(read(&ycc).unwrap().data(), [255, 255, 255, 254, 0, 0]);
}

#[test]
fn what_is_broken_is_an_error_and_no_panic() {
    let whole = file(2, 2, &[(258, &[8; 3]), (262, &[2]), (274, &[6]), (277, &[3])], &[7; 12]);
    assert_eq!(Header::read(&whole, &kit()).unwrap().orientation.value(), 6);
    for len in 0..whole.len() {
        assert!(read(&whole[..len]).is_err(), "{len}");
    }
    for at in 0..whole.len() {
        for bits in [0xff, 0x01, 0x80] {
            let mut broken = whole.clone();
            broken[at] ^= bits;
            let _ = read(&broken);
        }
    }
}

fn metadata_of(bytes: &[u8]) -> Metadata {
    metadata(bytes, &Header::read(bytes, &kit()).unwrap())
}

#[test]
fn words_are_written_and_read_again() {
    let field = |tag: u16, kind: u16, value: &'static [u8]| Field { group: Group::Image, tag, kind, value: value.into() };
    let photo = Field { group: Group::Photo, ..field(0x9003, 2, b"2026\0") };
    let words = vec![field(0x0112, 3, &[0, 6]), field(0x8298, 2, "© me\0".as_bytes())];
    let exif = write::write(Order::Big, [words.clone(), vec![photo]].concat(), 1 << 20);
    let metadata = Metadata { exif, xmp: Some(b"<x:xmpmeta/>".to_vec()), icc: Some(b"\0\0\0\0\0\0\0\0\0\0\0\0mntrGRAYXYZ ".to_vec()) };
    let image = Image::new(Size::new(1, 1), Layout::Gray, vec![7]).unwrap();
    let settings = EncodeSettings { metadata: metadata.clone(), ..EncodeSettings::default() };
    let out = encode(image, Format::Tiff, &settings, &kit()).unwrap();
    let read = metadata_of(&out);
    assert_eq!((read.xmp, read.icc), (metadata.xmp, metadata.icc));
    let block = read.exif.unwrap();
    let block = Block::read(&block).unwrap();
    assert_eq!(block.find(Group::Image, 0x0112).and_then(|f| f.number(block.order)), Some(6));
    assert_eq!(block.find(Group::Image, 0x8298).map(|f| f.value.to_vec()), Some(words[1].value.to_vec()));
    assert!(block.find(Group::Photo, 0x9003).is_none());
}
