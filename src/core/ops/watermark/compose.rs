//! Laying one picture over another.

use crate::image::{Image, Layout};
use crate::Result;

/// Lays `mark` (RGBA) over `image` (RGB or RGBA) with its corner at `at`; what sticks out is cut off.
/// `opacity` is in per cent.
///
/// # Errors
/// `internal` when the samples do not fit their size.
pub fn compose(image: Image, mark: &Image, at: (i64, i64), opacity: u8) -> Result<Image> {
    let (size, layout) = (image.held(), image.layout());
    let n = layout.channels();
    let mut data = image.into_data();
    // How many of the mark's columns and rows lie before the image's edge, and where the rest begins.
    let (skip_x, to_x) = ((-at.0).max(0) as usize, at.0.max(0) as usize);
    let (skip_y, to_y) = ((-at.1).max(0) as usize, at.1.max(0) as usize);
    let rows = data.chunks_exact_mut(size.width as usize * n).skip(to_y);
    let mark_rows = mark.data().chunks_exact(mark.held().width as usize * 4).skip(skip_y);
    for (to, from) in rows.zip(mark_rows) {
        for (below, above) in to.chunks_exact_mut(n).skip(to_x).zip(from.chunks_exact(4).skip(skip_x)) {
            over(below, above, u32::from(opacity));
        }
    }
    Image::new(size, layout, data)
}

/// Porter-Duff source-over of one straight-alpha pixel, in place.
fn over(below: &mut [u8], above: &[u8], opacity: u32) {
    // Alpha in 1/25500: 255 levels times per cent.
    let top = above.get(3).map_or(0, |a| u32::from(*a)) * opacity;
    if top == 0 {
        return;
    }
    if let [r, g, b] = below {
        for (channel, &new) in [r, g, b].into_iter().zip(above) {
            *channel = ((u32::from(*channel) * (25_500 - top) + u32::from(new) * top + 12_750) / 25_500) as u8;
        }
    } else if let [r, g, b, a] = below {
        let under = u64::from(*a) * u64::from(25_500 - top);
        let (top, alpha) = (u64::from(top) * 255, u64::from(top) * 255 + under);
        for (channel, &new) in [r, g, b].into_iter().zip(above) {
            *channel = ((u64::from(*channel) * under + u64::from(new) * top + alpha / 2) / alpha) as u8;
        }
        *a = ((alpha + 12_750) / 25_500) as u8;
    }
}

/// Two pictures side by side on a clear canvas; `align` is 0 top, 1 middle, 2 bottom.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn beside(left: &Image, right: &Image, gap: u32, align: u8) -> Result<Image> {
    let (l, r) = (left.held(), right.held());
    let size = crate::image::Size::new(l.width.saturating_add(gap).saturating_add(r.width), l.height.max(r.height));
    let canvas = Image::new(size, Layout::Rgba, crate::image::zeroed(size.pixels() * 4)?)?;
    let down = |height: u32| match align {
        0 => 0,
        1 => i64::from(size.height - height) / 2,
        _ => i64::from(size.height - height),
    };
    let canvas = compose(canvas, left, (0, down(l.height)), 100)?;
    compose(canvas, right, (i64::from(l.width) + i64::from(gap), down(r.height)), 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Color, Size};

    fn gray(size: Size, level: u8) -> Image {
        Image::filled(size, Layout::Gray, Color { rgba: [level, 0, 0, 255] }).unwrap()
    }

    #[test]
    fn a_mark_is_blended_and_cut_at_the_edge() {
        let main = gray(Size::new(3, 3), 0).into_rgb().unwrap();
        let mark = gray(Size::new(2, 2), 200).into_rgba().unwrap();
        let made = compose(main.clone(), &mark, (-1, 2), 50).unwrap();
        let reds: Vec<u8> = made.data().chunks(3).map(|p| p[0]).collect();
        assert_eq!(reds, [0, 0, 0, 0, 0, 0, 100, 0, 0]);
        // A mark that lies wholly outside changes nothing.
        assert_eq!(compose(main.clone(), &mark, (5, 5), 100).unwrap(), main);
        assert_eq!(compose(main.clone(), &mark, (-9, -9), 100).unwrap(), main);
    }

    #[test]
    fn a_mark_on_transparency_brings_its_own_alpha() {
        let main = Image::new(Size::new(1, 1), Layout::Rgba, vec![9, 9, 9, 0]).unwrap();
        let mark = gray(Size::new(1, 1), 200).into_rgba().unwrap();
        assert_eq!(compose(main.clone(), &mark, (0, 0), 50).unwrap().data(), [200, 200, 200, 128]);
        assert_eq!(compose(main, &mark, (0, 0), 100).unwrap().data(), [200, 200, 200, 255]);
    }

    #[test]
    fn two_stand_side_by_side_on_one_line() {
        let (a, b) = (gray(Size::new(1, 1), 50).into_rgba().unwrap(), gray(Size::new(1, 3), 90).into_rgba().unwrap());
        for (align, row) in [(0, 0), (1, 1), (2, 2)] {
            let made = beside(&a, &b, 2, align).unwrap();
            assert_eq!(made.size(), Size::new(4, 3));
            assert_eq!(made.data()[row * 16..row * 16 + 4], [50, 50, 50, 255], "{align}");
            assert_eq!(made.data()[12..16], [90, 90, 90, 255]);
        }
    }
}
