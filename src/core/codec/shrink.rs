//! Averaging whole blocks of pixels while rows arrive, so that memory follows the result and not the
//! source. The block is at most half of what the resizer reduces to, which then does the filtering.

use crate::image::{buffer, Layout, Size};
use crate::Result;
pub use limn_pixels::shrink::Sample;

/// The side of the block that may be averaged to one pixel when at least `want` is wanted; 1 or more.
pub fn factor(size: Size, want: Size) -> u32 {
    let along = |have: u32, want: u32| have / want.max(1);
    along(size.width, want.width).min(along(size.height, want.height)).clamp(1, 64)
}

/// The size that a factor makes: partial blocks at the edges count.
pub fn shrunk(size: Size, factor: u32) -> Size {
    Size::new(size.width.div_ceil(factor), size.height.div_ceil(factor))
}

/// Takes rows and gives a smaller picture.
pub struct Shrink<T = u8> {
    size: Size,
    factor: u32,
    layout: Layout,
    rows: u32,
    /// Sums of the block row at hand; colour is weighted by alpha.
    sums: Vec<u64>,
    out: Vec<T>,
}

impl<T: Sample> Shrink<T> {
    /// For a source of `size`, rows of `layout`.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn new(size: Size, factor: u32, layout: Layout) -> Result<Shrink<T>> {
        let small = shrunk(size, factor);
        let out = buffer(small.pixels() * layout.channels() as u64)?;
        let sums = vec![0; small.width as usize * layout.channels()];
        Ok(Shrink { size, factor, layout, rows: 0, sums, out })
    }

    /// The next row, width × channels samples.
    pub fn row(&mut self, row: &[T]) {
        if self.factor == 1 {
            self.out.extend_from_slice(row);
            self.rows += 1;
            return;
        }
        T::add(&mut self.sums, row, self.layout.channels(), self.factor as usize);
        self.rows += 1;
        if self.rows.is_multiple_of(self.factor) || self.rows == self.size.height {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let high = (self.rows - 1) % self.factor + 1;
        T::means(&mut self.sums, self.layout.channels(), (self.factor, self.size.width, high), &mut self.out);
    }

    /// The picture, once all rows came; fewer samples than its size needs if they did not.
    pub fn finish(self) -> (Size, Vec<T>) {
        (shrunk(self.size, self.factor), self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_with_partial_ones_at_the_edges() {
        let mut s = Shrink::new(Size::new(3, 3), 2, Layout::Gray).unwrap();
        [[0u8, 10, 100], [20, 30, 200], [7, 9, 50]].iter().for_each(|row| s.row(row));
        assert_eq!(s.finish(), (Size::new(2, 2), vec![15, 150, 8, 50]));
    }

    #[test]
    fn sixteen_bits_keep_their_precision() {
        let mut s = Shrink::new(Size::new(2, 1), 2, Layout::Rgba).unwrap();
        s.row(&[60_000u16, 1, 0, 65_535, 60_003, 2, 0, 65_535]);
        assert_eq!(s.finish().1, [60_002, 2, 0, 65_535]);
    }

    #[test]
    fn transparent_pixels_lend_no_colour() {
        let mut s = Shrink::new(Size::new(2, 1), 2, Layout::Rgba).unwrap();
        s.row(&[255u8, 0, 0, 255, 0, 255, 0, 0]);
        assert_eq!(s.finish().1, [255, 0, 0, 128]);
    }

    #[test]
    fn the_factor_leaves_what_is_wanted() {
        assert_eq!(factor(Size::new(1000, 500), Size::new(200, 100)), 5);
        assert_eq!(factor(Size::new(1000, 100), Size::new(200, 99)), 1);
        assert_eq!(factor(Size::new(10, 10), Size::new(20, 20)), 1);
    }
}
