//! A lossy WebP decoder: one VP8 key frame (RFC 6386), row by row.
//!
//! `header` reads what holds for the frame, `modes` and `levels` what each macroblock says, with `bits`; `rebuild` makes its
//! samples, which `band` holds until `deblock` has smoothed them and `colour` has made pixels of them. What is held follows
//! the width alone.

mod alpha;
mod band;
mod bits;
mod colour;
mod deblock;
mod header;
mod levels;
mod modes;
mod rebuild;
#[cfg(test)]
mod tests;

use super::around::{Above, Left};
use super::modes::SPLIT;
use super::predict::Border;
use super::split::Bench;
use band::{Band, ABOVE};
use deblock::Block;
use header::Header;
pub use header::Size;
use levels::{Coefficients, Odds};
use rebuild::Samples;

/// Why a frame was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It ends before its picture does.
    Truncated,
    /// It contradicts the format.
    Corrupt(&'static str),
    /// Memory is short.
    OutOfMemory,
    /// Who takes the rows wants no more.
    Stopped,
}

/// The size that pixels are made at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// That of the frame.
    Full,
    /// Half of each side, rounded up: of means of luma, and of chroma as it is.
    Half,
}

impl Scale {
    /// A side at this scale.
    pub fn side(self, side: u32) -> u32 {
        match self {
            Scale::Full => side,
            Scale::Half => side.div_ceil(2),
        }
    }
}

/// The size of a frame.
///
/// # Errors
/// See [`ReadError`].
pub fn size(data: &[u8]) -> Result<Size, ReadError> {
    Ok(header::start(data)?.0)
}

/// Bytes of memory that decoding a frame so wide needs.
pub fn decode_bytes(width: u32) -> u64 {
    // The band; what is above; lines of luma, chroma and pixels.
    u64::from(width.div_ceil(16)) * 16 * (24 + 12 + 6 + 12) + (64 << 10)
}

/// Who takes finished rows; what it answers ends the decoding.
pub type Sink<'s> = &'s mut dyn FnMut(&[u8]) -> Result<(), ReadError>;

/// Decodes a frame and hands out its rows of interleaved RGB from top to bottom.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
#[inline(never)]
pub fn decode_rows(data: &[u8], scale: Scale, sink: Sink<'_>) -> Result<(), ReadError> {
    let mut rows = Rows::new(data, scale)?;
    while let Some(row) = rows.next()? {
        sink(row)?;
    }
    Ok(())
}

/// The same of a frame with an `ALPH` chunk beside it: rows of RGBA, not scaled.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
#[inline(never)]
pub fn decode_rows_with_alpha(data: &[u8], chunk: &[u8], sink: Sink<'_>) -> Result<(), ReadError> {
    let size = size(data)?;
    let mut rows = Rows::new(data, Scale::Full)?;
    let mut both = list(size.width as usize * 4, 0)?;
    alpha::decode_rows(chunk, size, &mut |alpha| {
        let Some(row) = rows.next()? else { return Err(ReadError::Truncated) };
        for ((to, colour), alpha) in both.as_chunks_mut::<4>().0.iter_mut().zip(row.as_chunks::<3>().0).zip(alpha) {
            *to = [colour[0], colour[1], colour[2], *alpha];
        }
        sink(&both)
    })
}

/// The rows of a frame, made when they are asked for.
struct Rows<'a> {
    header: Header<'a>,
    frame: Frame,
    output: Output,
    /// Rows of macroblocks that are in the band or were, filtered.
    done: usize,
}

impl<'a> Rows<'a> {
    fn new(data: &'a [u8], scale: Scale) -> Result<Rows<'a>, ReadError> {
        let (size, first) = header::start(data)?;
        let header = Header::read(data, first)?;
        Ok(Rows { frame: Frame::new(size, &header)?, header, output: Output::new(size, scale)?, done: 0 })
    }

    /// The next one; `None` behind the last.
    fn next(&mut self) -> Result<Option<&[u8]>, ReadError> {
        while !self.output.is_due(self.done, self.frame.rows) {
            if self.done == self.frame.rows {
                return Ok(None);
            }
            if self.done > 0 {
                self.frame.band.advance();
            }
            self.frame.row(self.done, &mut self.header)?;
            deblock::row(&mut self.frame.band, &self.frame.blocks, self.header.filter, self.done == 0);
            self.done += 1;
        }
        Ok(Some(self.output.make(&self.frame.band, self.done - 1)))
    }
}

/// A list of equal values.
///
/// # Errors
/// `OutOfMemory`.
pub(crate) fn list<T: Clone>(len: usize, value: T) -> Result<Vec<T>, ReadError> {
    let mut list = Vec::new();
    list.try_reserve_exact(len).map_err(|_| ReadError::OutOfMemory)?;
    list.resize(len, value);
    Ok(list)
}

/// The macroblocks of a frame on their way.
struct Frame {
    rows: usize,
    odds: Box<Odds>,
    band: Band,
    blocks: Vec<Block>,
    above: Vec<Above>,
    coefficients: Box<Coefficients>,
}

impl Frame {
    fn new(size: Size, header: &Header) -> Result<Frame, ReadError> {
        let columns = size.width.div_ceil(16) as usize;
        Ok(Frame {
            rows: size.height.div_ceil(16) as usize,
            odds: Odds::new(&header.rows),
            band: Band::new(columns)?,
            blocks: list(columns, Block::default())?,
            above: list(columns, Above::OUTSIDE)?,
            coefficients: Box::new(Coefficients::new()),
        })
    }

    /// Decodes a row of macroblocks into the band, unfiltered.
    fn row(&mut self, row: usize, header: &mut Header) -> Result<(), ReadError> {
        let mut left = Left::outside(row);
        let turn = row % header.partitions.len().max(1);
        let Some(mut bits) = header.partitions.get(turn).copied() else { return Ok(()) };
        let mut modes = header.modes;
        for column in 0..self.blocks.len() {
            let next = self.above.get(column + 1).map(|next| next.y);
            let (Some(above), Some(block)) = (self.above.get_mut(column), self.blocks.get_mut(column)) else { break };
            let choice = modes::read(&mut modes, header, &mut above.modes, &mut left.modes);
            let split = choice.luma == SPLIT;
            let segment = &header.segments[usize::from(choice.segment & 3)];
            self.coefficients.clear();
            if choice.empty {
                // The block of DCs keeps its state past macroblocks without one.
                let dcs = |filled: [u8; 9]| if split { filled[8] } else { 0 };
                above.filled = [0, 0, 0, 0, 0, 0, 0, 0, dcs(above.filled)];
                left.filled = [0, 0, 0, 0, 0, 0, 0, 0, dcs(left.filled)];
            } else {
                self.coefficients.read(&mut bits, &self.odds, &segment.steps, !split, &mut above.filled, &mut left.filled);
            }
            *block = Block { strength: segment.strength[usize::from(split)], inner: split || self.coefficients.blocks != 0 };

            let outskirts = (row > 0, column > 0);
            let luma = if split {
                let right = match next {
                    _ if row == 0 => [127; 4],
                    Some(next) => [next[0], next[1], next[2], next[3]],
                    None => [above.y[15]; 4],
                };
                rebuild::split_luma(&choice, Bench::new(left.y_corner, &above.y, &right, &left.y), &self.coefficients)
            } else {
                let border = Border { above: above.y, left: left.y, corner: left.y_corner, has_above: outskirts.0, has_left: outskirts.1 };
                rebuild::whole_luma(&choice, &border, &self.coefficients)
            };
            let borders = [0, 1].map(|p| Border {
                above: above.uv[p],
                left: left.uv[p],
                corner: left.uv_corner[p],
                has_above: outskirts.0,
                has_left: outskirts.1,
            });
            let samples = Samples { luma, chroma: rebuild::chroma(&choice, &borders, &self.coefficients) };
            left.pass(above, &samples.luma, &samples.chroma);
            self.band.put(column, &samples);
        }
        header.modes = modes;
        let ended = bits.ended() || modes.ended();
        if let Some(partition) = header.partitions.get_mut(turn) {
            *partition = bits;
        }
        if ended {
            return Err(ReadError::Truncated);
        }
        Ok(())
    }
}

/// Makes pixels of the rows that are final.
struct Output {
    size: Size,
    scale: Scale,
    /// The next row of luma to be used.
    next: usize,
    /// Both planes of the row of chroma that is nearer and of the one that is farther.
    chroma: [[Vec<u8>; 2]; 2],
    /// Both planes at the width of the picture, and luma where it is halved.
    lines: [Vec<u8>; 3],
    pixels: Vec<u8>,
}

impl Output {
    fn new(size: Size, scale: Scale) -> Result<Output, ReadError> {
        let padded = 16 * size.width.div_ceil(16) as usize + colour::BEHIND;
        let line = || list(padded, 0);
        let row = || list(padded / 2 + colour::BEHIND, 0);
        Ok(Output {
            size,
            scale,
            next: 0,
            chroma: [[row()?, row()?], [row()?, row()?]],
            lines: [line()?, line()?, line()?],
            pixels: list(scale.side(size.width) as usize * 3, 0)?,
        })
    }

    /// Whether the next row can be made when so many rows of macroblocks of all are done.
    fn is_due(&self, done: usize, all: usize) -> bool {
        let height = self.size.height as usize;
        // Three more rows of each plane may still be changed by the next filter, and chroma is looked at one row further.
        let there = if done == all { height } else { (16 * done).saturating_sub(7).min(height) };
        let end = (self.next + self.step()).min(height);
        self.next < end && end <= there
    }

    /// Rows of luma that a row of pixels is made of.
    fn step(&self) -> usize {
        if self.scale == Scale::Half {
            2
        } else {
            1
        }
    }

    /// Makes the next row when the band's last rows are those of this row of macroblocks.
    #[inline(never)]
    fn make(&mut self, band: &Band, row: usize) -> &[u8] {
        let height = self.size.height as usize;
        let top = |above: usize, size: usize| (size * row).wrapping_sub(above);
        let (luma_top, chroma_top) = (top(ABOVE, 16), top(ABOVE / 2, 8));
        let samples = (height.div_ceil(2), self.size.width.div_ceil(2) as usize);
        let (y, near) = (self.next, self.next / 2);
        let luma = |y: usize| band.luma.row(y.min(height - 1).wrapping_sub(luma_top));
        let chroma = |y: usize| band.chroma.row(y.min(samples.0 - 1).wrapping_sub(chroma_top));
        let [line_y, line_u, line_v] = &mut self.lines;
        let [[near_u, near_v], [far_u, far_v]] = &mut self.chroma;
        apart(chroma(near), near_u, near_v);
        if self.scale == Scale::Half {
            colour::halve(luma(y), luma(y + 1), line_y);
            mend_half(luma(y), luma(y + 1), self.size.width as usize, line_y);
            colour::to_rgb(line_y, near_u, near_v, &mut self.pixels);
        } else {
            let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
            apart(chroma(far), far_u, far_v);
            colour::widen(near_u, far_u, samples.1, line_u);
            colour::widen(near_v, far_v, samples.1, line_v);
            colour::to_rgb(luma(y), line_u, line_v, &mut self.pixels);
        }
        self.next += self.step();
        &self.pixels
    }
}

/// The last column of a picture whose width is odd has no neighbour but what the encoder filled the macroblock with.
fn mend_half(upper: &[u8], lower: &[u8], width: usize, out: &mut [u8]) {
    if width % 2 == 1 {
        if let (Some(a), Some(b), Some(to)) = (upper.get(width - 1), lower.get(width - 1), out.get_mut(width / 2)) {
            *to = ((u16::from(*a) + u16::from(*b) + 1) >> 1) as u8;
        }
    }
}

/// A row of chroma as two.
#[inline(always)]
fn apart(row: &[u8], u: &mut [u8], v: &mut [u8]) {
    for ((both, u), v) in row.as_chunks::<16>().0.iter().zip(u.as_chunks_mut::<8>().0).zip(v.as_chunks_mut::<8>().0) {
        let (first, second) = both.split_at(8);
        u.copy_from_slice(first);
        v.copy_from_slice(second);
    }
}
