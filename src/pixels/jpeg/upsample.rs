//! Widening of components that have fewer samples than the picture has pixels.
//!
//! Factors of two use the triangle filter of libjpeg ("fancy upsampling": 3/4 the nearer, 1/4 the farther sample);
//! all others repeat the nearest sample.

/// How a component is brought to the size of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upsample {
    /// It has that size.
    None,
    /// Twice as wide.
    Across,
    /// Twice as high.
    Down,
    /// Twice as wide and as high.
    Both,
    /// Any other ratio, as samples per pixel: numerator and denominator across, then down.
    Nearest((u32, u32), (u32, u32)),
}

impl Upsample {
    /// Chooses for samples per pixel across and down, each as a fraction, and a width in samples.
    pub(super) fn new(across: (u32, u32), down: (u32, u32), width: usize) -> Upsample {
        let twice = |(samples, pixels): (u32, u32)| pixels == 2 * samples;
        let same = |(samples, pixels): (u32, u32)| pixels == samples;
        match () {
            () if same(across) && same(down) => Upsample::None,
            () if twice(across) && same(down) && width > 2 => Upsample::Across,
            () if same(across) && twice(down) => Upsample::Down,
            () if twice(across) && twice(down) && width > 2 => Upsample::Both,
            () => Upsample::Nearest(across, down),
        }
    }

    /// The two rows of samples that pixel row `y` is made of: the nearer and the farther one, unclamped.
    pub(super) fn rows(self, y: usize) -> (usize, usize) {
        match self {
            Upsample::None | Upsample::Across => (y, y),
            Upsample::Down | Upsample::Both => {
                let near = y / 2;
                (near, if y.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 })
            }
            Upsample::Nearest(_, (samples, pixels)) => {
                let near = (y as u64 * u64::from(samples) / u64::from(pixels.max(1))) as usize;
                (near, near)
            }
        }
    }

    /// Makes pixel row `y` in `out` of the two rows of samples; `sums` is scratch.
    pub(super) fn row(self, y: usize, near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
        match self {
            Upsample::None => {
                let all = out.len().min(near.len());
                out.split_at_mut(all).0.copy_from_slice(near.split_at(all).0);
            }
            Upsample::Across => across(near, out),
            Upsample::Down => {
                let bias = if y.is_multiple_of(2) { 1 } else { 2 };
                for ((to, &near), &far) in out.iter_mut().zip(near).zip(far) {
                    *to = ((3 * u16::from(near) + u16::from(far) + bias) >> 2) as u8;
                }
            }
            Upsample::Both => {
                sums.clear();
                sums.extend(near.iter().zip(far).map(|(&near, &far)| 3 * u16::from(near) + u16::from(far)));
                both(sums, out);
            }
            Upsample::Nearest((samples, pixels), _) => {
                let mut place = 0;
                for to in out {
                    *to = near.get((place / pixels.max(1)) as usize).or(near.last()).copied().unwrap_or(0);
                    place += samples;
                }
            }
        }
    }
}

/// A row of samples to twice as many, each 3/4 of the nearer and 1/4 of the farther; the outermost are kept.
fn across(row: &[u8], out: &mut [u8]) {
    let (Some(&first), Some(&last), Some((start, inner))) = (row.first(), row.last(), out.split_first_mut()) else {
        return;
    };
    *start = first;
    let mut pairs = inner.chunks_exact_mut(2);
    for (pair, near) in pairs.by_ref().zip(row.windows(2)) {
        if let ([left, right], &[a, b]) = (pair, near) {
            *left = ((3 * u16::from(a) + u16::from(b) + 2) >> 2) as u8;
            *right = ((3 * u16::from(b) + u16::from(a) + 1) >> 2) as u8;
        }
    }
    pairs.into_remainder().fill(last);
}

/// As [`across`] for sums of samples that are four times too large.
fn both(sums: &[u16], out: &mut [u8]) {
    let (Some(&first), Some(&last), Some((start, inner))) = (sums.first(), sums.last(), out.split_first_mut()) else {
        return;
    };
    *start = ((4 * first + 8) >> 4) as u8;
    let mut pairs = inner.chunks_exact_mut(2);
    for (pair, near) in pairs.by_ref().zip(sums.windows(2)) {
        if let ([left, right], &[a, b]) = (pair, near) {
            *left = ((3 * a + b + 7) >> 4) as u8;
            *right = ((3 * b + a + 8) >> 4) as u8;
        }
    }
    pairs.into_remainder().fill(((4 * last + 7) >> 4) as u8);
}
