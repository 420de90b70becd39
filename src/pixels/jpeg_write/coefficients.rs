//! The levels of a picture, each row of blocks on its own and only those that are not zero.
//!
//! A photo has one or two of them in ten samples, so that this is a fraction of what whole blocks would take, and
//! the walks over it meet no zeros.

use super::layout::{Layout, Part};
use super::quantise::Levels;
use super::WriteError;

/// A row of blocks.
#[derive(Default)]
pub struct Row {
    means: Vec<i16>,
    filled: Vec<u64>,
    values: Vec<i16>,
}

/// One block.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// The level of the mean, DC.
    pub mean: i16,
    /// Bit `k` for a level of zigzag index `k` that is not zero; bit 0 is never set.
    pub filled: u64,
    /// Those levels, in order.
    pub values: &'a [i16],
}

impl Row {
    /// The blocks from the left.
    pub fn blocks(&self) -> Blocks<'_> {
        Blocks { row: self, at: 0, from: 0 }
    }

    /// Adds a block.
    #[inline(always)]
    pub fn push_levels(&mut self, levels: &Levels) {
        self.means.push(levels.at(0));
        self.filled.push(levels.filled);
        let mut left = levels.filled;
        while left != 0 {
            self.values.push(levels.at(left.trailing_zeros() as usize));
            left &= left - 1;
        }
    }

    /// Adds a block of a mean and the levels at zigzag indices that rise.
    pub fn push_sparse(&mut self, mean: i16, levels: impl Iterator<Item = (u32, i16)>) {
        let mut filled = 0;
        for (k, level) in levels {
            filled |= 1 << (k & 63);
            self.values.push(level);
        }
        self.means.push(mean);
        self.filled.push(filled);
    }

    fn clear(&mut self) {
        self.means.clear();
        self.filled.clear();
        self.values.clear();
    }

    /// Room for so many blocks, whatever they hold.
    fn reserve(&mut self, blocks: usize) -> Result<(), WriteError> {
        let out = |_| WriteError::OutOfMemory;
        self.means.try_reserve_exact(blocks).map_err(out)?;
        self.filled.try_reserve_exact(blocks).map_err(out)?;
        self.values.try_reserve_exact(blocks * 63).map_err(out)
    }

    /// A copy that takes no more memory than it needs.
    fn copied(&self) -> Result<Self, WriteError> {
        fn exact<T: Copy>(from: &[T]) -> Result<Vec<T>, WriteError> {
            let mut out = Vec::new();
            out.try_reserve_exact(from.len()).map_err(|_| WriteError::OutOfMemory)?;
            out.extend_from_slice(from);
            Ok(out)
        }
        Ok(Self { means: exact(&self.means)?, filled: exact(&self.filled)?, values: exact(&self.values)? })
    }
}

/// Walks over the blocks of a row.
#[derive(Clone)]
pub struct Blocks<'a> {
    row: &'a Row,
    at: usize,
    from: usize,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Block<'a>> {
        let (mean, filled) = (*self.row.means.get(self.at)?, *self.row.filled.get(self.at)?);
        let to = self.from + filled.count_ones() as usize;
        let values = self.row.values.get(self.from..to)?;
        (self.at, self.from) = (self.at + 1, to);
        Some(Block { mean, filled, values })
    }
}

/// The levels of one component.
pub struct Plane {
    /// Where it stands in the picture.
    pub part: Part,
    /// Its rows of blocks that hold pixels.
    pub rows: Vec<Row>,
}

/// The levels of a picture.
pub struct Coefficients {
    /// Its components.
    pub planes: Vec<Plane>,
    /// Units across.
    pub units_wide: usize,
    /// Units down.
    pub units_high: usize,
}

/// Collects rows of blocks.
pub struct Builder {
    made: Coefficients,
    scratch: Row,
}

impl Builder {
    /// Makes those rows of a component that the next row of units holds.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn rows(&mut self, part: &Part, at: usize, mut make: impl FnMut(usize, &mut Row)) -> Result<(), WriteError> {
        let Some(plane) = self.made.planes.get_mut(at) else { return Ok(()) };
        for line in 0..part.side {
            if plane.rows.len() < part.high {
                self.scratch.clear();
                make(line, &mut self.scratch);
                plane.rows.push(self.scratch.copied()?);
            }
        }
        Ok(())
    }
}

impl Coefficients {
    /// Makes them, one row of units after the other.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn make(layout: &Layout, mut row: impl FnMut(usize, &mut Builder) -> Result<(), WriteError>) -> Result<Self, WriteError> {
        let mut planes = Vec::new();
        let mut scratch = Row::default();
        for &part in layout.parts() {
            let mut rows = Vec::new();
            rows.try_reserve_exact(part.high).map_err(|_| WriteError::OutOfMemory)?;
            planes.push(Plane { part, rows });
        }
        scratch.reserve(layout.parts().iter().map(|part| part.wide).max().unwrap_or(0))?;
        let made = Self { planes, units_wide: layout.units_wide, units_high: layout.units_high };
        let mut builder = Builder { made, scratch };
        for unit_row in 0..layout.units_high {
            row(unit_row, &mut builder)?;
        }
        Ok(builder.made)
    }
}
