//! The samples on their way out: planes that hold what is still needed, and the rows made of them.

use super::frame::{Layout, Part};
use super::header::Header;
use super::{buffer, colour, Colour, JpegError};

/// Who takes the finished rows, see [`super::decode_rows`].
pub(super) type Sink<'s> = &'s mut dyn FnMut(u32, &[u8]) -> Result<(), JpegError>;

/// How much of the picture a plane holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Two rows of MCUs, the later ones taking the place of the earlier ones: as far as upsampling looks back.
    Band,
    /// Everything.
    All,
}

/// Samples of one component.
pub(super) struct Plane {
    data: Vec<u8>,
    pub stride: usize,
    rows: usize,
}

impl Plane {
    fn new(part: &Part, keep: Keep) -> Result<Plane, JpegError> {
        let stride = part.padded.0 * part.size;
        let rows = match keep {
            Keep::Band => 2 * part.v * part.size,
            Keep::All => part.padded.1 * part.size,
        };
        let len = stride.checked_mul(rows).ok_or(JpegError::OutOfMemory)?;
        Ok(Plane { data: buffer(len)?, stride: stride.max(1), rows: rows.max(1) })
    }

    /// Where row `y` starts, for [`from`](Self::from).
    pub(super) fn start(&self, y: usize) -> usize {
        y % self.rows * self.stride
    }

    /// The samples from a place on, for writing.
    #[inline(always)]
    pub(super) fn from(&mut self, place: usize) -> &mut [u8] {
        self.data.get_mut(place..).unwrap_or(&mut [])
    }

    /// The samples of a row, padding included.
    fn row(&self, y: usize) -> &[u8] {
        let start = self.start(y);
        self.data.get(start..start + self.stride).unwrap_or(&[])
    }
}

/// Makes rows of pixels as soon as the samples for them are there.
pub(super) struct Output<'a> {
    pub planes: Vec<Plane>,
    layout: &'a Layout,
    colour: Colour,
    adobe: bool,
    /// The next row to give out.
    next: usize,
    /// A row of each component at the width of the picture.
    lines: Vec<Vec<u8>>,
    sums: Vec<u16>,
    pixels: Vec<u8>,
}

impl<'a> Output<'a> {
    /// Sets up planes for a layout.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn new(header: &Header, layout: &'a Layout, keep: Keep) -> Result<Output<'a>, JpegError> {
        let planes: Result<Vec<_>, _> = layout.parts.iter().map(|part| Plane::new(part, keep)).collect();
        let lines: Result<Vec<_>, _> = layout.parts.iter().map(|_| buffer(layout.output.0)).collect();
        Ok(Output {
            planes: planes?,
            layout,
            colour: header.colour,
            adobe: header.adobe,
            next: 0,
            lines: lines?,
            sums: buffer(layout.parts.iter().map(|part| part.samples.0).max().unwrap_or(0))?,
            pixels: buffer(layout.columns.len() * layout.parts.len())?,
        })
    }

    /// Gives out the rows that can be made once so many rows of MCUs are in the planes.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn give(&mut self, mcu_rows: usize, sink: Sink<'_>) -> Result<(), JpegError> {
        let all = mcu_rows >= self.layout.mcus.1;
        self.next = self.next.max(self.layout.rows.start);
        while self.next < self.layout.rows.end {
            let there = |part: &Part| {
                let (near, far) = part.upsample.rows(self.next);
                all || near.max(far).min(part.samples.1.saturating_sub(1)) < mcu_rows * part.v * part.size
            };
            if !self.layout.parts.iter().all(there) {
                break;
            }
            self.assemble();
            sink((self.next - self.layout.rows.start) as u32, &self.pixels)?;
            self.next += 1;
        }
        Ok(())
    }

    /// Makes the pixels of the next row.
    fn assemble(&mut self) {
        let y = self.next;
        for ((part, plane), line) in self.layout.parts.iter().zip(&self.planes).zip(&mut self.lines) {
            let (near, far) = part.upsample.rows(y);
            let row = |y: usize| {
                let row = plane.row(y.min(part.samples.1.saturating_sub(1)));
                row.get(..part.samples.0).unwrap_or(row)
            };
            part.upsample.row(y, row(near), row(far), &mut self.sums, line);
        }
        let out = self.pixels.as_mut_slice();
        let line = |i: usize| self.lines.get(i).and_then(|line| line.get(self.layout.columns.clone())).unwrap_or(&[]);
        match (self.colour, self.lines.len()) {
            (Colour::YCbCr, 3) => colour::ycc_to_rgb(line(0), line(1), line(2), out),
            (Colour::Rgb, 3) => colour::interleave([line(0), line(1), line(2)], out),
            (Colour::Ycck, 4) => colour::ycck_to_cmyk(line(0), line(1), line(2), line(3), out),
            (_, 4) => {
                colour::interleave([line(0), line(1), line(2), line(3)], out);
                if self.adobe {
                    out.iter_mut().for_each(|ink| *ink = 255 - *ink);
                }
            }
            _ => out.iter_mut().zip(line(0)).for_each(|(to, &from)| *to = from),
        }
    }
}
