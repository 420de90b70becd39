//! The canvas that the frames of an animation are painted on: disposal, blending, cutting at its edges.

use crate::image::{buffer, zeroed, Image, Layout, Size};
use crate::Result;

/// A rectangle of a canvas, px; it may stick out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// What becomes of a frame's area before the next one is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposal {
    /// It stays.
    Keep,
    /// It becomes transparent, as in browsers, whatever background colour the file names.
    Clear,
    /// What was there before the frame comes back.
    Restore,
}

/// How a frame's pixels meet what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blend {
    /// Laid over it.
    Over,
    /// Put in its place, alpha included.
    Replace,
}

/// A canvas of RGBA pixels, transparent at first.
pub struct Canvas {
    size: Size,
    data: Vec<u8>,
    /// What the last frame's disposal is to do.
    due: Option<(Area, Disposal)>,
    /// What was beneath a frame that is to be taken back.
    saved: Vec<u8>,
}

impl Canvas {
    /// A transparent canvas.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn new(size: Size) -> Result<Canvas> {
        Ok(Canvas { size, data: zeroed(size.pixels() * 4)?, due: None, saved: Vec::new() })
    }

    /// Disposes of the frame before and paints one: `pixels` are those of the area, row by row; what lies
    /// outside the canvas is cut, and what is missing stays as it was.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn paint(&mut self, area: Area, disposal: Disposal, blend: Blend, mut pixels: impl Iterator<Item = [u8; 4]>) -> Result<()> {
        self.dispose();
        let (area, full) = (area, self.size);
        let inner = inside(area, full);
        if disposal == Disposal::Restore {
            self.saved = buffer(u64::from(inner.width) * u64::from(inner.height) * 4)?;
            let Canvas { data, saved, .. } = self;
            rows(data, full, inner).for_each(|row| saved.extend_from_slice(row));
        }
        for row in rows(&mut self.data, full, inner) {
            for to in row.chunks_exact_mut(4) {
                let Some(pixel) = pixels.next() else { break };
                match blend {
                    Blend::Replace => to.copy_from_slice(&pixel),
                    Blend::Over => over(to, pixel),
                }
            }
            (inner.width..area.width).for_each(|_| {
                pixels.next();
            });
        }
        self.due = Some((inner, disposal));
        Ok(())
    }

    fn dispose(&mut self) {
        match self.due.take() {
            Some((area, Disposal::Clear)) => rows(&mut self.data, self.size, area).for_each(|row| row.fill(0)),
            Some((area, Disposal::Restore)) if area.width > 0 => {
                let saved = self.saved.chunks_exact(area.width as usize * 4);
                rows(&mut self.data, self.size, area).zip(saved).for_each(|(row, saved)| row.copy_from_slice(saved));
            }
            _ => {}
        }
    }

    /// Its own size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What is seen, as an RGBA image.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn image(&self) -> Result<Image> {
        let mut data = buffer(self.data.len() as u64)?;
        data.extend_from_slice(&self.data);
        Image::new(self.size, Layout::Rgba, data)
    }

    /// What is seen, without a copy.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn into_image(self) -> Result<Image> {
        Image::new(self.size, Layout::Rgba, self.data)
    }
}

/// The part of an area that lies within a canvas.
fn inside(area: Area, size: Size) -> Area {
    let (x, y) = (area.x.min(size.width), area.y.min(size.height));
    Area { x, y, width: area.width.min(size.width - x), height: area.height.min(size.height - y) }
}

/// The rows of an area that lies within a canvas.
fn rows(data: &mut [u8], size: Size, area: Area) -> impl Iterator<Item = &mut [u8]> {
    let (from, to) = (area.x as usize * 4, (area.x + area.width) as usize * 4);
    let rows = data.chunks_exact_mut((size.width as usize * 4).max(1)).skip(area.y as usize).take(area.height as usize);
    rows.filter_map(move |row| row.get_mut(from..to))
}

/// Straight alpha over straight alpha (W3C compositing 9.1.4), rounded.
fn over(to: &mut [u8], pixel: [u8; 4]) {
    let [r, g, b, alpha] = pixel;
    let beneath = to.last().copied().unwrap_or(0);
    match (alpha, beneath) {
        (0, _) => {}
        (255, _) | (_, 0) => to.copy_from_slice(&pixel),
        _ => {
            let (front, back) = (u32::from(alpha) * 255, u32::from(beneath) * (255 - u32::from(alpha)));
            let all = front + back;
            for (to, colour) in to.iter_mut().zip([r, g, b]) {
                *to = ((u32::from(colour) * front + u32::from(*to) * back + all / 2) / all) as u8;
            }
            if let Some(to) = to.last_mut() {
                *to = ((all + 127) / 255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];

    fn shown(canvas: &Canvas) -> Vec<[u8; 4]> {
        canvas.image().unwrap().data().chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect()
    }

    #[test]
    fn each_disposal_leaves_what_it_should() {
        for (disposal, left) in [(Disposal::Keep, BLUE), (Disposal::Clear, [0; 4]), (Disposal::Restore, RED)] {
            let mut canvas = Canvas::new(Size::new(3, 1)).unwrap();
            let area = |x, width| Area { x, y: 0, width, height: 1 };
            canvas.paint(area(0, 3), Disposal::Keep, Blend::Replace, [RED; 3].into_iter()).unwrap();
            canvas.paint(area(1, 1), disposal, Blend::Over, [BLUE].into_iter()).unwrap();
            assert_eq!(shown(&canvas), [RED, BLUE, RED]);
            canvas.paint(area(2, 1), Disposal::Keep, Blend::Over, [[0; 4]].into_iter()).unwrap();
            assert_eq!(shown(&canvas), [RED, left, RED], "{disposal:?}");
        }
    }

    #[test]
    fn what_sticks_out_is_cut() {
        let mut canvas = Canvas::new(Size::new(2, 2)).unwrap();
        let area = Area { x: 1, y: 1, width: 2, height: 2 };
        canvas.paint(area, Disposal::Restore, Blend::Over, [RED, BLUE, BLUE, BLUE].into_iter()).unwrap();
        assert_eq!(shown(&canvas), [[0; 4], [0; 4], [0; 4], RED]);
        let far = Area { x: u32::MAX, y: 70_000, width: u32::MAX, height: 1 };
        canvas.paint(far, Disposal::Restore, Blend::Over, std::iter::empty()).unwrap();
        assert_eq!(shown(&canvas), [[0; 4]; 4]);
    }

    #[test]
    fn half_transparent_pixels_mix_only_when_laid_over() {
        let mut canvas = Canvas::new(Size::new(2, 1)).unwrap();
        let all = Area { x: 0, y: 0, width: 2, height: 1 };
        canvas.paint(all, Disposal::Keep, Blend::Replace, [BLUE, [0, 0, 200, 128]].into_iter()).unwrap();
        canvas.paint(all, Disposal::Keep, Blend::Over, [[255, 0, 0, 128]; 2].into_iter()).unwrap();
        assert_eq!(shown(&canvas), [[128, 0, 127, 255], [170, 0, 66, 192]]);
        canvas.paint(all, Disposal::Keep, Blend::Replace, [[9, 9, 9, 7]; 2].into_iter()).unwrap();
        assert_eq!(shown(&canvas), [[9, 9, 9, 7]; 2]);
    }
}
