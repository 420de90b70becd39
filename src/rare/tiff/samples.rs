//! Samples as stored brought into pixel order, one number each.

use super::corrupt;
use super::kind::{Extra, Kind};
use limn_core::image::{buffer, Size};
use limn_core::Result;

/// Unpacks samples of less than a byte, rows of which begin at whole bytes; values stay as they are.
///
/// # Errors
/// `image_too_large` when memory ends.
pub(super) fn unpacked(data: &[u8], bits: u8, row_samples: usize) -> Result<Vec<u8>> {
    let each = usize::from(8 / bits.clamp(1, 8));
    let mask = 0xffu8 >> (8 - bits.clamp(1, 8));
    let row = row_samples.div_ceil(each).max(1);
    let mut out = buffer(data.len() as u64 * each as u64)?;
    for row in data.chunks_exact(row) {
        let samples = row.iter().flat_map(|byte| (0..each).map(move |i| byte >> (8 - usize::from(bits) * (i + 1)) & mask));
        out.extend(samples.take(row_samples));
    }
    Ok(out)
}

/// Planes one behind the other made pixels of `samples` each.
///
/// # Errors
/// `image_corrupt` where a plane is missing, `image_too_large` when memory ends.
pub(super) fn interleaved<T: Copy>(data: &[T], size: Size, samples: usize) -> Result<Vec<T>> {
    let plane = size.pixels() as usize;
    let planes: Vec<&[T]> = data.chunks_exact(plane.max(1)).take(samples).collect();
    if planes.len() != samples {
        return Err(corrupt("a plane of it is missing"));
    }
    let mut out = buffer((plane * samples) as u64)?;
    for i in 0..plane {
        out.extend(planes.iter().filter_map(|plane| plane.get(i)));
    }
    Ok(out)
}

/// A sample of 8 or 16 bits whose colours can be freed of alpha.
pub(super) trait Alpha: Copy + Into<u64> {
    const FULL: Self;
    fn of(value: u64) -> Self;
}

impl Alpha for u8 {
    const FULL: u8 = u8::MAX;
    fn of(value: u64) -> u8 {
        value.min(255) as u8
    }
}

impl Alpha for u16 {
    const FULL: u16 = u16::MAX;
    fn of(value: u64) -> u16 {
        value.min(65_535) as u16
    }
}

/// Grey or RGB, with alpha as the kind says: what the layout of the kind wants.
///
/// # Errors
/// `image_too_large` when memory ends.
pub(super) fn arranged<T: Alpha>(data: Vec<T>, kind: &Kind, colours: usize) -> Result<Vec<T>> {
    if kind.extra == Extra::Nothing && kind.samples == colours {
        return Ok(data);
    }
    let pixels = data.chunks_exact(kind.samples.max(1));
    let mut out = buffer(pixels.len() as u64 * 4)?;
    for pixel in pixels {
        let Some((colour, rest)) = pixel.split_at_checked(colours) else { continue };
        if kind.extra == Extra::Nothing {
            out.extend_from_slice(colour);
            continue;
        }
        let alpha = rest.first().copied().unwrap_or(T::FULL);
        let straight = |c: T| match (kind.extra, alpha.into()) {
            (Extra::Premultiplied, a) if a > 0 => T::of((c.into() * T::FULL.into() + a / 2) / a),
            _ => c,
        };
        match colour {
            [l] => out.extend_from_slice(&[straight(*l); 3]),
            _ => out.extend(colour.iter().map(|c| straight(*c))),
        }
        out.push(alpha);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::kind::Model;
    use super::*;

    #[test]
    fn bits_are_unpacked_row_by_row() {
        assert_eq!(unpacked(&[0b1010_0000, 0b0100_0000], 1, 3).unwrap(), [1, 0, 1, 0, 1, 0]);
        assert_eq!(unpacked(&[0x12, 0x30], 4, 3).unwrap(), [1, 2, 3]);
        assert_eq!(unpacked(&[0b11_01_00_10], 2, 4).unwrap(), [3, 1, 0, 2]);
    }

    #[test]
    fn planes_become_pixels_and_alpha_is_divided_out() {
        assert_eq!(interleaved(&[1, 2, 3, 4, 5, 6], Size::new(2, 1), 3).unwrap(), [1, 3, 5, 2, 4, 6]);
        assert!(interleaved(&[1, 2, 3], Size::new(2, 1), 2).is_err());
        let kind = Kind { model: Model::Gray, bits: 8, samples: 2, extra: Extra::Premultiplied };
        assert_eq!(arranged(vec![64u8, 128, 9, 0], &kind, 1).unwrap(), [128, 128, 128, 128, 9, 9, 9, 0]);
        let kind = Kind { extra: Extra::Nothing, ..kind };
        assert_eq!(arranged(vec![64u8, 128, 9, 0], &kind, 1).unwrap(), [64, 9]);
    }
}
