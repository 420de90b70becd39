//! The boolean entropy decoder of RFC 6386 section 7, with a window of 64 bits.

/// Reads bits of given odds; small, so that inner loops keep a copy of it in registers.
#[derive(Clone, Copy)]
pub struct BoolReader<'a> {
    data: &'a [u8],
    /// Bits that were taken in and not decided; those below are decided by the lowest `spare` + 8.
    value: u64,
    /// The size of the interval less one, 127..=254.
    range: u32,
    /// Bits in `value` beyond the eight that a decision looks at; negative when more must be taken in.
    spare: i32,
    /// Bits that were taken in behind the end.
    beyond: i32,
}

/// Decisions that can be made after one [`need`](BoolReader::need), of which each takes seven bits at most.
const AHEAD: i32 = 24;

impl<'a> BoolReader<'a> {
    /// Reads a partition from its start.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, value: 0, range: 254, spare: -8, beyond: 0 }
    }

    /// Whether more was read than there is; what was read since is zeros.
    pub fn ended(&self) -> bool {
        self.spare - self.beyond < -8
    }

    /// Takes in enough for four decisions.
    #[inline(always)]
    pub fn need(&mut self) {
        if self.spare >= AHEAD {
            return;
        }
        match self.data.split_first_chunk::<4>() {
            Some((bytes, rest)) => {
                self.value = self.value << 32 | u64::from(u32::from_be_bytes(*bytes));
                self.data = rest;
                self.spare += 32;
            }
            None => self.need_last(),
        }
    }

    #[cold]
    #[inline(never)]
    fn need_last(&mut self) {
        while self.spare < AHEAD {
            let (byte, rest) = self.data.split_first().map_or((None, self.data), |(byte, rest)| (Some(*byte), rest));
            self.value = self.value << 8 | u64::from(byte.unwrap_or(0));
            self.beyond += if byte.is_none() { 8 } else { 0 };
            self.data = rest;
            self.spare += 8;
        }
    }

    /// Reads one bit whose odds of being 0 are `probability` in 256.
    #[inline(always)]
    pub fn bit(&mut self, probability: u8) -> bool {
        self.need();
        self.quick(probability)
    }

    /// The same without a look at what is there: up to four after one [`need`](BoolReader::need).
    #[inline(always)]
    pub fn quick(&mut self, probability: u8) -> bool {
        let split = (self.range * u32::from(probability)) >> 8;
        let place = self.spare as u32 & 63;
        let bit = (self.value >> place) as u32 > split;
        let range = if bit {
            self.value -= u64::from(split + 1) << place;
            self.range - split
        } else {
            split + 1
        };
        let shift = range.leading_zeros() & 7;
        self.range = (range << shift) - 1;
        self.spare -= shift as i32;
        bit
    }

    /// A number with the sign that a bit of even odds gives it, where [`need`](BoolReader::need) was asked for. Without a
    /// branch: nothing foretells signs.
    #[inline(always)]
    pub fn quick_signed(&mut self, size: i32) -> i32 {
        let split = self.range >> 1;
        let place = self.spare as u32 & 63;
        let negative = (split as i32).wrapping_sub((self.value >> place) as i32) >> 31;
        self.value -= u64::from((split + 1) & negative as u32) << place;
        let range = (split + 1) ^ ((split + 1) ^ (self.range - split)) & negative as u32;
        let shift = range.leading_zeros() & 7;
        self.range = (range << shift) - 1;
        self.spare -= shift as i32;
        (size ^ negative) - negative
    }

    /// A bit with even odds.
    #[inline(always)]
    pub fn flag(&mut self) -> bool {
        self.bit(128)
    }

    /// A number of so many bits, highest first.
    pub fn literal(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |value, _| value << 1 | u32::from(self.flag()))
    }

    /// Magnitude and sign, where a flag says that they follow; else 0.
    pub fn optional_signed(&mut self, bits: u32) -> i32 {
        if !self.flag() {
            return 0;
        }
        let size = self.literal(bits) as i32;
        match self.flag() {
            true => -size,
            false => size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::boolcoder::BoolWriter;
    use super::*;

    #[test]
    fn what_was_written_is_read_and_its_end_noticed() {
        let mut seed = 9u32;
        let mut next = || {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            seed >> 16
        };
        let bits: Vec<(bool, u8)> =
            (0..50_000).map(|_| (next() & 255, (1 + next() % 255) as u8)).map(|(v, odds)| (v as u8 >= odds, odds)).collect();
        let signs: Vec<bool> = (0..5_000).map(|_| next() & 1 == 1).collect();
        let mut writer = BoolWriter::new();
        bits.iter().for_each(|&(bit, odds)| writer.bit(bit, odds));
        signs.iter().for_each(|&negative| writer.bit(negative, 128));
        writer.optional_signed(-5, 4);
        let data = writer.finish().unwrap();
        let mut reader = BoolReader::new(&data);
        for (i, &(bit, odds)) in bits.iter().enumerate() {
            assert_eq!(reader.bit(odds), bit, "bit {i}");
        }
        for (i, &negative) in signs.iter().enumerate() {
            reader.need();
            assert_eq!(reader.quick_signed(7), if negative { -7 } else { 7 }, "sign {i}");
        }
        assert_eq!(reader.optional_signed(4), -5);
        assert!(!reader.ended());
        assert!((0..100).filter(|_| reader.flag()).count() < 101);
        assert!(reader.ended());
    }
}
