//! From rows of samples to interleaved pixels (JFIF 1.02, Adobe technical note 5116).

/// Pixels that are converted side by side.
const LANES: usize = 16;
/// Bits behind the point of the constants.
const POINT: u32 = 16;

const fn fixed(value: f64) -> i32 {
    (value * 65536.0 + 0.5) as i32
}

/// Red, green and blue of YCbCr, by the equations of JFIF with the rounding of libjpeg.
#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << (POINT - 1);
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let r = y + ((fixed(1.402) * cr + HALF) >> POINT);
    let g = y + ((-fixed(0.344136286) * cb - fixed(0.714136286) * cr + HALF) >> POINT);
    let b = y + ((fixed(1.772) * cb + HALF) >> POINT);
    [r.clamp(0, 255) as u8, g.clamp(0, 255) as u8, b.clamp(0, 255) as u8]
}

/// Pixels of `LANES` samples of each component.
#[inline(always)]
fn convert(y: &[u8; LANES], cb: &[u8; LANES], cr: &[u8; LANES]) -> [[u8; LANES]; 3] {
    let mut out = [[0; LANES]; 3];
    for i in 0..LANES {
        [out[0][i], out[1][i], out[2][i]] = rgb(y[i], cb[i], cr[i]);
    }
    out
}

/// Interleaved RGB of rows of YCbCr.
pub(super) fn ycc_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let (y, y_rest) = y.as_chunks::<LANES>();
    let (cb, cb_rest) = cb.as_chunks::<LANES>();
    let (cr, cr_rest) = cr.as_chunks::<LANES>();
    let (whole, rest) = out.split_at_mut((y.len() * LANES * 3).min(out.len()));
    for (((to, y), cb), cr) in whole.as_chunks_mut::<{ 3 * LANES }>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        let [r, g, b] = convert(y, cb, cr);
        for i in 0..LANES {
            to[3 * i] = r[i];
            to[3 * i + 1] = g[i];
            to[3 * i + 2] = b[i];
        }
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
