//! Macroblocks on their way between rows of pixels and lanes of 4x4 blocks.

use super::transform::Lanes;
use super::yuv::Planes;
use crate::vector::Vector;

/// The luma of a macroblock, both ways that the search reads it.
pub struct LumaSource {
    /// A lane a block, block `y * 4 + x`.
    pub lanes: Lanes<2>,
    /// Each block's sixteen bytes in raster order.
    pub blocks: [Vector; 16],
}

/// Rows and columns of a 4x4 square of bytes change places.
const TURN: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];

#[inline(always)]
fn turn(bytes: Vector) -> Vector {
    bytes.pick(Vector::from_bytes(TURN))
}

/// Rows and columns of a 4x4 square of 32-bit words change places.
#[inline(always)]
fn turn_words(r: [Vector; 4]) -> [Vector; 4] {
    let ([a0, a1], [b0, b1]) = (r[0].zip32(r[2]), r[1].zip32(r[3]));
    let ([c0, c1], [c2, c3]) = (a0.zip32(b0), a1.zip32(b1));
    [c0, c1, c2, c3]
}

#[inline(always)]
fn row<const N: usize>(plane: &[u8], at: usize) -> [u8; N] {
    plane.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

/// Loads the luma of a macroblock.
#[inline(always)]
pub fn load_luma(planes: &Planes, column: usize, line: usize) -> LumaSource {
    let stride = planes.columns * 16;
    let from = line * 16 * stride + column * 16;
    let rows: [Vector; 16] = std::array::from_fn(|y| Vector::from_bytes(row(&planes.y, from + y * stride)));
    let mut lanes = [[Vector::splat(0); 2]; 16];
    let mut blocks = [Vector::splat(0); 16];
    for y in 0..4 {
        let across = turn_words([0, 4, 8, 12].map(|b| turn(rows[b + y])));
        for x in 0..4 {
            lanes[4 * y + x] = [across[x].widen_low(), across[x].widen_high()];
        }
        let down = turn_words([0, 1, 2, 3].map(|i| rows[4 * y + i]));
        blocks[4 * y..4 * y + 4].copy_from_slice(&down);
    }
    LumaSource { lanes, blocks }
}

/// Lays luma lanes out as 16 rows of 16 pixels.
#[inline(always)]
pub fn store_luma(lanes: &Lanes<2>) -> [u8; 256] {
    let mut out = [0; 256];
    for y in 0..4 {
        let across = turn_words([0, 1, 2, 3].map(|x| lanes[4 * y + x][0].narrow(lanes[4 * y + x][1])));
        for (b, words) in across.into_iter().enumerate() {
            let at = (4 * b + y) * 16;
            out[at..at + 16].copy_from_slice(&turn(words).bytes());
        }
    }
    out
}

/// Loads the chroma of a macroblock; lane `plane * 4 + y * 2 + x`, blue difference first.
#[inline(always)]
pub fn load_chroma(planes: &Planes, column: usize, line: usize) -> Lanes<1> {
    let stride = planes.columns * 8;
    let from = line * 8 * stride + column * 8;
    let mut lanes = [[Vector::splat(0)]; 16];
    for y in 0..4 {
        let [u, v] = [&planes.u, &planes.v].map(|plane| {
            let (upper, lower) = (from + y * stride, from + (y + 4) * stride);
            let pair = [row::<8>(plane, upper), row::<8>(plane, lower)];
            turn(Vector::from_bytes(std::array::from_fn(|i| pair[i / 8][i % 8])))
        });
        for (half, words) in u.zip32(v).into_iter().enumerate() {
            lanes[4 * y + 2 * half] = [words.widen_low()];
            lanes[4 * y + 2 * half + 1] = [words.widen_high()];
        }
    }
    lanes
}

/// Lays chroma lanes out as two planes of 8 rows of 8 pixels.
#[inline(always)]
pub fn store_chroma(lanes: &Lanes<1>) -> [[u8; 64]; 2] {
    let mut out = [[0; 64]; 2];
    for y in 0..4 {
        let [first, second] = [0, 2].map(|x| lanes[4 * y + x][0].narrow(lanes[4 * y + x + 1][0]));
        let [a, b] = first.zip32(second);
        for (plane, words) in out.iter_mut().zip(a.zip32(b)) {
            let [upper, lower] = turn(words).halves();
            plane[8 * y..8 * y + 8].copy_from_slice(&upper.to_le_bytes());
            plane[8 * y + 32..8 * y + 40].copy_from_slice(&lower.to_le_bytes());
        }
    }
    out
}

/// Spreads eight blocks of bytes over eight lanes.
#[inline(always)]
pub fn lanes_of(p: [Vector; 8]) -> Lanes<1> {
    let ([a0, a1], [b0, b1]) = (p[0].zip8(p[4]), p[2].zip8(p[6]));
    let ([c0, c1], [d0, d1]) = (p[1].zip8(p[5]), p[3].zip8(p[7]));
    let even = [a0.zip8(b0), a1.zip8(b1)];
    let odd = [c0.zip8(d0), c1.zip8(d1)];
    let mut lanes = [[Vector::splat(0)]; 16];
    for quarter in 0..4 {
        let (e, o) = (even[quarter / 2][quarter % 2], odd[quarter / 2][quarter % 2]);
        for (half, pair) in e.zip8(o).into_iter().enumerate() {
            lanes[4 * quarter + 2 * half] = [pair.widen_low()];
            lanes[4 * quarter + 2 * half + 1] = [pair.widen_high()];
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes() -> Planes {
        let pixels: Vec<u8> = (0..48 * 32 * 3).map(|i: u32| (i * i / 7 + i) as u8).collect();
        Planes::new::<3>(&pixels, 48, 32).unwrap()
    }

    #[test]
    fn what_is_loaded_is_stored() {
        let planes = planes();
        let luma = load_luma(&planes, 1, 1);
        let back = store_luma(&luma.lanes);
        for y in 0..16 {
            assert_eq!(back[16 * y..][..16], planes.y[(16 + y) * 48 + 16..][..16]);
            assert_eq!(luma.blocks[5].bytes()[4..8], planes.y[21 * 48 + 20..][..4]);
        }
        let [u, v] = store_chroma(&load_chroma(&planes, 2, 1));
        for y in 0..8 {
            assert_eq!(u[8 * y..][..8], planes.u[(8 + y) * 24 + 16..][..8]);
            assert_eq!(v[8 * y..][..8], planes.v[(8 + y) * 24 + 16..][..8]);
        }
    }

    #[test]
    fn lanes_hold_their_blocks() {
        let bytes = |l: usize| std::array::from_fn(|i| (l * 16 + i) as u8);
        let lanes = lanes_of(std::array::from_fn(|l| Vector::from_bytes(bytes(l))));
        for (i, row) in lanes.iter().enumerate() {
            assert_eq!(row[0].numbers(), std::array::from_fn(|l| (l * 16 + i) as i16));
        }
    }
}
