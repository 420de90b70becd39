//! The vector of processors other than WebAssembly's, on plain arrays.

/// Sixteen bytes, or eight 16-bit or four 32-bit numbers.
#[derive(Clone, Copy)]
pub struct Vector([u8; 16]);

type Numbers = [i16; 8];

impl Vector {
    /// Bytes in order of memory.
    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
    /// Four groups of four bytes.
    #[inline(always)]
    pub fn from_words(words: [u32; 4]) -> Self {
        let mut out = [0; 16];
        for (four, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *four = word.to_le_bytes();
        }
        Self(out)
    }
    /// Two halves of eight bytes, as little-endian numbers.
    #[inline(always)]
    pub fn from_halves([low, high]: [u64; 2]) -> Self {
        Self((u128::from(low) | u128::from(high) << 64).to_le_bytes())
    }
    /// The two halves as little-endian numbers.
    #[inline(always)]
    pub fn halves(self) -> [u64; 2] {
        let whole = u128::from_le_bytes(self.0);
        [whole as u64, (whole >> 64) as u64]
    }
    /// Eight equal 16-bit numbers.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self::pack([value; 8])
    }

    #[inline(always)]
    fn pack(numbers: Numbers) -> Self {
        let mut out = [0; 16];
        for (two, number) in out.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
            *two = number.to_le_bytes();
        }
        Self(out)
    }
    #[inline(always)]
    fn unpack(self) -> Numbers {
        std::array::from_fn(|i| i16::from_le_bytes([self.0[2 * i], self.0[2 * i + 1]]))
    }
    #[inline(always)]
    fn each(self, other: Self, op: impl Fn(i16, i16) -> i16) -> Self {
        let (a, b) = (self.unpack(), other.unpack());
        Self::pack(std::array::from_fn(|i| op(a[i], b[i])))
    }
    #[inline(always)]
    fn each_byte(self, other: Self, op: impl Fn(u8, u8) -> u8) -> Self {
        Self(std::array::from_fn(|i| op(self.0[i], other.0[i])))
    }
    #[inline(always)]
    fn each_signed(self, other: Self, op: impl Fn(i8, i8) -> i8) -> Self {
        self.each_byte(other, |a, b| op(a as i8, b as i8) as u8)
    }
    #[inline(always)]
    fn zip(self, other: Self, unit: usize) -> [Self; 2] {
        let at = |half: usize, i: usize| {
            let (group, byte) = (i / unit, i % unit);
            let from = half * 8 + group / 2 * unit + byte;
            if group % 2 == 0 {
                self.0[from]
            } else {
                other.0[from]
            }
        };
        [0, 1].map(|half| Self(std::array::from_fn(|i| at(half, i))))
    }

    /// 16-bit sums.
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        self.each(other, i16::wrapping_add)
    }
    /// 16-bit differences.
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        self.each(other, i16::wrapping_sub)
    }
    /// The low halves of 16-bit products.
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        self.each(other, i16::wrapping_mul)
    }
    /// 16-bit products over 32768, rounded.
    #[inline(always)]
    pub fn mul_fraction(self, other: Self) -> Self {
        self.each(other, |a, b| ((i32::from(a) * i32::from(b) + 0x4000) >> 15).min(32767) as i16)
    }
    /// The larger 16-bit numbers.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.each(other, i16::max)
    }
    /// The smaller 16-bit numbers.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        self.each(other, i16::min)
    }
    /// Bits that differ.
    #[inline(always)]
    pub fn xor(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] ^ other.0[i]))
    }
    /// Bits set in either.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
    /// Bits set in both.
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        self.each_byte(other, |a, b| a & b)
    }
    /// Bits that the other has not.
    #[inline(always)]
    pub fn without(self, other: Self) -> Self {
        self.each_byte(other, |a, b| a & !b)
    }
    /// Sums of signed bytes, clipped.
    #[inline(always)]
    pub fn add_signed(self, other: Self) -> Self {
        self.each_signed(other, i8::saturating_add)
    }
    /// Differences of signed bytes, clipped.
    #[inline(always)]
    pub fn sub_signed(self, other: Self) -> Self {
        self.each_signed(other, i8::saturating_sub)
    }
    /// Sums of bytes, clipped.
    #[inline(always)]
    pub fn add_bytes(self, other: Self) -> Self {
        self.each_byte(other, u8::saturating_add)
    }
    /// Differences of bytes, 0 where they would be negative.
    #[inline(always)]
    pub fn sub_bytes(self, other: Self) -> Self {
        self.each_byte(other, u8::saturating_sub)
    }
    /// The larger bytes.
    #[inline(always)]
    pub fn max_bytes(self, other: Self) -> Self {
        self.each_byte(other, u8::max)
    }
    /// The means of bytes, rounded up.
    #[inline(always)]
    pub fn mean_bytes(self, other: Self) -> Self {
        self.each_byte(other, |a, b| ((u16::from(a) + u16::from(b) + 1) >> 1) as u8)
    }
    /// All bits of the bytes that are equal.
    #[inline(always)]
    pub fn equal_bytes(self, other: Self) -> Self {
        self.each_byte(other, |a, b| if a == b { 255 } else { 0 })
    }
    /// Two times eight 16-bit numbers as signed bytes, clipped.
    #[inline(always)]
    pub fn narrow_signed(self, other: Self) -> Self {
        let (a, b) = (self.unpack(), other.unpack());
        let clip = |v: i16| v.clamp(-128, 127) as u8;
        Self(std::array::from_fn(|i| if i < 8 { clip(a[i]) } else { clip(b[i - 8]) }))
    }
    /// Differences of unsigned 16-bit numbers, 0 where they would be negative.
    #[inline(always)]
    pub fn sub_clipped(self, other: Self) -> Self {
        self.each(other, |a, b| (a as u16).saturating_sub(b as u16) as i16)
    }
    /// Unsigned 16-bit numbers over a power of two, rounded down.
    #[inline(always)]
    pub fn shr_unsigned(self, bits: u32) -> Self {
        self.each(self, |a, _| (a as u16 >> bits) as i16)
    }
    /// Signed bytes over a power of two, rounded down.
    #[inline(always)]
    pub fn shr_signed_bytes(self, bits: u32) -> Self {
        self.each_signed(self, |a, _| a >> bits)
    }
    /// Bytes over a power of two, rounded down.
    #[inline(always)]
    pub fn shr_bytes(self, bits: u32) -> Self {
        self.each_byte(self, |a, _| a >> bits)
    }
    /// The first and the last eight signed bytes as 16-bit numbers.
    #[inline(always)]
    pub fn widen_signed(self) -> [Self; 2] {
        [0, 8].map(|from| Self::pack(std::array::from_fn(|i| i16::from(self.0[from + i] as i8))))
    }
    /// Whether any bit is set.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0 != [0; 16]
    }
    /// 32-bit sums.
    #[inline(always)]
    pub fn add_wide(self, other: Self) -> Self {
        let (a, b) = (self.wide(), other.wide());
        Self::from_words(std::array::from_fn(|i| a[i].wrapping_add(b[i])))
    }
    /// 32-bit differences.
    #[inline(always)]
    pub fn sub_wide(self, other: Self) -> Self {
        let (a, b) = (self.wide(), other.wide());
        Self::from_words(std::array::from_fn(|i| a[i].wrapping_sub(b[i])))
    }
    /// The low halves of 32-bit products.
    #[inline(always)]
    pub fn mul_wide(self, other: Self) -> Self {
        let (a, b) = (self.wide(), other.wide());
        Self::from_words(std::array::from_fn(|i| a[i].wrapping_mul(b[i])))
    }
    /// Two times four 32-bit numbers as 16-bit numbers, clipped.
    #[inline(always)]
    pub fn narrow_wide(self, other: Self) -> Self {
        let (a, b) = (self.wide(), other.wide());
        let clip = |v: u32| (v as i32).clamp(-32768, 32767) as i16;
        Self::pack(std::array::from_fn(|i| if i < 4 { clip(a[i]) } else { clip(b[i - 4]) }))
    }
    /// 32-bit numbers over a power of two, rounded down.
    #[inline(always)]
    pub fn shr_wide(self, bits: u32) -> Self {
        Self::from_words(self.wide().map(|v| (v as i32 >> bits) as u32))
    }
    /// 32-bit sums of neighbouring 16-bit products.
    #[inline(always)]
    pub fn dot(self, other: Self) -> Self {
        let (a, b) = (self.unpack().map(i32::from), other.unpack().map(i32::from));
        Self::from_words(std::array::from_fn(|i| (a[2 * i] * b[2 * i]).wrapping_add(a[2 * i + 1] * b[2 * i + 1]) as u32))
    }
    /// Two times eight 16-bit numbers as bytes, clipped to 0..=255.
    #[inline(always)]
    pub fn narrow(self, other: Self) -> Self {
        let (a, b) = (self.unpack(), other.unpack());
        let clip = |v: i16| v.clamp(0, 255) as u8;
        Self(std::array::from_fn(|i| if i < 8 { clip(a[i]) } else { clip(b[i - 8]) }))
    }
    /// Bytes of `self` picked by indices; 0 for an index over 15.
    #[inline(always)]
    pub fn pick(self, indices: Self) -> Self {
        Self(indices.0.map(|i| if i < 16 { self.0[usize::from(i)] } else { 0 }))
    }
    /// 16-bit products with a constant over 65536, rounded down.
    #[inline(always)]
    pub fn mul_high(self, factor: i16) -> Self {
        self.each(self, |a, _| ((i32::from(a) * i32::from(factor)) >> 16) as i16)
    }
    /// 32-bit squares of the first and the last four 16-bit numbers.
    #[inline(always)]
    pub fn squares(self) -> [Self; 2] {
        let squares = self.unpack().map(|v| (i32::from(v) * i32::from(v)) as u32);
        [0, 4].map(|from| Self::from_words(std::array::from_fn(|i| squares[from + i])))
    }
    /// 16-bit numbers times a power of two.
    #[inline(always)]
    pub fn shl(self, bits: u32) -> Self {
        self.each(self, |a, _| a << bits)
    }
    /// 16-bit numbers over a power of two, rounded down.
    #[inline(always)]
    pub fn shr(self, bits: u32) -> Self {
        self.each(self, |a, _| a >> bits)
    }
    /// 16-bit magnitudes.
    #[inline(always)]
    pub fn abs(self) -> Self {
        self.each(self, |a, _| a.wrapping_abs())
    }
    /// The first eight bytes as 16-bit numbers.
    #[inline(always)]
    pub fn widen_low(self) -> Self {
        Self::pack(std::array::from_fn(|i| i16::from(self.0[i])))
    }
    /// The last eight bytes as 16-bit numbers.
    #[inline(always)]
    pub fn widen_high(self) -> Self {
        Self::pack(std::array::from_fn(|i| i16::from(self.0[8 + i])))
    }
    /// The sum of the differences of two times sixteen bytes.
    #[inline(always)]
    pub fn difference(self, other: Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    }
    /// The sum of four 32-bit numbers.
    #[inline(always)]
    pub fn sum(self) -> u32 {
        self.wide().into_iter().fold(0, u32::wrapping_add)
    }
    /// One bit for each byte that is not zero, the first lowest.
    #[inline(always)]
    pub fn filled(self) -> u16 {
        self.0.iter().rev().fold(0, |bits, &byte| bits << 1 | u16::from(byte != 0))
    }
    /// Alternate bytes of two vectors: of their first halves, and of their second.
    #[inline(always)]
    pub fn zip8(self, other: Self) -> [Self; 2] {
        self.zip(other, 1)
    }
    /// The same with 16-bit numbers.
    #[inline(always)]
    pub fn zip16(self, other: Self) -> [Self; 2] {
        self.zip(other, 2)
    }
    /// The same with 32-bit numbers.
    #[inline(always)]
    pub fn zip32(self, other: Self) -> [Self; 2] {
        self.zip(other, 4)
    }
    /// The same with 64-bit numbers.
    #[inline(always)]
    pub fn zip64(self, other: Self) -> [Self; 2] {
        self.zip(other, 8)
    }
    /// The even and the odd ones of sixteen 16-bit numbers.
    #[inline(always)]
    pub fn unzip16(self, other: Self) -> [Self; 2] {
        let (a, b) = (self.numbers(), other.numbers());
        [0, 1].map(|from| Self::from_numbers(std::array::from_fn(|i| if i < 4 { a[2 * i + from] } else { b[2 * (i - 4) + from] })))
    }
    /// The even and the odd ones of eight 32-bit numbers.
    #[inline(always)]
    pub fn unzip32(self, other: Self) -> [Self; 2] {
        let (a, b) = (self.wide(), other.wide());
        [0, 1].map(|from| Self::from_words([a[from], a[from + 2], b[from], b[from + 2]]))
    }
}
