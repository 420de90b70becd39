//! How a picture is divided into planes, blocks and minimum coded units (T.81 A.1 and A.2).

use super::{Chroma, Picture, WriteError};

/// One component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Blocks across and down in a unit, 1 or 2.
    pub side: usize,
    /// Blocks across that hold pixels.
    pub wide: usize,
    /// Blocks down that hold pixels.
    pub high: usize,
    /// Its quantisation and Huffman tables: 0 for luminance, 1 for colour.
    pub table: usize,
}

/// The division of a picture.
#[derive(Debug, Clone)]
pub struct Layout {
    parts: [Part; 3],
    count: usize,
    /// Units across.
    pub units_wide: usize,
    /// Units down.
    pub units_high: usize,
}

impl Layout {
    /// Divides a picture.
    ///
    /// # Errors
    /// `BadSize` and `WrongLength`.
    pub fn new(picture: &Picture, chroma: Chroma) -> Result<Self, WriteError> {
        let fits = |side: u32| (1..=65_535).contains(&side);
        if !fits(picture.width) || !fits(picture.height) {
            return Err(WriteError::BadSize);
        }
        let bytes = u64::from(picture.width) * u64::from(picture.height) * picture.channels as u64;
        if !matches!(picture.channels, 1 | 3) || bytes != picture.pixels.len() as u64 {
            return Err(WriteError::WrongLength);
        }
        let (width, height) = (picture.width as usize, picture.height as usize);
        let side = if picture.channels == 3 && chroma == Chroma::Half { 2 } else { 1 };
        let luma = Part { side, wide: width.div_ceil(8), high: height.div_ceil(8), table: 0 };
        let colour = Part { side: 1, wide: width.div_ceil(8 * side), high: height.div_ceil(8 * side), table: 1 };
        let count = picture.channels;
        Ok(Self { parts: [luma, colour, colour], count, units_wide: colour.wide, units_high: colour.high })
    }

    /// The components.
    pub fn parts(&self) -> &[Part] {
        self.parts.get(..self.count).unwrap_or(&self.parts)
    }
}
