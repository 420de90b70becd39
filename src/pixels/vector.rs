//! Sixteen bytes worked on at once: one WebAssembly instruction an operation, arrays elsewhere.
//!
//! It stands apart because the compiler vectorises loops over short arrays only now and then; on
//! `wasm32` every function here is a safe intrinsic of `simd128`.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod native {
    use core::arch::wasm32::*;

    /// Sixteen bytes, or eight 16-bit or four 32-bit numbers.
    #[derive(Clone, Copy)]
    pub struct Vector(v128);

    macro_rules! binary {
        ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {
            $($(#[$doc])* #[inline(always)]
            pub fn $name(self, other: Self) -> Self { Self($op(self.0, other.0)) })*
        };
    }

    impl Vector {
        /// Bytes in order of memory.
        #[inline(always)]
        pub fn from_bytes(bytes: [u8; 16]) -> Self {
            let whole = u128::from_le_bytes(bytes);
            Self(u64x2(whole as u64, (whole >> 64) as u64))
        }
        /// Four groups of four bytes.
        #[inline(always)]
        pub fn from_words(words: [u32; 4]) -> Self {
            Self(u32x4(words[0], words[1], words[2], words[3]))
        }
        /// Two halves of eight bytes, as little-endian numbers.
        #[inline(always)]
        pub fn from_halves([low, high]: [u64; 2]) -> Self {
            Self(u64x2(low, high))
        }
        /// The two halves as little-endian numbers.
        #[inline(always)]
        pub fn halves(self) -> [u64; 2] {
            [u64x2_extract_lane::<0>(self.0), u64x2_extract_lane::<1>(self.0)]
        }
        /// Eight equal 16-bit numbers.
        #[inline(always)]
        pub fn splat(value: i16) -> Self {
            Self(i16x8_splat(value))
        }
        binary! {
            /// 16-bit sums.
            add = i16x8_add;
            /// 16-bit differences.
            sub = i16x8_sub;
            /// The low halves of 16-bit products.
            mul = i16x8_mul;
            /// 16-bit products over 32768, rounded.
            mul_fraction = i16x8_q15mulr_sat;
            /// The larger 16-bit numbers.
            max = i16x8_max;
            /// The smaller 16-bit numbers.
            min = i16x8_min;
            /// Bits that differ.
            xor = v128_xor;
            /// 32-bit sums.
            add_wide = i32x4_add;
            /// 32-bit differences.
            sub_wide = i32x4_sub;
            /// The low halves of 32-bit products.
            mul_wide = i32x4_mul;
            /// 32-bit sums of neighbouring 16-bit products.
            dot = i32x4_dot_i16x8;
            /// Two times four 32-bit numbers as 16-bit numbers, clipped.
            narrow_wide = i16x8_narrow_i32x4;
            /// Two times eight 16-bit numbers as bytes, clipped to 0..=255.
            narrow = u8x16_narrow_i16x8;
            /// Bytes of `self` picked by indices; 0 for an index over 15.
            pick = u8x16_swizzle;
            /// Bits set in either.
            or = v128_or;
            /// Bits set in both.
            and = v128_and;
            /// Bits that the other has not.
            without = v128_andnot;
            /// Sums of signed bytes, clipped.
            add_signed = i8x16_add_sat;
            /// Differences of signed bytes, clipped.
            sub_signed = i8x16_sub_sat;
            /// Sums of bytes, clipped.
            add_bytes = u8x16_add_sat;
            /// Differences of bytes, 0 where they would be negative.
            sub_bytes = u8x16_sub_sat;
            /// The larger bytes.
            max_bytes = u8x16_max;
            /// The means of bytes, rounded up.
            mean_bytes = u8x16_avgr;
            /// All bits of the bytes that are equal.
            equal_bytes = i8x16_eq;
            /// Two times eight 16-bit numbers as signed bytes, clipped.
            narrow_signed = i8x16_narrow_i16x8;
            /// Differences of unsigned 16-bit numbers, 0 where they would be negative.
            sub_clipped = u16x8_sub_sat;
        }
        /// 16-bit products with a constant over 65536, rounded down.
        #[inline(always)]
        pub fn mul_high(self, factor: i16) -> Self {
            let factor = i16x8_splat(factor);
            let low = i32x4_extmul_low_i16x8(self.0, factor);
            let high = i32x4_extmul_high_i16x8(self.0, factor);
            Self(i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high))
        }
        /// 32-bit squares of the first and the last four 16-bit numbers.
        #[inline(always)]
        pub fn squares(self) -> [Self; 2] {
            [Self(i32x4_extmul_low_i16x8(self.0, self.0)), Self(i32x4_extmul_high_i16x8(self.0, self.0))]
        }
        /// 16-bit numbers times a power of two.
        #[inline(always)]
        pub fn shl(self, bits: u32) -> Self {
            Self(i16x8_shl(self.0, bits))
        }
        /// 16-bit numbers over a power of two, rounded down.
        #[inline(always)]
        pub fn shr(self, bits: u32) -> Self {
            Self(i16x8_shr(self.0, bits))
        }
        /// Unsigned 16-bit numbers over a power of two, rounded down.
        #[inline(always)]
        pub fn shr_unsigned(self, bits: u32) -> Self {
            Self(u16x8_shr(self.0, bits))
        }
        /// Signed bytes over a power of two, rounded down.
        #[inline(always)]
        pub fn shr_signed_bytes(self, bits: u32) -> Self {
            Self(i8x16_shr(self.0, bits))
        }
        /// Bytes over a power of two, rounded down.
        #[inline(always)]
        pub fn shr_bytes(self, bits: u32) -> Self {
            Self(u8x16_shr(self.0, bits))
        }
        /// The first and the last eight signed bytes as 16-bit numbers.
        #[inline(always)]
        pub fn widen_signed(self) -> [Self; 2] {
            [Self(i16x8_extend_low_i8x16(self.0)), Self(i16x8_extend_high_i8x16(self.0))]
        }
        /// Whether any bit is set.
        #[inline(always)]
        pub fn any(self) -> bool {
            v128_any_true(self.0)
        }
        /// 32-bit numbers over a power of two, rounded down.
        #[inline(always)]
        pub fn shr_wide(self, bits: u32) -> Self {
            Self(i32x4_shr(self.0, bits))
        }
        /// 16-bit magnitudes.
        #[inline(always)]
        pub fn abs(self) -> Self {
            Self(i16x8_abs(self.0))
        }
        /// The first eight bytes as 16-bit numbers.
        #[inline(always)]
        pub fn widen_low(self) -> Self {
            Self(u16x8_extend_low_u8x16(self.0))
        }
        /// The last eight bytes as 16-bit numbers.
        #[inline(always)]
        pub fn widen_high(self) -> Self {
            Self(u16x8_extend_high_u8x16(self.0))
        }
        /// The sum of the differences of two times sixteen bytes.
        #[inline(always)]
        pub fn difference(self, other: Self) -> u32 {
            let apart = u8x16_sub(u8x16_max(self.0, other.0), u8x16_min(self.0, other.0));
            let pairs = i32x4_extadd_pairwise_i16x8(i16x8_extadd_pairwise_u8x16(apart));
            Self(pairs).sum()
        }
        /// The sum of four 32-bit numbers.
        #[inline(always)]
        pub fn sum(self) -> u32 {
            let two = i32x4_add(self.0, i64x2_shuffle::<1, 0>(self.0, self.0));
            (i32x4_extract_lane::<0>(two) as u32).wrapping_add(i32x4_extract_lane::<1>(two) as u32)
        }
        /// One bit for each byte that is not zero, the first lowest.
        #[inline(always)]
        pub fn filled(self) -> u16 {
            u8x16_bitmask(u8x16_ne(self.0, u8x16_splat(0)))
        }
        /// Alternate bytes of two vectors: of their first halves, and of their second.
        #[inline(always)]
        pub fn zip8(self, o: Self) -> [Self; 2] {
            let (a, b) = (self.0, o.0);
            [
                Self(u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b)),
                Self(u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b)),
            ]
        }
        /// The same with 16-bit numbers.
        #[inline(always)]
        pub fn zip16(self, o: Self) -> [Self; 2] {
            [Self(u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, o.0)), Self(u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, o.0))]
        }
        /// The same with 32-bit numbers.
        #[inline(always)]
        pub fn zip32(self, o: Self) -> [Self; 2] {
            [Self(u32x4_shuffle::<0, 4, 1, 5>(self.0, o.0)), Self(u32x4_shuffle::<2, 6, 3, 7>(self.0, o.0))]
        }
        /// The same with 64-bit numbers.
        #[inline(always)]
        pub fn zip64(self, o: Self) -> [Self; 2] {
            [Self(u64x2_shuffle::<0, 2>(self.0, o.0)), Self(u64x2_shuffle::<1, 3>(self.0, o.0))]
        }
        /// The even and the odd ones of sixteen 16-bit numbers.
        #[inline(always)]
        pub fn unzip16(self, o: Self) -> [Self; 2] {
            [Self(u16x8_shuffle::<0, 2, 4, 6, 8, 10, 12, 14>(self.0, o.0)), Self(u16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(self.0, o.0))]
        }
        /// The even and the odd ones of eight 32-bit numbers.
        #[inline(always)]
        pub fn unzip32(self, o: Self) -> [Self; 2] {
            [Self(u32x4_shuffle::<0, 2, 4, 6>(self.0, o.0)), Self(u32x4_shuffle::<1, 3, 5, 7>(self.0, o.0))]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "vector_portable.rs"]
mod native;

pub use native::Vector;

/// For each sixteen bytes of sixteen triples, where they come from in each of three vectors; 255 is from none.
const PLACES: [[[u8; 16]; 3]; 3] = {
    let mut places = [[[255; 16]; 3]; 3];
    let mut at = 0;
    while at < 48 {
        places[at / 16][at % 3][at % 16] = (at / 3) as u8;
        at += 1;
    }
    places
};

impl Vector {
    /// Sixteen equal bytes.
    #[inline(always)]
    pub fn splat_byte(value: u8) -> Self {
        Self::splat(i16::from_le_bytes([value; 2]))
    }

    /// Sixteen times three bytes, one of each vector in turn.
    #[inline(always)]
    pub fn interleave(three: [Self; 3]) -> [u8; 48] {
        let mut out = [0; 48];
        for (to, places) in out.as_chunks_mut::<16>().0.iter_mut().zip(PLACES) {
            let [a, b, c] = std::array::from_fn(|i| three[i].pick(Self::from_bytes(places[i])));
            *to = a.or(b).or(c).bytes();
        }
        out
    }

    /// The distances of bytes.
    #[inline(always)]
    pub fn apart(self, other: Self) -> Self {
        self.sub_bytes(other).or(other.sub_bytes(self))
    }

    /// Four times two 16-bit numbers.
    #[inline(always)]
    pub fn pairs(a: i16, b: i16) -> Self {
        Self::from_words([u32::from(a as u16) | u32::from(b as u16) << 16; 4])
    }

    /// Eight rows of eight 16-bit numbers turned to columns.
    #[inline(always)]
    pub fn transposed(rows: &[Self; 8]) -> [Self; 8] {
        let four = |at: usize| {
            let [a, b] = rows[at].zip16(rows[at + 1]);
            let [c, d] = rows[at + 2].zip16(rows[at + 3]);
            let ([e, f], [g, h]) = (a.zip32(c), b.zip32(d));
            [e, f, g, h]
        };
        let (top, bottom) = (four(0), four(4));
        let [[a, b], [c, d], [e, f], [g, h]] = [0, 1, 2, 3].map(|i| top[i].zip64(bottom[i]));
        [a, b, c, d, e, f, g, h]
    }

    /// Eight 16-bit numbers.
    #[inline(always)]
    pub fn from_numbers(numbers: [i16; 8]) -> Self {
        let mut words = [0u32; 4];
        for (word, pair) in words.iter_mut().zip(numbers.as_chunks::<2>().0) {
            *word = u32::from(pair[0] as u16) | u32::from(pair[1] as u16) << 16;
        }
        Self::from_words(words)
    }

    /// The eight 16-bit numbers.
    #[inline(always)]
    pub fn numbers(self) -> [i16; 8] {
        let [low, high] = self.halves();
        let mut out = [0; 8];
        for i in 0..4 {
            out[i] = (low >> (16 * i)) as i16;
            out[4 + i] = (high >> (16 * i)) as i16;
        }
        out
    }

    /// The sixteen bytes.
    #[inline(always)]
    pub fn bytes(self) -> [u8; 16] {
        let [low, high] = self.halves();
        (u128::from(low) | u128::from(high) << 64).to_le_bytes()
    }

    /// The four 32-bit numbers.
    #[inline(always)]
    pub fn wide(self) -> [u32; 4] {
        let [low, high] = self.halves();
        [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
    }
}
