//! From pixels to planes of samples, one row of units at a time (JFIF 1.02: BT.601 over the full range).
//!
//! Edges repeat the last pixel. Colour of half the resolution is made of the sums of four pixels, which rounds once
//! where rounding each and then their mean rounds twice.

use super::dct::{self, Block};
use super::layout::Layout;
use super::{buffer, Picture, WriteError};
use crate::vector::Vector;

/// Pixels that are converted side by side.
const LANES: usize = 16;
/// Bytes that are read for them: the last window begins at byte 36.
const WINDOW: usize = 52;
/// Bits behind the point of the weights.
const POINT: u32 = 15;

const LUMA: [i16; 3] = [9798, 19235, 3735];
const BLUE: [i16; 3] = [-5529, -10855, 16384];
const RED: [i16; 3] = [16384, -13720, -2664];

/// Four pixels: red and green in pairs, blue beside zeros.
#[derive(Clone, Copy)]
struct Four {
    red_green: Vector,
    blue: Vector,
}

impl Four {
    /// The pixels at the start of 16 bytes.
    #[inline(always)]
    fn read(bytes: Vector) -> Self {
        const NO: u8 = 255;
        let red_green = bytes.pick(Vector::from_bytes([0, NO, 1, NO, 3, NO, 4, NO, 6, NO, 7, NO, 9, NO, 10, NO]));
        let blue = bytes.pick(Vector::from_bytes([2, NO, NO, NO, 5, NO, NO, NO, 8, NO, NO, NO, 11, NO, NO, NO]));
        Self { red_green, blue }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { red_green: self.red_green.add(other.red_green), blue: self.blue.add(other.blue) }
    }

    /// The sums of neighbours of eight pixels.
    #[inline(always)]
    fn neighbours(self, next: Self) -> Self {
        let [even, odd] = self.red_green.unzip32(next.red_green);
        let [even_blue, odd_blue] = self.blue.unzip32(next.blue);
        Self { red_green: even.add(odd), blue: even_blue.add(odd_blue) }
    }

    /// The weighted sums, shifted right by `bits` behind an addition.
    #[inline(always)]
    fn weigh(self, [r, g, b]: [i16; 3], add: i32, bits: u32) -> Vector {
        let sums = self.red_green.dot(Vector::from_numbers([r, g, r, g, r, g, r, g]));
        let blue = self.blue.dot(Vector::from_numbers([b, 0, b, 0, b, 0, b, 0]));
        sums.add_wide(blue).add_wide(Vector::from_words([add as u32; 4])).shr_wide(bits)
    }
}

/// Sixteen pixels.
#[inline(always)]
fn read(bytes: &[u8; WINDOW]) -> [Four; 4] {
    [0, 12, 24, 36].map(|at| {
        let mut window = [0; 16];
        window.copy_from_slice(&bytes[at..at + 16]);
        Four::read(Vector::from_bytes(window))
    })
}

/// Sixteen samples.
#[inline(always)]
fn samples(fours: &[Four; 4], weights: [i16; 3], offset: i32) -> [u8; LANES] {
    let [a, b, c, d] = fours.map(|four| four.weigh(weights, (offset << POINT) + (1 << (POINT - 1)), POINT));
    a.narrow_wide(b).narrow(c.narrow_wide(d)).bytes()
}

/// Eight samples of two rows of sixteen pixels.
#[inline(always)]
fn half_samples(above: &[Four; 4], below: &[Four; 4], weights: [i16; 3]) -> [u8; 8] {
    let rows: [Four; 4] = std::array::from_fn(|i| above[i].add(below[i]));
    let add = (128 << (POINT + 2)) + (1 << (POINT + 1)) - 1;
    let [a, b] = [rows[0].neighbours(rows[1]), rows[2].neighbours(rows[3])].map(|four| four.weigh(weights, add, POINT + 2));
    let eight = a.narrow_wide(b);
    eight.narrow(eight).halves()[0].to_le_bytes()
}

/// The planes of one row of units.
pub struct Strip<'a> {
    picture: Picture<'a>,
    /// Blocks down of luma in a unit.
    side: usize,
    /// Pixels across, in whole pairs of blocks of the coarsest plane.
    width: usize,
    /// Two rows of pixels with their edges.
    rows: [Vec<u8>; 2],
    /// Samples of each component, its own number of them in a line.
    planes: [Vec<u8>; 3],
}

impl<'a> Strip<'a> {
    /// Takes the memory.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn new(picture: &Picture<'a>, layout: &Layout) -> Result<Self, WriteError> {
        let side = layout.parts()[0].side;
        let width = (picture.width as usize).next_multiple_of(16 * side);
        let row = || buffer(width * picture.channels + WINDOW);
        let colour = || buffer(if picture.channels == 3 { width / side * 8 } else { 0 });
        let planes = [buffer(width * side * 8)?, colour()?, colour()?];
        Ok(Self { picture: *picture, side, width, rows: [row()?, row()?], planes })
    }

    /// Fills a row of the buffer, its edge included.
    fn fetch(&mut self, into: usize, y: usize) {
        let Picture { pixels, width, height, channels } = self.picture;
        let from = y.min(height as usize - 1) * width as usize * channels;
        let used = width as usize * channels;
        let row = &mut self.rows[into & 1];
        row[..used].copy_from_slice(&pixels[from..from + used]);
        for at in used..self.width * channels {
            row[at] = row[at - channels];
        }
    }

    /// Makes the planes of a row of units.
    pub fn load(&mut self, unit_row: usize) {
        let top = unit_row * self.side * 8;
        for y in (0..self.side * 8).step_by(2) {
            self.fetch(0, top + y);
            self.fetch(1, top + y + 1);
            match (self.picture.channels, self.side) {
                (1, _) => self.gray(y),
                (_, 1) => self.full(y),
                _ => self.half(y),
            }
        }
    }

    fn gray(&mut self, y: usize) {
        let lines = self.planes[0][y * self.width..].chunks_exact_mut(self.width);
        for (line, row) in lines.zip(&self.rows) {
            line.copy_from_slice(&row[..self.width]);
        }
    }

    fn full(&mut self, y: usize) {
        for (row, line) in self.rows.iter().zip(y..) {
            let at = line * self.width;
            let mut lines = self.planes.each_mut().map(|plane| plane[at..at + self.width].as_chunks_mut::<LANES>().0.iter_mut());
            for i in 0..self.width / LANES {
                let Some(bytes) = row[i * LANES * 3..].first_chunk::<WINDOW>() else { return };
                let pixels = read(bytes);
                for (line, (weights, offset)) in lines.iter_mut().zip([(LUMA, 0), (BLUE, 128), (RED, 128)]) {
                    if let Some(to) = line.next() {
                        *to = samples(&pixels, weights, offset);
                    }
                }
            }
        }
    }

    fn half(&mut self, y: usize) {
        let [luma, blue, red] = &mut self.planes;
        let (upper, lower) = luma[y * self.width..].split_at_mut(self.width);
        let lines = upper.as_chunks_mut::<LANES>().0.iter_mut().zip(lower.as_chunks_mut::<LANES>().0);
        let colour = y / 2 * (self.width / 2);
        let blue = blue[colour..].as_chunks_mut::<8>().0.iter_mut();
        let red = red[colour..].as_chunks_mut::<8>().0.iter_mut();
        for (i, (((upper, lower), blue), red)) in lines.zip(blue).zip(red).enumerate() {
            let at = |row: &'_ Vec<u8>| row[i * LANES * 3..].first_chunk::<WINDOW>().map(read);
            let [Some(above), Some(below)] = [at(&self.rows[0]), at(&self.rows[1])] else { return };
            *upper = samples(&above, LUMA, 0);
            *lower = samples(&below, LUMA, 0);
            *blue = half_samples(&above, &below, BLUE);
            *red = half_samples(&above, &below, RED);
        }
    }

    /// Hands the transformed blocks of a line of a component to `take`, from the left.
    #[inline(always)]
    pub fn pairs(&self, part: usize, line: usize, blocks: usize, mut take: impl FnMut(Block)) {
        let stride = if part == 0 { self.width } else { self.width / self.side };
        let Some(plane) = self.planes.get(part).and_then(|plane| plane.get(line * 8 * stride..)) else { return };
        for pair in 0..blocks.div_ceil(2) {
            let rows = std::array::from_fn(|y| {
                let bytes = plane.get(y * stride + pair * 16..).and_then(|rest| rest.first_chunk::<16>());
                Vector::from_bytes(bytes.copied().unwrap_or([0; 16]))
            });
            let [left, right] = dct::forward_pair(&rows);
            take(left);
            if pair * 2 + 1 < blocks {
                take(right);
            }
        }
    }

    #[cfg(test)]
    pub fn plane(&self, part: usize) -> &[u8] {
        &self.planes[part]
    }
}

#[cfg(test)]
mod tests {
    use super::super::Chroma;
    use super::*;

    fn strip(pixels: &[u8], width: u32, height: u32, chroma: Chroma) -> Vec<Vec<u8>> {
        let channels = pixels.len() / (width * height) as usize;
        let picture = Picture { pixels, width, height, channels };
        let mut strip = Strip::new(&picture, &Layout::new(&picture, chroma).unwrap()).unwrap();
        strip.load(0);
        (0..channels).map(|part| strip.plane(part).to_vec()).collect()
    }

    #[test]
    fn colours_are_those_of_jfif() {
        let mut at = 1u32;
        let pixels: Vec<u8> = (0..40 * 16 * 3)
            .map(|_| {
                at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (at >> 24) as u8
            })
            .collect();
        let planes = strip(&pixels, 40, 16, Chroma::Full);
        let want = |p: &[u8], w: [f64; 3], offset: f64| w[0] * f64::from(p[0]) + w[1] * f64::from(p[1]) + w[2] * f64::from(p[2]) + offset;
        let weights = [([0.299, 0.587, 0.114], 0.0), ([-0.168736, -0.331264, 0.5], 128.0), ([0.5, -0.418688, -0.081312], 128.0)];
        for (plane, (w, offset)) in planes.iter().zip(weights) {
            for y in 0..8 {
                for x in 0..40 {
                    let exact = want(&pixels[(y * 40 + x) * 3..], w, offset);
                    assert!((f64::from(plane[y * 48 + x]) - exact).abs() < 0.51);
                }
            }
        }
        let halves = strip(&pixels, 40, 16, Chroma::Half);
        for (plane, (w, offset)) in halves.iter().zip(weights).skip(1) {
            for y in 0..8 {
                for x in 0..20 {
                    let at = |dx: usize, dy: usize| want(&pixels[((2 * y + dy) * 40 + 2 * x + dx) * 3..], w, offset);
                    let exact = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4.0;
                    assert!((f64::from(plane[y * 32 + x]) - exact).abs() < 0.51);
                }
            }
        }
    }

    #[test]
    fn edges_repeat() {
        for chroma in [Chroma::Half, Chroma::Full] {
            let planes = strip(&[200, 10, 60].repeat(17 * 3), 17, 3, chroma);
            for plane in planes {
                assert!(plane.iter().all(|&sample| sample == plane[0]));
            }
        }
        let planes = strip(&[1, 2, 3, 4, 5, 6], 3, 2, Chroma::Half);
        assert_eq!(&planes[0][..16], [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(planes[0][7 * 16], 4);
    }
}
