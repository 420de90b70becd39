//! Embedded ICC profiles, converted to sRGB: by curves and primaries here, by tables in a rare job.

mod profile;

use crate::image::{self, Image, Size};
use crate::rare::{Job, Rare};
use crate::Result;
use limn_pixels::matrix::{Sample, Tables};
use limn_pixels::resample::Row;
use profile::{Curve, Profile};

/// A sample of 8 or 16 bits.
pub trait Depth: Sample + Into<u32> + 'static {
    /// Whether it has 16 bits.
    const IS_DEEP: bool;
    /// The largest.
    const MOST: u32;
    /// Steps of light that are told apart: sRGB's curve is steepest in the dark, by 12.92.
    const STEPS: u32;

    /// The sample of a number, which is no larger than [`MOST`](Depth::MOST).
    fn of(number: u32) -> Self;

    /// Samples as the resampler takes them.
    fn row(samples: &[Self]) -> Row<'_>;

    /// As bytes, little-endian.
    fn bytes(samples: &[Self]) -> Vec<u8>;

    /// From bytes; more or fewer than there is place for change nothing.
    fn take(samples: &mut [Self], bytes: &[u8]);

    /// A picture of such samples.
    ///
    /// # Errors
    /// `internal` when there are more or fewer than its size needs.
    fn image(size: Size, layout: image::Layout, samples: Vec<Self>) -> Result<Image>;
}

impl Depth for u8 {
    const IS_DEEP: bool = false;
    const MOST: u32 = 255;
    const STEPS: u32 = 1 << 14;

    fn of(number: u32) -> u8 {
        number as u8
    }

    fn row(samples: &[u8]) -> Row<'_> {
        Row::Eight(samples)
    }

    fn bytes(samples: &[u8]) -> Vec<u8> {
        samples.to_vec()
    }

    fn take(samples: &mut [u8], bytes: &[u8]) {
        if samples.len() == bytes.len() {
            samples.copy_from_slice(bytes);
        }
    }

    fn image(size: Size, layout: image::Layout, samples: Vec<u8>) -> Result<Image> {
        Image::new(size, layout, samples)
    }
}

impl Depth for u16 {
    const IS_DEEP: bool = true;
    const MOST: u32 = 65_535;
    const STEPS: u32 = 1 << 17;

    fn of(number: u32) -> u16 {
        number as u16
    }

    fn row(samples: &[u16]) -> Row<'_> {
        Row::Sixteen(samples)
    }

    fn bytes(samples: &[u16]) -> Vec<u8> {
        samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    fn take(samples: &mut [u16], bytes: &[u8]) {
        if samples.len() * 2 == bytes.len() {
            samples.iter_mut().zip(bytes.chunks_exact(2)).for_each(|(to, from)| *to = u16::from_le_bytes([from[0], from[1]]));
        }
    }

    fn image(size: Size, layout: image::Layout, samples: Vec<u16>) -> Result<Image> {
        Image::deep(size, layout, samples)
    }
}

/// Samples that go out to the rare job at a time, whole pixels of three and of four: a copy of a whole photo would double its
/// memory.
const STRIP: usize = 12 << 16;

/// The conversion of RGB or RGBA samples to sRGB by a profile.
pub struct ToSrgb<'k, T: Depth> {
    channels: usize,
    way: Way<'k, T>,
}

enum Way<'k, T: Depth> {
    None,
    Matrix(Box<Tables<T>>),
    Asked { profile: Vec<u8>, rare: &'k dyn Rare },
}

impl<'k, T: Depth> ToSrgb<'k, T> {
    /// By this profile. One that cannot be read, is not for RGB or already is sRGB changes nothing: as
    /// browsers do, such a picture is taken for sRGB.
    pub fn new(channels: usize, profile: Option<&[u8]>, rare: &'k dyn Rare) -> ToSrgb<'k, T> {
        let way = match profile.and_then(|bytes| Some((bytes, Profile::read(bytes)?))) {
            Some((_, Profile::Rgb { curves, primaries })) if !is_srgb(&curves, &primaries) => {
                Way::Matrix(Box::new(tables(&curves, &primaries)))
            }
            Some((bytes, Profile::OtherRgb)) => Way::Asked { profile: bytes.to_vec(), rare },
            _ => Way::None,
        };
        ToSrgb { channels, way }
    }

    /// Converts samples in place.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn apply(&self, data: &mut [T]) -> Result<()> {
        match &self.way {
            Way::None => {}
            Way::Matrix(tables) => T::convert(tables, data, self.channels),
            Way::Asked { profile, rare } => {
                let job = Job::ToSrgb { channels: self.channels as u8, deep: T::IS_DEEP, profile: profile.len() };
                for strip in data.chunks_mut(STRIP) {
                    // Nothing comes back of a profile that cannot be used.
                    T::take(strip, &rare.run(&job, &[profile.as_slice(), &T::bytes(strip)].concat())?.bytes);
                }
            }
        }
        Ok(())
    }
}

/// Whether a profile's pixels can be converted row by row: the rare job takes many at once.
pub fn serves_rows(profile: &[u8]) -> bool {
    !matches!(Profile::read(profile), Some(Profile::OtherRgb))
}

/// Whether it is one for CMYK.
pub fn is_of_inks(profile: &[u8]) -> bool {
    matches!(Profile::read(profile), Some(Profile::Cmyk))
}

/// Converts RGB or RGBA samples in place, see [`ToSrgb::new`].
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn rgb_to_srgb<T: Depth>(data: &mut [T], channels: usize, profile: Option<&[u8]>, rare: &dyn Rare) -> Result<()> {
    ToSrgb::new(channels, profile, rare).apply(data)
}

/// Converts grey samples in place; a profile that cannot be used changes nothing.
pub fn gray_to_srgb<T: Depth>(data: &mut [T], profile: Option<&[u8]>) {
    let Some(Profile::Gray(curve)) = profile.and_then(Profile::read) else { return };
    // All levels are converted once and looked up.
    let levels: Vec<T> = (0..=T::MOST).map(|level| sample(srgb(curve.at(f64::from(level) / f64::from(T::MOST))))).collect();
    for sample in data {
        *sample = levels.get(sample.number()).copied().unwrap_or(*sample);
    }
}

/// sRGB's sample of light (IEC 61966-2-1), both 0.0 to 1.0.
pub fn srgb(light: f64) -> f64 {
    match light {
        v if v <= 0.003_130_8 => v * 12.92,
        v => 1.055 * v.powf(1.0 / 2.4) - 0.055,
    }
}

fn sample<T: Depth>(value: f64) -> T {
    T::of((value.clamp(0.0, 1.0) * f64::from(T::MOST)).round() as u32)
}

/// From XYZ, adapted to D50, to the light of sRGB's primaries: the inverse of what stands in its own profile.
const FROM_XYZ: [[f64; 3]; 3] =
    [[3.134_107, -1.617_390, -0.490_631], [-0.978_784, 1.916_278, 0.033_453], [0.071_982, -0.228_985, 1.405_385]];

/// What sRGB's own profile says.
const PRIMARIES: [[f64; 3]; 3] = [[0.436_066, 0.222_488, 0.013_916], [0.385_147, 0.716_873, 0.097_076], [0.143_066, 0.060_608, 0.714_096]];

fn tables<T: Depth>(curves: &[Curve; 3], primaries: &[[f64; 3]; 3]) -> Tables<T> {
    let light = |curve: &Curve| (0..=T::MOST).map(|level| curve.at(f64::from(level) / f64::from(T::MOST)) as f32).collect();
    let [red, green, blue] = curves;
    Tables {
        light: [light(red), light(green), light(blue)],
        mix: FROM_XYZ.map(|row| primaries.map(|primary| row.iter().zip(primary).map(|(a, b)| a * b).sum::<f64>() as f32)),
        samples: (0..=T::STEPS).map(|step| sample(srgb(f64::from(step) / f64::from(T::STEPS)))).collect(),
    }
}

/// Whether a profile is sRGB itself: then the conversion would only cost time and rounding.
fn is_srgb(curves: &[Curve; 3], primaries: &[[f64; 3]; 3]) -> bool {
    let near = primaries.iter().flatten().zip(PRIMARIES.iter().flatten()).all(|(a, b)| (a - b).abs() < 2e-3);
    // The curves are compared by what they make of a grey ramp.
    let same = |curve: &Curve| (0..=255u8).all(|level| sample::<u8>(srgb(curve.at(f64::from(level) / 255.0))).abs_diff(level) <= 1);
    near && curves.iter().all(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rare::Nobody;
    use moxcms::{ColorProfile, Layout, TransformOptions};

    #[test]
    fn srgb_is_left_alone_and_display_p3_is_not() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let red = vec![200u8, 40, 40];
        let mut same = red.clone();
        rgb_to_srgb(&mut same, 3, Some(&srgb), &Nobody).unwrap();
        assert_eq!(same, red);
        let mut wide = red.clone();
        rgb_to_srgb(&mut wide, 3, Some(&p3), &Nobody).unwrap();
        assert!(wide[0] > red[0] + 5 && wide[1] < red[1], "{wide:?}");
    }

    #[test]
    fn sixteen_bits_are_converted_as_finely() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let (mut eight, mut deep) = (vec![200u8, 90, 40], vec![200 * 257u16, 90 * 257, 40 * 257]);
        let mut finer = vec![200 * 257u16 + 60, 90 * 257, 40 * 257];
        rgb_to_srgb(&mut eight, 3, Some(&p3), &Nobody).unwrap();
        rgb_to_srgb(&mut deep, 3, Some(&p3), &Nobody).unwrap();
        rgb_to_srgb(&mut finer, 3, Some(&p3), &Nobody).unwrap();
        assert!(eight.iter().zip(&deep).all(|(e, d)| e.abs_diff((*d / 257) as u8) <= 1), "{eight:?} {deep:?}");
        assert!(finer[0] > deep[0] && finer[0] - deep[0] < 257, "{deep:?} {finer:?}");
        let gray = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let (mut eight, mut deep) = (vec![100u8], vec![100 * 257u16]);
        gray_to_srgb(&mut eight, Some(&gray));
        gray_to_srgb(&mut deep, Some(&gray));
        assert!(eight[0] > 140 && eight[0].abs_diff((deep[0] / 257) as u8) <= 1, "{eight:?} {deep:?}");
    }

    #[test]
    fn colours_are_those_of_another_library() {
        let profiles =
            [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb(), ColorProfile::new_pro_photo_rgb(), ColorProfile::new_bt2020()];
        for profile in profiles {
            let pixels: Vec<u8> = (0..9 * 9 * 9u32).flat_map(|i| [i % 9, i / 9 % 9, i / 81].map(|v| (v * 255 / 8) as u8)).collect();
            let mut theirs = vec![0; pixels.len()];
            let transform = profile.create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default());
            transform.unwrap().transform(&pixels, &mut theirs).unwrap();
            let mut ours = pixels.clone();
            rgb_to_srgb(&mut ours, 3, Some(&profile.encode().unwrap()), &Nobody).unwrap();
            let apart: Vec<u8> = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).collect();
            assert!(apart.iter().all(|a| *a <= 1), "{:?}", apart.iter().max());
        }
    }

    #[test]
    fn formulas_of_each_kind_are_read() {
        let curve = |kind: u16, numbers: &[f64]| {
            let mut data = b"para\0\0\0\0".to_vec();
            data.extend(kind.to_be_bytes());
            data.extend([0, 0]);
            numbers.iter().for_each(|n| data.extend(((n * 65536.0).round() as i32).to_be_bytes()));
            Curve::read(&data).unwrap()
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-3, "{a} is not {b}");
        near(curve(0, &[2.0]).at(0.5), 0.25);
        near(curve(1, &[1.0, 2.0, -0.5]).at(0.2), 0.0);
        near(curve(1, &[1.0, 2.0, -0.5]).at(0.5), 0.5);
        near(curve(2, &[1.0, 1.0, -0.5, 0.25]).at(0.1), 0.25);
        near(curve(2, &[1.0, 1.0, -0.5, 0.25]).at(0.75), 0.5);
        near(curve(3, &[2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045]).at(0.5), 0.2140);
        near(curve(3, &[2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045]).at(0.02), 0.0015);
        near(curve(4, &[1.0, 1.0, 0.0, 2.0, 0.5, 0.1, 0.05]).at(0.6), 0.7);
        near(curve(4, &[1.0, 1.0, 0.0, 2.0, 0.5, 0.1, 0.05]).at(0.2), 0.45);
        assert!(Curve::read(b"para\0\0\0\0\0\x09\0\0\0\0\0\0").is_none());
        assert!(Curve::read(b"curv\0\0\0\0\xff\xff\xff\xff").is_none());
    }

    #[test]
    fn a_broken_profile_changes_nothing() {
        for profile in [None, Some(&b""[..]), Some(&[0u8; 128][..]), Some(&[0xff; 4096][..])] {
            let mut data = vec![1u8, 2, 3];
            rgb_to_srgb(&mut data, 3, profile, &Nobody).unwrap();
            gray_to_srgb(&mut data, profile);
            assert_eq!(data, [1, 2, 3]);
        }
    }
}
