use super::*;
use crate::jpeg_write::{self, Chroma, Effort, Order, Picture, Settings};

/// A picture of smooth and rough places.
fn file(width: u32, height: u32, channels: usize, order: Order, chroma: Chroma) -> Vec<u8> {
    let sample = |x: u32, y: u32, c: u32| (x * (3 + c) + y * y / (5 + c) + (x * y * 7 % 61) * u32::from(x > width / 2)) as u8;
    let pixels: Vec<u8> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..channels as u32).map(move |c| sample(x, y, c)))).collect();
    let picture = Picture { pixels: &pixels, width, height, channels };
    jpeg_write::encode(&picture, &Settings { quality: 90, effort: Effort::Fast, order, chroma }, &[]).unwrap()
}

#[test]
fn a_part_is_what_it_is_in_the_whole() {
    for (channels, order, chroma) in [
        (3, Order::Baseline, Chroma::Half),
        (3, Order::Baseline, Chroma::Full),
        (3, Order::Progressive, Chroma::Half),
        (1, Order::Baseline, Chroma::Half),
    ] {
        let bytes = file(150, 117, channels, order, chroma);
        let header = Header::parse(&bytes).unwrap();
        for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
            let whole = decode(&bytes, &header, scale, None).unwrap();
            let (w, h) = (whole.width, whole.height);
            for (x, y, width, height) in
                [(0, 0, w, h), (w / 3, h / 4, w / 2, h / 3), (w - 1, h - 1, 1, 1), (0, h / 2, 1, h - h / 2), (w / 2, 0, w - w / 2, 2)]
            {
                let part = decode(&bytes, &header, scale, Some(&Area { x, y, width, height })).unwrap();
                assert_eq!((part.width, part.height), (width, height));
                for row in 0..height {
                    let from = ((y + row) * w + x) as usize * channels;
                    let length = width as usize * channels;
                    let at = row as usize * length;
                    assert_eq!(
                        part.data[at..at + length],
                        whole.data[from..from + length],
                        "{scale:?} {x},{y} {width}×{height}, row {row}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_breaks_outside_a_part_is_told() {
    let mut bytes = file(150, 117, 3, Order::Baseline, Chroma::Half);
    let header = Header::parse(&bytes).unwrap();
    let corner = Area { x: 0, y: 0, width: 8, height: 8 };
    assert!(decode(&bytes, &header, Scale::Full, Some(&corner)).is_ok());
    bytes.truncate(bytes.len() * 3 / 4);
    assert_eq!(decode(&bytes, &header, Scale::Full, Some(&corner)), Err(JpegError::Truncated));
}
