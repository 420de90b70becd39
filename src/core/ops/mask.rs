//! Shapes cut out of a picture by its alpha, with smooth edges.

use crate::image::{Image, Layout};
use crate::Result;

/// How much of a pixel at a distance from a circle's centre lies within its radius, 0 to 1: the edge is
/// one pixel wide.
pub fn within(radius: f32, dx: f32, dy: f32) -> f32 {
    (radius - (dx * dx + dy * dy).sqrt() + 0.5).clamp(0.0, 1.0)
}

/// Multiplies alpha by what `cover` says of each pixel, 0 to 1; pixels are counted from the corner.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn keep(image: Image, cover: impl Fn(u32, u32) -> f32) -> Result<Image> {
    let image = image.into_rgba()?;
    let size = image.held();
    let mut data = image.into_data();
    for (y, row) in (0..).zip(data.chunks_exact_mut(size.width as usize * 4)) {
        for (x, pixel) in (0..).zip(row.chunks_exact_mut(4)) {
            let part = cover(x, y);
            if let (true, [.., alpha]) = (part < 1.0, pixel) {
                *alpha = (f32::from(*alpha) * part).round() as u8;
            }
        }
    }
    Image::new(size, Layout::Rgba, data)
}
