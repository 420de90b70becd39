//! Four coefficients at once.

use super::lanes::Lanes;
use std::arch::wasm32::*;
use std::mem::MaybeUninit;
use std::ops::{Add, Mul, Neg, Sub};

/// Four integers of 32 bits, one each of four neighbouring transforms.
#[derive(Clone, Copy)]
pub(super) struct I32x4(pub v128);

impl I32x4 {
    /// Four samples of 16 bits.
    #[inline(always)]
    pub fn load(from: &[i16]) -> Self {
        let from = &from[..4];
        // SAFETY: the line above has checked that there are four.
        Self(unsafe { i32x4_load_extend_i16x4(from.as_ptr()) })
    }

    /// Into four samples of 16 bits, the nearest that they hold.
    #[inline(always)]
    pub fn store(self, to: &mut [MaybeUninit<i16>]) {
        let to = &mut to[..4];
        // SAFETY: the line above has checked that there are four.
        unsafe { v128_store64_lane::<0>(i16x8_narrow_i32x4(self.0, self.0), to.as_mut_ptr().cast()) }
    }
}

impl Add for I32x4 {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
}

impl Sub for I32x4 {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(i32x4_sub(self.0, other.0))
    }
}

impl Neg for I32x4 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(i32x4_neg(self.0))
    }
}

impl Mul<i32> for I32x4 {
    type Output = Self;

    #[inline(always)]
    fn mul(self, by: i32) -> Self {
        Self(i32x4_mul(self.0, i32x4_splat(by)))
    }
}

impl Lanes for I32x4 {
    #[inline(always)]
    fn zero() -> Self {
        Self(i32x4_splat(0))
    }

    #[inline(always)]
    fn round_shift(self, bit: usize) -> Self {
        Self(i32x4_add(self.0, i32x4_splat(1 << bit >> 1))).shift(bit)
    }

    #[inline(always)]
    fn shift(self, bit: usize) -> Self {
        Self(i32x4_shr(self.0, bit as u32))
    }

    #[inline(always)]
    fn clamp_value(self, bit: usize) -> Self {
        let most = i32::MAX >> (32 - bit);
        Self(i32x4_max(i32x4_min(self.0, i32x4_splat(most)), i32x4_splat(!most)))
    }
}

/// Rows as columns.
#[inline(always)]
pub(super) fn transpose([a, b, c, d]: [I32x4; 4]) -> [I32x4; 4] {
    let low = |a: v128, b: v128| i32x4_shuffle::<0, 4, 1, 5>(a, b);
    let high = |a: v128, b: v128| i32x4_shuffle::<2, 6, 3, 7>(a, b);
    let (ac, bd) = ((low(a.0, c.0), high(a.0, c.0)), (low(b.0, d.0), high(b.0, d.0)));
    [low(ac.0, bd.0), high(ac.0, bd.0), low(ac.1, bd.1), high(ac.1, bd.1)].map(I32x4)
}

/// Coefficients of 8-bit pictures, which have 16 bits.
#[inline(always)]
pub(super) fn narrow<T: 'static>(all: &[T]) -> Option<&[i16]> {
    // SAFETY: they are of that type.
    is_i16::<T>().then(|| unsafe { std::slice::from_raw_parts(all.as_ptr().cast(), all.len()) })
}

/// The same, to be written.
#[inline(always)]
pub(super) fn narrow_mut<T: 'static>(all: &mut [MaybeUninit<T>]) -> Option<&mut [MaybeUninit<i16>]> {
    // SAFETY: they are of that type.
    is_i16::<T>().then(|| unsafe { std::slice::from_raw_parts_mut(all.as_mut_ptr().cast(), all.len()) })
}

fn is_i16<T: 'static>() -> bool {
    std::any::TypeId::of::<T>() == std::any::TypeId::of::<i16>()
}
