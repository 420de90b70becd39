//! EXIF orientation: read from a TIFF block, applied to pixels.

use crate::image::{buffer, Image, Size, Window};
use crate::tags::{Block, Group};
use crate::{Error, Result};

/// How stored pixels are to be turned, EXIF's values 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation(u8);

impl Orientation {
    /// From EXIF's value; what is not 2 to 8 means as stored.
    pub fn new(value: u16) -> Orientation {
        Orientation(u8::try_from(value).ok().filter(|v| (2..=8).contains(v)).unwrap_or(1))
    }

    /// Reads tag 0x0112 of the first directory of a TIFF block (EXIF 2.32 section 4.6). A block that
    /// cannot be read means as stored: a broken tag must not cost the picture.
    pub fn read(tiff: &[u8]) -> Orientation {
        let number = |block: Block| block.find(Group::Image, 0x0112)?.number(block.order);
        Orientation::new(Block::read(tiff).and_then(number).and_then(|n| u16::try_from(n).ok()).unwrap_or(1))
    }

    /// EXIF's value, 1 to 8.
    pub fn value(self) -> u8 {
        self.0.max(1)
    }

    /// True when width and height change places.
    pub fn turns(self) -> bool {
        self.0 >= 5
    }

    /// Turns the pixels.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn apply(self, image: Image) -> Result<Image> {
        if self.0 <= 1 {
            return Ok(image);
        }
        let (from, layout, nominal) = (image.held(), image.layout(), image.size());
        let (to, nominal) = if self.turns() { (from.turned(), nominal.turned()) } else { (from, nominal) };
        let n = layout.channels();
        let turned = match image.wide() {
            Some(wide) => Image::deep(to, layout, self.turned(wide, n, from, to)?),
            None => Image::new(to, layout, self.turned(image.data(), n, from, to)?),
        };
        let turned = turned?.standing_for(nominal);
        let seen = image.window();
        // Where all is seen it stays so.
        Ok(match image.is_windowed() {
            true => turned.seen_through(self.turned_window(seen, f64::from(from.width), f64::from(from.height)), nominal),
            false => turned,
        })
    }

    /// Where a part of a picture of these sides comes to lie.
    fn turned_window(self, of: Window, across: f64, down: f64) -> Window {
        let (right, below) = (across - of.x - of.width, down - of.y - of.height);
        let (x, y) = match self.0 {
            2 => (right, of.y),
            3 => (right, below),
            4 => (of.x, below),
            5 => (of.y, of.x),
            6 => (below, of.x),
            7 => (below, right),
            8 => (of.y, right),
            _ => (of.x, of.y),
        };
        match self.turns() {
            true => Window { x, y, width: of.height, height: of.width },
            false => Window { x, y, ..of },
        }
    }

    /// Where a part of the picture as it is shown lies in the picture as it is stored, which has this size.
    pub fn stored(self, part: Window, stored: Size) -> Window {
        // A quarter to the right undoes one to the left; all others undo themselves.
        let back = Orientation(match self.0 {
            6 => 8,
            8 => 6,
            same => same,
        });
        let shown = if self.turns() { stored.turned() } else { stored };
        back.turned_window(part, f64::from(shown.width), f64::from(shown.height))
    }

    fn turned<T: Copy>(self, data: &[T], n: usize, from: Size, to: Size) -> Result<Vec<T>> {
        let (w, h, row) = (from.width as usize, from.height as usize, from.width as usize * n);
        let mut out = buffer(data.len() as u64)?;
        for y in 0..to.height as usize {
            for x in 0..to.width as usize {
                let (sx, sy) = match self.0 {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                let at = sy * row + sx * n;
                out.extend_from_slice(data.get(at..at + n).ok_or(Error::Internal)?);
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    fn block(orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
        tiff
    }

    #[test]
    fn the_tag_is_read_and_rubbish_is_not() {
        assert_eq!(Orientation::read(&block(6)), Orientation(6));
        for bad in [&block(9)[..], &block(0), b"", b"MM\0*\xff\xff\xff\xff", &block(6)[..12]] {
            assert_eq!(Orientation::read(bad), Orientation(1));
        }
    }

    #[test]
    fn each_orientation_brings_the_same_corner_up() {
        // The picture 1 2 / 3 4 as a camera stores it for each value.
        for (value, stored) in [
            (1, [1, 2, 3, 4]),
            (2, [2, 1, 4, 3]),
            (3, [4, 3, 2, 1]),
            (4, [3, 4, 1, 2]),
            (5, [1, 3, 2, 4]),
            (6, [2, 4, 1, 3]),
            (7, [4, 2, 3, 1]),
            (8, [3, 1, 4, 2]),
        ] {
            let image = Image::new(Size::new(2, 2), Layout::Gray, stored.to_vec()).unwrap();
            assert_eq!(Orientation(value).apply(image).unwrap().data(), [1, 2, 3, 4], "{value}");
        }
        // A part that is seen is turned with the picture, and finds back.
        for value in 1..=8 {
            let orientation = Orientation(value);
            let data: Vec<u8> = (0..35).collect();
            let part = Window { x: 1.0, y: 2.0, width: 3.0, height: 2.0 };
            let whole = || Image::new(Size::new(7, 5), Layout::Gray, data.clone()).unwrap();
            let shown = orientation.apply(whole().seen_through(part, Size::new(3, 2))).unwrap();
            assert_eq!(orientation.stored(shown.window(), Size::new(7, 5)), part, "{value}");
            let cut = orientation.apply(whole().cut(1, 2, Size::new(3, 2)).unwrap()).unwrap();
            assert_eq!(shown.settled().unwrap().data(), cut.data(), "{value}");
        }
        let deep = Image::deep(Size::new(1, 2), Layout::Gray, vec![700, 70]).unwrap();
        assert_eq!(Orientation(3).apply(deep).unwrap().wide(), Some(&[70, 700][..]));
        let wide = Image::new(Size::new(3, 1), Layout::Gray, vec![1, 2, 3]).unwrap();
        assert_eq!(Orientation(6).apply(wide).unwrap().size(), Size::new(1, 3));
    }
}
