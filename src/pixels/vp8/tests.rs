//! Whole-frame tests against another decoder.

use super::*;
use image_webp::vp8::Vp8Decoder;
use std::io::Cursor;

pub fn encode(pixels: &[u8], channels: usize, width: u32, height: u32, quality: u8) -> Result<Vec<u8>, Vp8Error> {
    Picture::new(pixels, channels, width, height)?.encode(quality)
}

/// Pixels of a named sort, the same on every run.
pub fn picture(sort: &str, width: u32, height: u32) -> Vec<u8> {
    let mut seed = 7u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let noise = (seed >> 24) as u8;
            pixels.extend(match sort {
                "flat" => [200, 60, 90],
                "noise" => [noise, noise.wrapping_mul(3), noise ^ 0x5a],
                "edges" => [if (x / 5 + y / 7) % 2 == 0 { 255 } else { 0 }; 3],
                _ => [(x * 255 / width) as u8, (y * 255 / height) as u8, ((x + y) % 256) as u8],
            });
        }
    }
    pixels
}

/// A WebP file of one frame.
pub fn file(width: u32, height: u32, vp8: &[u8], alpha: Option<&[u8]>) -> Vec<u8> {
    let mut chunks = b"WEBP".to_vec();
    let mut put = |name: &[u8], data: &[u8]| {
        chunks.extend_from_slice(name);
        chunks.extend_from_slice(&(data.len() as u32).to_le_bytes());
        chunks.extend_from_slice(data);
        chunks.extend(vec![0; data.len() % 2]);
    };
    if let Some(alpha) = alpha {
        let side = |n: u32| (n - 1).to_le_bytes();
        put(b"VP8X", &[&[0x10, 0, 0, 0], &side(width)[..3], &side(height)[..3]].concat());
        put(b"ALPH", alpha);
    }
    put(b"VP8 ", vp8);
    [b"RIFF", &(chunks.len() as u32).to_le_bytes()[..], &chunks].concat()
}

pub fn decode(width: u32, height: u32, vp8: &[u8]) -> Vec<u8> {
    let file = file(width, height, vp8, None);
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    pixels
}

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: f64 = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    10.0 * (65025.0 * a.len() as f64 / squares.max(1e-9)).log10()
}

pub const SIZES: [(u32, u32); 7] = [(1, 1), (15, 17), (16, 16), (33, 1), (1, 40), (64, 48), (131, 97)];

#[test]
fn every_size_and_sort_decodes() {
    for (width, height) in SIZES {
        for (sort, floor) in [("flat", 35.0), ("noise", 8.0), ("edges", 25.0), ("gradient", 28.0)] {
            let pixels = picture(sort, width, height);
            for quality in [1, 50, 100] {
                let vp8 = encode(&pixels, 3, width, height, quality).unwrap();
                let found = psnr(&pixels, &decode(width, height, &vp8));
                let floor = if quality == 1 { floor - 15.0 } else { floor };
                assert!(found > floor, "{sort} {width}x{height} q{quality}: {found:.1} dB");
            }
        }
    }
}

#[test]
fn the_decoder_shows_what_the_encoder_expects() {
    for (width, height) in SIZES {
        for sort in ["flat", "noise", "edges", "gradient"] {
            for quality in [1, 20, 60, 90, 100] {
                let planes = Picture::new(&picture(sort, width, height), 3, width, height).unwrap().planes;
                let mut segments = segment::Segments::plan(&planes, quality).unwrap();
                segments.filters = [0; 4];
                let coded = frame::code(&planes, &segments).unwrap();
                let vp8 = bitstream::write(&coded, &segments, planes.columns, width, height).unwrap();
                let frame = Vp8Decoder::decode_frame(Cursor::new(vp8)).unwrap();
                let name = format!("{sort} {width}x{height} q{quality}");
                assert!(frame.ybuf == coded.shown.y, "luma of {name}");
                assert!(frame.ubuf == coded.shown.u, "blue difference of {name}");
                assert!(frame.vbuf == coded.shown.v, "red difference of {name}");
            }
        }
    }
}

#[test]
fn better_quality_takes_more_bytes() {
    let pixels = picture("noise", 96, 80);
    let sizes: Vec<usize> = (1..=10).map(|q| encode(&pixels, 3, 96, 80, q * 10).unwrap().len()).collect();
    assert!(sizes.is_sorted(), "{sizes:?}");
}

#[test]
fn a_fourth_channel_changes_nothing() {
    let rgb = picture("gradient", 40, 30);
    let rgba: Vec<u8> = rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], 9]).collect();
    assert_eq!(encode(&rgb, 3, 40, 30, 70), encode(&rgba, 4, 40, 30, 70));
}

#[test]
fn wrong_input_is_refused() {
    assert_eq!(encode(&[], 3, 0, 1, 50), Err(Vp8Error::BadSize));
    assert_eq!(encode(&[0; 3], 3, 16384, 1, 50), Err(Vp8Error::BadSize));
    assert_eq!(encode(&[0; 5], 3, 2, 1, 50), Err(Vp8Error::WrongLength));
    assert_eq!(encode(&[0; 2], 1, 2, 1, 50), Err(Vp8Error::WrongLength));
}
