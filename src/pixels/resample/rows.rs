//! The filter along the rows: a row of 16-bit numbers becomes pixels.

use super::columns::PLACES;
use super::samples::{curves, narrow, Shape};
use super::weights::Weights;
use crate::vector::Vector;

/// Bytes behind the last pixel that may be read with it.
pub(super) const BEHIND: usize = 16;
/// An index that picks nothing.
const NO: u8 = 255;

/// The same sample of two neighbouring pixels side by side, of three and of four channels.
const THREE: [u8; 16] = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, NO, NO, NO, NO];
const FOUR: [u8; 16] = [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15];

/// In what units windows are read.
pub(super) fn unit(channels: usize) -> usize {
    match channels {
        1 => 8,
        _ => 2,
    }
}

/// Makes the pixels of a row. `wide`: of numbers where `samples::ONE` is full, else of bytes with places behind the point.
#[inline(never)]
pub(super) fn filter(line: &[u8], weights: &Weights, shape: Shape, wide: bool, out: &mut [u8]) {
    match (shape.channels, wide) {
        (1, false) => gray(line, weights, out, |sum, shift| (sum >> (shift + PLACES)).clamp(0, 255) as u8, PLACES),
        (1, true) => {
            let curves = shape.light.then(curves);
            gray(line, weights, out, |sum, shift| narrow([sum >> shift; 4], shape, curves)[0], 0);
        }
        (3, false) => colour::<3, 12>(line, weights, THREE, out, PLACES, |sums, shift| {
            let numbers = sums.shr_wide(shift);
            let bytes = numbers.narrow_wide(numbers);
            (bytes.narrow(bytes).halves()[0] as u32).to_le_bytes()
        }),
        (3, true) => {
            let curves = shape.light.then(curves);
            colour::<3, 12>(line, weights, THREE, out, 0, |sums, shift| {
                narrow(sums.shr_wide(shift).wide().map(|v| v as i32), shape, curves)
            });
        }
        _ => {
            let curves = shape.light.then(curves);
            colour::<4, 16>(line, weights, FOUR, out, 0, |sums, shift| {
                narrow(sums.shr_wide(shift).wide().map(|v| v as i32), shape, curves)
            });
        }
    }
}

fn half(shift: u32) -> u32 {
    (1 << shift) >> 1
}

/// `PAIR` bytes are two pixels of `N` samples.
#[inline(always)]
fn colour<const N: usize, const PAIR: usize>(
    line: &[u8],
    weights: &Weights,
    order: [u8; 16],
    out: &mut [u8],
    places: u32,
    finish: impl Fn(Vector, u32) -> [u8; 4],
) {
    let order = Vector::from_bytes(order);
    let shift = weights.shift + places;
    let windows = weights.starts.iter().zip(weights.values.chunks_exact(weights.taps.max(1)));
    for (pixel, (start, values)) in out.as_chunks_mut::<N>().0.iter_mut().zip(windows) {
        let mut sums = Vector::from_words([half(shift); 4]);
        let mut at = *start as usize * (PAIR / 2);
        for two in values.as_chunks::<2>().0 {
            let Some(bytes) = line.get(at..).and_then(|rest| rest.first_chunk::<16>()) else { break };
            let pair = u32::from(two[0] as u16) | u32::from(two[1] as u16) << 16;
            sums = sums.add_wide(Vector::from_bytes(*bytes).pick(order).dot(Vector::from_words([pair; 4])));
            at += PAIR;
        }
        let samples = finish(sums, shift);
        pixel.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
    }
}

#[inline(always)]
fn gray(line: &[u8], weights: &Weights, out: &mut [u8], finish: impl Fn(i32, u32) -> u8, places: u32) {
    let half = half(weights.shift + places) as i32;
    let windows = weights.starts.iter().zip(weights.values.chunks_exact(weights.taps.max(1)));
    for (pixel, (start, values)) in out.iter_mut().zip(windows) {
        let mut sums = Vector::splat(0);
        let mut at = *start as usize * 2;
        for eight in values.as_chunks::<8>().0 {
            let Some(bytes) = line.get(at..).and_then(|rest| rest.first_chunk::<16>()) else { break };
            sums = sums.add_wide(Vector::from_bytes(*bytes).dot(Vector::from_numbers(*eight)));
            at += 16;
        }
        *pixel = finish((sums.sum() as i32).wrapping_add(half), weights.shift);
    }
}
