//! A colour laid behind pixels.

/// Lays a colour with straight alpha behind RGBA pixels with straight alpha.
#[inline(never)]
pub fn lay_behind(pixels: &mut [u8], colour: [u8; 4]) {
    for [r, g, b, a] in pixels.as_chunks_mut::<4>().0 {
        let (top, under) = (u32::from(*a) * 255, u32::from(colour[3]) * (255 - u32::from(*a)));
        let alpha = top + under;
        if alpha == 0 {
            continue;
        }
        for (channel, behind) in [r, g, b].into_iter().zip(colour) {
            *channel = ((u32::from(*channel) * top + u32::from(behind) * under + alpha / 2) / alpha) as u8;
        }
        *a = ((alpha + 127) / 255) as u8;
    }
}
