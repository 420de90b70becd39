//! Colours through profiles with tables, by the crate moxcms; the core does those of curves and primaries itself.

use limn_core::codec::icc::srgb;
use limn_core::image::{buffer, zeroed, Size};
use limn_core::rare::Made;
use limn_core::Result;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};
use std::cell::RefCell;
use std::sync::Arc;

type Transform<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

/// Transforms that were made of a profile; a picture comes in strips, all of which have the same.
struct Kept {
    profile: Vec<u8>,
    layout: u8,
    eight: Option<Transform<u8>>,
    deep: Option<Transform<u16>>,
}

thread_local! {
    static LAST: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// What is done for pixels of so many channels, 4 inks being 5.
const INKS: u8 = 5;

fn with<R>(profile: &[u8], layout: u8, work: impl FnOnce(&Kept) -> R) -> R {
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|kept| kept.profile != profile || kept.layout != layout) {
            *last = None;
        }
        work(last.get_or_insert_with(|| made(profile, layout)))
    })
}

fn made(profile: &[u8], layout: u8) -> Kept {
    let (space, from, to) = match layout {
        INKS => (DataColorSpace::Cmyk, Layout::Rgba, Layout::Rgb),
        4 => (DataColorSpace::Rgb, Layout::Rgba, Layout::Rgba),
        _ => (DataColorSpace::Rgb, Layout::Rgb, Layout::Rgb),
    };
    let read = ColorProfile::new_from_slice(profile).ok().filter(|read| read.color_space == space);
    let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    let eight = read.as_ref().and_then(|read| read.create_transform_8bit(from, &srgb, to, options).ok());
    let deep = read.as_ref().filter(|_| layout != INKS).and_then(|read| read.create_transform_16bit(from, &srgb, to, options).ok());
    Kept { profile: profile.to_vec(), layout, eight, deep }
}

/// A strip without pixels, for a profile that cannot be used.
fn nothing() -> Made {
    Made { size: Size::new(0, 0), bytes: Vec::new() }
}

fn strip(bytes: Vec<u8>) -> Made {
    Made { size: Size::new(0, 0), bytes }
}

/// RGB or RGBA to sRGB; see [`Job::ToSrgb`](limn_core::rare::Job::ToSrgb).
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn to_srgb(channels: u8, deep: bool, profile: usize, data: &[u8]) -> Result<Made> {
    let Some((profile, samples)) = data.split_at_checked(profile) else { return Ok(nothing()) };
    with(profile, channels.clamp(3, 4), |kept| match (deep, &kept.eight, &kept.deep) {
        (false, Some(transform), _) => {
            let mut out = zeroed(samples.len() as u64)?;
            Ok(transform.transform(samples, &mut out).map_or_else(|_| nothing(), |()| strip(out)))
        }
        (true, _, Some(transform)) => {
            let mut wide: Vec<u16> = buffer(samples.len() as u64 / 2)?;
            wide.extend(samples.chunks_exact(2).filter_map(|s| s.try_into().ok()).map(u16::from_le_bytes));
            let mut out: Vec<u16> = buffer(wide.len() as u64)?;
            out.resize(wide.len(), 0);
            let done = transform.transform(&wide, &mut out);
            Ok(done.map_or_else(|_| nothing(), |()| strip(out.iter().flat_map(|s| s.to_le_bytes()).collect())))
        }
        _ => Ok(nothing()),
    })
}

/// CMYK (0 = no ink) to sRGB; see [`Job::InksToSrgb`](limn_core::rare::Job::InksToSrgb).
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn inks_to_srgb(profile: usize, data: &[u8]) -> Result<Made> {
    let Some((profile, inks)) = data.split_at_checked(profile) else { return Ok(nothing()) };
    with(profile, INKS, |kept| {
        let Some(transform) = &kept.eight else { return Ok(nothing()) };
        let mut out = zeroed((inks.len() / 4 * 3) as u64)?;
        let mut black = [0; 3];
        let done = transform.transform(inks, &mut out).and_then(|()| transform.transform(&[255; 4], &mut black));
        if done.is_err() {
            return Ok(nothing());
        }
        let tables = black.map(black_to_black);
        for pixel in out.chunks_exact_mut(3) {
            for (sample, table) in pixel.iter_mut().zip(&tables) {
                *sample = table.get(usize::from(*sample)).copied().unwrap_or(*sample);
            }
        }
        Ok(strip(out))
    })
}

/// Black point compensation of one channel: the darkest ink, a coloured dark grey, becomes the screen's
/// black. Little CMS does so in XYZ for perceptual transforms to a version 4 profile; so near to black that
/// is a straight line in each of sRGB's linear channels too. moxcms leaves it out, and pictures look washed.
fn black_to_black(black: u8) -> Vec<u8> {
    let light = |v: u8| match f64::from(v) / 255.0 {
        v if v <= 0.04045 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    };
    // A profile whose darkest ink is not dark is no profile of a print.
    let dark = light(black).min(0.184);
    (0..=255u8).map(|v| (srgb(((light(v) - dark) / (1.0 - dark)).max(0.0)) * 255.0).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_darkest_ink_becomes_black_and_paper_stays_white() {
        // What Little CMS makes of 41 where the darkest ink is 33.
        let table = black_to_black(33);
        assert_eq!((table[0], table[33], table[41], table[255]), (0, 0, 20, 255));
        assert!(table.windows(2).all(|w| w[0] <= w[1]));
        assert!((0..=255u8).all(|v| black_to_black(0)[usize::from(v)] == v));
    }

    #[test]
    fn strips_are_converted_and_what_cannot_be_used_gives_nothing() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let job = |deep, pixels: &[u8]| to_srgb(3, deep, p3.len(), &[&p3, pixels].concat()).unwrap().bytes;
        let eight = job(false, &[200, 90, 40]);
        assert!(eight[0] > 205 && eight[2] < 40, "{eight:?}");
        let deep = job(true, &[200, 200, 90, 90, 40, 40]);
        assert!(eight.iter().zip(deep.chunks(2)).all(|(a, b)| a.abs_diff(b[1]) <= 1), "{eight:?} {deep:?}");
        assert!(to_srgb(3, false, 4, b"nope\x01\x02\x03").unwrap().bytes.is_empty());
        assert!(inks_to_srgb(p3.len(), &[&p3[..], &[1, 2, 3, 4]].concat()).unwrap().bytes.is_empty());
        assert!(to_srgb(3, false, 99, b"short").unwrap().bytes.is_empty());
    }
}
