//! Samples of 8 bits to 16 and back, through tables: how pictures come to light, which is added, and from it.
//! Those of 16 bits lie in the machine's order.

/// Puts what a table makes of each sample behind `out`.
#[inline(never)]
pub fn widen(samples: &[u8], table: &[u16; 256], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + samples.len() * 2, 0);
    let (_, room) = out.split_at_mut(from);
    for (sample, wide) in samples.iter().zip(room.as_chunks_mut::<2>().0) {
        *wide = table[usize::from(*sample)].to_ne_bytes();
    }
}

/// The same of RGBA: colours, weighted by their alpha, behind `colours`; alpha behind `alphas`.
#[inline(never)]
pub fn widen_weighted(pixels: &[u8], table: &[u16; 256], colours: &mut Vec<u8>, alphas: &mut Vec<u8>) {
    let (pixels, _) = pixels.as_chunks::<4>();
    let (from, from_alpha) = (colours.len(), alphas.len());
    colours.resize(from + pixels.len() * 6, 0);
    alphas.resize(from_alpha + pixels.len() * 2, 0);
    let (_, colours) = colours.split_at_mut(from);
    let (_, alphas) = alphas.split_at_mut(from_alpha);
    let room = colours.as_chunks_mut::<6>().0.iter_mut().zip(alphas.as_chunks_mut::<2>().0);
    for ([r, g, b, a], (colour, alpha)) in pixels.iter().zip(room) {
        let opacity = u32::from(*a) * 257;
        let [r, g, b] = [r, g, b].map(|sample| ((u32::from(table[usize::from(*sample)]) * opacity + 32_767) / 65_535) as u16);
        let ([r0, r1], [g0, g1], [b0, b1]) = (r.to_ne_bytes(), g.to_ne_bytes(), b.to_ne_bytes());
        *colour = [r0, r1, g0, g1, b0, b1];
        *alpha = (opacity as u16).to_ne_bytes();
    }
}

/// Puts what a table makes of each 16-bit sample behind `out`.
#[inline(never)]
pub fn narrow(samples: &[u8], table: &[u8; 65_536], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + samples.len() / 2, 0);
    let (_, room) = out.split_at_mut(from);
    for (wide, sample) in samples.as_chunks::<2>().0.iter().zip(room) {
        *sample = table[usize::from(u16::from_ne_bytes(*wide))];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_goes_through_its_table() {
        let table: [u16; 256] = std::array::from_fn(|v| v as u16 * 257);
        let mut wide = Vec::new();
        widen(&[0, 3, 255], &table, &mut wide);
        let back: Vec<u8> = (0..=u16::MAX).map(|v| (v >> 8) as u8).collect();
        let mut out = vec![9];
        narrow(&wide, back.as_slice().try_into().unwrap(), &mut out);
        assert_eq!(out, [9, 0, 3, 255]);
    }

    #[test]
    fn colours_are_weighted_by_alpha() {
        let table: [u16; 256] = std::array::from_fn(|v| v as u16 * 257);
        let (mut colours, mut alphas) = (Vec::new(), Vec::new());
        widen_weighted(&[200, 100, 0, 255, 200, 100, 50, 0], &table, &mut colours, &mut alphas);
        let words = |bytes: &[u8]| -> Vec<u16> { bytes.chunks(2).map(|p| u16::from_ne_bytes([p[0], p[1]])).collect() };
        assert_eq!(words(&colours), [200 * 257, 100 * 257, 0, 0, 0, 0]);
        assert_eq!(words(&alphas), [65_535, 0]);
    }
}
