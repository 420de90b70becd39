//! The filter along edges, CDEF: a row of a block at once.

use crate::cdef::rust::{self, pad_into_tmp16};
use crate::cdef::CDEF_VERY_LARGE;
use crate::cpu_features::CpuFeatureLevel;
use crate::tiling::PlaneRegionMut;
use crate::util::*;
use std::arch::wasm32::*;

/// Samples in a row of the copy that is filtered: a block's eight and two on both sides.
const STRIDE: isize = 12;

/// The steps to the first and the second neighbour in each of eight directions.
const STEPS: [[isize; 2]; 8] = [
    [1 - STRIDE, 2 - 2 * STRIDE],
    [1, 2 - STRIDE],
    [1, 2],
    [1, 2 + STRIDE],
    [1 + STRIDE, 2 + 2 * STRIDE],
    [STRIDE, 1 + 2 * STRIDE],
    [STRIDE, 2 * STRIDE],
    [STRIDE, 2 * STRIDE - 1],
];

/// What counts of a difference: all of a small one, nothing of one that is an edge itself.
#[inline(always)]
fn constrain(diff: v128, strength: v128, shift: u32) -> v128 {
    let size = i16x8_abs(diff);
    let size = i16x8_min(size, u16x8_sub_sat(strength, u16x8_shr(size, shift)));
    let sign = i16x8_shr(diff, 15);
    i16x8_sub(v128_xor(size, sign), sign)
}

/// # Safety
///
/// Two samples more than the block has are to be around `input` where `edges` says so.
pub(crate) unsafe fn cdef_filter_block<T: Pixel, U: Pixel>(
    dst: &mut PlaneRegionMut<'_, T>,
    input: *const U,
    istride: isize,
    pri_strength: i32,
    sec_strength: i32,
    dir: usize,
    damping: i32,
    bit_depth: usize,
    xdec: usize,
    ydec: usize,
    edges: u8,
    cpu: CpuFeatureLevel,
) {
    if T::type_enum() != PixelType::U8 {
        return rust::cdef_filter_block(dst, input, istride, pri_strength, sec_strength, dir, damping, bit_depth, xdec, ydec, edges, cpu);
    }
    let (width, height) = (8 >> xdec, 8 >> ydec);
    // Eight samples are read of a block of four too, so that the last row needs some behind it.
    let mut padded = [CDEF_VERY_LARGE; (STRIDE * STRIDE) as usize + 8];
    pad_into_tmp16(padded.as_mut_ptr(), STRIDE, input, istride, width, height, edges);

    let shift = |strength: i32| (damping - msb(strength.max(1))).max(0) as u32;
    let first = (i16x8_splat(pri_strength as i16), shift(pri_strength));
    let second = (i16x8_splat(sec_strength as i16), shift(sec_strength));
    let taps = if pri_strength & 1 == 0 { [4, 2] } else { [3, 3] };
    let ways = [(STEPS[dir & 7], first, taps), (STEPS[(dir + 2) & 7], second, [2, 1]), (STEPS[(dir + 6) & 7], second, [2, 1])];
    let absent = u16x8_splat(CDEF_VERY_LARGE);
    for (y, row) in dst.rows_iter_mut().take(height).enumerate() {
        let at = padded.as_ptr().offset((y as isize + 2) * STRIDE + 2);
        let x = v128_load(at.cast());
        let (mut sum, mut least, mut most) = (i16x8_splat(0), x, x);
        for (steps, (strength, shift), taps) in ways {
            for (step, tap) in steps.into_iter().zip(taps) {
                let mut part = i16x8_splat(0);
                for step in [step, -step] {
                    let p = v128_load(at.offset(step).cast());
                    let p = v128_bitselect(x, p, i16x8_eq(p, absent));
                    least = i16x8_min(least, p);
                    most = i16x8_max(most, p);
                    part = i16x8_add(part, constrain(i16x8_sub(p, x), strength, shift));
                }
                sum = i16x8_add(sum, i16x8_mul(part, i16x8_splat(tap)));
            }
        }
        // Rounded away from zero at a half.
        let sum = i16x8_add(i16x8_add(sum, i16x8_shr(sum, 15)), i16x8_splat(8));
        let v = i16x8_add(x, i16x8_shr(sum, 4));
        let v = i16x8_max(i16x8_min(v, most), least);
        let v = u8x16_narrow_i16x8(v, v);
        let to = row[..width].as_mut_ptr();
        if width == 8 {
            v128_store64_lane::<0>(v, to.cast());
        } else {
            v128_store32_lane::<0>(v, to.cast());
        }
    }
}
