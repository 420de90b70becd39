//! Files of another encoder, and beside another decoder.

use super::*;
use image_webp::{ColorType, WebPDecoder, WebPEncoder};
use std::io::Cursor;

pub fn read(data: &[u8]) -> Result<Vec<u8>, ReadError> {
    let mut pixels = Vec::new();
    decode_rows(data, &mut |row| {
        pixels.extend_from_slice(row);
        Ok(())
    })?;
    Ok(pixels)
}

fn written(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    WebPEncoder::new(&mut file).encode(pixels, width, height, ColorType::Rgba8).unwrap();
    file
}

#[test]
fn what_another_encoder_wrote_is_read() {
    for (width, height) in [(1, 1), (3, 200), (200, 3), (77, 55)] {
        for noise in [0u32, 1, 255] {
            let pixels: Vec<u8> =
                (0..width * height * 4).map(|i: u32| (i / 9 + (i.wrapping_mul(2654435761) >> 24) * noise / 255) as u8).collect();
            let file = written(&pixels, width, height);
            let data = &file[20..];
            assert_eq!(header(data), Ok(Header { width, height, alpha: true }));
            assert!(read(data).unwrap() == pixels, "{width}x{height} {noise}");
        }
    }
}

#[test]
fn what_is_cut_or_broken_is_an_error_or_what_another_decoder_reads() {
    let pixels: Vec<u8> = (0..40 * 30 * 4u32).map(|i| (i * i / 900) as u8).collect();
    let file = written(&pixels, 40, 30);
    for len in 0..file.len() - 28 {
        assert!(read(&file[20..20 + len]).is_err(), "{len}");
    }
    for at in 25..file.len() {
        let mut broken = file.clone();
        broken[at] ^= 0x24;
        let Ok(mut decoder) = WebPDecoder::new(Cursor::new(&broken)) else { continue };
        let mut theirs = vec![0; decoder.output_buffer_size().unwrap()];
        let read_by_them = decoder.read_image(&mut theirs);
        if let (Ok(ours), Ok(())) = (read(&broken[20..]), read_by_them) {
            assert!(ours == theirs, "{at}");
        }
    }
}
