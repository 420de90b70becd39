//! What each pixel along one side is made of: Lanczos3, as whole numbers.

/// Half the width of the kernel, in pixels of the larger grid.
const SUPPORT: f64 = 3.0;
/// Places behind the point at most, so that sums of samples below 2^15 stay within 32 bits: what is negative included,
/// the weights of one pixel are below 1.6 in sum.
const MAX_SHIFT: u32 = 15;

/// The weights along one side.
pub(super) struct Weights {
    /// Where the window of each pixel begins.
    pub starts: Vec<u32>,
    /// Weights of a window, as many for each; what a window does not need is zero.
    pub taps: usize,
    /// `starts.len() * taps` weights, which are one in sum.
    pub values: Vec<i16>,
    /// One is `1 << shift`.
    pub shift: u32,
}

/// The value of the kernel (C. Lanczos; `sinc(x) sinc(x / 3)`), by one sine: that of three times an angle is made of it.
fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= SUPPORT {
        return 0.0;
    }
    let third = x * std::f64::consts::FRAC_PI_3;
    let sine = third.sin() / third;
    let square = sine * sine;
    square * (1.0 - square * (third * third * (4.0 / 3.0)))
}

/// How many weights a window has, where `length` pixels are made `target`.
pub(super) fn taps(length: f64, target: u32) -> usize {
    // So many whole steps at most lie within an open interval of that length.
    (2.0 * SUPPORT * (length / f64::from(target.max(1))).max(1.0)).ceil() as usize
}

impl Weights {
    /// `target` pixels of the `length` that begin at `from`, of a side of `size`; windows in whole `unit`s.
    pub(super) fn new(size: u32, (from, length): (f64, f64), target: u32, unit: usize) -> Weights {
        let ratio = length / f64::from(target.max(1));
        let scale = ratio.max(1.0);
        let taps = taps(length, target).min(size as usize).next_multiple_of(unit);
        // Lanczos is highest in its middle, at 1 / scale and, by the rounding of short windows, little more.
        let shift = (0..=MAX_SHIFT).rev().find(|shift| f64::from(1u32 << shift) / scale * 1.1 < 32_767.0).unwrap_or(0);
        let mut weights = Weights { starts: Vec::new(), taps, values: vec![0; target as usize * taps], shift };
        let mut exact = Vec::new();
        for (i, values) in (0..target).zip(weights.values.chunks_exact_mut(taps)) {
            let centre = from + (f64::from(i) + 0.5) * ratio;
            let first = (centre - SUPPORT * scale).floor().clamp(0.0, f64::from(size.saturating_sub(1)));
            let last = (centre + SUPPORT * scale).ceil().min(f64::from(size));
            exact.clear();
            exact.extend((first as u32..(last as u32).max(first as u32 + 1)).map(|at| lanczos((f64::from(at) + 0.5 - centre) / scale)));
            // What would be zero at the ends costs as much as any other.
            let idle = exact.iter().take_while(|w| w.abs() < 1e-9).count().min(exact.len() - 1);
            let exact = exact.get(idle..).unwrap_or(&[]);
            let sum: f64 = exact.iter().sum();
            let one = f64::from(1u32 << shift);
            let mut left = 1i32 << shift;
            for (value, exact) in values.iter_mut().zip(exact) {
                *value = (exact / sum * one).round() as i16;
                left -= i32::from(*value);
            }
            // What rounding left over is least felt where most is.
            if let Some(most) = values.iter_mut().max() {
                *most = (i32::from(*most) + left) as i16;
            }
            weights.starts.push(first as u32 + idle as u32);
        }
        weights
    }

    /// The window of a pixel: where it begins, and its weights.
    pub(super) fn window(&self, i: usize) -> (usize, &[i16]) {
        let start = self.starts.get(i).copied().unwrap_or(0) as usize;
        (start, self.values.get(i * self.taps..(i + 1) * self.taps).unwrap_or(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_one_in_sum_and_lie_within() {
        for (size, part, target) in [
            (1000, (0.0, 1000.0), 320),
            (1000, (10.5, 333.3), 320),
            (3, (0.0, 3.0), 16),
            (1, (0.0, 1.0), 5),
            (5, (4.0, 1.0), 3),
            (16_384, (0.0, 16_384.0), 1),
            (16_384, (0.0, 16_384.0), 7),
            (7, (0.0, 7.0), 7),
        ] {
            let w = Weights::new(size, part, target, 2);
            assert_eq!(w.starts.len(), target as usize);
            for i in 0..target as usize {
                let (start, values) = w.window(i);
                assert_eq!(values.iter().map(|v| i32::from(*v)).sum::<i32>(), 1 << w.shift, "{size} {part:?} {target} {i}");
                let end = start + values.iter().rposition(|v| *v != 0).unwrap() + 1;
                assert!(end <= size as usize, "{size} {part:?} {target} {i}: {start} {end}");
            }
        }
    }

    #[test]
    fn a_side_that_stays_is_taken_as_it_is() {
        let w = Weights::new(7, (0.0, 7.0), 7, 2);
        for i in 0..7 {
            let (start, values) = w.window(i);
            let whole: Vec<_> = values.iter().enumerate().filter(|(_, v)| **v != 0).map(|(at, v)| (start + at, *v)).collect();
            assert_eq!(whole, [(i, 1 << w.shift)]);
        }
    }
}
