use super::*;
use crate::jpeg::{self, Header, Scale};

const EFFORTS: [Effort; 2] = [Effort::Fast, Effort::High];
const CHROMAS: [Chroma; 2] = [Chroma::Half, Chroma::Full];

fn settings(quality: u8, effort: Effort, order: Order, chroma: Chroma) -> Settings {
    Settings { quality, effort, order, chroma }
}

/// Something like a photo: soft light, edges, a texture and the noise of a camera.
fn photo(width: u32, height: u32, channels: usize) -> Vec<u8> {
    let mut seed = 7u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (fx, fy) = (x as f32, y as f32);
            let hill = if fy > 40.0 + 20.0 * (fx / 23.0).sin() { 70.0 } else { 0.0 };
            let grass = if hill > 0.0 { 18.0 * (fx * 0.9 + fy * 0.4).sin() * (fy / 5.0).cos() } else { 0.0 };
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 29) as f32;
            for channel in 0..channels {
                let light = 200.0 - fy * 0.6 - channel as f32 * 25.0 + fx * 0.1;
                pixels.push((light - hill * (1.0 - channel as f32 * 0.4) + grass + noise).clamp(0.0, 255.0) as u8);
            }
        }
    }
    pixels
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut seed = 3u32;
    std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    })
    .take(bytes)
    .collect()
}

fn encoded(pixels: &[u8], width: u32, height: u32, settings: &Settings) -> Vec<u8> {
    let channels = pixels.len() / (width * height) as usize;
    encode(&Picture { pixels, width, height, channels }, settings, &[]).unwrap()
}

fn decoded(file: &[u8]) -> Vec<u8> {
    let header = Header::parse(file).unwrap();
    jpeg::decode(file, &header, Scale::Full, None).unwrap().data
}

/// The mean square error.
fn error(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2)).sum::<f64>() / a.len() as f64
}

#[test]
fn every_shape_is_decoded_again_and_in_every_order_to_the_same_pixels() {
    for (width, height) in [(1, 1), (7, 9), (8, 8), (16, 16), (17, 33), (33, 17), (100, 75), (250, 3), (3, 250)] {
        for channels in [1, 3] {
            let pixels = photo(width, height, channels);
            for effort in EFFORTS {
                for chroma in CHROMAS {
                    let of = |order| decoded(&encoded(&pixels, width, height, &settings(90, effort, order, chroma)));
                    let whole = of(Order::Baseline);
                    let off = error(&whole, &pixels);
                    assert!(off < 40.0, "{width}x{height} {channels} {effort:?} {chroma:?}: {off}");
                    assert!(of(Order::Progressive) == whole && of(Order::Smaller) == whole);
                }
            }
        }
    }
}

#[test]
fn whatever_the_coefficients_are_the_orders_agree() {
    for (pixels, width, height) in [
        (noise(200 * 120 * 3), 200, 120),
        (vec![90; 1600 * 1608], 1600, 1608),
        ([[0; 24], [255; 24]].concat().repeat(60 * 64), 480, 128),
        (photo(640, 400, 3), 640, 400),
    ] {
        for quality in [1, 30, 75, 100] {
            let of = |order| encoded(&pixels, width, height, &settings(quality, Effort::Fast, order, Chroma::Half));
            assert!(decoded(&of(Order::Baseline)) == decoded(&of(Order::Progressive)), "{width}x{height} {quality}");
        }
    }
}

#[test]
fn the_finest_quality_is_nearly_the_picture() {
    for pixels in [photo(64, 64, 1), noise(64 * 64)] {
        let file = encoded(&pixels, 64, 64, &settings(100, Effort::Fast, Order::Baseline, Chroma::Full));
        let off = error(&decoded(&file), &pixels);
        assert!(off < 0.3, "{off}");
    }
}

#[test]
fn progressive_files_and_such_of_high_effort_are_smaller() {
    let pixels = photo(320, 240, 3);
    for quality in [40, 60, 80, 95] {
        let of = |effort, order| encoded(&pixels, 320, 240, &settings(quality, effort, order, Chroma::Half));
        let size = |effort, order| of(effort, order).len();
        assert!(size(Effort::Fast, Order::Progressive) < size(Effort::Fast, Order::Baseline), "{quality}");
        for effort in EFFORTS {
            // What is stuffed is not foreseen.
            let least = size(effort, Order::Progressive).min(size(effort, Order::Baseline));
            assert!(size(effort, Order::Smaller) <= least + least / 200, "{effort:?} {quality}");
        }
        let [fast, high] = EFFORTS.map(|effort| of(effort, Order::Baseline));
        assert!(high.len() * 100 < fast.len() * 97, "{quality}: {} {}", high.len(), fast.len());
        let [off, more] = [fast, high].map(|file| error(&decoded(&file), &pixels));
        assert!(more < off * 1.5 + 2.0, "{quality}: {off} {more}");
    }
}

#[test]
fn the_quality_is_read_again() {
    let pixels = photo(16, 16, 3);
    for effort in EFFORTS {
        for quality in 1..=100 {
            let file = encoded(&pixels, 16, 16, &settings(quality, effort, Order::Baseline, Chroma::Half));
            let read = Header::parse(&file).unwrap().quality().unwrap();
            assert!(read.abs_diff(quality) <= if quality < 10 { 2 } else { 0 }, "{effort:?} {quality}: {read}");
        }
    }
}

#[test]
fn segments_stand_behind_the_first() {
    let pixels = [5; 64];
    let picture = Picture { pixels: &pixels, width: 8, height: 8, channels: 1 };
    let file = encode(&picture, &settings(80, Effort::Fast, Order::Baseline, Chroma::Half), b"\xff\xfe\0\x04hi").unwrap();
    assert!(file.starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF\0"));
    assert_eq!(&file[20..26], b"\xff\xfe\0\x04hi");
    assert!(file.ends_with(b"\xff\xd9"));
}

#[test]
fn what_is_no_picture_is_refused() {
    let refused = |len: usize, width, height, channels| {
        let pixels = vec![0; len];
        encode(&Picture { pixels: &pixels, width, height, channels }, &settings(80, Effort::Fast, Order::Baseline, Chroma::Half), &[])
    };
    assert_eq!(refused(0, 0, 1, 3), Err(WriteError::BadSize));
    assert_eq!(refused(65_536, 65_536, 1, 1), Err(WriteError::BadSize));
    assert_eq!(refused(64, 8, 8, 3), Err(WriteError::WrongLength));
    assert_eq!(refused(256, 8, 8, 4), Err(WriteError::WrongLength));
}
