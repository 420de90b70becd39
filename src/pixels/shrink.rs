//! Sums of blocks of pixels.

/// A sample of 8 or 16 bits.
pub trait Sample: Copy + Into<u64> {
    /// From a mean, which is within its range.
    fn from_mean(mean: u64) -> Self;

    /// Adds a row's pixels to the sums of their blocks, `factor` pixels wide; colour is weighted by alpha.
    fn add(sums: &mut [u64], row: &[Self], channels: usize, factor: usize);
}

impl Sample for u8 {
    fn from_mean(mean: u64) -> u8 {
        mean as u8
    }

    #[inline(never)]
    fn add(sums: &mut [u64], row: &[u8], channels: usize, factor: usize) {
        add(sums, row, channels, factor);
    }
}

impl Sample for u16 {
    fn from_mean(mean: u64) -> u16 {
        mean as u16
    }

    #[inline(never)]
    fn add(sums: &mut [u64], row: &[u16], channels: usize, factor: usize) {
        add(sums, row, channels, factor);
    }
}

fn add<T: Sample>(sums: &mut [u64], row: &[T], n: usize, factor: usize) {
    for (sum, pixels) in sums.chunks_exact_mut(n).zip(row.chunks(factor * n)) {
        match sum {
            [l] => *l += pixels.iter().map(|p| (*p).into()).sum::<u64>(),
            [r, g, b] => {
                for p in pixels.chunks_exact(3) {
                    *r += p[0].into();
                    *g += p[1].into();
                    *b += p[2].into();
                }
            }
            [r, g, b, a] => {
                for p in pixels.chunks_exact(4) {
                    let alpha: u64 = p[3].into();
                    *r += alpha * p[0].into();
                    *g += alpha * p[1].into();
                    *b += alpha * p[2].into();
                    *a += alpha;
                }
            }
            _ => {}
        }
    }
}
