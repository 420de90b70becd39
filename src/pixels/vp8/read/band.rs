//! The rows of samples that are still needed: those of the macroblocks at work, and the last ones above them, which the
//! filter changes and colour is made of.

use super::rebuild::Samples;
use super::ReadError;

/// Rows of luma above the macroblocks at work; half as many of chroma.
pub const ABOVE: usize = 8;

/// Rows of one kind of sample, sixteen bytes a macroblock.
pub struct Plane {
    data: Vec<u8>,
    /// Bytes of a row.
    pub stride: usize,
    /// Rows above.
    above: usize,
}

impl Plane {
    fn new(columns: usize, rows: usize, above: usize) -> Result<Plane, ReadError> {
        let stride = 16 * columns;
        let mut data = Vec::new();
        data.try_reserve_exact(stride * (rows + above)).map_err(|_| ReadError::OutOfMemory)?;
        data.resize(stride * (rows + above), 0);
        Ok(Plane { data, stride, above })
    }

    /// The place of a byte; `y` counts from the first row above.
    #[inline(always)]
    fn at(&self, x: usize, y: usize) -> usize {
        y * self.stride + x
    }

    /// So many bytes from a place on.
    #[inline(always)]
    pub fn load<const N: usize>(&self, x: usize, y: usize) -> Option<[u8; N]> {
        self.data.get(self.at(x, y)..)?.first_chunk().copied()
    }

    /// Puts bytes there.
    #[inline(always)]
    pub fn store<const N: usize>(&mut self, x: usize, y: usize, bytes: [u8; N]) {
        let at = self.at(x, y);
        if let Some(place) = self.data.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
    }

    /// A row; `y` counts from the first row above.
    pub fn row(&self, y: usize) -> &[u8] {
        self.data.get(self.at(0, y)..self.at(0, y + 1)).unwrap_or(&[])
    }

    /// The last rows become those above.
    fn advance(&mut self) {
        let len = self.data.len();
        self.data.copy_within(len - (self.above * self.stride).min(len).., 0);
    }
}

/// All planes.
pub struct Band {
    /// Luma.
    pub luma: Plane,
    /// Chroma: of each macroblock eight bytes of blue difference and eight of red.
    pub chroma: Plane,
}

impl Band {
    /// For rows of so many macroblocks.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn new(columns: usize) -> Result<Band, ReadError> {
        Ok(Band { luma: Plane::new(columns, 16, ABOVE)?, chroma: Plane::new(columns, 8, ABOVE / 2)? })
    }

    /// Puts a macroblock in.
    #[inline]
    pub fn put(&mut self, column: usize, samples: &Samples) {
        for (y, row) in samples.luma.as_chunks::<16>().0.iter().enumerate() {
            self.luma.store(16 * column, ABOVE + y, *row);
        }
        for (half, plane) in samples.chroma.iter().enumerate() {
            for (y, row) in plane.as_chunks::<8>().0.iter().enumerate() {
                self.chroma.store(16 * column + 8 * half, ABOVE / 2 + y, *row);
            }
        }
    }

    /// Makes room for the next row of macroblocks.
    pub fn advance(&mut self) {
        self.luma.advance();
        self.chroma.advance();
    }
}
