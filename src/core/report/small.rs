//! A picture shrunk for a look at its colours, and its pixels one by one.

use crate::codec::shrink::Shrink;
use crate::image::{Image, Layout};
use crate::Result;

/// About at most so many pixels, each the mean of a block; colour is weighted by alpha.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn within_pixels(image: &Image, most: u64) -> Result<Image> {
    let times = image.held().pixels().div_ceil(most.max(1));
    by(image, (times as f64).sqrt().ceil() as u32)
}

/// At most so many pixels a side, likewise.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn within_side(image: &Image, most: u32) -> Result<Image> {
    by(image, image.held().width.max(image.held().height).div_ceil(most.max(1)))
}

fn by(image: &Image, factor: u32) -> Result<Image> {
    let (size, layout) = (image.held(), image.layout());
    let mut shrink = Shrink::new(size, factor.max(1), layout)?;
    image.data().chunks_exact((size.width as usize * layout.channels()).max(1)).for_each(|row| shrink.row(row));
    let (size, data) = shrink.finish();
    Image::new(size, layout, data)
}

/// Each pixel as red, green, blue and alpha.
pub fn pixels(image: &Image) -> impl Iterator<Item = [u8; 4]> + '_ {
    let layout = image.layout();
    image.data().chunks_exact(layout.channels()).map(move |p| match (layout, p) {
        (Layout::Gray, [l]) => [*l, *l, *l, 255],
        (_, [r, g, b, a]) => [*r, *g, *b, *a],
        (_, [r, g, b]) => [*r, *g, *b, 255],
        _ => [0; 4],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Color, Size};

    fn white(width: u32, height: u32) -> Image {
        Image::filled(Size::new(width, height), Layout::Rgba, Color::WHITE).unwrap()
    }

    #[test]
    fn sizes() {
        assert_eq!(within_pixels(&white(256, 256), 65_536).unwrap().held(), Size::new(256, 256));
        assert_eq!(within_pixels(&white(257, 256), 65_536).unwrap().held(), Size::new(129, 128));
        assert_eq!(within_side(&white(64, 3), 64).unwrap().held(), Size::new(64, 3));
        assert_eq!(within_side(&white(65, 3), 64).unwrap().held(), Size::new(33, 2));
    }

    #[test]
    fn pixels_of_every_layout() {
        let one = |layout, data: &[u8]| pixels(&Image::new(Size::new(1, 1), layout, data.to_vec()).unwrap()).next();
        assert_eq!(one(Layout::Gray, &[7]), Some([7, 7, 7, 255]));
        assert_eq!(one(Layout::Rgb, &[1, 2, 3]), Some([1, 2, 3, 255]));
        assert_eq!(one(Layout::Rgba, &[1, 2, 3, 4]), Some([1, 2, 3, 4]));
    }
}
