//! The 4x4 transforms of RFC 6386 section 14, run on many blocks side by side.
//!
//! A block's sixteen values lie in sixteen rows and each lane is another block, so that nothing has
//! to move between lanes.

use crate::vector::Vector;

/// Sixteen values of `8 * V` blocks; a lane is a block, a row a pixel or a coefficient in raster order.
pub type Lanes<const V: usize> = [[Vector; V]; 16];

/// A row for each value in raster order.
#[inline(always)]
pub fn rows<const V: usize>(mut row: impl FnMut(usize, usize) -> Vector) -> Lanes<V> {
    std::array::from_fn(|i| std::array::from_fn(|v| row(i, v)))
}

/// √2·sin(π/8) in 1/32768.
const SMALL: i16 = 17736;
/// √2·cos(π/8) - 1 in 1/32768.
const LARGE: i16 = 10048;

/// One direction of the forward transform, √2 short of orthonormal.
#[inline(always)]
fn forward_four(d: [Vector; 4]) -> [Vector; 4] {
    let (a0, a1) = (d[0].add(d[3]), d[1].add(d[2]));
    let (a2, a3) = (d[1].sub(d[2]), d[0].sub(d[3]));
    let (small, large) = (Vector::splat(SMALL), Vector::splat(LARGE));
    let odd = a3.add(a3.mul_fraction(large)).add(a2.mul_fraction(small));
    let odder = a3.mul_fraction(small).sub(a2.add(a2.mul_fraction(large)));
    [a0.add(a1), odd, a0.sub(a1), odder]
}

/// The forward transform of residuals within ±255; a flat block of 1 gives DC 8.
#[inline(always)]
pub fn forward<const V: usize>(residual: &Lanes<V>) -> Lanes<V> {
    let mut out = [[Vector::splat(0); V]; 16];
    let half = Vector::splat(8);
    for v in 0..V {
        let mut rows = [[half; 4]; 4];
        for (y, row) in rows.iter_mut().enumerate() {
            // Three more bits keep the fractions of the first direction.
            *row = forward_four([0, 1, 2, 3].map(|x| residual[4 * y + x][v].shl(3)));
        }
        for x in 0..4 {
            let column = forward_four([0, 1, 2, 3].map(|y| rows[y][x]));
            for y in 0..4 {
                out[4 * y + x][v] = column[y].add(half).shr(4);
            }
        }
    }
    out
}

/// One direction of the inverse transform, rounded as every decoder rounds it.
#[inline(always)]
fn inverse_four(c: [Vector; 4]) -> [Vector; 4] {
    // x * 35468 >> 16 and x + (x * 20091 >> 16); the first factor less 65536 fits 16 bits.
    let small = |x: Vector| x.add(x.mul_high((35468 - 65536) as i16));
    let large = |x: Vector| x.add(x.mul_high(20091));
    let (a, b) = (c[0].add(c[2]), c[0].sub(c[2]));
    let odd = small(c[1]).sub(large(c[3]));
    let odder = large(c[1]).add(small(c[3]));
    [a.add(odder), b.add(odd), b.sub(odd), a.sub(odder)]
}

/// The inverse transform, bit for bit that of a decoder (RFC 6386 section 14.3).
///
/// Sixteen bits are enough for whatever [`forward`] gives after quantising.
#[inline(always)]
pub fn inverse<const V: usize>(coefficients: &Lanes<V>) -> Lanes<V> {
    let mut out = [[Vector::splat(0); V]; 16];
    for v in 0..V {
        let mut columns = [[Vector::splat(0); 4]; 4];
        for (x, column) in columns.iter_mut().enumerate() {
            *column = inverse_four([0, 1, 2, 3].map(|y| coefficients[4 * y + x][v]));
        }
        for y in 0..4 {
            let first = columns[0][y].add(Vector::splat(4));
            let row = inverse_four([first, columns[1][y], columns[2][y], columns[3][y]]);
            for x in 0..4 {
                out[4 * y + x][v] = row[x].shr(3);
            }
        }
    }
    out
}

/// The Walsh-Hadamard transform of the sixteen luma DCs of a macroblock.
pub fn forward_dc(dc: &[i16; 16]) -> [i16; 16] {
    let mut half = [0i32; 16];
    for y in 0..4 {
        let [d0, d1, d2, d3] = [0, 1, 2, 3].map(|x| i32::from(dc[4 * y + x]));
        let (a0, a1, a2, a3) = (d0 + d2, d1 + d3, d1 - d3, d0 - d2);
        half[4 * y] = a0 + a1;
        half[4 * y + 1] = a3 + a2;
        half[4 * y + 2] = a3 - a2;
        half[4 * y + 3] = a0 - a1;
    }
    let mut out = [0i16; 16];
    for x in 0..4 {
        let [d0, d1, d2, d3] = [0, 4, 8, 12].map(|y| half[x + y]);
        let (a0, a1, a2, a3) = (d0 + d2, d1 + d3, d1 - d3, d0 - d2);
        out[x] = ((a0 + a1) >> 1) as i16;
        out[4 + x] = ((a3 + a2) >> 1) as i16;
        out[8 + x] = ((a3 - a2) >> 1) as i16;
        out[12 + x] = ((a0 - a1) >> 1) as i16;
    }
    out
}

/// The inverse Walsh-Hadamard transform of a decoder (RFC 6386 section 14.3).
pub fn inverse_dc(levels: &[i16; 16]) -> [i16; 16] {
    let mut half = [0i32; 16];
    for x in 0..4 {
        let [c0, c1, c2, c3] = [0, 4, 8, 12].map(|y| i32::from(levels[x + y]));
        let (a, b, c, d) = (c0 + c3, c1 + c2, c1 - c2, c0 - c3);
        half[x] = a + b;
        half[4 + x] = c + d;
        half[8 + x] = a - b;
        half[12 + x] = d - c;
    }
    let mut out = [0i16; 16];
    for y in 0..4 {
        let [c0, c1, c2, c3] = [0, 1, 2, 3].map(|x| half[4 * y + x]);
        let (a, b, c, d) = (c0 + c3 + 3, c1 + c2, c1 - c2, c0 - c3 + 3);
        out[4 * y] = ((a + b) >> 3) as i16;
        out[4 * y + 1] = ((c + d) >> 3) as i16;
        out[4 * y + 2] = ((a - b) >> 3) as i16;
        out[4 * y + 3] = ((d - c) >> 3) as i16;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes_the_forward() {
        let value = |i: usize, l: usize| ((i * 37 + l * 91) % 511) as i16 - 255;
        let residual: Lanes<1> = rows(|i, _| Vector::from_numbers(std::array::from_fn(|l| value(i, l))));
        let back = inverse(&forward(&residual));
        for (i, row) in back.iter().enumerate() {
            for (l, found) in row[0].numbers().into_iter().enumerate() {
                assert!((found - value(i, l)).abs() <= 2, "{found} is not {}", value(i, l));
            }
        }
    }

    #[test]
    fn the_dc_inverse_undoes_the_dc_forward() {
        let dc: [i16; 16] = std::array::from_fn(|i| (i as i16 * 253) % 2041 - 1000);
        let back = inverse_dc(&forward_dc(&dc));
        for (a, b) in dc.iter().zip(&back) {
            assert!((a - b).abs() <= 1, "{a} came back as {b}");
        }
    }
}
