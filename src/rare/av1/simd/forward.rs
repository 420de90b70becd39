//! The forward transforms: four columns at once, then four rows.

use super::lanes::Lanes;
use super::vector::{narrow_mut, transpose, I32x4};
use crate::cpu_features::CpuFeatureLevel;
use crate::transform::forward::rust;
use crate::transform::forward_shared::*;
use crate::transform::{valid_av1_transform, TxSize, TxType};
use crate::util::*;
use std::arch::wasm32::*;
use std::mem::MaybeUninit;

type TxfmFunc = fn(&mut [I32x4]);

impl_1d_tx!();

impl TxOperations for I32x4 {
    #[inline(always)]
    fn zero() -> Self {
        Lanes::zero()
    }

    #[inline(always)]
    fn tx_mul<const SHIFT: i32>(self, mul: i32) -> Self {
        (self * mul).round_shift(SHIFT as usize)
    }

    #[inline(always)]
    fn rshift1(self) -> Self {
        // Towards zero.
        (self - self.shift(31)).shift(1)
    }

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        self + b
    }

    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self - b
    }

    #[inline(always)]
    fn add_avg(self, b: Self) -> Self {
        (self + b).shift(1)
    }

    #[inline(always)]
    fn sub_avg(self, b: Self) -> Self {
        (self - b).shift(1)
    }
}

/// Times `2^bit`, rounded.
fn scale(all: &mut [I32x4], bit: i8) {
    let by = usize::from(bit.unsigned_abs());
    match bit {
        0 => {}
        1.. => all.iter_mut().for_each(|a| a.0 = i32x4_shl(a.0, by as u32)),
        _ => all.iter_mut().for_each(|a| *a = a.round_shift(by)),
    }
}

/// # Panics
///
/// - If called with an invalid combination of `tx_size` and `tx_type`
pub fn forward_transform<T: Coefficient>(
    input: &[i16],
    output: &mut [MaybeUninit<T>],
    stride: usize,
    tx_size: TxSize,
    tx_type: TxType,
    bd: usize,
    cpu: CpuFeatureLevel,
) {
    let Some(to) = narrow_mut(output) else {
        return rust::forward_transform(input, output, stride, tx_size, tx_type, bd, cpu);
    };
    assert!(valid_av1_transform(tx_size, tx_type));
    let (width, height) = (tx_size.width(), tx_size.height());
    let cfg = Txfm2DFlipCfg::fwd(tx_type, tx_size, bd);
    let (column, row) = (get_func(cfg.txfm_type_col), get_func(cfg.txfm_type_row));

    // A vector holds four rows of one column; blocks are small, so that clearing all of it would take longer than they do.
    let mut rows = Aligned::<[MaybeUninit<I32x4>; 64 * 64 / 4]>::uninit_array();
    let rows = &mut rows.data[..width * height / 4];
    for c in (0..width).step_by(4) {
        let mut line = Aligned::<[MaybeUninit<I32x4>; 64]>::uninit_array();
        let line = &mut line.data[..height];
        for (r, to) in line.iter_mut().enumerate() {
            to.write(I32x4::load(&input[r * stride + c..]));
        }
        // SAFETY: the loop above has written all of them.
        let line = unsafe { slice_assume_init_mut(line) };
        if cfg.ud_flip {
            line.reverse();
        }
        scale(line, cfg.shift[0]);
        column(line);
        scale(line, cfg.shift[1]);
        for (r, four) in line.chunks_exact(4).enumerate() {
            let turned = transpose([four[0], four[1], four[2], four[3]]);
            rows[r * width + c..][..4].copy_from_slice(&turned.map(MaybeUninit::new));
        }
    }
    // SAFETY: the loops above have written all of them.
    let rows = unsafe { slice_assume_init_mut(rows) };

    // Columns of at most 32 coefficients: of 64 rows or columns the first 32 stand first.
    let high = height.min(32);
    for (r, line) in rows.chunks_exact_mut(width).enumerate().map(|(at, line)| (at * 4, line)) {
        if cfg.lr_flip {
            line.reverse();
        }
        row(line);
        scale(line, cfg.shift[2]);
        let to = &mut to[r % 32 + r / 32 * high * width.min(32)..];
        for (c, four) in line.iter().enumerate() {
            four.store(&mut to[c / 32 * 32 * height + c % 32 * high..]);
        }
    }
}
