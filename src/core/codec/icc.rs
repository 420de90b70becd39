//! Embedded ICC profiles, converted to sRGB.

use crate::image::{self, buffer, Image, Size};
use crate::Result;
use limn_pixels::resample::Row;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};
use std::sync::Arc;

/// A sample of 8 or 16 bits that moxcms converts.
pub trait Depth: Copy + Default + Into<u32> + Send + Sync + 'static {
    /// Whether it has 16 bits.
    const IS_DEEP: bool;

    /// Samples as the resampler takes them.
    fn row(samples: &[Self]) -> Row<'_>;

    /// All of them, rising.
    fn all() -> Vec<Self>;

    /// A picture of such samples.
    ///
    /// # Errors
    /// `internal` when there are more or fewer than its size needs.
    fn image(size: Size, layout: image::Layout, samples: Vec<Self>) -> Result<Image>;

    /// From a profile to sRGB.
    fn transform(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Arc<dyn TransformExecutor<Self> + Send + Sync>>;
}

impl Depth for u8 {
    const IS_DEEP: bool = false;

    fn row(samples: &[u8]) -> Row<'_> {
        Row::Eight(samples)
    }

    fn all() -> Vec<u8> {
        (0..=u8::MAX).collect()
    }

    fn image(size: Size, layout: image::Layout, samples: Vec<u8>) -> Result<Image> {
        Image::new(size, layout, samples)
    }

    fn transform(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Arc<dyn TransformExecutor<u8> + Send + Sync>> {
        profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()
    }
}

impl Depth for u16 {
    const IS_DEEP: bool = true;

    fn row(samples: &[u16]) -> Row<'_> {
        Row::Sixteen(samples)
    }

    fn all() -> Vec<u16> {
        (0..=u16::MAX).collect()
    }

    fn image(size: Size, layout: image::Layout, samples: Vec<u16>) -> Result<Image> {
        Image::deep(size, layout, samples)
    }

    fn transform(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Arc<dyn TransformExecutor<u16> + Send + Sync>> {
        profile.create_transform_16bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()
    }
}

/// Samples that are converted at a time, whole pixels of three and of four: a copy of a whole photo would
/// double its memory.
const STRIP: usize = 12 << 14;

/// The conversion of RGB or RGBA samples to sRGB by a profile.
pub struct ToSrgb<T: Depth>(Option<Arc<dyn TransformExecutor<T> + Send + Sync>>);

impl<T: Depth> ToSrgb<T> {
    /// By this profile. One that cannot be read, is not for RGB or already is sRGB changes nothing: as
    /// browsers do, such a picture is taken for sRGB.
    pub fn new(channels: usize, profile: Option<&[u8]>) -> ToSrgb<T> {
        let layout = if channels == 4 { Layout::Rgba } else { Layout::Rgb };
        let profile = profile.and_then(|p| ColorProfile::new_from_slice(p).ok());
        let profile = profile.filter(|p| p.color_space == DataColorSpace::Rgb && !is_srgb(p));
        ToSrgb(profile.and_then(|p| T::transform(&p, layout, layout)))
    }

    /// Converts samples in place.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn apply(&self, data: &mut [T]) -> Result<()> {
        let Some(transform) = &self.0 else { return Ok(()) };
        let mut out = buffer(data.len().min(STRIP) as u64)?;
        for strip in data.chunks_mut(STRIP) {
            out.resize(strip.len(), T::default());
            if transform.transform(strip, &mut out).is_ok() {
                strip.copy_from_slice(&out);
            }
        }
        Ok(())
    }
}

/// Converts RGB or RGBA samples in place, see [`ToSrgb::new`].
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn rgb_to_srgb<T: Depth>(data: &mut [T], channels: usize, profile: Option<&[u8]>) -> Result<()> {
    ToSrgb::new(channels, profile).apply(data)
}

/// Converts grey samples in place; a profile that cannot be used changes nothing.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn gray_to_srgb<T: Depth>(data: &mut [T], profile: Option<&[u8]>) -> Result<()> {
    let Some(profile) = profile.and_then(|p| ColorProfile::new_from_slice(p).ok()) else { return Ok(()) };
    if profile.color_space != DataColorSpace::Gray {
        return Ok(());
    }
    // All levels are converted once and looked up.
    let levels = T::all();
    let mut rgb = vec![T::default(); levels.len() * 3];
    if T::transform(&profile, Layout::Gray, Layout::Rgb).is_some_and(|t| t.transform(&levels, &mut rgb).is_ok()) {
        for sample in data {
            let level: u32 = (*sample).into();
            *sample = rgb.get(level as usize * 3 + 1).copied().unwrap_or(*sample);
        }
    }
    Ok(())
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
    fn sixteen_bits_are_converted_as_finely() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let (mut eight, mut deep) = (vec![200u8, 90, 40], vec![200 * 257u16, 90 * 257, 40 * 257]);
        let mut finer = vec![200 * 257u16 + 60, 90 * 257, 40 * 257];
        rgb_to_srgb(&mut eight, 3, Some(&p3)).unwrap();
        rgb_to_srgb(&mut deep, 3, Some(&p3)).unwrap();
        rgb_to_srgb(&mut finer, 3, Some(&p3)).unwrap();
        assert!(eight.iter().zip(&deep).all(|(e, d)| e.abs_diff((*d / 257) as u8) <= 1), "{eight:?} {deep:?}");
        assert!(finer[0] > deep[0] && finer[0] - deep[0] < 257, "{deep:?} {finer:?}");
        let gray = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let (mut eight, mut deep) = (vec![100u8], vec![100 * 257u16]);
        gray_to_srgb(&mut eight, Some(&gray)).unwrap();
        gray_to_srgb(&mut deep, Some(&gray)).unwrap();
        assert!(eight[0] > 140 && eight[0].abs_diff((deep[0] / 257) as u8) <= 1, "{eight:?} {deep:?}");
    }

    #[test]
    fn a_broken_profile_changes_nothing() {
        for profile in [None, Some(&b""[..]), Some(&[0u8; 128][..]), Some(&[0xff; 4096][..])] {
            let mut data = vec![1u8, 2, 3];
            rgb_to_srgb(&mut data, 3, profile).unwrap();
            gray_to_srgb(&mut data, profile).unwrap();
            assert_eq!(data, [1, 2, 3]);
        }
    }
}
