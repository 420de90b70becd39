//! Pictures of few colours as places in a palette (RFC 9649 section 4.4).

use super::super::argb::subtract;
use super::super::format::{blocks, bundle};

/// Most colours of a palette.
const MOST: usize = 256;

/// The colours of a picture, sorted; `None` where there are more than a palette has.
pub fn colours(pixels: &[u32]) -> Option<Vec<u32>> {
    let mut colours: Vec<u32> = Vec::new();
    let mut last = None;
    for &color in pixels {
        if last == Some(color) {
            continue;
        }
        last = Some(color);
        if let Err(place) = colours.binary_search(&color) {
            if colours.len() == MOST {
                return None;
            }
            colours.insert(place, color);
        }
    }
    Some(colours)
}

/// The palette as it is written: each colour less the one before.
pub fn differences(colours: &[u32]) -> Vec<u32> {
    let mut last = 0;
    colours.iter().map(|&color| subtract(color, std::mem::replace(&mut last, color))).collect()
}

/// Pixels become places, several of a small palette one number; the width becomes theirs.
pub fn apply(pixels: &mut Vec<u32>, width: &mut usize, colours: &[u32]) {
    let bits = bundle(colours.len());
    let each = 8 >> bits;
    let mut to = 0;
    let mut last = (colours.first().copied().unwrap_or(0), 0);
    for from in (0..pixels.len()).step_by(*width) {
        let row = from..(from + *width).min(pixels.len());
        for start in row.clone().step_by(1 << bits) {
            let mut green = 0u32;
            for (i, at) in (start..row.end.min(start + (1 << bits))).enumerate() {
                let color = pixels.get(at).copied().unwrap_or(0);
                if color != last.0 {
                    last = (color, colours.binary_search(&color).unwrap_or(0) as u32);
                }
                green |= last.1 << (i as u32 * each);
            }
            if let Some(place) = pixels.get_mut(to) {
                *place = 0xff00_0000 | green << 8;
            }
            to += 1;
        }
    }
    pixels.truncate(to);
    *width = blocks(*width, bits);
}
