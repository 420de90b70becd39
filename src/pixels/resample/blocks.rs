//! Means of whole blocks, taken before the filter where that makes much smaller pictures: it costs a fraction of the
//! filter's time, which still has a factor of two or more to do, and so decides what is seen.

/// Sums of the columns of the rows of blocks at hand.
pub(super) struct Blocks {
    /// The side of a block, pixels.
    pub factor: usize,
    channels: usize,
    wide: bool,
    /// Of bytes, up to [`MOST`] rows of them.
    narrow_sums: Vec<u16>,
    wide_sums: Vec<u32>,
    rows: usize,
}

/// Largest side of a block: so many rows of bytes are within 16 bits in sum.
pub(super) const MOST: u32 = 64;

impl Blocks {
    /// For rows of so many pixels.
    pub(super) fn new(factor: u32, width: usize, channels: usize, wide: bool) -> Blocks {
        let samples = if factor > 1 { width * channels } else { 0 };
        let (narrow, of_wide) = if wide { (0, samples) } else { (samples, 0) };
        Blocks { factor: factor as usize, channels, wide, narrow_sums: vec![0; narrow], wide_sums: vec![0; of_wide], rows: 0 }
    }

    /// Takes the next row; whether it completes its blocks.
    pub(super) fn add(&mut self, row: &[u8]) -> bool {
        match self.wide {
            false => add_bytes(&mut self.narrow_sums, row),
            true => add_numbers(&mut self.wide_sums, row),
        }
        self.rows += 1;
        self.rows == self.factor
    }

    /// Whether rows wait for others that complete their blocks.
    pub(super) fn waits(&self) -> bool {
        self.rows > 0
    }

    /// Gives the means of the rows that came, and begins anew.
    pub(super) fn give(&mut self, out: &mut [u8]) {
        match self.wide {
            false => {
                means(&self.narrow_sums, self.factor, self.rows, self.channels, |i, mean| {
                    out.get_mut(i).into_iter().for_each(|to| *to = mean as u8);
                });
                self.narrow_sums.fill(0);
            }
            true => {
                let numbers = out.as_chunks_mut::<2>().0;
                means(&self.wide_sums, self.factor, self.rows, self.channels, |i, mean| {
                    numbers.get_mut(i).into_iter().for_each(|to| *to = (mean as u16).to_le_bytes());
                });
                self.wide_sums.fill(0);
            }
        }
        self.rows = 0;
    }
}

#[inline(never)]
fn add_bytes(sums: &mut [u16], row: &[u8]) {
    let (whole, rest) = sums.as_chunks_mut::<16>();
    let (row, odd) = row.as_chunks::<16>();
    for (sums, row) in whole.iter_mut().zip(row) {
        sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum = sum.wrapping_add(u16::from(*sample)));
    }
    rest.iter_mut().zip(odd).for_each(|(sum, sample)| *sum = sum.wrapping_add(u16::from(*sample)));
}

#[inline(never)]
fn add_numbers(sums: &mut [u32], row: &[u8]) {
    sums.iter_mut().zip(row.as_chunks::<2>().0).for_each(|(sum, sample)| *sum += u32::from(u16::from_le_bytes(*sample)));
}

fn means<T: Copy + Into<u32>>(sums: &[T], factor: usize, rows: usize, channels: usize, put: impl FnMut(usize, u32)) {
    match channels {
        1 => means_of::<1, T>(sums, factor, rows, put),
        3 => means_of::<3, T>(sums, factor, rows, put),
        _ => means_of::<4, T>(sums, factor, rows, put),
    }
}

#[inline(always)]
fn means_of<const N: usize, T: Copy + Into<u32>>(sums: &[T], factor: usize, rows: usize, mut put: impl FnMut(usize, u32)) {
    // A product with the reciprocal, as a division costs many times as much; exact, since sums are below 2^26.
    let share = |count: u32| (1u64 << 38).div_ceil(u64::from(count));
    let (full, whole) = ((factor * rows) as u32, share((factor * rows) as u32));
    for (i, block) in sums.as_chunks::<N>().0.chunks(factor).enumerate() {
        let (count, share) = match block.len() == factor {
            true => (full, whole),
            false => ((block.len() * rows) as u32, share((block.len() * rows) as u32)),
        };
        let mut all = [count / 2; N];
        for pixel in block {
            all.iter_mut().zip(pixel).for_each(|(all, sample)| *all += (*sample).into());
        }
        for (channel, sum) in all.iter().enumerate() {
            put(i * N + channel, ((u64::from(*sum) * share) >> 38) as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_at_the_edges_are_smaller() {
        let mut blocks = Blocks::new(2, 3, 1, false);
        assert!(!blocks.add(&[0, 10, 100]) && blocks.add(&[20, 30, 200]));
        let mut out = [0; 2];
        blocks.give(&mut out);
        assert_eq!(out, [15, 150]);
        blocks.add(&[7, 9, 50]);
        assert!(blocks.waits());
        blocks.give(&mut out);
        assert_eq!(out, [8, 50]);
    }
}
