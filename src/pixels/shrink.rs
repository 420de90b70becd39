//! Sums of blocks of pixels.

/// A sample of 8 or 16 bits.
pub trait Sample: Copy + Into<u64> {
    /// From a mean, which is within its range.
    fn from_mean(mean: u64) -> Self;

    /// Puts the means of blocks of rows behind `out` and clears their sums: blocks are `factor` pixels wide, but for the
    /// last of `width` pixels, and `high` pixels high.
    fn means(sums: &mut [u64], channels: usize, sides: (u32, u32, u32), out: &mut Vec<Self>);

    /// Adds a row's pixels to the sums of their blocks, `factor` pixels wide; colour is weighted by alpha.
    fn add(sums: &mut [u64], row: &[Self], channels: usize, factor: usize);
}

impl Sample for u8 {
    fn from_mean(mean: u64) -> u8 {
        mean as u8
    }

    #[inline(never)]
    fn means(sums: &mut [u64], channels: usize, sides: (u32, u32, u32), out: &mut Vec<u8>) {
        means(sums, channels, sides, out);
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
    fn means(sums: &mut [u64], channels: usize, sides: (u32, u32, u32), out: &mut Vec<u16>) {
        means(sums, channels, sides, out);
    }

    #[inline(never)]
    fn add(sums: &mut [u64], row: &[u16], channels: usize, factor: usize) {
        add(sums, row, channels, factor);
    }
}

fn means<T: Sample>(sums: &mut [u64], n: usize, (factor, width, high): (u32, u32, u32), out: &mut Vec<T>) {
    for (i, sum) in sums.chunks_exact_mut(n).enumerate() {
        let wide = factor.min(width - i as u32 * factor);
        let count = u64::from(wide * high);
        match &*sum {
            [r, g, b, a] => {
                let weight = (*a).max(1);
                out.extend([*r, *g, *b].map(|c| T::from_mean((c + weight / 2) / weight)));
                out.push(T::from_mean((*a + count / 2) / count));
            }
            _ => out.extend(sum.iter().map(|c| T::from_mean((c + count / 2) / count))),
        }
        sum.fill(0);
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
