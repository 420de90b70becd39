//! CMYK to sRGB.

use super::icc;
use crate::image::{buffer, zeroed};
use crate::rare::{Job, Rare};
use crate::Result;

/// Samples that go out to the rare job at a time.
const STRIP: usize = 4 << 18;

/// Converts CMYK (0 = no ink) to RGB: by its profile, or by plain multiplication without one that can be used.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn cmyk_to_srgb(data: &[u8], profile: Option<&[u8]>, rare: &dyn Rare) -> Result<Vec<u8>> {
    if let Some(profile) = profile.filter(|profile| icc::is_of_inks(profile)) {
        let mut out = buffer((data.len() / 4 * 3) as u64)?;
        for strip in data.chunks(STRIP) {
            out.extend_from_slice(&rare.run(&Job::InksToSrgb { profile: profile.len() }, &[profile, strip].concat())?.bytes);
        }
        if out.len() == data.len() / 4 * 3 {
            return Ok(out);
        }
    }
    let mut out = zeroed((data.len() / 4 * 3) as u64)?;
    for (rgb, cmyk) in out.chunks_exact_mut(3).zip(data.chunks_exact(4)) {
        let white = 255 - u32::from(cmyk[3]);
        for (channel, ink) in rgb.iter_mut().zip(cmyk) {
            *channel = (((255 - u32::from(*ink)) * white + 127) / 255) as u8;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rare::Nobody;

    #[test]
    fn cmyk_without_a_profile() {
        assert_eq!(cmyk_to_srgb(&[0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 255], None, &Nobody).unwrap(), [255, 255, 255, 255, 0, 0, 0, 0, 0]);
    }
}
