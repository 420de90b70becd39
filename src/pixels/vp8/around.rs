//! What a macroblock sees of those around it.

use super::search::Filled;

/// What the next row of macroblocks needs of the one above, per macroblock.
#[derive(Clone, Copy)]
pub struct Above {
    /// Its last row of luma.
    pub y: [u8; 16],
    /// And of chroma.
    pub uv: [[u8; 8]; 2],
    /// Its lowest 4x4 modes.
    pub modes: [u8; 4],
    /// Its lowest blocks with coefficients.
    pub filled: Filled,
}

impl Above {
    /// Above the frame.
    pub const OUTSIDE: Above = Above { y: [127; 16], uv: [[127; 8]; 2], modes: [0; 4], filled: [0; 9] };
}

/// What the next macroblock needs of the one to its left.
#[derive(Clone, Copy)]
pub struct Left {
    /// Its last column of luma.
    pub y: [u8; 16],
    /// The sample above that.
    pub y_corner: u8,
    /// Its last columns of chroma.
    pub uv: [[u8; 8]; 2],
    /// The samples above those.
    pub uv_corner: [u8; 2],
    /// Its rightmost 4x4 modes.
    pub modes: [u8; 4],
    /// Its rightmost blocks with coefficients.
    pub filled: Filled,
}

impl Left {
    /// Left of the frame.
    pub fn outside(row: usize) -> Self {
        let corner = if row == 0 { 127 } else { 129 };
        Self { y: [129; 16], y_corner: corner, uv: [[129; 8]; 2], uv_corner: [corner; 2], modes: [0; 4], filled: [0; 9] }
    }

    /// Goes on behind a macroblock that is shown so; `above` is what the next row sees of it.
    #[inline(always)]
    pub fn pass(&mut self, above: &mut Above, luma: &[u8; 256], chroma: &[[u8; 64]; 2]) {
        self.y_corner = above.y[15];
        self.uv_corner = [above.uv[0][7], above.uv[1][7]];
        above.y = std::array::from_fn(|i| luma[240 + i]);
        self.y = std::array::from_fn(|i| luma[16 * i + 15]);
        above.uv = chroma.map(|p| std::array::from_fn(|i| p[56 + i]));
        self.uv = chroma.map(|p| std::array::from_fn(|i| p[8 * i + 7]));
    }
}
