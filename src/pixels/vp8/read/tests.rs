//! Frames of the encoder, beside another decoder.

use super::super::tests::{decode, encode, picture, SIZES};
use super::*;

fn read(vp8: &[u8], scale: Scale) -> Result<Vec<u8>, ReadError> {
    let mut pixels = Vec::new();
    decode_rows(vp8, scale, &mut |row| {
        pixels.extend_from_slice(row);
        Ok(())
    })?;
    Ok(pixels)
}

#[test]
fn pixels_are_those_of_another_decoder() {
    for (width, height) in SIZES.into_iter().chain([(200, 150)]) {
        for sort in ["flat", "noise", "edges", "gradient"] {
            for quality in [1, 20, 60, 90, 100] {
                let vp8 = encode(&picture(sort, width, height), 3, width, height, quality).unwrap();
                assert_eq!(size(&vp8), Ok(Size { width, height }));
                assert!(read(&vp8, Scale::Full).unwrap() == decode(width, height, &vp8), "{sort} {width}x{height} q{quality}");
            }
        }
    }
}

#[test]
fn halves_are_close_to_means() {
    for (width, height) in SIZES.into_iter().chain([(200, 150)]) {
        let vp8 = encode(&picture("gradient", width, height), 3, width, height, 90).unwrap();
        let (full, half) = (read(&vp8, Scale::Full).unwrap(), read(&vp8, Scale::Half).unwrap());
        let (wide, high) = (Scale::Half.side(width), Scale::Half.side(height));
        assert_eq!(half.len(), (wide * high * 3) as usize);
        let at = |x: u32, y: u32, c: u32| i32::from(full[((y.min(height - 1) * width + x.min(width - 1)) * 3 + c) as usize]);
        let mut apart = 0;
        for y in 0..high {
            for x in 0..wide {
                for c in 0..3 {
                    let mean =
                        (at(2 * x, 2 * y, c) + at(2 * x + 1, 2 * y, c) + at(2 * x, 2 * y + 1, c) + at(2 * x + 1, 2 * y + 1, c) + 2) / 4;
                    apart += (mean - i32::from(half[((y * wide + x) * 3 + c) as usize])).abs();
                }
            }
        }
        assert!(f64::from(apart) / f64::from(wide * high * 3) < 4.0, "{width}x{height}: {apart}");
    }
}

#[test]
fn what_is_cut_or_broken_is_an_error_and_no_panic() {
    let vp8 = encode(&picture("noise", 70, 50), 3, 70, 50, 60).unwrap();
    for len in 0..vp8.len() - 8 {
        assert!(read(&vp8[..len], Scale::Full).is_err(), "{len}");
    }
    for at in 0..vp8.len() {
        for bit in [1, 0x80] {
            let mut broken = vp8.clone();
            broken[at] ^= bit;
            if size(&broken).is_ok_and(|size| size.width <= 4096 && size.height <= 4096) {
                let _ = read(&broken, Scale::Full);
            }
        }
    }
    assert_eq!(decode_rows(&vp8, Scale::Full, &mut |_| Err(ReadError::Stopped)), Err(ReadError::Stopped));
}
