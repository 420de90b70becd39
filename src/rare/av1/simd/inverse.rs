//! The inverse transforms: four rows at once, then four columns.

use super::lanes::Lanes;
use super::vector::{narrow, transpose, I32x4};
use crate::cpu_features::CpuFeatureLevel;
use crate::tiling::PlaneRegionMut;
use crate::transform::consts::*;
use crate::transform::inverse::rust::{self, INV_INTERMEDIATE_SHIFTS};
use crate::transform::inverse::*;
use crate::transform::{get_1d_tx_types, TxSize, TxType};
use crate::util::*;
use std::arch::wasm32::*;
use std::mem::MaybeUninit;

fn never(_: &[I32x4], _: &mut [I32x4], _: usize) {
    unimplemented!()
}

/// By kind and by the logarithm of the length.
static TRANSFORMS: [[InvTxfmFn<I32x4>; 5]; 5] = [
    [av1_idct4, av1_idct8, av1_idct16, av1_idct32, av1_idct64],
    [av1_iadst4, av1_iadst8, av1_iadst16, never, never],
    [av1_iflipadst4, av1_iflipadst8, av1_iflipadst16, never, never],
    [av1_iidentity4, av1_iidentity8, av1_iidentity16, av1_iidentity32, never],
    [av1_iwht4, never, never, never, never],
];

type Line = Aligned<[MaybeUninit<I32x4>; 64]>;

fn clear(line: &mut [MaybeUninit<I32x4>]) -> &mut [I32x4] {
    init_slice_repeat_mut(line, I32x4::zero())
}

pub fn inverse_transform_add<T: Pixel>(
    input: &[T::Coeff],
    output: &mut PlaneRegionMut<'_, T>,
    eob: u16,
    tx_size: TxSize,
    tx_type: TxType,
    bd: usize,
    cpu: CpuFeatureLevel,
) {
    let Some(from) = narrow(input) else {
        return rust::inverse_transform_add(input, output, eob, tx_size, tx_type, bd, cpu);
    };
    let (width, height) = (tx_size.width(), tx_size.height());
    let (coded_width, coded_height) = (width.min(32), height.min(32));
    let from = &from[..coded_width * coded_height];
    let lossless = tx_type == TxType::WHT_WHT;
    let oblong = tx_size.rect_ratio_log2().abs() == 1;
    let kinds = get_1d_tx_types(tx_type);
    let row = TRANSFORMS[kinds.1 as usize][tx_size.width_log2() - 2];
    let column = TRANSFORMS[kinds.0 as usize][tx_size.height_log2() - 2];
    let (row_range, column_range) = (bd + 8, (bd + 6).max(16));
    let shift = INV_INTERMEDIATE_SHIFTS[tx_size as usize];

    // A vector holds four columns of one row. Only rows with coefficients are written; blocks are small, so no more is
    // cleared than they need.
    let mut rows = Aligned::<[MaybeUninit<I32x4>; 64 * 64 / 4]>::uninit_array();
    let rows = clear(&mut rows.data[..width * height / 4]);
    let (mut line, mut done) = (Line::uninit_array(), Line::uninit_array());
    let (line, done) = (clear(&mut line.data[..width]), clear(&mut done.data[..width]));
    for r in (0..coded_height).step_by(4) {
        let mut any = i32x4_splat(0);
        for (to, column) in line.iter_mut().zip(from.chunks_exact(coded_height)) {
            let mut four = I32x4::load(&column[r..]);
            any = v128_or(any, four.0);
            if oblong {
                four = (four * INV_SQRT2).round_shift(SQRT2_BITS);
            } else if lossless {
                four = four.shift(2);
            }
            *to = four.clamp_value(row_range);
        }
        if !v128_any_true(any) {
            continue;
        }
        row(line, done, row_range);
        for (c, four) in done.chunks_exact(4).enumerate() {
            let turned = transpose([four[0], four[1], four[2], four[3]]);
            for (i, four) in turned.into_iter().enumerate() {
                rows[(r + i) * width / 4 + c] = four.round_shift(shift).clamp_value(column_range);
            }
        }
    }

    let last = if lossless { 0 } else { 4 };
    let (mut line, mut done) = (Line::uninit_array(), Line::uninit_array());
    let (line, done) = (clear(&mut line.data[..height]), clear(&mut done.data[..height]));
    for c in 0..width / 4 {
        for (to, from) in line.iter_mut().zip(rows[c..].iter().step_by(width / 4)) {
            *to = *from;
        }
        column(line, done, column_range);
        for (change, row) in done.iter().zip(output.rows_iter_mut()) {
            let to = &mut row[c * 4..][..4];
            let to: *mut u32 = to.as_mut_ptr().cast();
            // SAFETY: four samples of a byte each, as their coefficients have 16 bits.
            unsafe {
                let before = u32x4_extend_low_u16x8(u16x8_extend_low_u8x16(v128_load32_zero(to)));
                let after = i32x4_add(before, change.round_shift(last).0);
                let after = i16x8_narrow_i32x4(after, after);
                v128_store32_lane::<0>(u8x16_narrow_i16x8(after, after), to);
            }
        }
    }
}
