//! CMYK to sRGB.

use crate::image::zeroed;
use crate::Result;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts CMYK (0 = no ink) to RGB: by its profile, or by plain multiplication without one.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn cmyk_to_srgb(data: &[u8], profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let mut out = zeroed((data.len() / 4 * 3) as u64)?;
    let profile = profile.and_then(|p| ColorProfile::new_from_slice(p).ok()).filter(|p| p.color_space == DataColorSpace::Cmyk);
    let transform = profile
        .and_then(|p| p.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default()).ok());
    if let Some(transform) = transform {
        let mut black = [0; 3];
        let done = transform.transform(data, &mut out).and_then(|()| transform.transform(&[255; 4], &mut black));
        if done.is_ok() {
            let tables = black.map(black_to_black);
            for pixel in out.chunks_exact_mut(3) {
                for (sample, table) in pixel.iter_mut().zip(&tables) {
                    *sample = table.get(usize::from(*sample)).copied().unwrap_or(*sample);
                }
            }
            return Ok(out);
        }
    }
    for (rgb, cmyk) in out.chunks_exact_mut(3).zip(data.chunks_exact(4)) {
        let white = 255 - u32::from(cmyk[3]);
        for (channel, ink) in rgb.iter_mut().zip(cmyk) {
            *channel = (((255 - u32::from(*ink)) * white + 127) / 255) as u8;
        }
    }
    Ok(out)
}

/// Black point compensation of one channel: the darkest ink, a coloured dark grey, becomes the screen's
/// black. Little CMS does so in XYZ for perceptual transforms to a version 4 profile; so near to black that
/// is a straight line in each of sRGB's linear channels too. moxcms leaves it out, and pictures look washed.
fn black_to_black(black: u8) -> Vec<u8> {
    let light = |v: u8| match f64::from(v) / 255.0 {
        v if v <= 0.04045 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    };
    let srgb = |v: f64| if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    // A profile whose darkest ink is not dark is no profile of a print.
    let dark = light(black).min(0.184);
    (0..=255u8).map(|v| (srgb(((light(v) - dark) / (1.0 - dark)).max(0.0)) * 255.0).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmyk_without_a_profile() {
        assert_eq!(cmyk_to_srgb(&[0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 255], None).unwrap(), [255, 255, 255, 255, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn the_darkest_ink_becomes_black_and_paper_stays_white() {
        // What Little CMS makes of 41 where the darkest ink is 33.
        let table = black_to_black(33);
        assert_eq!((table[0], table[33], table[41], table[255]), (0, 0, 20, 255));
        assert!(table.windows(2).all(|w| w[0] <= w[1]));
        assert!((0..=255u8).all(|v| black_to_black(0)[usize::from(v)] == v));
    }
}
