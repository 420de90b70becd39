//! What files carry beside pixels: one file a container, each reading and, where Limn writes it, writing.
//!
//! Whatever is too long or cannot be read is left out: a broken packet must not cost the picture.

pub mod jpeg;
pub mod png;
pub mod tiff;
pub mod webp;

use super::Metadata;
use crate::image::Layout;

/// Longest EXIF block and XMP packet that are read, bytes.
const MOST_TEXT: usize = 1 << 20;
/// Longest ICC profile that is read, bytes.
const MOST_ICC: usize = 4 << 20;

/// What of it is not too long.
fn bounded(metadata: Metadata) -> Metadata {
    let at_most = |part: Option<Vec<u8>>, most: usize| part.filter(|p| !p.is_empty() && p.len() <= most);
    Metadata { exif: at_most(metadata.exif, MOST_TEXT), xmp: at_most(metadata.xmp, MOST_TEXT), icc: at_most(metadata.icc, MOST_ICC) }
}

/// A block without the name that JPEG puts before it, which some writers of other containers leave there.
fn without_name(exif: Vec<u8>) -> Vec<u8> {
    match exif.strip_prefix(b"Exif\0\0") {
        Some(block) => block.to_vec(),
        None => exif,
    }
}

/// Whether a profile is for samples of this kind (ICC.1 table 18: signature of the colour space at 16):
/// one that is not would be refused by readers, or colour the picture wrongly.
pub fn is_for(profile: &[u8], layout: Layout) -> bool {
    let space: &[u8] = if layout == Layout::Gray { b"GRAY" } else { b"RGB " };
    profile.get(16..20) == Some(space)
}

/// Metadata of some length, for tests.
#[cfg(test)]
fn sample(exif: usize, xmp: usize, icc: usize) -> Metadata {
    let some = |len: usize, head: &[u8]| {
        (len > 0).then(|| head.iter().copied().chain((0..).map(|i: usize| b'a' + (i % 26) as u8)).take(len).collect())
    };
    Metadata {
        exif: some(exif, b"II*\0\x08\0\0\0"),
        xmp: some(xmp, b"<x:xmpmeta"),
        icc: some(icc, b"\0\0\0\0\0\0\0\0\0\0\0\0mntrRGB XYZ "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_empty_is_left_out() {
        assert_eq!(bounded(sample(MOST_TEXT, MOST_TEXT, MOST_ICC)), sample(MOST_TEXT, MOST_TEXT, MOST_ICC));
        assert_eq!(bounded(sample(MOST_TEXT + 1, MOST_TEXT + 1, MOST_ICC + 1)), Metadata::default());
        assert_eq!(bounded(Metadata { exif: Some(Vec::new()), ..Metadata::default() }), Metadata::default());
    }

    #[test]
    fn profiles_are_for_one_kind_of_samples() {
        let rgb = sample(0, 0, 64).icc.unwrap();
        assert!(is_for(&rgb, Layout::Rgb) && is_for(&rgb, Layout::Rgba) && !is_for(&rgb, Layout::Gray));
        assert!(!is_for(b"", Layout::Rgb));
    }
}
