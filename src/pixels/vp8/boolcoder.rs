//! The boolean entropy coder of RFC 6386 section 7, writing side.

/// Writes bits with given odds into a growing buffer.
pub struct BoolWriter {
    range: u32,
    /// The low end of the interval; its undecided part begins `shifted + 8` bits up.
    bottom: u64,
    shifted: u32,
    out: Vec<u8>,
    starved: bool,
}

impl BoolWriter {
    /// A writer with nothing written.
    pub fn new() -> Self {
        Self { range: 255, bottom: 0, shifted: 0, out: Vec::new(), starved: false }
    }

    /// Writes one bit whose odds of being 0 are `probability` in 256.
    #[inline(always)]
    pub fn bit(&mut self, bit: bool, probability: u8) {
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        if bit {
            self.bottom += u64::from(split);
            self.range -= split;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.bottom <<= shift;
        self.shifted += shift;
        if self.shifted >= 40 {
            self.flush();
        }
    }

    /// Moves every whole byte into the buffer; a later carry reaches back into it.
    fn flush(&mut self) {
        while self.shifted >= 8 {
            let byte = self.bottom >> self.shifted;
            self.bottom &= (1 << self.shifted) - 1;
            self.shifted -= 8;
            if byte > 0xff {
                self.carry();
            }
            self.push(byte as u8);
        }
    }

    /// Adds one to the number written so far.
    fn carry(&mut self) {
        for byte in self.out.iter_mut().rev() {
            let (sum, overflowed) = byte.overflowing_add(1);
            *byte = sum;
            if !overflowed {
                break;
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if self.out.len() == self.out.capacity() && self.out.try_reserve(4096).is_err() {
            self.starved = true;
            return;
        }
        self.out.push(byte);
    }

    /// Writes a bit with even odds.
    pub fn flag(&mut self, bit: bool) {
        self.bit(bit, 128);
    }

    /// Writes the low `bits` bits of a number, highest first.
    pub fn literal(&mut self, value: u32, bits: u32) {
        for i in (0..bits).rev() {
            self.flag(value >> i & 1 == 1);
        }
    }

    /// Writes a presence flag, then magnitude and sign; a zero is only the flag.
    pub fn optional_signed(&mut self, value: i32, bits: u32) {
        self.flag(value != 0);
        if value != 0 {
            self.literal(value.unsigned_abs(), bits);
            self.flag(value < 0);
        }
    }

    /// The finished partition, or nothing when memory ran out on the way.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        // A reader looks two bytes ahead of the bits it has decided.
        self.flush();
        self.bottom <<= 16;
        self.shifted += 16;
        self.flush();
        (!self.starved).then_some(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reader of RFC 6386 section 7.3, bit by bit.
    struct Reader<'a> {
        data: &'a [u8],
        value: u32,
        range: u32,
        left: u32,
    }

    impl Reader<'_> {
        fn bit(&mut self, probability: u8) -> bool {
            let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
            let bit = self.value >= split << 8;
            if bit {
                self.range -= split;
                self.value -= split << 8;
            } else {
                self.range = split;
            }
            while self.range < 128 {
                self.value <<= 1;
                self.range <<= 1;
                self.left -= 1;
                if self.left == 0 {
                    let (&byte, rest) = self.data.split_first().unwrap_or((&0, &[]));
                    self.data = rest;
                    self.value |= u32::from(byte);
                    self.left = 8;
                }
            }
            bit
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut seed = 1u32;
        let mut next = || {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            seed >> 16
        };
        let bits: Vec<(bool, u8)> = (0..100_000)
            .map(|i| {
                let odds = (1 + next() % 255) as u8;
                (if i % 3000 < 1500 { true } else { (next() & 255) as u8 >= odds }, odds)
            })
            .collect();
        let mut writer = BoolWriter::new();
        for &(bit, odds) in &bits {
            writer.bit(bit, odds);
        }
        let data = writer.finish().unwrap();
        let value = u32::from(data[0]) << 8 | u32::from(data[1]);
        let mut reader = Reader { data: &data[2..], value, range: 255, left: 8 };
        for (i, &(bit, odds)) in bits.iter().enumerate() {
            assert_eq!(reader.bit(odds), bit, "bit {i}");
        }
    }
}
