//! Resampling with Lanczos3: on the values as they are stored, or on light.

use crate::image::{buffer, narrow, zeroed, Image, Layout, Size, Window};
use crate::{Error, Result};
use limn_pixels::light as pixels;
use limn_pixels::resize::{resize, Kind};
use std::sync::OnceLock;

/// Makes `out` pixels of the part of the image that counts. `cut` is the part's place in that picture
/// scaled whole: then the part alone is computed.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn resample(image: Image, out: Size, cut: Option<(u32, u32, Size)>, linear: bool) -> Result<Image> {
    let image = image.tightened()?;
    let (held, seen) = (image.held(), image.window());
    let whole = Window { x: 0.0, y: 0.0, width: f64::from(held.width), height: f64::from(held.height) };
    if held == out && seen == whole && cut.is_none_or(|(_, _, scaled)| scaled == held) {
        return Ok(image.settled()?.standing_for(out));
    }
    let from = match cut {
        None => seen,
        Some((x, y, scaled)) => {
            let (fx, fy) = (seen.width / f64::from(scaled.width), seen.height / f64::from(scaled.height));
            Window {
                x: seen.x + f64::from(x) * fx,
                y: seen.y + f64::from(y) * fy,
                width: f64::from(out.width) * fx,
                height: f64::from(out.height) * fy,
            }
        }
    };
    // Rounding must not push the box beyond the source's edge.
    let (x, y) = (from.x.clamp(0.0, whole.width - 1e-3), from.y.clamp(0.0, whole.height - 1e-3));
    let (width, height) = (from.width.min(whole.width - x), from.height.min(whole.height - y));
    let part = [x, y, width, height];
    match (image.wide().is_some(), linear) {
        (false, false) => eight(image, out, part),
        _ => sixteen(image, out, part, linear),
    }
}

fn eight(image: Image, out: Size, part: [f64; 4]) -> Result<Image> {
    let (held, layout) = (image.held(), image.layout());
    let data = image.into_data();
    let kind = match layout {
        Layout::Gray => Kind::U8,
        Layout::Rgb => Kind::U8x3,
        Layout::Rgba => Kind::U8x4,
    };
    Image::new(out, layout, resized(kind, &data, held, out, part)?)
}

fn resized(kind: Kind, data: &[u8], held: Size, out: Size, part: [f64; 4]) -> Result<Vec<u8>> {
    let mut pixels = zeroed(out.pixels() * kind.bytes() as u64)?;
    resize(kind, (data, (held.width, held.height)), part, (&mut pixels, (out.width, out.height))).ok_or(Error::Internal)?;
    Ok(pixels)
}

/// On 16 bits, for deep sources and for light, which 8 bits cannot hold without banding in the shadows.
/// Alpha goes a way of its own, and colour is weighted by it.
fn sixteen(image: Image, out: Size, part: [f64; 4], linear: bool) -> Result<Image> {
    let (held, layout) = (image.held(), image.layout());
    let (n, light) = (layout.channels(), linear.then(curves));
    let colours = n.min(3);
    let mut color: Vec<u8> = buffer(held.pixels() * colours as u64 * 2)?;
    let mut alpha: Vec<u8> = buffer(if n == 4 { held.pixels() * 2 } else { 0 })?;
    // Of 8 bits only where light is wanted.
    match (image.wide(), n) {
        (Some(wide), _) => deep(wide, n, light, &mut color, &mut alpha),
        (None, 4) => pixels::widen_weighted(image.data(), &curves().light_of_eight, &mut color, &mut alpha),
        (None, _) => pixels::widen(image.data(), &curves().light_of_eight, &mut color),
    }
    drop(image);
    let color = match colours {
        1 => resized(Kind::U16, &color, held, out, part),
        _ => resized(Kind::U16x3, &color, held, out, part),
    }?;
    let alpha = if n == 4 { resized(Kind::U16, &alpha, held, out, part)? } else { Vec::new() };
    let mut data = buffer(out.pixels() * n as u64)?;
    if let (Some(curves), false) = (light, n == 4) {
        pixels::narrow(&color, &curves.srgb, &mut data);
        return Image::new(out, layout, data);
    }
    let mut opacities = words(&alpha);
    for pixel in color.chunks_exact(colours * 2) {
        let opacity = opacities.next();
        for sample in words(pixel) {
            let sample = match opacity {
                Some(0) => 0,
                Some(opacity) => (u32::from(sample) * 65_535 / u32::from(opacity)).min(65_535) as u16,
                None => sample,
            };
            data.push(light.map_or_else(|| narrow(sample), |curves| curves.to_srgb(sample)));
        }
        data.extend(opacity.map(narrow));
    }
    Image::new(out, layout, data)
}

/// Samples of 16 bits, `n` a pixel, as they are or as light.
fn deep(wide: &[u16], n: usize, light: Option<&Curves>, color: &mut Vec<u8>, alpha: &mut Vec<u8>) {
    for pixel in wide.chunks_exact(n.max(1)) {
        let opacity = pixel.get(3).copied();
        for sample in pixel.iter().take(3) {
            let sample = light.map_or(*sample, |curves| curves.to_light(*sample));
            let weighted = opacity.map_or(sample, |opacity| ((u32::from(sample) * u32::from(opacity) + 32_767) / 65_535) as u16);
            color.extend_from_slice(&weighted.to_ne_bytes());
        }
        alpha.extend(opacity.iter().flat_map(|opacity| opacity.to_ne_bytes()));
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes.chunks_exact(2).map(|p| u16::from_ne_bytes([p[0], p[1]]))
}

/// The transfer function of sRGB (IEC 61966-2-1) and its inverse, as tables.
struct Curves {
    light: Vec<u16>,
    light_of_eight: [u16; 256],
    srgb: Box<[u8; 65_536]>,
}

impl Curves {
    /// Of a 16-bit sRGB sample; the table has 12 bits, between which it is a straight line.
    fn to_light(&self, sample: u16) -> u16 {
        let (at, rest) = (usize::from(sample >> 4), u32::from(sample & 15));
        let level = |i: usize| u32::from(self.light.get(i).copied().unwrap_or(u16::MAX));
        ((level(at) * (16 - rest) + level(at + 1) * rest + 8) / 16) as u16
    }

    fn to_srgb(&self, light: u16) -> u8 {
        self.srgb.get(usize::from(light)).copied().unwrap_or(255)
    }
}

fn curves() -> &'static Curves {
    static CURVES: OnceLock<Curves> = OnceLock::new();
    CURVES.get_or_init(|| {
        let to_light = |v: f64| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        let to_srgb = |v: f64| if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        let light = (0..=4096u32).map(|i| (to_light(f64::from(i * 16).min(65_535.0) / 65_535.0) * 65_535.0).round() as u16);
        let srgb = (0..=65_535u32).map(|i| (to_srgb(f64::from(i) / 65_535.0) * 255.0).round() as u8);
        let mut curves = Curves { light: light.collect(), light_of_eight: [0; 256], srgb: Box::new([0; 65_536]) };
        curves.srgb.iter_mut().zip(srgb).for_each(|(place, value)| *place = value);
        curves.light_of_eight = std::array::from_fn(|v| curves.to_light(v as u16 * 257));
        curves
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(size: Size) -> Image {
        let data = (0..size.pixels()).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
        Image::new(size, Layout::Gray, data).unwrap()
    }

    #[test]
    fn light_is_added_where_that_is_wanted() {
        // Black and white in equal parts are half the light, which is 188 in sRGB, and 128 as values.
        let made = |linear| resample(ramp(Size::new(64, 64)), Size::new(8, 8), None, linear).unwrap().data()[27];
        assert!(made(false).abs_diff(128) <= 2 && made(true).abs_diff(188) <= 2, "{} {}", made(false), made(true));
    }

    #[test]
    fn the_curves_are_inverse() {
        for v in 0..=255u8 {
            assert_eq!(curves().to_srgb(curves().to_light(u16::from(v) * 257)), v);
        }
    }

    #[test]
    fn deep_samples_are_resized_before_they_are_rounded() {
        let data = (0..64u32).map(|i| 1000 + (i % 2 * 257) as u16).collect();
        let made = resample(Image::deep(Size::new(8, 8), Layout::Gray, data).unwrap(), Size::new(2, 2), None, false).unwrap();
        assert!(made.data().iter().all(|v| *v == 4), "{:?}", made.data());
    }

    #[test]
    fn clear_pixels_lend_no_colour_to_light() {
        let data = [255, 0, 0, 255, 0, 255, 0, 0].repeat(32);
        let made = resample(Image::new(Size::new(8, 8), Layout::Rgba, data).unwrap(), Size::new(2, 2), None, true).unwrap();
        assert!(made.data().chunks(4).all(|p| p[0] > 250 && p[1] == 0 && p[3].abs_diff(128) < 14), "{:?}", made.data());
    }

    #[test]
    fn a_window_is_what_is_resized() {
        let half = Image::new(Size::new(4, 1), Layout::Gray, vec![0, 0, 200, 200]).unwrap();
        let seen = half.seen_through(Window { x: 2.0, y: 0.0, width: 2.0, height: 1.0 }, Size::new(2, 1));
        assert_eq!(resample(seen, Size::new(1, 1), None, false).unwrap().data(), [200]);
    }
}
