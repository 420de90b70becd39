//! RGB to the studio-swing YUV 4:2:0 of WebP, padded to whole macroblocks.

use super::Vp8Error;

/// The three planes of a frame, their edges repeated up to whole macroblocks.
pub struct Planes {
    /// Frame width in macroblocks of 16 pixels.
    pub columns: usize,
    /// Frame height in macroblocks.
    pub rows: usize,
    /// Luma, `columns * 16` bytes a row.
    pub y: Vec<u8>,
    /// Blue difference, `columns * 8` bytes a row.
    pub u: Vec<u8>,
    /// Red difference, laid out as `u`.
    pub v: Vec<u8>,
}

/// Luma of one pixel, 16..=235 (BT.601, as libwebp rounds it).
#[inline(always)]
fn luma(r: i32, g: i32, b: i32) -> u8 {
    ((16839 * r + 33059 * g + 6420 * b + (16 << 16) + (1 << 15)) >> 16) as u8
}

/// Chroma of four summed pixels, 16..=240.
#[inline(always)]
fn chroma(weights: [i32; 3], [r, g, b]: [i32; 3]) -> u8 {
    let sum = weights[0] * r + weights[1] * g + weights[2] * b;
    ((sum + (128 << 18) + (1 << 17)) >> 18).clamp(0, 255) as u8
}

const U_WEIGHTS: [i32; 3] = [-9719, -19081, 28800];
const V_WEIGHTS: [i32; 3] = [28800, -24116, -4684];

fn plane(len: usize) -> Result<Vec<u8>, Vp8Error> {
    let mut plane = Vec::new();
    plane.try_reserve_exact(len).map_err(|_| Vp8Error::OutOfMemory)?;
    plane.resize(len, 0);
    Ok(plane)
}

impl Planes {
    /// Converts interleaved pixels of `N` bytes; only the first three count.
    ///
    /// # Errors
    /// Memory is short; or the slice is not `width * height * N` long.
    pub fn new<const N: usize>(pixels: &[u8], width: usize, height: usize) -> Result<Self, Vp8Error> {
        let (columns, rows) = (width.div_ceil(16), height.div_ceil(16));
        let (stride, half) = (columns * 16, columns * 8);
        let mut y = plane(stride * rows * 16)?;
        let mut u = plane(half * rows * 8)?;
        let mut v = plane(half * rows * 8)?;
        let (pixels, _) = pixels.as_chunks::<N>();
        if pixels.len() != width * height || width == 0 || height == 0 {
            return Err(Vp8Error::WrongLength);
        }
        let used = height.div_ceil(2);
        let luma_pairs = y.chunks_exact_mut(stride * 2);
        let chroma_rows = u.chunks_exact_mut(half).zip(v.chunks_exact_mut(half));
        for ((j, pair), (u, v)) in luma_pairs.enumerate().take(used).zip(chroma_rows) {
            let above = &pixels[2 * j * width..][..width];
            let below = &pixels[(2 * j + 1).min(height - 1) * width..][..width];
            let (upper, lower) = pair.split_at_mut(stride);
            luma_row(above, upper);
            luma_row(below, lower);
            chroma_row(above, below, u, v);
        }
        repeat_last_row(&mut y, stride, used * 2);
        repeat_last_row(&mut u, half, used);
        repeat_last_row(&mut v, half, used);
        Ok(Self { columns, rows, y, u, v })
    }
}

fn luma_row<const N: usize>(pixels: &[[u8; N]], out: &mut [u8]) {
    for (p, y) in pixels.iter().zip(out.iter_mut()) {
        *y = luma(i32::from(p[0]), i32::from(p[1]), i32::from(p[2]));
    }
    pad(out, pixels.len());
}

fn chroma_row<const N: usize>(above: &[[u8; N]], below: &[[u8; N]], u: &mut [u8], v: &mut [u8]) {
    let (mut above, mut below) = (above, below);
    let used = above.len().div_ceil(2);
    for (u, v) in u.iter_mut().zip(v.iter_mut()).take(used) {
        let (a, rest_above) = above.split_at(above.len().min(2));
        let (b, rest_below) = below.split_at(below.len().min(2));
        (above, below) = (rest_above, rest_below);
        let (Some(a0), Some(a1)) = (a.first(), a.last()) else { break };
        let (Some(b0), Some(b1)) = (b.first(), b.last()) else { break };
        let sum: [i32; 3] = std::array::from_fn(|c| i32::from(a0[c]) + i32::from(a1[c]) + i32::from(b0[c]) + i32::from(b1[c]));
        *u = chroma(U_WEIGHTS, sum);
        *v = chroma(V_WEIGHTS, sum);
    }
    pad(u, used);
    pad(v, used);
}

/// Repeats the last of the `used` samples to the end of the row.
fn pad(row: &mut [u8], used: usize) {
    let (used, rest) = row.split_at_mut(used.min(row.len()));
    rest.fill(used.last().copied().unwrap_or(0));
}

fn repeat_last_row(plane: &mut [u8], stride: usize, used: usize) {
    let from = (used - 1) * stride;
    for at in (used * stride..plane.len()).step_by(stride) {
        plane.copy_within(from..from + stride, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_colour_and_edges_repeat() {
        let planes = Planes::new::<3>(&[128; 17 * 3 * 3], 17, 3).unwrap();
        assert_eq!((planes.columns, planes.rows), (2, 1));
        assert!(planes.y.iter().all(|&y| y == 126));
        assert!(planes.u.iter().chain(&planes.v).all(|&c| c == 128));
    }

    #[test]
    fn a_wrong_length_is_refused() {
        assert!(Planes::new::<4>(&[0; 15], 2, 2).is_err());
    }
}
