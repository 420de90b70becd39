//! Pictures that are drawn here, written and read again, by Limn's decoder and by another one.

use super::*;
use crate::vp8l::read;
use image_webp::WebPDecoder;
use std::io::Cursor;

fn file(data: &[u8]) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WEBPVP8L".to_vec();
    file.extend_from_slice(&(data.len() as u32).to_le_bytes());
    file.extend_from_slice(data);
    file.extend(vec![0; data.len() % 2]);
    let len = file.len() as u32 - 8;
    file[4..8].copy_from_slice(&len.to_le_bytes());
    file
}

fn check(name: &str, pixels: &[u8], channels: usize, width: u32, height: u32) -> usize {
    let data = encode(pixels, channels, width, height).unwrap();
    let mut ours = Vec::new();
    read::decode_rows(&data, &mut |row| {
        ours.extend_from_slice(row);
        Ok(())
    })
    .unwrap();
    let mut decoder = WebPDecoder::new(Cursor::new(file(&data))).unwrap();
    let mut theirs = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut theirs).unwrap();
    let wanted: Vec<u8> = match channels {
        1 => pixels.iter().flat_map(|v| [*v; 3]).collect(),
        4 if pixels.iter().skip(3).step_by(4).all(|a| *a == 255) => pixels.chunks(4).flat_map(|p| p[..3].to_vec()).collect(),
        _ => pixels.to_vec(),
    };
    assert!(ours == wanted, "{name} {width}x{height}");
    assert!(theirs == wanted, "{name} {width}x{height} by another decoder");
    data.len()
}

/// A picture of some sort; the same on every run.
fn drawn(sort: &str, width: u32, height: u32, channels: usize) -> Vec<u8> {
    let mut seed = 5u32;
    let mut out = Vec::new();
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            let noise = seed.to_be_bytes();
            let pixel = match sort {
                "flat" => [9, 8, 7, 200],
                "two" => [if (x / 3 + y / 5) % 2 == 0 { 0 } else { 255 }; 4],
                "few" => [(x / 9 % 13) as u8 * 7, (y / 4 % 3) as u8, 3, 255],
                "soft" => [(x * 2 + y) as u8, (y * 3) as u8, (x + noise[0] as u32 % 3) as u8, 255 - (x / 4) as u8],
                "cards" => [(x % 40 * 3) as u8, (y % 30 * 5) as u8, (x % 40 * y % 30) as u8, 255],
                _ => noise,
            };
            out.extend_from_slice(&pixel[..channels]);
        }
    }
    out
}

#[test]
fn pictures_come_back() {
    for (width, height) in [(1, 1), (1, 50), (50, 1), (2, 2), (33, 17), (200, 120)] {
        for sort in ["flat", "two", "few", "soft", "cards", "noise"] {
            for channels in [1, 3, 4] {
                check(sort, &drawn(sort, width, height, channels), channels, width, height);
            }
        }
    }
}

#[test]
fn what_repeats_takes_little() {
    assert!(check("flat", &drawn("flat", 200, 120, 4), 4, 200, 120) < 40);
    assert!(check("two", &drawn("two", 200, 120, 3), 3, 200, 120) < 150);
    assert!(check("cards", &drawn("cards", 200, 120, 3), 3, 200, 120) < 4500);
    assert!(check("noise", &drawn("noise", 200, 120, 3), 3, 200, 120) < 200 * 120 * 3 + 200);
}

#[test]
fn planes_come_back() {
    for sort in ["flat", "two", "few", "soft", "noise"] {
        let plane = drawn(sort, 90, 70, 1);
        let data = encode_plane(90, 70, |put| plane.chunks(90).for_each(put)).unwrap();
        let mut back = Vec::new();
        read::decode_body(&data, 90, 70, &mut |row| {
            back.extend(row.iter().map(|color| (color >> 8) as u8));
            Ok(())
        })
        .unwrap();
        assert!(back == plane, "{sort}");
    }
}

#[test]
fn wrong_sizes_are_refused() {
    assert_eq!(encode(&[0; 6], 3, 2, 2), Err(WriteError::BadSize));
    assert_eq!(encode(&[], 3, 0, 2), Err(WriteError::BadSize));
    assert_eq!(encode_plane(16385, 1, |put| put(&[0; 16385])), Err(WriteError::BadSize));
}
