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

/// Where each pixel of the 4x4 modes comes from, but for the first two: 0..=12 means of three samples of the edge about that
/// one, 16..=24 means of two from that one less 16 on, 31 the first sample.
const SOURCES: [[u8; 16]; SUB_MODES - 2] = [
    [5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8],
    [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0],
    [6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12],
    [4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4],
    [20, 21, 22, 23, 4, 5, 6, 7, 3, 20, 21, 22, 2, 4, 5, 6],
    [21, 22, 23, 24, 6, 7, 8, 9, 22, 23, 24, 10, 7, 8, 9, 11],
    [19, 4, 5, 6, 18, 3, 19, 4, 17, 2, 18, 3, 16, 1, 17, 2],
    [18, 2, 17, 1, 17, 1, 16, 0, 16, 0, 31, 31, 31, 31, 31, 31],
];

/// The samples around a 4x4 block: four to the left from the bottom up, the corner, eight above; three more mean nothing.
pub type SubEdges = [u8; 16];

/// What [`SOURCES`] points at: a half each.
#[inline(always)]
fn means(edges: Vector) -> [Vector; 2] {
    const LAST: u8 = 12;
    // At the ends the outermost stands for the one that would be beyond it.
    let before = edges.pick(Vector::from_bytes([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0]));
    let behind = edges.pick(Vector::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, LAST, 0, 0, 0]));
    let ends = before.mean_bytes(behind);
    // Rounded down: the mean of both and the middle is rounded up then.
    let odd = before.xor(behind).and(Vector::splat_byte(1));
    let three = edges.mean_bytes(ends.sub_bytes(odd));
    let first = edges.pick(Vector::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0]));
    let second = edges.pick(Vector::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0]));
    [three, first.mean_bytes(second)]
}

#[inline(always)]
fn picked([three, two]: [Vector; 2], sources: &[u8; 16]) -> Vector {
    three.pick(Vector::from_bytes(*sources)).or(two.pick(Vector::from_bytes(*sources).xor(Vector::splat_byte(16))))
}

/// The mean of the four samples to the left and the four above.
#[inline(always)]
fn mean(e: &SubEdges) -> Vector {
    let sum = e.iter().take(4).chain(e.iter().skip(5).take(4)).map(|&v| u16::from(v)).sum::<u16>();
    Vector::splat_byte(((sum + 4) >> 3) as u8)
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
    let means = means(Vector::from_bytes(*e));
    let mut out = [mean(e); SUB_MODES];
    out[1] = true_motion(e);
    for (out, sources) in out.iter_mut().skip(2).zip(&SOURCES) {
        *out = picked(means, sources);
    }
    out
}

/// Predicts one 4x4 block by one of them.
#[inline(always)]
pub fn sub_mode(mode: u8, e: &SubEdges) -> Vector {
    match (mode, SOURCES.get(usize::from(mode).wrapping_sub(2))) {
        (_, Some(sources)) => picked(means(Vector::from_bytes(*e)), sources),
        (1, None) => true_motion(e),
        _ => mean(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_border_predicts_flat_blocks() {
        for block in sub_modes(&[77; 16]) {
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
