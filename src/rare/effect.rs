//! Named colour effects, as the crate photon-rs makes them.

use crate::limits;
use limn_core::image::{buffer, Size};
use limn_core::ops::effect_names::NAMES;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use photon_rs::{channels, effects, filters, monochrome, PhotonImage};

/// Bytes that are worked on at a time. photon-rs copies its picture at every step and cannot report that
/// memory ended; all effects here are of single pixels, so strips give the same picture.
const STRIP: usize = 64 * 1024;

/// Applies the effect `name` to RGBA of a size in pixels; alpha stays as it was.
///
/// # Errors
/// `bad_arg` for an unknown name, `image_too_large` when there is no memory.
pub fn apply(name: &str, width: u32, height: u32, data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check_rgba("The picture", size, data)?;
    let effect =
        find(name).ok_or_else(|| Error::BadArg(format!("effect: {name:?} is not an effect; wanted one of {}.", NAMES.join(", "))))?;
    let mut bytes = buffer(data.len() as u64)?;
    for strip in data.chunks(STRIP) {
        let mut picture = PhotonImage::new(strip.to_vec(), (strip.len() / 4) as u32, 1);
        effect(&mut picture, name);
        let done = picture.get_raw_pixels();
        for (new, old) in done.chunks_exact(4).zip(strip.chunks_exact(4)) {
            // Several effects of photon-rs make every pixel opaque.
            if let ([red, green, blue, _], [.., alpha]) = (new, old) {
                bytes.extend_from_slice(&[*red, *green, *blue, *alpha]);
            }
        }
    }
    match bytes.len() == data.len() {
        true => Ok(Made { size, bytes }),
        false => Err(Error::Internal),
    }
}

type Effect = fn(&mut PhotonImage, &str);

fn find(name: &str) -> Option<Effect> {
    NAMES.iter().find(|known| **known == name)?;
    Some(match name {
        "colorize" => |p, _| effects::colorize(p),
        "decompose_max" => |p, _| monochrome::decompose_max(p),
        "decompose_min" => |p, _| monochrome::decompose_min(p),
        "desaturate" => |p, _| monochrome::desaturate(p),
        "duotone_horizon" => |p, _| filters::duotone_horizon(p),
        "duotone_lilac" => |p, _| filters::duotone_lilac(p),
        "duotone_ochre" => |p, _| filters::duotone_ochre(p),
        "duotone_violette" => |p, _| filters::duotone_violette(p),
        "grayscale" => |p, _| monochrome::grayscale(p),
        "grayscale_human_corrected" => |p, _| monochrome::grayscale_human_corrected(p),
        "invert" => |p, _| channels::invert(p),
        "lix" => |p, _| filters::lix(p),
        "neue" => |p, _| filters::neue(p),
        "ryo" => |p, _| filters::ryo(p),
        "sepia" => |p, _| monochrome::sepia(p),
        "solarize" => |p, _| effects::solarize(p),
        "threshold" => |p, _| monochrome::threshold(p, 128),
        _ => |p, name| filters::filter(p, name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every 17th value of each channel, so overflow anywhere in a channel's range shows.
    fn colours() -> Vec<u8> {
        let steps = || (0..=255u8).step_by(17);
        let mut data = Vec::new();
        for red in steps() {
            for green in steps() {
                for blue in steps() {
                    data.extend([red, green, blue, red ^ green ^ blue]);
                }
            }
        }
        data
    }

    #[test]
    fn each_name_changes_colours_alone_and_in_its_own_way() {
        let data = colours();
        let mut seen = BTreeSet::new();
        for name in NAMES {
            let made = apply(name, 64, 64, &data).unwrap();
            assert_eq!(made.size, Size::new(64, 64));
            assert_ne!(made.bytes, data, "{name} changes nothing");
            assert!(made.bytes.chunks(4).zip(data.chunks(4)).all(|(a, b)| a[3] == b[3]), "{name} changes alpha");
            assert!(seen.insert(made.bytes), "{name} is another's twin");
        }
    }

    #[test]
    fn strips_do_not_show() {
        let row: Vec<u8> = colours().into_iter().take(4 * 100).collect();
        let tall = row.repeat(200);
        let made = apply("lofi", 100, 200, &tall).unwrap();
        assert!(made.bytes.chunks(400).all(|r| r == &made.bytes[..400]));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        let error = apply("mauvE", 1, 1, &[0; 4]).unwrap_err();
        assert_eq!(error.code(), "bad_arg");
        assert!(error.to_string().contains("\"mauvE\"") && error.to_string().contains("golden"));
        assert_eq!(apply("mauve", 2, 1, &[0; 4]), Err(Error::Internal));
    }
}
