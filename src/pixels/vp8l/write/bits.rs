//! Bits on their way into bytes, the lowest first.

use super::super::WriteError;

/// Takes them.
#[derive(Default)]
pub struct Bits {
    out: Vec<u8>,
    waiting: u64,
    /// How many bits of `waiting` are valid, below 32 between calls.
    count: u32,
    starved: bool,
}

impl Bits {
    /// Behind some bytes.
    pub fn behind(out: Vec<u8>) -> Self {
        Self { out, ..Self::default() }
    }

    /// Adds the lowest `count` bits of a number that has no others, 0..=32.
    #[inline(always)]
    pub fn put(&mut self, value: u32, count: u32) {
        self.waiting |= u64::from(value) << self.count;
        self.count += count;
        if self.count >= 32 {
            if self.out.capacity() - self.out.len() < 4 && self.out.try_reserve(1 << 16).is_err() {
                self.starved = true;
            } else {
                self.out.extend_from_slice(&(self.waiting as u32).to_le_bytes());
            }
            self.waiting >>= 32;
            self.count -= 32;
        }
    }

    /// The bytes, the last one filled up.
    ///
    /// # Errors
    /// `OutOfMemory` when it was so on the way.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let bytes = self.waiting.to_le_bytes();
        let last = bytes.get(..self.count.div_ceil(8) as usize).unwrap_or(&[]);
        if self.starved || self.out.try_reserve(last.len()).is_err() {
            return Err(WriteError::OutOfMemory);
        }
        self.out.extend_from_slice(last);
        Ok(self.out)
    }
}
