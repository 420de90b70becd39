//! Where the eye goes: edges, strong colours and skin, looked for on a small copy.

use super::resample::resample;
use crate::image::{Image, Layout, Size};
use crate::Result;

/// Longer side of the copy that is looked at, px.
const LOOK: u32 = 96;
/// Direction of skin in RGB, of length one; the same for all complexions, which differ in brightness.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];

/// The corner of the most attractive part of this size.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn place(image: &Image, part: Size) -> Result<(u32, u32)> {
    let size = image.held();
    let longer = size.width.max(size.height).max(1);
    let side = |s: u32| (u64::from(s) * u64::from(LOOK.min(longer)) / u64::from(longer)).max(1) as u32;
    let small = Size::new(side(size.width), side(size.height));
    let copy = resample(image.clone(), small, None, false)?.into_rgba()?;
    let scores = scores(&copy);
    let along = |part: u32, whole: u32, small: u32| {
        (u64::from(part) * u64::from(small) / u64::from(whole.max(1))).clamp(1, u64::from(small)) as usize
    };
    let (pw, ph) = (along(part.width, size.width, small.width), along(part.height, size.height, small.height));
    let (x, y) = best(&scores, small, (pw, ph));
    let back = |at: usize, room: u32, steps: usize| match steps {
        0 => room / 2,
        steps => (at as u64 * u64::from(room) / steps as u64) as u32,
    };
    Ok((
        back(x, size.width.saturating_sub(part.width), small.width as usize - pw),
        back(y, size.height.saturating_sub(part.height), small.height as usize - ph),
    ))
}

/// How attractive each pixel of an RGBA copy is.
fn scores(image: &Image) -> Vec<f32> {
    debug_assert_eq!(image.layout(), Layout::Rgba);
    let (w, h) = (image.held().width as usize, image.held().height as usize);
    let pixel = |x: usize, y: usize| match image.data().get((y * w + x) * 4..(y * w + x) * 4 + 4) {
        Some([r, g, b, a]) => ([*r, *g, *b].map(|c| f32::from(c) / 255.0), f32::from(*a) / 255.0),
        _ => ([0.0; 3], 0.0),
    };
    let luma = |x: usize, y: usize| {
        let ([r, g, b], alpha) = pixel(x, y);
        (0.213 * r + 0.715 * g + 0.072 * b) * alpha
    };
    let mut out = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            let (rgb, alpha) = pixel(x, y);
            let around =
                luma(x.saturating_sub(1), y) + luma((x + 1).min(w - 1), y) + luma(x, y.saturating_sub(1)) + luma(x, (y + 1).min(h - 1));
            let edge = (4.0 * luma(x, y) - around).abs();
            out.push((edge * 2.0 + (skin(rgb) * 1.5 + saturation(rgb) * 0.3) * alpha) * alpha);
        }
    }
    out
}

/// 0 to 1: how strong a colour is, less in deep shadows and highlights.
fn saturation([r, g, b]: [f32; 3]) -> f32 {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let light = (max + min) / 2.0;
    if max - min < 1e-3 || !(0.05..=0.95).contains(&light) {
        return 0.0;
    }
    (max - min) / (1.0 - (2.0 * light - 1.0).abs()).max(1e-3)
}

/// 0 to 1: how near the direction of a colour is to skin's.
fn skin([r, g, b]: [f32; 3]) -> f32 {
    let length = (r * r + g * g + b * b).sqrt();
    if !(0.35..=1.6).contains(&length) {
        return 0.0;
    }
    let [sr, sg, sb] = SKIN;
    let away = ((r / length - sr).powi(2) + (g / length - sg).powi(2) + (b / length - sb).powi(2)).sqrt();
    (1.0 - away / 0.2).max(0.0)
}

/// The window with the highest sum; what lies nearer to its own middle counts more.
fn best(scores: &[f32], size: Size, (pw, ph): (usize, usize)) -> (usize, usize) {
    let (w, h) = (size.width as usize, size.height as usize);
    let weight = |i: usize, n: usize| {
        let off = (i as f32 + 0.5) / n as f32 * 2.0 - 1.0;
        1.0 - 0.4 * off * off
    };
    let (columns, rows): (Vec<f32>, Vec<f32>) = ((0..pw).map(|i| weight(i, pw)).collect(), (0..ph).map(|i| weight(i, ph)).collect());
    let sum = |x: usize, y: usize| -> f32 {
        let line = |(dy, wy): (usize, &f32)| -> f32 {
            let at = (y + dy) * w + x;
            let part = scores.get(at..at + pw).unwrap_or(&[]);
            wy * part.iter().zip(&columns).map(|(s, wx)| s * wx).sum::<f32>()
        };
        rows.iter().enumerate().map(line).sum()
    };
    let places = (0..=h - ph).flat_map(|y| (0..=w - pw).map(move |x| (x, y)));
    // Where nothing draws the eye the middle does.
    let middle = ((w - pw) / 2, (h - ph) / 2);
    let first = (sum(middle.0, middle.1) * 1.000_1, middle);
    places.map(|(x, y)| (sum(x, y), (x, y))).fold(first, |best, now| if now.0 > best.0 { now } else { best }).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(w: u32, h: u32, spot: (u32, u32), color: [u8; 3]) -> Image {
        let inside = |x: u32, y: u32| x.abs_diff(spot.0) < 20 && y.abs_diff(spot.1) < 20;
        let data = (0..h)
            .flat_map(|y| (0..w).flat_map(move |x| if inside(x, y) && (x / 5 + y / 5) % 2 == 0 { color } else { [120, 125, 130] }))
            .collect();
        Image::new(Size::new(w, h), Layout::Rgb, data).unwrap()
    }

    #[test]
    fn the_part_holds_what_draws_the_eye() {
        for (spot, color) in [((50, 60), [220, 160, 130]), ((350, 60), [200, 20, 20]), ((200, 60), [255, 255, 255])] {
            let (x, y) = place(&scene(400, 120, spot, color), Size::new(120, 120)).unwrap();
            assert!(y == 0 && x <= spot.0 - 20 && x + 120 >= spot.0 + 20, "{spot:?}: {x}");
        }
    }

    #[test]
    fn where_nothing_does_it_is_the_middle() {
        let flat = Image::new(Size::new(300, 100), Layout::Gray, vec![90; 30_000]).unwrap();
        let (x, y) = place(&flat, Size::new(100, 100)).unwrap();
        assert!((98..=102).contains(&x) && y == 0, "{x}");
        assert_eq!(place(&flat, Size::new(300, 100)).unwrap(), (0, 0));
    }
}
