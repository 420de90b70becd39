//! From rows of samples to interleaved pixels (JFIF 1.02, Adobe technical note 5116).

use crate::vector::Vector;

/// Pixels that are converted side by side.
const LANES: usize = 16;
/// Bits behind the point of the constants.
const POINT: u32 = 16;

const fn fixed(value: f64) -> i32 {
    (value * 65536.0 + 0.5) as i32
}

/// Red, green and blue of YCbCr, by the equations of JFIF with the constants and the rounding of libjpeg.
#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << (POINT - 1);
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let r = y + ((fixed(1.402) * cr + HALF) >> POINT);
    let g = y + ((-fixed(0.34414) * cb - fixed(0.71414) * cr + HALF) >> POINT);
    let b = y + ((fixed(1.772) * cb + HALF) >> POINT);
    [r.clamp(0, 255) as u8, g.clamp(0, 255) as u8, b.clamp(0, 255) as u8]
}

/// Sixteen samples of red, green and blue of as many of each component: [`rgb`], whose factors beyond 16 bits are taken
/// apart into whole numbers and what remains.
#[inline(always)]
fn convert(y: Vector, cb: Vector, cr: Vector) -> [Vector; 3] {
    const OF_RED: i16 = (fixed(1.402) - (1 << POINT)) as i16;
    const OF_GREEN: [i16; 2] = [-fixed(0.34414) as i16, ((1 << POINT) - fixed(0.71414)) as i16];
    const OF_BLUE: i16 = (fixed(1.772) - (2 << POINT)) as i16;
    let weights = |cb: i16, cr: i16| Vector::from_words([u32::from(cb as u16) | u32::from(cr as u16) << 16; 4]);
    let (red, green, blue) = (weights(0, OF_RED), weights(OF_GREEN[0], OF_GREEN[1]), weights(OF_BLUE, 0));
    let (middle, half) = (Vector::splat(128), Vector::from_words([1 << (POINT - 1); 4]));
    let eight = |y: Vector, cb: Vector, cr: Vector| {
        let (cb, cr) = (cb.sub(middle), cr.sub(middle));
        let [low, high] = cb.zip16(cr);
        let part = |weights: Vector| {
            let [low, high] = [low, high].map(|both| both.dot(weights).add_wide(half).shr_wide(POINT));
            low.narrow_wide(high)
        };
        [y.add(cr).add(part(red)), y.sub(cr).add(part(green)), y.add(cb).add(cb).add(part(blue))]
    };
    let low = eight(y.widen_low(), cb.widen_low(), cr.widen_low());
    let high = eight(y.widen_high(), cb.widen_high(), cr.widen_high());
    std::array::from_fn(|c| low[c].narrow(high[c]))
}

/// Interleaved RGB of rows of YCbCr.
pub(super) fn ycc_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let (y, y_rest) = y.as_chunks::<LANES>();
    let (cb, cb_rest) = cb.as_chunks::<LANES>();
    let (cr, cr_rest) = cr.as_chunks::<LANES>();
    let (whole, rest) = out.split_at_mut((y.len() * LANES * 3).min(out.len()));
    for (((to, y), cb), cr) in whole.as_chunks_mut::<{ 3 * LANES }>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        *to = Vector::interleave(convert(Vector::from_bytes(*y), Vector::from_bytes(*cb), Vector::from_bytes(*cr)));
    }
    for (((to, &y), &cb), &cr) in rest.as_chunks_mut::<3>().0.iter_mut().zip(y_rest).zip(cb_rest).zip(cr_rest) {
        *to = rgb(y, cb, cr);
    }
}

/// Interleaves rows of samples as they are.
pub(super) fn interleave<const N: usize>(rows: [&[u8]; N], out: &mut [u8]) {
    for (place, row) in rows.into_iter().enumerate() {
        for (pixel, &sample) in out.as_chunks_mut::<N>().0.iter_mut().zip(row) {
            if let Some(to) = pixel.get_mut(place) {
                *to = sample;
            }
        }
    }
}

/// Inks of YCCK: libjpeg's CMY is what YCbCr gives, inverted, and Adobe's files store inks inverted, so that the
/// two inversions of the first three cancel out.
pub(super) fn ycck_to_cmyk(y: &[u8], cb: &[u8], cr: &[u8], k: &[u8], out: &mut [u8]) {
    for ((((to, &y), &cb), &cr), &k) in out.as_chunks_mut::<4>().0.iter_mut().zip(y).zip(cb).zip(cr).zip(k) {
        let [c, m, y] = rgb(y, cb, cr);
        *to = [c, m, y, 255 - k];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_once_are_what_each_is_alone() {
        for y in (0..=255).step_by(5) {
            let (mut luma, mut blue, mut red) = (Vec::new(), Vec::new(), Vec::new());
            for cb in 0..=255u8 {
                for cr in (0..=255).step_by(3).chain([255]) {
                    luma.push(y);
                    blue.push(cb);
                    red.push(cr);
                }
            }
            let mut out = vec![0; luma.len() * 3];
            ycc_to_rgb(&luma, &blue, &red, &mut out);
            for (i, pixel) in out.chunks(3).enumerate() {
                assert_eq!(pixel, rgb(luma[i], blue[i], red[i]), "{y} {} {}", blue[i], red[i]);
            }
        }
    }
}
