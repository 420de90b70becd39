//! Codes of symbols by how often they come, none longer than 16 bits (T.81 Annex K.2).

use crate::code_lengths::lengths;

/// Longest code.
const LONGEST: usize = 16;

/// A code, and what a file says of it.
pub struct Code {
    /// How many symbols have codes of each length, from 1.
    pub lengths: [u8; LONGEST],
    /// The symbols by code.
    pub symbols: Vec<u8>,
    /// Code in the high bits and length in the low eight; 0 for a symbol that has none.
    codes: [u32; 256],
}

impl Default for Code {
    fn default() -> Self {
        Self { lengths: [0; LONGEST], symbols: Vec::new(), codes: [0; 256] }
    }
}

impl Code {
    /// The best code for these counts.
    pub fn new(counts: &[u32; 256]) -> Self {
        let mut leaves: Vec<(u64, u8)> = (0..=255).zip(counts).filter(|(_, &n)| n > 0).map(|(symbol, &n)| (u64::from(n), symbol)).collect();
        if leaves.is_empty() {
            return Self::default();
        }
        leaves.sort_unstable();
        // One leaf more than there are symbols, which is the longest, keeps the code of ones alone free, as T.81 wants.
        let counts: Vec<u64> = std::iter::once(0).chain(leaves.iter().map(|&(n, _)| n)).collect();
        let mut lengths = lengths(&counts, LONGEST);
        if let Some(longest) = lengths.iter_mut().rev().find(|n| **n > 0) {
            *longest -= 1;
        }
        let mut code = Self { symbols: leaves.iter().rev().map(|&(_, symbol)| symbol).collect(), ..Self::default() };
        let (mut next, mut symbols) = (0u32, code.symbols.iter());
        for ((length, &count), short) in (1u32..).zip(&lengths[1..=LONGEST]).zip(&mut code.lengths) {
            *short = count as u8;
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                code.codes[usize::from(symbol)] = next << 8 | length;
                next += 1;
            }
            next <<= 1;
        }
        code
    }

    /// The code of a symbol and its length.
    #[inline(always)]
    pub fn of(&self, symbol: u8) -> (u32, u32) {
        let code = self.codes[usize::from(symbol)];
        (code >> 8, code & 255)
    }

    /// Bits that symbols of these counts take, the table itself included.
    pub fn bits(&self, counts: &[u32; 256]) -> u64 {
        let symbols: u64 = counts.iter().zip(&self.codes).map(|(&n, &code)| u64::from(n) * u64::from(code & 255)).sum();
        symbols + 8 * (17 + self.symbols.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[u32; 256]) -> Code {
        let code = Code::new(counts);
        let mut kraft = 0u32;
        let mut codes = Vec::new();
        for (symbol, &count) in (0..=255u8).zip(counts) {
            let (bits, length) = code.of(symbol);
            assert_eq!(length > 0, count > 0);
            assert!(length <= 16);
            if length > 0 {
                kraft += 1 << (16 - length);
                codes.push((bits << (16 - length), length));
                assert!(bits + 1 < 1 << length, "a code of ones alone");
            }
        }
        assert!(kraft < 1 << 16);
        codes.sort_unstable();
        for pair in codes.windows(2) {
            assert!(pair[0].0 + (1 << (16 - pair[0].1)) <= pair[1].0, "one code begins another");
        }
        code
    }

    #[test]
    fn codes_are_free_of_prefixes_and_short() {
        check(&[1; 256]);
        check(&std::array::from_fn(|i| (i as u32 % 17) * 3));
        let mut one = [0; 256];
        one[7] = 9;
        assert_eq!(check(&one).of(7).1, 1);
        // Fibonacci's numbers want codes as long as there are symbols.
        let (mut a, mut b) = (1u32, 1u32);
        let deep = check(&std::array::from_fn(|i| {
            (a, b) = if i < 40 { (b, a + b) } else { (0, 0) };
            a
        }));
        assert_eq!(deep.of(39).1, 1);
        assert_eq!(check(&[0; 256]).symbols.len(), 0);
    }

    #[test]
    fn what_comes_more_often_is_never_longer() {
        let counts: [u32; 256] = std::array::from_fn(|i| (i as u32 * 7919) % 1009);
        let code = check(&counts);
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                if counts[usize::from(a)] > counts[usize::from(b)] && counts[usize::from(b)] > 0 {
                    assert!(code.of(a).1 <= code.of(b).1);
                }
            }
        }
    }
}
