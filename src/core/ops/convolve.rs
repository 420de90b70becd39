//! A separable Gaussian, by rows and then by columns, in fixed point.

use crate::image::{buffer, Image, Layout};
use crate::Result;
use limn_pixels::blur::{add, settle};

/// One as a weight.
const ONE: u32 = 1 << 16;

/// Weights of a Gaussian cut at `radius` pixels; they add up to [`ONE`].
fn kernel(sigma: f32, radius: usize) -> Vec<u32> {
    let raw: Vec<f32> = (0..=2 * radius).map(|i| i as f32 - radius as f32).map(|d| (-d * d / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = raw.iter().sum();
    let mut weights: Vec<u32> = raw.iter().map(|w| (w / sum * ONE as f32).round() as u32).collect();
    // What rounding took or gave is settled in the middle, so that flat areas keep their level.
    let rest = weights.iter().sum::<u32>();
    if let Some(middle) = weights.get_mut(radius) {
        *middle = (*middle + ONE).saturating_sub(rest);
    }
    weights
}

/// Additions of a sample that a blur of this radius costs for each pixel.
pub fn work(radius: u32) -> u64 {
    2 * (2 * u64::from(radius) + 1) * 4
}

/// Blurs; beyond the edge lies the edge's pixel. Colour is weighted by alpha.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn gaussian(image: Image, sigma: f32, radius: u32) -> Result<Image> {
    let (size, layout) = (image.held(), image.layout());
    let (n, radius) = (layout.channels(), radius as usize);
    let (width, height) = (size.width as usize, size.height as usize);
    let weights = kernel(sigma, radius);
    let mut data = image.into_data();
    premultiply(&mut data, layout);
    let mut padded: Vec<u8> = Vec::new();
    let mut sums = vec![0u32; width * n];
    for row in data.chunks_exact_mut((width * n).max(1)) {
        padded.clear();
        for x in 0..width + 2 * radius {
            let at = x.saturating_sub(radius).min(width - 1) * n;
            padded.extend_from_slice(row.get(at..at + n).unwrap_or(&[]));
        }
        sums.fill(ONE / 2);
        for (k, weight) in weights.iter().enumerate() {
            add(&mut sums, padded.get(k * n..).unwrap_or(&[]), *weight);
        }
        settle(row, &sums);
    }
    let mut out = buffer(data.len() as u64)?;
    let rows: Vec<&[u8]> = data.chunks_exact((width * n).max(1)).collect();
    let mut line = vec![0u8; width * n];
    for y in 0..height {
        sums.fill(ONE / 2);
        for (k, weight) in weights.iter().enumerate() {
            let at = (y + k).saturating_sub(radius).min(height - 1);
            add(&mut sums, rows.get(at).copied().unwrap_or(&[]), *weight);
        }
        settle(&mut line, &sums);
        out.extend_from_slice(&line);
    }
    drop(data);
    unpremultiply(&mut out, layout);
    Image::new(size, layout, out)
}

fn premultiply(data: &mut [u8], layout: Layout) {
    if layout == Layout::Rgba {
        for pixel in data.chunks_exact_mut(4) {
            if let [r, g, b, a] = pixel {
                for channel in [r, g, b] {
                    *channel = ((u32::from(*channel) * u32::from(*a) + 127) / 255) as u8;
                }
            }
        }
    }
}

fn unpremultiply(data: &mut [u8], layout: Layout) {
    if layout == Layout::Rgba {
        for pixel in data.chunks_exact_mut(4) {
            if let [r, g, b, a] = pixel {
                let alpha = u32::from(*a).max(1);
                for channel in [r, g, b] {
                    *channel = ((u32::from(*channel) * 255 + alpha / 2) / alpha).min(255) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    #[test]
    fn weights_add_up_and_flat_areas_stay() {
        for (sigma, radius) in [(0.3, 1), (2.0, 6), (100.0, 300), (50.0, 1)] {
            assert_eq!(kernel(sigma, radius).iter().sum::<u32>(), ONE);
        }
        let flat = Image::new(Size::new(9, 7), Layout::Rgba, [10, 200, 30, 255].repeat(63)).unwrap();
        assert_eq!(gaussian(flat.clone(), 3.0, 9).unwrap(), flat);
    }

    #[test]
    fn a_point_becomes_the_kernel_and_clear_pixels_lend_no_colour() {
        let mut data = vec![0; 81];
        data[40] = 255;
        let made = gaussian(Image::new(Size::new(9, 9), Layout::Gray, data).unwrap(), 1.0, 3).unwrap();
        // 255 / (2 pi) in the middle of a Gaussian of sigma 1.
        assert!(made.data()[40].abs_diff(41) <= 1 && made.data()[41] == made.data()[49], "{}", made.data()[40]);
        let pair = Image::new(Size::new(2, 1), Layout::Rgba, vec![255, 0, 0, 255, 0, 255, 0, 0]).unwrap();
        let made = gaussian(pair, 1.0, 3).unwrap();
        assert!(made.data()[0] >= 254 && made.data()[1] == 0, "{:?}", made.data());
    }
}
