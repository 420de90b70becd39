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

/// The segments of a file, marker and length included, and behind them its entropy-coded data.
fn segments(file: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut at, mut all) = (2, Vec::new());
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] == 0xda {
            return (all, &file[end..file.len() - 2]);
        }
        all.push(&file[at..end]);
        at = end;
    }
}

/// A file whose components, of which two may have half of each side, come in a scan each.
fn apart(width: u32, height: u32, half: bool) -> Vec<u8> {
    let small = if half { (width.div_ceil(2), height.div_ceil(2)) } else { (width, height) };
    let files = [(width, height), small, small].map(|(w, h)| file(w, h, 1, Order::Baseline, Chroma::Half));
    let [h, w] = [height, width].map(|side| (side as u16).to_be_bytes());
    let mut out = vec![0xff, 0xd8];
    let of = |file: &[u8], marker: u8| segments(file).0.into_iter().filter(|s| s[1] == marker).collect::<Vec<_>>().concat();
    out.extend(of(&files[0], 0xdb));
    out.extend([0xff, 0xc0, 0, 17, 8, h[0], h[1], w[0], w[1], 3, 1, if half { 0x22 } else { 0x11 }, 0, 2, 0x11, 0, 3, 0x11, 0]);
    for (id, file) in (1..).zip(&files) {
        out.extend(of(file, 0xc4));
        out.extend([0xff, 0xda, 0, 8, 1, id, 0, 0, 63, 0]);
        out.extend(segments(file).1);
    }
    out.extend([0xff, 0xd9]);
    out
}

#[test]
fn a_part_is_what_it_is_in_the_whole() {
    for (channels, order, chroma) in [
        (3, Order::Baseline, Chroma::Half),
        (3, Order::Baseline, Chroma::Full),
        (3, Order::Progressive, Chroma::Half),
        (1, Order::Baseline, Chroma::Half),
    ] {
        parts_are_equal(&file(150, 117, channels, order, chroma), channels);
    }
    for half in [false, true] {
        parts_are_equal(&apart(150, 117, half), 3);
    }
}

fn parts_are_equal(bytes: &[u8], channels: usize) {
    let header = Header::parse(bytes).unwrap();
    for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
        let whole = decode(bytes, &header, scale, None).unwrap();
        let (w, h) = (whole.width, whole.height);
        for (x, y, width, height) in
            [(0, 0, w, h), (w / 3, h / 4, w / 2, h / 3), (w - 1, h - 1, 1, 1), (0, h / 2, 1, h - h / 2), (w / 2, 0, w - w / 2, 2)]
        {
            let part = decode(bytes, &header, scale, Some(&Area { x, y, width, height })).unwrap();
            assert_eq!((part.width, part.height), (width, height));
            for row in 0..height {
                let from = ((y + row) * w + x) as usize * channels;
                let length = width as usize * channels;
                let at = row as usize * length;
                assert_eq!(part.data[at..at + length], whole.data[from..from + length], "{scale:?} {x},{y} {width}×{height}, row {row}");
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
