//! Prefix codes by how often symbols come, and how they stand in the file (RFC 9649 section 6.2).
#![allow(clippy::indexing_slicing, reason = "symbols are within the code that counts were made for")]

use super::super::format::{MOST_BITS, ORDER};
use super::bits::Bits;
use crate::code_lengths;

/// A code: for each symbol its bits, ready to be put, and their number.
pub struct Code {
    codes: Vec<(u16, u8)>,
    /// Symbols that come at all; the code of one alone takes no bits.
    used: usize,
}

/// Bits of a symbol by its length, 0 where it never comes.
fn lengths(counts: &[u32], longest: usize) -> Vec<u8> {
    let mut leaves: Vec<(u64, u16)> = (0u16..).zip(counts).filter(|(_, n)| **n > 0).map(|(symbol, n)| (u64::from(*n), symbol)).collect();
    leaves.sort_unstable();
    let mut lengths = vec![0; counts.len()];
    if let [(_, only)] = leaves[..] {
        lengths[usize::from(only)] = 1;
        return lengths;
    }
    let sorted: Vec<u64> = leaves.iter().map(|(n, _)| *n).collect();
    let mut symbols = leaves.iter().rev();
    for (length, &count) in code_lengths::lengths(&sorted, longest).iter().enumerate() {
        for (_, symbol) in symbols.by_ref().take(usize::from(count)) {
            lengths[usize::from(*symbol)] = length as u8;
        }
    }
    lengths
}

impl Code {
    /// The best code for these counts, none of its codes longer than `longest`.
    pub fn new(counts: &[u32], longest: u32) -> Self {
        let lengths = lengths(counts, longest as usize);
        let mut next = [0u32; 17];
        for length in 1..16 {
            let shorter = lengths.iter().filter(|l| usize::from(**l) == length - 1 && length > 1).count() as u32;
            next[length] = (next[length - 1] + shorter) << 1;
        }
        let used = lengths.iter().filter(|length| **length > 0).count();
        let codes = lengths.iter().map(|&length| {
            let code = &mut next[usize::from(length)];
            let bits = if length == 0 { 0 } else { code.reverse_bits() >> (32 - u32::from(length)) };
            *code += 1;
            (bits as u16, length)
        });
        Self { codes: codes.collect(), used }
    }

    /// Puts a symbol.
    #[inline(always)]
    pub fn put(&self, symbol: usize, out: &mut Bits) {
        if self.used > 1 {
            let (bits, length) = self.codes[symbol];
            out.put(bits.into(), length.into());
        }
    }

    /// Bits that a symbol takes.
    #[inline(always)]
    pub fn length(&self, symbol: usize) -> u32 {
        match self.used {
            0 | 1 => 0,
            // One that never came would be dear.
            _ => self.codes.get(symbol).map_or(MOST_BITS, |(_, length)| if *length > 0 { u32::from(*length) } else { MOST_BITS }),
        }
    }

    /// Puts the code itself.
    pub fn put_table(&self, out: &mut Bits) {
        let used: Vec<usize> = (0..self.codes.len()).filter(|&symbol| self.codes[symbol].1 > 0).collect();
        match used[..] {
            [] => put_simple(&[0], out),
            [a] if a < 256 => put_simple(&[a], out),
            [a, b] if b < 256 => put_simple(&[a, b], out),
            _ => self.put_lengths(out),
        }
    }

    fn put_lengths(&self, out: &mut Bits) {
        let runs = runs(&self.codes);
        let mut counts = [0u32; ORDER.len()];
        runs.iter().for_each(|run| counts[run.0] += 1);
        let code = Code::new(&counts, 7);
        let order = ORDER.map(|symbol| code.codes[symbol].1);
        let listed = order.iter().rposition(|length| *length > 0).map_or(0, |last| last + 1).max(4);
        out.put(0, 1);
        out.put(listed as u32 - 4, 4);
        order.iter().take(listed).for_each(|&length| out.put(length.into(), 3));
        // All of them follow.
        out.put(0, 1);
        for &(symbol, extra, bits) in &runs {
            code.put(symbol, out);
            out.put(extra, bits);
        }
    }
}

/// One or two symbols, of one bit each.
fn put_simple(symbols: &[usize], out: &mut Bits) {
    out.put(1, 1);
    out.put(symbols.len() as u32 - 1, 1);
    let first = symbols[0] as u32;
    let wide = first > 1;
    out.put(wide.into(), 1);
    out.put(first, if wide { 8 } else { 1 });
    symbols.iter().skip(1).for_each(|&symbol| out.put(symbol as u32, 8));
}

/// Lengths as symbols of the code of lengths: itself, or a run, with extra bits and their number.
fn runs(codes: &[(u16, u8)]) -> Vec<(usize, u32, u32)> {
    let mut out = Vec::new();
    let mut last = 8;
    for same in codes.chunk_by(|a, b| a.1 == b.1) {
        let (length, mut left) = (same[0].1, same.len() as u32);
        if length > 0 && length != last {
            out.push((usize::from(length), 0, 0));
            left -= 1;
        }
        last = if length > 0 { length } else { last };
        while left >= 3 {
            let (symbol, most, from, bits) = match (length, left) {
                (0, 0..=10) => (17, 10, 3, 3),
                (0, _) => (18, 138, 11, 7),
                _ => (16, 6, 3, 2),
            };
            let run = left.min(most);
            out.push((symbol, run - from, bits));
            left -= run;
        }
        out.extend((0..left).map(|_| (usize::from(length), 0, 0)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_say_all_lengths() {
        let codes: Vec<(u16, u8)> = [(5, 1), (0, 2), (8, 9), (0, 300), (3, 4), (0, 11), (3, 2)]
            .into_iter()
            .flat_map(|(length, times)| std::iter::repeat_n((0, length), times))
            .collect();
        let (mut back, mut last) = (Vec::new(), 8);
        for (symbol, extra, _) in runs(&codes) {
            let (length, times) = match symbol {
                16 => (last, 3 + extra),
                17 => (0, 3 + extra),
                18 => (0, 11 + extra),
                length => (length as u8, 1),
            };
            back.extend(std::iter::repeat_n((0, length), times as usize));
            last = if length > 0 { length } else { last };
        }
        assert_eq!(back, codes);
    }
}
