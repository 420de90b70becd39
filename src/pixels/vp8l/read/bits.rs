//! Bits, the lowest of a byte first, through a window of 64.

/// Reads them; small, so that inner loops keep a copy in registers.
#[derive(Clone, Copy)]
pub struct Bits<'a> {
    data: &'a [u8],
    window: u64,
    /// Bits of the window that are valid.
    count: u32,
    /// Of these, how many lie behind the end.
    beyond: u32,
}

impl<'a> Bits<'a> {
    /// From the start of some bytes.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, window: 0, count: 0, beyond: 0 }
    }

    /// Makes 48 bits valid at least.
    #[inline(always)]
    pub fn refill(&mut self) {
        if let Some((bytes, _)) = self.data.split_first_chunk::<8>() {
            self.window |= u64::from_le_bytes(*bytes) << (self.count & 63);
            let whole = (63 - self.count) >> 3;
            self.data = self.data.get(whole as usize..).unwrap_or(&[]);
            self.count += whole * 8;
        } else {
            self.refill_last();
        }
    }

    #[cold]
    #[inline(never)]
    fn refill_last(&mut self) {
        while self.count <= 55 {
            match self.data.split_first() {
                Some((&byte, rest)) => {
                    self.window |= u64::from(byte) << self.count;
                    self.data = rest;
                }
                None => self.beyond += 8,
            }
            self.count += 8;
        }
    }

    /// The next bits, as many as are valid and more that are not.
    #[inline(always)]
    pub fn peek(&self) -> u64 {
        self.window
    }

    /// Steps over bits that are valid.
    #[inline(always)]
    pub fn skip(&mut self, bits: u32) {
        self.window >>= bits & 63;
        self.count = self.count.wrapping_sub(bits);
    }

    /// Takes bits that are valid, 0..=32.
    #[inline(always)]
    pub fn take(&mut self, bits: u32) -> u32 {
        let value = self.window & ((1 << (bits & 63)) - 1);
        self.skip(bits);
        value as u32
    }

    /// Reads a number of 0..=32 bits.
    #[inline]
    pub fn number(&mut self, bits: u32) -> u32 {
        self.refill();
        self.take(bits)
    }

    /// Reads one bit.
    pub fn flag(&mut self) -> bool {
        self.number(1) == 1
    }

    /// Whether more was taken than there is.
    pub fn ended(&self) -> bool {
        self.count < self.beyond
    }
}
