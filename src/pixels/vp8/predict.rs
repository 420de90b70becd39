//! Intra prediction of RFC 6386 section 12: whole blocks in lanes, 4x4 blocks one by one.

use super::modes::{DC, HORIZONTAL, SUB_MODES, VERTICAL};
use super::transform::{rows, Lanes};
use crate::vector::Vector;

/// What lies around a macroblock's plane, spread over the lanes of its 4x4 blocks.
pub struct Edges<const V: usize> {
    above: [[Vector; V]; 4],
    left: [[Vector; V]; 4],
    corner: [Vector; V],
    mean: [Vector; V],
}

/// The samples around one plane of a macroblock, `N` pixels square.
#[derive(Clone, Copy)]
pub struct Border<const N: usize> {
    /// The row above; 127 outside the frame.
    pub above: [u8; N],
    /// The column to the left; 129 outside the frame.
    pub left: [u8; N],
    /// The sample above and to the left.
    pub corner: u8,
    /// Whether there is a macroblock above.
    pub has_above: bool,
    /// Whether there is one to the left.
    pub has_left: bool,
}

impl<const N: usize> Border<N> {
    /// The prediction of DC mode: the mean of those edges that are in the frame, else 128.
    pub fn mean(&self) -> i16 {
        let sum = |edge: &[u8; N]| edge.iter().map(|&v| usize::from(v)).sum::<usize>();
        let mean = match (self.has_above, self.has_left) {
            (true, true) => (sum(&self.above) + sum(&self.left) + N) / (2 * N),
            (true, false) => (sum(&self.above) + N / 2) / N,
            (false, true) => (sum(&self.left) + N / 2) / N,
            (false, false) => 128,
        };
        mean as i16
    }
}

impl Edges<2> {
    /// Edges of the luma plane; lane `y * 4 + x` is a block.
    pub fn luma(border: &Border<16>) -> Self {
        let (mean, corner) = (Vector::splat(border.mean()), i16::from(border.corner));
        // Each fourth sample, twice: two rows of blocks look up to the same ones.
        let above = |i: usize| {
            let four = [0, 4, 8, 12].map(|x| i16::from(border.above[x + i]));
            let [a, b, c, d] = four;
            Vector::from_numbers([a, b, c, d, a, b, c, d])
        };
        let left = |i: usize| {
            [0, 8].map(|y| {
                let (a, b) = (i16::from(border.left[y + i]), i16::from(border.left[y + 4 + i]));
                Vector::from_numbers([a, a, a, a, b, b, b, b])
            })
        };
        Self {
            above: std::array::from_fn(|i| [above(i); 2]),
            left: std::array::from_fn(left),
            corner: [Vector::splat(corner); 2],
            mean: [mean; 2],
        }
    }
}

impl Edges<1> {
    /// Edges of both chroma planes; lane `plane * 4 + y * 2 + x` is a block.
    pub fn chroma(borders: &[Border<8>; 2]) -> Self {
        let spread =
            |sample: &dyn Fn(usize, usize, usize) -> i16| Vector::from_numbers(std::array::from_fn(|l| sample(l / 4, l % 2, l / 2 % 2)));
        let means = [borders[0].mean(), borders[1].mean()];
        Self {
            above: std::array::from_fn(|i| [spread(&|p, x, _| i16::from(borders[p].above[x * 4 + i]))]),
            left: std::array::from_fn(|i| [spread(&|p, _, y| i16::from(borders[p].left[y * 4 + i]))]),
            corner: [spread(&|p, _, _| i16::from(borders[p].corner))],
            mean: [spread(&|p, _, _| means[p])],
        }
    }
}

/// Predicts all blocks by a whole-block mode (RFC 6386 section 12.2).
#[inline(always)]
pub fn whole<const V: usize>(mode: u8, edges: &Edges<V>) -> Lanes<V> {
    match mode {
        DC => rows(|_, v| edges.mean[v]),
        VERTICAL => rows(|i, v| edges.above[i % 4][v]),
        HORIZONTAL => rows(|i, v| edges.left[i / 4][v]),
        _ => {
            let (black, white) = (Vector::splat(0), Vector::splat(255));
            rows(|i, v| {
                let slope = edges.left[i / 4][v].sub(edges.corner[v]);
                edges.above[i % 4][v].add(slope).max(black).min(white)
            })
        }
    }
}

/// Where each pixel of each 4x4 mode comes from: 1..=11 three-tap means centred on that edge sample,
/// 12..=20 two-tap means, 21 and 22 the bent ends, 23 the last left sample, 0 the overall mean.
const SOURCES: [[u8; 16]; SUB_MODES] = [
    [0; 16],
    [0; 16],
    [5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8],
    [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 21, 21, 21, 21],
    [6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 22],
    [4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4],
    [16, 17, 18, 19, 4, 5, 6, 7, 3, 16, 17, 18, 2, 4, 5, 6],
    [17, 18, 19, 20, 6, 7, 8, 9, 18, 19, 20, 10, 7, 8, 9, 11],
    [15, 4, 5, 6, 14, 3, 15, 4, 13, 2, 14, 3, 12, 1, 13, 2],
    [14, 2, 13, 1, 13, 1, 12, 21, 12, 21, 23, 23, 23, 23, 23, 23],
];

/// The samples around a 4x4 block: four to the left from the bottom up, the corner, eight above.
pub type SubEdges = [u8; 13];

/// What [`SOURCES`] points at: a half each.
#[inline(always)]
fn means(e: &SubEdges) -> [Vector; 2] {
    let wide: [u16; 13] = e.map(u16::from);
    let three = |a: u16, b: u16, c: u16| ((a + 2 * b + c + 2) >> 2) as u8;
    let mut values = [0u8; 32];
    for i in 1..12 {
        values[i] = three(wide[i - 1], wide[i], wide[i + 1]);
    }
    for i in 0..9 {
        values[12 + i] = ((wide[i] + wide[i + 1] + 1) >> 1) as u8;
    }
    values[21] = three(wide[1], wide[0], wide[0]);
    values[22] = three(wide[11], wide[12], wide[12]);
    values[23] = e[0];
    let sum: u16 = wide[..4].iter().sum::<u16>() + wide[5..9].iter().sum::<u16>();
    values[0] = ((sum + 4) >> 3) as u8;
    let (low, high) = values.split_at(16);
    [low, high].map(|half| Vector::from_bytes(*half.first_chunk().unwrap_or(&[0; 16])))
}

#[inline(always)]
fn picked([low, high]: [Vector; 2], sources: &[u8; 16]) -> Vector {
    low.pick(Vector::from_bytes(*sources)).or(high.pick(Vector::from_bytes(sources.map(|s| s.wrapping_sub(16)))))
}

/// The mode [`TRUE_MOTION`](super::modes::TRUE_MOTION) of a 4x4 block.
#[inline(always)]
fn true_motion(e: &SubEdges) -> Vector {
    let above = |x: usize| i16::from(e[5 + x]) - i16::from(e[4]);
    let [a, b, c, d] = [above(0), above(1), above(2), above(3)];
    let slope = Vector::from_numbers([a, b, c, d, a, b, c, d]);
    let left = |y: usize| {
        let (a, b) = (i16::from(e[3 - y]), i16::from(e[2 - y]));
        Vector::from_numbers([a, a, a, a, b, b, b, b])
    };
    slope.add(left(0)).narrow(slope.add(left(2)))
}

/// Predicts one 4x4 block by all modes (RFC 6386 section 12.3), pixels in raster order.
#[inline(always)]
pub fn sub_modes(e: &SubEdges) -> [Vector; SUB_MODES] {
    let means = means(e);
    let mut out = SOURCES.map(|sources| picked(means, &sources));
    out[1] = true_motion(e);
    out
}

/// Predicts one 4x4 block by one of them.
#[inline(always)]
pub fn sub_mode(mode: u8, e: &SubEdges) -> Vector {
    match SOURCES.get(usize::from(mode)) {
        Some(sources) if mode != 1 => picked(means(e), sources),
        _ => true_motion(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_border_predicts_flat_blocks() {
        for block in sub_modes(&[77; 13]) {
            assert_eq!(block.bytes(), [77; 16]);
        }
        let border = Border { above: [77; 16], left: [77; 16], corner: 77, has_above: true, has_left: true };
        for mode in 0..4 {
            for row in whole(mode, &Edges::luma(&border)).as_flattened() {
                assert_eq!(row.numbers(), [77; 8]);
            }
        }
    }

    #[test]
    fn the_mean_leaves_out_what_is_outside_the_frame() {
        let border = Border { above: [127; 8], left: [40; 8], corner: 127, has_above: false, has_left: true };
        assert_eq!(border.mean(), 40);
        assert_eq!(Border { has_left: false, ..border }.mean(), 128);
    }
}
