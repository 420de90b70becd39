//! Pixels of one number of channels as pixels of another.

/// Puts grey pixels behind `out` as RGB.
#[inline(never)]
pub fn gray_to_rgb(gray: &[u8], out: &mut Vec<u8>) {
    spread(gray.iter().map(|l| [*l; 3]), out);
}

/// Puts grey pixels behind `out` as opaque RGBA.
#[inline(never)]
pub fn gray_to_rgba(gray: &[u8], out: &mut Vec<u8>) {
    spread(gray.iter().map(|l| [*l, *l, *l, 255]), out);
}

/// Puts RGB behind `out` as opaque RGBA.
#[inline(never)]
pub fn rgb_to_rgba(rgb: &[u8], out: &mut Vec<u8>) {
    spread(rgb.as_chunks::<3>().0.iter().map(|[r, g, b]| [*r, *g, *b, 255]), out);
}

/// Puts RGBA behind `out` as RGB; alpha is dropped.
#[inline(never)]
pub fn rgba_to_rgb(rgba: &[u8], out: &mut Vec<u8>) {
    spread(rgba.as_chunks::<4>().0.iter().map(|[r, g, b, _]| [*r, *g, *b]), out);
}

/// Whether some pixel of RGBA is not opaque.
#[inline(never)]
pub fn has_transparency(rgba: &[u8]) -> bool {
    rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] != 255)
}

#[inline(always)]
fn spread<const N: usize>(pixels: impl ExactSizeIterator<Item = [u8; N]>, out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + pixels.len() * N, 0);
    let room = out.split_at_mut(from).1.as_chunks_mut::<N>().0;
    room.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = pixel);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way() {
        let made = |way: fn(&[u8], &mut Vec<u8>), from: &[u8]| {
            let mut out = vec![9];
            way(from, &mut out);
            out
        };
        assert_eq!(made(gray_to_rgb, &[1, 2]), [9, 1, 1, 1, 2, 2, 2]);
        assert_eq!(made(gray_to_rgba, &[1]), [9, 1, 1, 1, 255]);
        assert_eq!(made(rgb_to_rgba, &[1, 2, 3]), [9, 1, 2, 3, 255]);
        assert_eq!(made(rgba_to_rgb, &[1, 2, 3, 4]), [9, 1, 2, 3]);
        assert!(has_transparency(&[0, 0, 0, 255, 0, 0, 0, 254]) && !has_transparency(&[0, 0, 0, 255]));
    }
}
