//! Weighted sums of rows, in 16.16 fixed point.

/// Adds a row's samples to sums, times a weight.
#[inline(never)]
pub fn add(sums: &mut [u32], samples: &[u8], weight: u32) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += weight * u32::from(*sample);
    }
}

/// A row of the sums' upper halves.
#[inline(never)]
pub fn settle(row: &mut [u8], sums: &[u32]) {
    for (sample, sum) in row.iter_mut().zip(sums) {
        *sample = (sum >> 16) as u8;
    }
}
