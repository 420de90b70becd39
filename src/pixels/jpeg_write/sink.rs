//! Where symbols go: they are counted to make codes for them, and then written.

use super::huffman::Code;
use super::WriteError;

/// Tables of a scan: mean and band (DC and AC), of luminance and colour each.
pub const TABLES: usize = 4;

/// The table of means of a component.
pub const fn mean_table(table: usize) -> usize {
    table & 1
}

/// The table of the other coefficients of a component.
pub const fn band_table(table: usize) -> usize {
    2 + (table & 1)
}

/// Takes symbols.
pub trait Sink {
    /// A symbol of a table, followed by the lowest `count` bits of `bits`, which has no others; at most 15.
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32, count: u32);
    /// Bits alone, at most 15.
    fn bits(&mut self, bits: u32, count: u32);
}

/// Counts.
pub struct Tally {
    /// How often each symbol of each table came.
    pub counts: Box<[[u32; 256]; TABLES]>,
    /// Bits beside the symbols.
    pub raw: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: Box::new([[0; 256]; TABLES]), raw: 0 }
    }
}

impl Sink for Tally {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, _: u32, count: u32) {
        self.counts[table & 3][usize::from(symbol)] += 1;
        self.raw += u64::from(count);
    }
    #[inline(always)]
    fn bits(&mut self, _: u32, count: u32) {
        self.raw += u64::from(count);
    }
}

/// Writes, with a zero stuffed behind each byte of ones (T.81 B.1.1.5).
pub struct Writer<'a> {
    codes: &'a [Code; TABLES],
    out: Vec<u8>,
    waiting: u64,
    /// How many of the lowest bits of `waiting` are still to be written, below 32 between calls.
    count: u32,
    failed: bool,
}

impl<'a> Writer<'a> {
    /// Writes behind what `out` holds.
    pub fn new(codes: &'a [Code; TABLES], out: Vec<u8>) -> Self {
        Self { codes, out, waiting: 0, count: 0, failed: false }
    }

    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) {
        self.waiting = self.waiting << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            self.flush((self.waiting >> self.count) as u32);
        }
    }

    #[inline(always)]
    fn flush(&mut self, word: u32) {
        if self.out.capacity() - self.out.len() < 8 && self.out.try_reserve(8).is_err() {
            self.failed = true;
            return;
        }
        // Whether a byte of the complement is zero.
        let zeros = !word;
        if zeros.wrapping_sub(0x0101_0101) & !zeros & 0x8080_8080 == 0 {
            self.out.extend_from_slice(&word.to_be_bytes());
        } else {
            for byte in word.to_be_bytes() {
                self.out.push(byte);
                if byte == 0xFF {
                    self.out.push(0);
                }
            }
        }
    }

    /// Fills the last byte with ones; what was written before and now.
    ///
    /// # Errors
    /// `OutOfMemory` where the file could not grow.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let fill = (8 - self.count % 8) % 8;
        self.put((1 << fill) - 1, fill);
        self.out.try_reserve(8).map_err(|_| WriteError::OutOfMemory)?;
        for byte in (0..self.count / 8).rev().map(|i| (self.waiting >> (8 * i)) as u8) {
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
        if self.failed {
            return Err(WriteError::OutOfMemory);
        }
        Ok(self.out)
    }
}

impl Sink for Writer<'_> {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32, count: u32) {
        let (code, length) = self.codes[table & 3].of(symbol);
        self.put(code << count | bits, length + count);
    }
    #[inline(always)]
    fn bits(&mut self, bits: u32, count: u32) {
        self.put(bits, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_stuffed_and_the_end_is_filled() {
        let codes = std::array::from_fn(|_| Code::default());
        let mut writer = Writer::new(&codes, vec![1]);
        for _ in 0..5 {
            writer.bits(0xFF, 8);
        }
        writer.bits(0b01, 2);
        assert_eq!(writer.finish().unwrap(), [1, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0b0111_1111]);
    }
}
