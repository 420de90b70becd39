//! Animations drawn here, written and read.

use super::container::{animation, frame, Picture};
use super::*;
use crate::codec::shown::read;
use crate::codec::{animate, EncodeSettings, Metadata};
use crate::Error;

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const HALF: [u8; 4] = [0, 0, 255, 128];
const CLEAR: [u8; 4] = [0; 4];

fn written(settings: &EncodeSettings, frames: &[[[u8; 4]; 12]]) -> Vec<u8> {
    let size = Size::new(4, 3);
    let mut file = animate(Format::WebP, size, Loops::Times(3), settings).unwrap();
    for frame in frames {
        file.add(Image::new(size, Layout::Rgba, frame.concat()).unwrap(), 30).unwrap();
    }
    file.finish().unwrap()
}

fn pictures() -> Vec<[[u8; 4]; 12]> {
    let first = [RED; 12];
    let mut second = first;
    second[6] = HALF;
    let mut third = second;
    (third[11], third[0]) = (BLUE, CLEAR);
    vec![first, second, second, third]
}

#[test]
fn lossless_animations_come_back() {
    let file = written(&EncodeSettings { lossless: true, ..EncodeSettings::default() }, &pictures());
    let (header, all) = read(&file).unwrap();
    assert_eq!((header.frames, header.loops, header.layout), (4, Loops::Times(3), Layout::Rgba));
    for (i, (got, want)) in all.iter().zip(&pictures()).enumerate() {
        assert_eq!((got.0.as_slice(), got.1), (&want[..], 30), "frame {i}");
    }
}

#[test]
fn lossy_animations_keep_alpha_and_carry_metadata() {
    let metadata = Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), ..Metadata::default() };
    let file = written(&EncodeSettings { metadata: metadata.clone(), ..EncodeSettings::default() }, &pictures());
    assert_eq!(beside::webp::read(&file), metadata);
    let (_, all) = read(&file).unwrap();
    assert_eq!(all.len(), 4);
    for (got, want) in all.iter().zip(&pictures()) {
        assert!(got.0.iter().zip(want).all(|(g, w)| g[3] == w[3]));
    }
}

#[test]
fn disposed_frames_are_cleared_and_blending_is_as_flagged() {
    let image = |pixels: &[[u8; 4]], width| Image::new(Size::new(width, 1), Layout::Rgba, pixels.concat()).unwrap();
    let settings = EncodeSettings { lossless: true, ..EncodeSettings::default() };
    let mut parts = Vec::new();
    let mut starts = Vec::new();
    for (image, x, over) in [(image(&[RED; 3], 3), 0, false), (image(&[HALF], 1), 2, true), (image(&[CLEAR], 1), 0, true)] {
        let size = image.held();
        let bits = encode::Bits::of(image.clone(), &settings).unwrap();
        starts.push(parts.len());
        frame(&mut parts, (x, 0), size, 10, over, &bits.picture()).unwrap();
    }
    // The second frame's flags: laid over, and cleared afterwards.
    parts[starts[1] + 8 + 15] = 1;
    let file = animation(Size::new(3, 1), &parts, true, Loops::Forever, &Metadata::default()).unwrap();
    let (header, all) = read(&file).unwrap();
    assert_eq!(header.loops, Loops::Forever);
    assert_eq!(all[1].0, [RED, RED, [127, 0, 128, 255]]);
    assert_eq!(all[2].0, [RED, RED, CLEAR]);
    let outside = Picture { name: b"VP8L", data: &[], alpha: None };
    frame(&mut parts, (4, 0), Size::new(1, 1), 10, false, &outside).unwrap();
    let file = animation(Size::new(3, 1), &parts, true, Loops::Forever, &Metadata::default()).unwrap();
    assert!(matches!(read(&file), Err(Error::ImageCorrupt(_))));
}

#[test]
fn what_is_cut_is_an_error_and_no_panic() {
    let whole = written(&EncodeSettings { lossless: true, ..EncodeSettings::default() }, &pictures());
    for len in 0..whole.len() - 1 {
        match read(&whole[..len]) {
            Ok((header, all)) => assert!(header.frames as usize == all.len() && all.len() < 4, "{len}"),
            Err(error) => assert!(matches!(error, Error::ImageCorrupt(_) | Error::FormatUnsupported(_)), "{len}: {error}"),
        }
    }
    for at in 12..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = read(&broken);
    }
}
