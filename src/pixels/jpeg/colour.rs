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

/// Pixels of `LANES` samples of each component, red in the lowest byte.
#[inline(always)]
fn convert(y: &[u8; LANES], cb: &[u8; LANES], cr: &[u8; LANES]) -> [u32; LANES] {
    let mut out = [0; LANES];
    for i in 0..LANES {
        let [r, g, b] = rgb(y[i], cb[i], cr[i]).map(u32::from);
        out[i] = r | (g << 8) | (b << 16);
    }
    out
}

/// Four pixels as bytes; put together as words, since single bytes are slow to store.
#[inline(always)]
fn pack(pixels: &[u32; 4]) -> [[u8; 4]; 3] {
    let &[a, b, c, d] = pixels;
    [a | (b << 24), (b >> 8) | (c << 16), (c >> 16) | (d << 8)].map(u32::to_le_bytes)
}

/// Interleaved RGB of rows of YCbCr.
pub(super) fn ycc_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let (y, y_rest) = y.as_chunks::<LANES>();
    let (cb, cb_rest) = cb.as_chunks::<LANES>();
    let (cr, cr_rest) = cr.as_chunks::<LANES>();
    let (whole, rest) = out.split_at_mut((y.len() * LANES * 3).min(out.len()));
    for (((to, y), cb), cr) in whole.as_chunks_mut::<{ 3 * LANES }>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        let pixels = convert(y, cb, cr);
        for (to, four) in to.as_chunks_mut::<12>().0.iter_mut().zip(pixels.as_chunks::<4>().0) {
            for (to, word) in to.as_chunks_mut::<4>().0.iter_mut().zip(pack(four)) {
                *to = word;
            }
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
