//! The loop filters (RFC 6386 section 15): steps over the edges of blocks are smoothed where they are small enough to come
//! from quantising. Sixteen places of an edge at once; bytes are worked on as signed ones, as the standard says.

use super::band::{Band, Plane, ABOVE};
use super::header::{Filter, Strength};
use crate::vector::Vector;

/// The pixels over an edge: four before it, the nearest last, and four behind.
type Across = [Vector; 8];

/// How one edge is filtered.
#[derive(Clone, Copy)]
struct Edge {
    limit: Vector,
    inside: Vector,
    detail: Vector,
}

impl Edge {
    /// The edge of a macroblock may have steps of `more`.
    fn new(strength: Strength, more: u8) -> Edge {
        Edge {
            limit: Vector::splat_byte(strength.limit + more),
            inside: Vector::splat_byte(strength.inside),
            detail: Vector::splat_byte(strength.detail),
        }
    }

    /// All bits where the step is within the limit.
    #[inline(always)]
    fn is_small(&self, [_, _, p1, p0, q0, q1, _, _]: &Across) -> Vector {
        let step = p0.apart(*q0);
        let both = step.add_bytes(step).add_bytes(p1.apart(*q1).shr_bytes(1));
        is_within(both, self.limit)
    }

    /// The same, and neighbours on each side do not differ more than is allowed.
    #[inline(always)]
    fn is_smooth(&self, across: &Across) -> Vector {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = *across;
        let before = p3.apart(p2).max_bytes(p2.apart(p1)).max_bytes(p1.apart(p0));
        let behind = q3.apart(q2).max_bytes(q2.apart(q1)).max_bytes(q1.apart(q0));
        self.is_small(across).and(is_within(before.max_bytes(behind), self.inside))
    }

    /// All bits where the nearest neighbours differ by no more than a step of quantising would make them.
    #[inline(always)]
    fn is_plain(&self, [_, _, p1, p0, q0, q1, _, _]: &Across) -> Vector {
        is_within(p1.apart(*p0).max_bytes(q1.apart(*q0)), self.detail)
    }
}

#[inline(always)]
fn is_within(value: Vector, most: Vector) -> Vector {
    value.sub_bytes(most).equal_bytes(Vector::splat_byte(0))
}

/// Signed bytes of unsigned ones, and back.
#[inline(always)]
fn shifted(value: Vector) -> Vector {
    value.xor(Vector::splat_byte(0x80))
}

/// `outer` + 3 (q0 - p0), clipped as it grows.
#[inline(always)]
fn slope(outer: Vector, p0: Vector, q0: Vector) -> Vector {
    let step = q0.sub_signed(p0);
    outer.add_signed(step).add_signed(step).add_signed(step)
}

/// Moves the nearest two towards one another; answers by how much q0 was.
#[inline(always)]
fn nearest(slope: Vector, p0: &mut Vector, q0: &mut Vector) -> Vector {
    let by = |round: u8| slope.add_signed(Vector::splat_byte(round)).shr_signed_bytes(3);
    let (before, behind) = (by(3), by(4));
    *p0 = p0.add_signed(before);
    *q0 = q0.sub_signed(behind);
    behind
}

/// The simple filter: two pixels.
#[inline(always)]
fn simple(edge: &Edge, across: &mut Across) -> bool {
    let mask = edge.is_small(across);
    let [_, _, p1, p0, q0, q1, _, _] = across.map(shifted);
    let (mut before, mut behind) = (p0, q0);
    nearest(slope(p1.sub_signed(q1), p0, q0).and(mask), &mut before, &mut behind);
    (across[3], across[4]) = (shifted(before), shifted(behind));
    mask.any()
}

/// The normal filter between the blocks of a macroblock: four pixels, or two where there is detail.
#[inline(always)]
fn between_blocks(edge: &Edge, across: &mut Across) -> bool {
    let (mask, plain) = (edge.is_smooth(across), edge.is_plain(across));
    let [_, _, mut p1, mut p0, mut q0, mut q1, _, _] = across.map(shifted);
    let slope = slope(p1.sub_signed(q1).without(plain), p0, q0).and(mask);
    let moved = nearest(slope, &mut p0, &mut q0);
    // Half of it, rounded, for the next ones; it is a byte of five bits.
    let half = moved.add_signed(Vector::splat_byte(1)).shr_signed_bytes(1).and(plain);
    q1 = q1.sub_signed(half);
    p1 = p1.add_signed(half);
    (across[2], across[3], across[4], across[5]) = (shifted(p1), shifted(p0), shifted(q0), shifted(q1));
    mask.any()
}

/// The normal filter between macroblocks: six pixels, or two where there is detail.
#[inline(always)]
fn between_macroblocks(edge: &Edge, across: &mut Across) -> bool {
    let (mask, plain) = (edge.is_smooth(across), edge.is_plain(across));
    let [_, mut p2, mut p1, mut p0, mut q0, mut q1, mut q2, _] = across.map(shifted);
    let slope = slope(p1.sub_signed(q1), p0, q0).and(mask);
    nearest(slope.without(plain), &mut p0, &mut q0);
    let [low, high] = slope.and(plain).widen_signed();
    let part = |ninths: i16| {
        let of = |half: Vector| half.mul(Vector::splat(9 * ninths)).add(Vector::splat(63)).shr(7);
        of(low).narrow_signed(of(high))
    };
    for (ninths, p, q) in [(3, &mut p0, &mut q0), (2, &mut p1, &mut q1), (1, &mut p2, &mut q2)] {
        let by = part(ninths);
        *p = p.add_signed(by);
        *q = q.sub_signed(by);
    }
    for (to, from) in across.iter_mut().skip(1).zip([p2, p1, p0, q0, q1, q2]) {
        *to = shifted(from);
    }
    mask.any()
}

/// Filters an edge that lies across: `y` is the first row below it.
#[inline(always)]
fn across_rows(plane: &mut Plane, x: usize, y: usize, filter: impl Fn(&mut Across) -> bool) {
    let mut across = [Vector::splat(0); 8];
    for (i, row) in across.iter_mut().enumerate() {
        let Some(bytes) = plane.load(x, y + i - 4) else { return };
        *row = Vector::from_bytes(bytes);
    }
    if filter(&mut across) {
        for (i, row) in across.iter().enumerate().skip(1).take(6) {
            plane.store(x, y + i - 4, row.bytes());
        }
    }
}

/// Sixteen rows of eight bytes, those of two rows eight apart in one vector, to eight columns of sixteen.
#[inline(always)]
fn columns(r: [Vector; 8]) -> Across {
    let pairs = [0, 2, 4, 6].map(|i| r[i].zip8(r[i + 1]));
    // Upper and lower eight rows; in each, columns 0 to 3 and 4 to 7.
    let halves = [0, 1].map(|h| {
        let (first, second) = (pairs[0][h].zip16(pairs[1][h]), pairs[2][h].zip16(pairs[3][h]));
        [0, 1].map(|c| first[c].zip32(second[c]))
    });
    let [upper, lower] = halves;
    let mut out = [Vector::splat(0); 8];
    for i in 0..4 {
        [out[2 * i], out[2 * i + 1]] = upper[i / 2][i % 2].zip64(lower[i / 2][i % 2]);
    }
    out
}

/// The other way: each vector holds two rows, of which the first eight vectors' are in order.
#[inline(always)]
fn back_to_rows(c: &Across) -> [Vector; 8] {
    let pairs = [0, 2, 4, 6].map(|i| c[i].zip8(c[i + 1]));
    let [a, b, c, d] = pairs;
    let halves = [0, 1].map(|half| (a[half].zip16(b[half]), c[half].zip16(d[half])));
    let quarter = |i: usize| halves[i / 2].0[i % 2].zip32(halves[i / 2].1[i % 2]);
    let [[a, b], [c, d], [e, f], [g, h]] = [0, 1, 2, 3].map(quarter);
    [a, b, c, d, e, f, g, h]
}

/// Filters the upright edge at `x` of a macroblock.
#[inline(always)]
fn across_columns(plane: &mut Plane, column: usize, x: usize, shape: Shape, filter: impl Fn(&mut Across) -> bool) {
    let mut rows = [0u64; 16];
    for (i, row) in rows.iter_mut().enumerate() {
        let (before, behind, y) = shape.place(column, x, i);
        *row = if before + 4 == behind {
            let Some(both) = plane.load(before, y) else { return };
            u64::from_le_bytes(both)
        } else {
            let (Some(before), Some(behind)) = (plane.load::<4>(before, y), plane.load::<4>(behind, y)) else { return };
            u64::from(u32::from_le_bytes(before)) | u64::from(u32::from_le_bytes(behind)) << 32
        };
    }
    let mut across = columns(std::array::from_fn(|i| Vector::from_halves([rows[i], rows[i + 8]])));
    if filter(&mut across) {
        for (pair, both) in back_to_rows(&across).into_iter().enumerate() {
            for (i, row) in both.halves().into_iter().enumerate() {
                let (before, behind, y) = shape.place(column, x, 2 * pair + i);
                if before + 4 == behind {
                    plane.store(before, y, row.to_le_bytes());
                } else {
                    plane.store(before, y, (row as u32).to_le_bytes());
                    plane.store(behind, y, ((row >> 32) as u32).to_le_bytes());
                }
            }
        }
    }
}

/// What is known of a macroblock when its row is there.
#[derive(Clone, Copy, Default)]
pub struct Block {
    /// How it is filtered.
    pub strength: Strength,
    /// Whether the edges within it are.
    pub inner: bool,
}

/// Filters a row of macroblocks, each before the one to its right; `top` where none is above them.
pub fn row(band: &mut Band, blocks: &[Block], filter: Filter, top: bool) {
    for (column, block) in blocks.iter().enumerate().filter(|(_, block)| block.strength.limit > 0) {
        match filter {
            Filter::None => {}
            Filter::Simple => simply(&mut band.luma, column, block, top),
            Filter::Normal => {
                normally(&mut band.luma, column, block, top, LUMA);
                normally(&mut band.chroma, column, block, top, CHROMA);
            }
        }
    }
}

/// How a plane holds a macroblock: in sixteen rows of sixteen, or two times eight of eight side by side.
#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    above: usize,
}

const LUMA: Shape = Shape { rows: 16, above: ABOVE };
const CHROMA: Shape = Shape { rows: 8, above: ABOVE / 2 };

impl Shape {
    /// Where four bytes before and four behind the upright edge at `x` begin, in row `i` of sixteen; and that row.
    #[inline(always)]
    fn place(self, column: usize, x: usize, i: usize) -> (usize, usize, usize) {
        let (y, part) = (self.above + i % self.rows, i / self.rows * 8);
        let from = 16 * column + x + part;
        // To the left of a macroblock's chroma lies the other plane of the one before.
        let before = if self.rows == 8 && x == 0 { from - 12 } else { from - 4 };
        (before, from, y)
    }
}

#[inline(always)]
fn normally(plane: &mut Plane, column: usize, block: &Block, top: bool, shape: Shape) {
    let (outer, inner) = (Edge::new(block.strength, 4), Edge::new(block.strength, 0));
    let edges = || (4..shape.rows).step_by(4);
    if column > 0 {
        across_columns(plane, column, 0, shape, |across| between_macroblocks(&outer, across));
    }
    if block.inner {
        for x in edges() {
            across_columns(plane, column, x, shape, |across| between_blocks(&inner, across));
        }
    }
    if !top {
        across_rows(plane, 16 * column, shape.above, |across| between_macroblocks(&outer, across));
    }
    if block.inner {
        for y in edges() {
            across_rows(plane, 16 * column, shape.above + y, |across| between_blocks(&inner, across));
        }
    }
}

fn simply(plane: &mut Plane, column: usize, block: &Block, top: bool) {
    let shape = LUMA;
    for x in (0..16).step_by(4).filter(|&x| if x == 0 { column > 0 } else { block.inner }) {
        let edge = Edge::new(block.strength, if x == 0 { 4 } else { 0 });
        across_columns(plane, column, x, shape, |across| simple(&edge, across));
    }
    for y in (0..16).step_by(4).filter(|&y| if y == 0 { !top } else { block.inner }) {
        let edge = Edge::new(block.strength, if y == 0 { 4 } else { 0 });
        across_rows(plane, 16 * column, ABOVE + y, |across| simple(&edge, across));
    }
}
