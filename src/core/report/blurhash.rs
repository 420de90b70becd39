//! A BlurHash of an image, digit by digit that of the C encoder of its authors (woltapp/blurhash).

use super::small::{pixels, within_side};
use crate::image::Image;
use crate::Result;
use serde_json::{json, Value};
use std::f64::consts::PI;

/// Longest side of the copy that is looked at, px: the waves are much longer than a pixel of it.
const SIDE: u32 = 64;
const DIGITS: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// `{"blurhash": "…", "width": …, "height": …}` with 4 × 3 components, or 3 × 4 where it is higher than wide;
/// transparency lies on white.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn report(image: &Image) -> Result<Value> {
    let size = image.size();
    let (across, down) = if size.height > size.width { (3, 4) } else { (4, 3) };
    Ok(json!({ "blurhash": hash(&within_side(image, SIDE)?, across, down), "width": size.width, "height": size.height }))
}

fn hash(image: &Image, across: usize, down: usize) -> String {
    let waves = waves(image, across, down);
    let (mean, rest) = waves.split_first().map_or(([0.0; 3], &[][..]), |(mean, rest)| (*mean, rest));
    let largest = rest.iter().flatten().fold(0.0f64, |most, v| most.max(v.abs()));
    let step = (largest * 166.0 - 0.5).floor().clamp(0.0, 82.0);
    let mut out = String::new();
    digits(&mut out, (across - 1) + (down - 1) * 9, 1);
    digits(&mut out, step as usize, 1);
    digits(&mut out, mean.iter().fold(0, |sum, v| sum << 8 | usize::from(encoded(*v))), 4);
    for wave in rest {
        let part = |v: f64| {
            let root = (v.abs() * 166.0 / (step + 1.0)).sqrt().copysign(v);
            (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as usize
        };
        digits(&mut out, wave.iter().fold(0, |sum, v| sum * 19 + part(*v)), 2);
    }
    out
}

/// The cosine transform of linear light, rows of components from the longest wave on.
fn waves(image: &Image, across: usize, down: usize) -> Vec<[f64; 3]> {
    let (width, height) = (image.held().width as usize, image.held().height as usize);
    let light: Vec<[f64; 3]> = pixels(image).map(on_white).collect();
    let cosines = |n: usize, len: usize| -> Vec<f64> { (0..len).map(|i| (PI * n as f64 * i as f64 / len as f64).cos()).collect() };
    let mut waves = Vec::new();
    for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
        let (columns, rows) = (cosines(x, width), cosines(y, height));
        let weights = rows.iter().flat_map(|row| columns.iter().map(move |column| row * column));
        let mut sum = [0.0; 3];
        for (pixel, weight) in light.iter().zip(weights) {
            for (sum, v) in sum.iter_mut().zip(pixel) {
                *sum += v * weight;
            }
        }
        let scale = if x + y == 0 { 1.0 } else { 2.0 } / (width * height) as f64;
        waves.push(sum.map(|s| s * scale));
    }
    waves
}

/// A pixel over white, in linear light.
fn on_white([r, g, b, a]: [u8; 4]) -> [f64; 3] {
    let alpha = u32::from(a);
    [r, g, b].map(|c| linear(((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as f64 / 255.0))
}

/// sRGB's transfer function (IEC 61966-2-1).
fn linear(v: f64) -> f64 {
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// Its inverse, as a number of 8 bits.
fn encoded(v: f64) -> u8 {
    let v = v.clamp(0.0, 1.0);
    let curve = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (curve * 255.0 + 0.5) as u8
}

/// So many digits of base 83, the highest first.
fn digits(out: &mut String, number: usize, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 83usize.pow(place) % 83;
        out.push(DIGITS.get(digit).copied().map_or('0', char::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    /// Red rises to the right, green downwards, blue in stripes.
    fn drawn(width: u32, height: u32) -> Image {
        let pixel = |x: u32, y: u32| [(x * 255 / width) as u8, (y * 255 / height) as u8, if (x / 5).is_multiple_of(2) { 200 } else { 20 }];
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        Image::new(Size::new(width, height), Layout::Rgb, data).unwrap()
    }

    #[test]
    fn hashes_are_those_of_the_c_encoder() {
        for (width, height, want) in
            [(48, 32, "LyH2Zm2t$7S$l}WXjtf8gJfjfQfj"), (20, 64, "TzGu{_2^wxhpahfQgcfjfQi~a#fQ"), (1, 1, "L~002YfZfZfZfZfZfZfZfZfZfZfZ")]
        {
            assert_eq!(report(&drawn(width, height)).unwrap(), json!({ "blurhash": want, "width": width, "height": height }));
        }
    }

    #[test]
    fn transparency_is_white_and_large_images_are_shrunk() {
        let clear = Image::new(Size::new(1, 1), Layout::Rgba, vec![0, 0, 0, 0]).unwrap();
        let white = Image::new(Size::new(1, 1), Layout::Gray, vec![255]).unwrap();
        assert_eq!(hash(&clear, 4, 3), hash(&white, 4, 3));
        let large = drawn(1920, 1280);
        let told = report(&large).unwrap();
        assert_eq!((told["width"].as_u64(), told["height"].as_u64()), (Some(1920), Some(1280)));
    }
}
