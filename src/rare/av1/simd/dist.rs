//! The distortion by which blocks are chosen: eight samples at once.

use crate::activity::apply_ssim_boost;
use crate::cpu_features::CpuFeatureLevel;
use crate::dist::rust;
use crate::tiling::PlaneRegion;
use crate::util::*;
use std::arch::wasm32::*;

/// The sum of four lanes.
fn sum(v: v128) -> u32 {
    let v = i32x4_add(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
    i32x4_extract_lane::<0>(v) as u32 + i32x4_extract_lane::<1>(v) as u32
}

/// Computes a distortion metric of the sum of squares weighted by activity.
/// w and h should be <= 8.
pub fn cdef_dist_kernel<T: Pixel>(
    src: &PlaneRegion<'_, T>,
    dst: &PlaneRegion<'_, T>,
    w: usize,
    h: usize,
    bit_depth: usize,
    cpu: CpuFeatureLevel,
) -> u32 {
    if (w, h, T::type_enum()) != (8, 8, PixelType::U8) {
        return rust::cdef_dist_kernel(src, dst, w, h, bit_depth, cpu);
    }
    let [mut a_sum, mut b_sum, mut a_squares, mut b_squares, mut error] = [i32x4_splat(0); 5];
    for (a, b) in src.rows_iter().take(8).zip(dst.rows_iter()) {
        let (a, b) = (&a[..8], &b[..8]);
        // SAFETY: eight samples of a byte each.
        let (a, b) = unsafe { (u16x8_load_extend_u8x8(a.as_ptr().cast()), u16x8_load_extend_u8x8(b.as_ptr().cast())) };
        let off = i16x8_sub(a, b);
        a_sum = i16x8_add(a_sum, a);
        b_sum = i16x8_add(b_sum, b);
        a_squares = i32x4_add(a_squares, i32x4_dot_i16x8(a, a));
        b_squares = i32x4_add(b_squares, i32x4_dot_i16x8(b, b));
        error = i32x4_add(error, i32x4_dot_i16x8(off, off));
    }
    // 64 times the variance; the scalar code's divisions are shifts for 64 samples.
    let variance = |all: v128, squares: v128| {
        let all = sum(i32x4_dot_i16x8(all, i16x8_splat(1)));
        sum(squares).saturating_sub((all * all + 32) >> 6)
    };
    apply_ssim_boost(sum(error), variance(a_sum, a_squares), variance(b_sum, b_squares), bit_depth)
}
