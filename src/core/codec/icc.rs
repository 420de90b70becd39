//! Embedded ICC profiles, converted to sRGB.

use crate::image::zeroed;
use crate::Result;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts RGB or RGBA samples in place. A profile that cannot be read, is not for RGB or already is
/// sRGB changes nothing: as browsers do, such a picture is taken for sRGB.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn rgb_to_srgb(data: &mut Vec<u8>, channels: usize, profile: Option<&[u8]>) -> Result<()> {
    let Some(profile) = profile.and_then(|p| ColorProfile::new_from_slice(p).ok()) else { return Ok(()) };
    if profile.color_space != DataColorSpace::Rgb || is_srgb(&profile) {
        return Ok(());
    }
    let layout = if channels == 4 { Layout::Rgba } else { Layout::Rgb };
    let transform = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, TransformOptions::default());
    if let Ok(transform) = transform {
        let mut out = zeroed(data.len() as u64)?;
        if transform.transform(data, &mut out).is_ok() {
            *data = out;
        }
    }
    Ok(())
}

/// Converts grey samples in place; a profile that cannot be used changes nothing.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn gray_to_srgb(data: &mut [u8], profile: Option<&[u8]>) -> Result<()> {
    let Some(profile) = profile.and_then(|p| ColorProfile::new_from_slice(p).ok()) else { return Ok(()) };
    if profile.color_space != DataColorSpace::Gray {
        return Ok(());
    }
    // 256 levels are converted once and looked up.
    let levels: Vec<u8> = (0..=255).collect();
    let mut rgb = vec![0; 256 * 3];
    let transform = profile.create_transform_8bit(Layout::Gray, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default());
    if transform.is_ok_and(|t| t.transform(&levels, &mut rgb).is_ok()) {
        for sample in data {
            *sample = rgb.get(usize::from(*sample) * 3 + 1).copied().unwrap_or(*sample);
        }
    }
    Ok(())
}

/// Converts CMYK (0 = no ink) to RGB: by its profile, or by plain multiplication without one.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn cmyk_to_srgb(data: &[u8], profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let mut out = zeroed((data.len() / 4 * 3) as u64)?;
    if let Some(profile) = profile.and_then(|p| ColorProfile::new_from_slice(p).ok()).filter(|p| p.color_space == DataColorSpace::Cmyk) {
        let transform = profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default());
        if transform.is_ok_and(|t| t.transform(data, &mut out).is_ok()) {
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

/// Whether a matrix profile is sRGB itself: then the conversion would only cost time and rounding.
fn is_srgb(profile: &ColorProfile) -> bool {
    let srgb = ColorProfile::new_srgb();
    let near = |a: moxcms::Xyzd, b: moxcms::Xyzd| (a.x - b.x).abs() < 2e-3 && (a.y - b.y).abs() < 2e-3 && (a.z - b.z).abs() < 2e-3;
    let primaries = near(profile.red_colorant, srgb.red_colorant)
        && near(profile.green_colorant, srgb.green_colorant)
        && near(profile.blue_colorant, srgb.blue_colorant);
    if !primaries || profile.lut_a_to_b_perceptual.is_some() {
        return false;
    }
    // The curves are compared by what they make of a grey ramp.
    let ramp: Vec<u8> = (0..=255u8).flat_map(|v| [v, v, v]).collect();
    let mut out = vec![0; ramp.len()];
    let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default());
    transform.is_ok_and(|t| t.transform(&ramp, &mut out).is_ok()) && ramp.iter().zip(&out).all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_is_left_alone_and_display_p3_is_not() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let red = vec![200u8, 40, 40];
        let mut same = red.clone();
        rgb_to_srgb(&mut same, 3, Some(&srgb)).unwrap();
        assert_eq!(same, red);
        let mut wide = red.clone();
        rgb_to_srgb(&mut wide, 3, Some(&p3)).unwrap();
        assert!(wide[0] > red[0] + 5 && wide[1] < red[1], "{wide:?}");
    }

    #[test]
    fn a_broken_profile_changes_nothing() {
        for profile in [None, Some(&b""[..]), Some(&[0u8; 128][..]), Some(&[0xff; 4096][..])] {
            let mut data = vec![1, 2, 3];
            rgb_to_srgb(&mut data, 3, profile).unwrap();
            gray_to_srgb(&mut data, profile).unwrap();
            assert_eq!(data, [1, 2, 3]);
        }
    }

    #[test]
    fn cmyk_without_a_profile() {
        assert_eq!(cmyk_to_srgb(&[0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 255], None).unwrap(), [255, 255, 255, 255, 0, 0, 0, 0, 0]);
    }
}
