use super::*;
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::Error;

fn picture(alpha: bool) -> Vec<u8> {
    let pixel = |x: u32, y: u32| [(x * 3) as u8, (y * 4) as u8, (x + y) as u8, if alpha { (x * 2) as u8 } else { 255 }];
    (0..50).flat_map(|y| (0..70).flat_map(move |x| pixel(x, y))).collect()
}

fn difference(a: &[u8], b: &[u8]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn what_is_encoded_is_decoded() {
    for (alpha, full) in [(false, false), (false, true), (true, false)] {
        let data = picture(alpha);
        let file = encode(70, 50, 95, full, &data).unwrap();
        assert!(file.bytes.len() < data.len() / 2);
        assert_eq!(header(&file.bytes).unwrap(), Made { size: Size::new(70, 50), bytes: Vec::new() });
        let back = decode(&file.bytes).unwrap();
        let alphas = |bytes: &[u8]| bytes.iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
        assert!(difference(&alphas(&back.bytes), &alphas(&data)) < 3.0);
        assert!(difference(&back.bytes, &data) < if alpha { 8.0 } else { 3.0 }, "{}", difference(&back.bytes, &data));
        assert!(encode(70, 50, 20, false, &data).unwrap().bytes.len() < file.bytes.len());
    }
}

#[test]
fn a_large_picture_of_an_odd_size_is_encoded_with_larger_blocks() {
    let (wide, high) = (901u32, 667u32);
    let pixel = |x: u32, y: u32| [(x / 4) as u8, (y / 3) as u8, ((x + y) / 8) as u8, 255];
    let data: Vec<u8> = (0..high).flat_map(|y| (0..wide).flat_map(move |x| pixel(x, y))).collect();
    let file = encode(wide, high, 80, false, &data).unwrap();
    assert!(file.bytes.len() < data.len() / 100, "{} bytes", file.bytes.len());
    let back = decode(&file.bytes).unwrap();
    assert_eq!(back.size, Size::new(wide, high));
    assert!(difference(&back.bytes, &data) < 1.5, "{}", difference(&back.bytes, &data));
}

#[test]
fn bounds_are_named() {
    assert_eq!(encode(70, 50, 0, false, &picture(false)).unwrap_err().code(), "bad_arg");
    assert_eq!(encode(2_000, 2_000, 50, false, &vec![0; 16_000_000]).unwrap_err().code(), "image_too_large");
    assert_eq!(encode(70, 51, 50, false, &picture(false)), Err(Error::Internal));
    assert_eq!(decode(b"not an AVIF").unwrap_err().code(), "image_corrupt");
}

#[test]
fn a_file_cut_or_changed_anywhere_is_an_answer_and_no_panic() {
    let file = encode(70, 50, 60, false, &picture(true)).unwrap().bytes;
    for cut in (0..file.len()).step_by(9) {
        assert!(decode(&file[..cut]).is_err() || cut > file.len() - 4, "{cut}");
    }
    let mut state = 3u32;
    for _ in 0..150 {
        let mut other = file.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 8) as usize % if state & 64 == 0 { 400 } else { file.len() };
            other[at.min(file.len() - 1)] = (state >> 24) as u8;
        }
        let _ = decode(&other);
    }
}

#[test]
fn a_header_that_lies_about_the_size_takes_no_memory() {
    let file = encode(70, 50, 60, false, &picture(false)).unwrap().bytes;
    let at = file.windows(4).position(|w| w == b"ispe").unwrap() + 8;
    for (size, code) in [([0xff; 4], "image_too_large"), ([0, 0, 1, 0], "image_corrupt"), ([0; 4], "bad_arg")] {
        let mut other = file.clone();
        other[at..at + 4].copy_from_slice(&size);
        assert_eq!(decode(&other).unwrap_err().code(), code);
    }
}
