//! What a one-dimensional inverse transform does with a coefficient, or with those of several transforms at once.

use crate::transform;
use crate::util;
use std::ops::{Add, Mul, Neg, Sub};

/// A coefficient of 32 bits, or one each of neighbouring transforms.
pub(crate) trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Neg<Output = Self> + Mul<i32, Output = Self> {
    fn zero() -> Self;
    /// Divided by `2^bit` and rounded.
    fn round_shift(self, bit: usize) -> Self;
    /// Divided by `2^bit` and rounded down.
    fn shift(self, bit: usize) -> Self;
    /// The nearest number that a signed integer of `bit` bits holds.
    fn clamp_value(self, bit: usize) -> Self;
}

impl Lanes for i32 {
    fn zero() -> Self {
        0
    }

    fn round_shift(self, bit: usize) -> Self {
        util::round_shift(self, bit)
    }

    fn shift(self, bit: usize) -> Self {
        self >> bit
    }

    fn clamp_value(self, bit: usize) -> Self {
        transform::clamp_value(self, bit)
    }
}

#[inline]
pub(crate) fn half_btf<T: Lanes>(w0: i32, in0: T, w1: i32, in1: T, bit: usize) -> T {
    (in0 * w0 + in1 * w1).round_shift(bit)
}

#[inline]
pub(crate) fn clamp_value<T: Lanes>(value: T, bit: usize) -> T {
    value.clamp_value(bit)
}
