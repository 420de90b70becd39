//! From rows of samples to interleaved RGB: chroma widened by the triangle filter, then the equations of BT.601 for studio
//! swing; bit for bit what libwebp's decoder gives ("fancy upsampling").

use crate::vector::Vector;

/// Pixels at once.
const LANES: usize = 16;
/// Bytes behind a line that whole vectors reach.
pub const BEHIND: usize = 2 * LANES;

/// Widens a row of chroma: `near` and `far` are the rows of samples about it, of `samples`; each pixel is 9/16 of the
/// nearest sample, 3/16 of the two beside that and 1/16 of the last. All rows have [`BEHIND`] more bytes than are used.
#[inline(always)]
pub fn widen(near: &[u8], far: &[u8], samples: usize, out: &mut [u8]) {
    let one = |n: u8, f: u8| ((3 * u16::from(n) + u16::from(f) + 2) >> 2) as u8;
    let last = samples - 1;
    let (Some(first), Some(end)) = (near.first().zip(far.first()), near.get(last).zip(far.get(last))) else { return };
    let Some(place) = out.first_mut() else { return };
    *place = one(*first.0, *first.1);
    // Pixels 2x + 1 and 2x + 2 lie between samples x and x + 1.
    let inner = out.split_at_mut(1).1;
    let steps = last.div_ceil(8);
    for (at, to) in (0..steps).zip(inner.as_chunks_mut::<LANES>().0) {
        let load = |row: &[u8], x: usize| row.get(x..).and_then(|rest| rest.first_chunk::<8>()).copied();
        let x = 8 * at;
        let (Some(n0), Some(n1), Some(f0), Some(f1)) = (load(near, x), load(near, x + 1), load(far, x), load(far, x + 1)) else { return };
        let wide = |bytes: [u8; 8]| Vector::from_halves([u64::from_le_bytes(bytes), 0]).widen_low();
        let [n0, n1, f0, f1] = [n0, n1, f0, f1].map(wide);
        let all = n0.add(n1).add(f0).add(f1).add(Vector::splat(8));
        let (n1f0, n0f1) = (n1.add(f0), n0.add(f1));
        let left = all.add(n1f0).add(n1f0).shr(3).add(n0).shr(1);
        let right = all.add(n0f1).add(n0f1).shr(3).add(n1).shr(1);
        let zero = Vector::splat(0);
        *to = left.narrow(zero).zip8(right.narrow(zero))[0].bytes();
    }
    if let Some(place) = out.get_mut(2 * last + 1) {
        *place = one(*end.0, *end.1);
    }
}

/// A 16-bit product over 256 with a factor given as whole part and rest, exactly.
#[inline(always)]
fn times(value: Vector, factor: u16) -> Vector {
    let [rest, whole] = factor.to_le_bytes().map(i16::from);
    value.mul(Vector::splat(whole)).add(value.mul(Vector::splat(rest)).shr_unsigned(8))
}

/// Sixteen samples of red, green and blue.
#[inline(always)]
fn convert(y: Vector, u: Vector, v: Vector) -> [Vector; 3] {
    let eight = |y: Vector, u: Vector, v: Vector| {
        let y = times(y, 19077);
        let red = y.add(times(v, 26149)).sub(Vector::splat(14234));
        let green = y.sub(times(u, 6419)).sub(times(v, 13320)).add(Vector::splat(8708));
        // Beyond what a signed number holds.
        let blue = y.add(times(u, 33050)).sub_clipped(Vector::splat(17685));
        [red.shr(6), green.shr(6), blue.shr_unsigned(6)]
    };
    let low = eight(y.widen_low(), u.widen_low(), v.widen_low());
    let high = eight(y.widen_high(), u.widen_high(), v.widen_high());
    std::array::from_fn(|c| low[c].narrow(high[c]))
}

/// Interleaved RGB of rows that have [`BEHIND`] more bytes than `out` needs.
#[inline(always)]
pub fn to_rgb(y: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    let mut rows = y.as_chunks::<LANES>().0.iter().zip(u.as_chunks::<LANES>().0).zip(v.as_chunks::<LANES>().0);
    let (whole, rest) = out.as_chunks_mut::<{ 3 * LANES }>();
    for (to, ((y, u), v)) in whole.iter_mut().zip(rows.by_ref()) {
        *to = Vector::interleave(convert(Vector::from_bytes(*y), Vector::from_bytes(*u), Vector::from_bytes(*v)));
    }
    if let Some(((y, u), v)) = rows.next() {
        let last = Vector::interleave(convert(Vector::from_bytes(*y), Vector::from_bytes(*u), Vector::from_bytes(*v)));
        rest.iter_mut().zip(last).for_each(|(to, from)| *to = from);
    }
}

/// The means of two times two samples of luma.
#[inline(always)]
pub fn halve(upper: &[u8], lower: &[u8], out: &mut [u8]) {
    let pairs = upper.as_chunks::<LANES>().0.iter().zip(lower.as_chunks::<LANES>().0);
    for ((upper, lower), to) in pairs.zip(out.as_chunks_mut::<8>().0) {
        let (a, b) = (Vector::from_bytes(*upper), Vector::from_bytes(*lower));
        let even = Vector::splat(0xff);
        let sum = |v: Vector| v.and(even).add(v.shr_unsigned(8));
        let four = sum(a).add(sum(b)).add(Vector::splat(2)).shr(2);
        *to = four.narrow(four).halves()[0].to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_equations() {
        let clip = |v: i32| if v < 0 { 0 } else { (v >> 6).min(255) as u8 };
        for y in (0..=255u8).step_by(3) {
            let (mut luma, mut blue, mut red) = (Vec::new(), Vec::new(), Vec::new());
            for u in (0..=255u8).step_by(5) {
                for v in 0..=255u8 {
                    luma.push(y);
                    blue.push(u);
                    red.push(v);
                }
            }
            let mut out = vec![0; luma.len() * 3];
            to_rgb(&luma, &blue, &red, &mut out);
            for (i, pixel) in out.chunks(3).enumerate() {
                let times = |value: u8, factor: i32| (i32::from(value) * factor) >> 8;
                let (y, u, v) = (times(y, 19077), blue[i], red[i]);
                let wanted = [
                    clip(y + times(v, 26149) - 14234),
                    clip(y - times(u, 6419) - times(v, 13320) + 8708),
                    clip(y + times(u, 33050) - 17685),
                ];
                assert_eq!(pixel, wanted);
            }
        }
    }

    #[test]
    fn chroma_between_samples_is_weighted() {
        for samples in [1, 2, 3, 9, 17, 40] {
            let row = |seed: usize| -> Vec<u8> { (0..samples + BEHIND).map(|i| (i * i * 37 + seed * 91 + i * 5) as u8).collect() };
            let (near, far) = (row(1), row(2));
            let mut out = vec![0; 2 * samples + BEHIND];
            widen(&near, &far, samples, &mut out);
            for (x, found) in out.iter().enumerate().take(2 * samples) {
                let here = x / 2;
                let beside = if x % 2 == 0 { here.saturating_sub(1) } else { (here + 1).min(samples - 1) };
                let [a, b, c, d] = [near[here], near[beside], far[here], far[beside]].map(u32::from);
                let exact = (9 * a + 3 * b + 3 * c + d) as f64 / 16.0;
                assert!((f64::from(*found) - exact).abs() <= 1.0, "{samples}: {x}");
            }
        }
    }
}
