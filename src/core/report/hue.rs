//! The salient colour of an image: OSS's `average-hue`.

use super::small::{pixels, within_pixels};
use crate::image::Image;
use crate::Result;
use serde_json::{json, Value};

/// Most pixels that are looked at.
const PIXELS: u64 = 1 << 16;
/// How far from the mean hue a salient one is, degrees; OSS does not publish its own number. A sixth of the
/// colour circle lies within on both sides together: about what one word for a colour covers.
const THRESHOLD: f64 = 30.0;
/// The least difference of channels at which a pixel has a hue; below, it is noise.
const LEAST_CHROMA: u8 = 8;

/// `{"RGB": "0xrrggbb"}`: the mean colour of the pixels whose hue is far from the mean hue, or of all where
/// none is. Pixels count by their opacity.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn report(image: &Image) -> Result<Value> {
    let small = within_pixels(image, PIXELS)?;
    let [r, g, b] = salient(&small);
    Ok(json!({ "RGB": format!("0x{r:02x}{g:02x}{b:02x}") }))
}

fn salient(image: &Image) -> [u8; 3] {
    let (mut x, mut y) = (0.0, 0.0);
    for (hue, pixel) in pixels(image).filter_map(|p| Some((hue(p)?, p))) {
        let (sin, cos) = hue.to_radians().sin_cos();
        x += cos * f64::from(pixel[3]);
        y += sin * f64::from(pixel[3]);
    }
    // Hues that balance have no mean.
    let balanced = x.hypot(y) < 1e-6;
    let middle = y.atan2(x).to_degrees();
    let far = |hue: f64| {
        let apart = (hue - middle).rem_euclid(360.0);
        apart.min(360.0 - apart) > THRESHOLD
    };
    let stands_out = |pixel: &[u8; 4]| !balanced && hue(*pixel).is_some_and(far);
    mean(pixels(image).filter(stands_out)).or_else(|| mean(pixels(image))).unwrap_or([0; 3])
}

/// HSV's hue, 0 to 360 degrees; none of greys.
fn hue([r, g, b, _]: [u8; 4]) -> Option<f64> {
    let most = r.max(g).max(b);
    let chroma = most - r.min(g).min(b);
    if chroma < LEAST_CHROMA {
        return None;
    }
    let of = |a: u8, b: u8, sector: f64| sector + (f64::from(a) - f64::from(b)) / f64::from(chroma);
    let sixths = if most == r {
        of(g, b, 6.0)
    } else if most == g {
        of(b, r, 2.0)
    } else {
        of(r, g, 4.0)
    };
    Some((sixths * 60.0).rem_euclid(360.0))
}

/// Weighted by alpha and rounded; `None` where nothing is to be seen.
fn mean(pixels: impl Iterator<Item = [u8; 4]>) -> Option<[u8; 3]> {
    let (mut sums, mut weight) = ([0u64; 3], 0u64);
    for [r, g, b, a] in pixels {
        for (sum, channel) in sums.iter_mut().zip([r, g, b]) {
            *sum += u64::from(channel) * u64::from(a);
        }
        weight += u64::from(a);
    }
    (weight > 0).then(|| sums.map(|sum| ((sum + weight / 2) / weight) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn told(pixels: &[[u8; 4]]) -> Value {
        report(&Image::new(Size::new(pixels.len() as u32, 1), Layout::Rgba, pixels.concat()).unwrap()).unwrap()
    }

    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const RED: [u8; 4] = [255, 0, 0, 255];
    const GRAY: [u8; 4] = [100, 100, 103, 255];

    #[test]
    fn hues_are_those_of_the_circle() {
        for (pixel, want) in
            [([255, 0, 0], 0.0), ([255, 255, 0], 60.0), ([0, 255, 0], 120.0), ([0, 0, 255], 240.0), ([255, 0, 128], 329.88)]
        {
            let [r, g, b] = pixel;
            assert!((hue([r, g, b, 255]).unwrap() - want).abs() < 0.01, "{pixel:?}");
        }
        assert_eq!(hue(GRAY), None);
    }

    #[test]
    fn what_stands_out_is_told() {
        assert_eq!(told(&[BLUE, BLUE, BLUE, RED]), json!({ "RGB": "0xff0000" }));
        // Across red, where hues wrap around: 350° and 10° are near each other.
        assert_eq!(told(&[[255, 0, 43, 255], [255, 43, 0, 255]]), json!({ "RGB": "0xff1616" }));
    }

    #[test]
    fn one_hue_greys_and_balance_give_the_plain_mean() {
        assert_eq!(told(&[[92, 120, 59, 255], [92, 120, 59, 255]]), json!({ "RGB": "0x5c783b" }));
        assert_eq!(told(&[GRAY, [50, 50, 50, 255]]), json!({ "RGB": "0x4b4b4d" }));
        assert_eq!(told(&[RED, [0, 255, 255, 255]]), json!({ "RGB": "0x808080" }));
    }

    #[test]
    fn what_is_transparent_does_not_count() {
        assert_eq!(told(&[BLUE, BLUE, BLUE, [255, 0, 0, 0]]), json!({ "RGB": "0x0000ff" }));
        assert_eq!(told(&[[9, 9, 9, 0]]), json!({ "RGB": "0x000000" }));
    }
}
