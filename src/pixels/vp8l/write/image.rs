//! An entropy-coded image (RFC 9649 sections 5 and 6): what is counted, and how it is written.
#![allow(clippy::indexing_slicing, reason = "symbols are within the codes that they were counted for")]

use super::super::format::{place, LENGTHS, MOST_BITS, NEAR, SYMBOLS};
use super::super::WriteError;
use super::bits::Bits;
use super::copies::{find, walk, Copy, Step};
use super::prefix::Code;

/// How often each symbol of the five codes comes.
pub struct Counts {
    counts: [Vec<u32>; 5],
    /// Bits beside the symbols.
    extra: u64,
}

/// Codes made of them.
pub struct Codes {
    codes: [Code; 5],
    cache_bits: u32,
    /// Bits of the symbols of a literal, by code.
    literal: [[u8; 256]; 4],
}

/// A number as a symbol and extra bits: their value and their number (section 5.2.2).
#[inline(always)]
fn extended(number: usize) -> (usize, u32, u32) {
    let number = number.saturating_sub(1);
    if number < 4 {
        return (number, 0, 0);
    }
    let high = number.ilog2();
    let more = high - 1;
    let second = number >> more & 1;
    (2 * high as usize + second, (number & ((1 << more) - 1)) as u32, more)
}

/// The codes of neighbours by rows up, then by columns to the left and seven more; 0 for others.
const CODES: [[u8; 16]; 8] = {
    let mut codes = [[0; 16]; 8];
    let mut at = NEAR.len();
    while at > 0 {
        at -= 1;
        let (left, up) = NEAR[at];
        codes[up as usize][(left + 7) as usize] = at as u8 + 1;
    }
    codes
};

/// The code of a distance: that of a neighbour where it is one.
fn distance_code(back: usize, width: usize) -> usize {
    // A neighbour's column is at most eight away from the pixel's.
    let (up, left) = ((back + 7) / width, (back + 7) % width);
    let near = CODES.get(up).and_then(|codes| codes.get(left)).copied().unwrap_or(0);
    match usize::from(near) {
        0 => back + NEAR.len(),
        // In narrow pictures two neighbours are one.
        near => near,
    }
}

/// Colours that were written lately.
struct Cache {
    colours: Vec<u32>,
    bits: u32,
}

impl Cache {
    fn new(bits: u32) -> Self {
        Self { colours: vec![0; if bits > 0 { 1 << bits } else { 0 }], bits }
    }

    /// The place of a colour that is there; it is there afterwards.
    #[inline(always)]
    fn look(&mut self, color: u32) -> Option<usize> {
        if self.bits == 0 {
            return None;
        }
        let place = place(color, self.bits);
        let found = self.colours[place] == color;
        self.colours[place] = color;
        found.then_some(place)
    }

    fn see(&mut self, pixels: &[u32]) {
        if self.bits > 0 {
            pixels.iter().for_each(|&color| self.colours[place(color, self.bits)] = color);
        }
    }
}

/// Counts what an image is made of when its cache has so many bits, 0 for none.
pub fn count(pixels: &[u32], copies: &[Copy], width: usize, cache_bits: u32) -> Counts {
    let mut counts = SYMBOLS.map(|symbols| vec![0u32; symbols]);
    if cache_bits > 0 {
        counts[0].resize(SYMBOLS[0] + (1 << cache_bits), 0);
    }
    let mut extra = 0;
    let mut cache = Cache::new(cache_bits);
    walk(pixels, copies, |step| match step {
        Step::Literal(color) => match cache.look(color) {
            Some(place) => counts[0][256 + LENGTHS + place] += 1,
            None => {
                let [blue, green, red, alpha] = color.to_le_bytes();
                for (counts, symbol) in counts.iter_mut().zip([green, red, blue, alpha]) {
                    counts[usize::from(symbol)] += 1;
                }
            }
        },
        Step::Copy(copy, pixels) => {
            let (length, _, more) = extended(copy.length.into());
            let (back, _, bits) = extended(distance_code(copy.back as usize, width));
            counts[0][256 + length] += 1;
            counts[4][back] += 1;
            extra += u64::from(more + bits);
            cache.see(pixels);
        }
    });
    Counts { counts, extra }
}

impl Counts {
    /// About how many bits it takes, with the codes.
    fn bits(&self) -> f64 {
        let of = |counts: &Vec<u32>| {
            let all: f64 = counts.iter().map(|n| f64::from(*n)).sum();
            let used = counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) * (all / f64::from(*n)).log2() + 4.0);
            used.sum::<f64>()
        };
        self.counts.iter().map(of).sum::<f64>() + self.extra as f64
    }

    fn codes(&self, cache_bits: u32) -> Codes {
        let codes: [Code; 5] = std::array::from_fn(|i| Code::new(&self.counts[i], MOST_BITS));
        let literal = std::array::from_fn(|i| std::array::from_fn(|symbol| codes[i].length(symbol) as u8));
        Codes { codes, cache_bits, literal }
    }
}

impl Codes {
    /// Bits of a pixel, were it no copy.
    #[inline(always)]
    pub fn literal(&self, color: u32) -> u32 {
        let [blue, green, red, alpha] = color.to_le_bytes();
        let bits = [green, red, blue, alpha].into_iter().zip(&self.literal).map(|(symbol, bits)| u32::from(bits[usize::from(symbol)]));
        bits.sum()
    }

    /// Bits of a copy.
    pub fn copy(&self, length: usize, back: usize, width: usize) -> u32 {
        let (length, _, more) = extended(length);
        let (back, _, bits) = extended(distance_code(back, width));
        self.codes[0].length(256 + length) + more + self.codes[4].length(back) + bits
    }

    fn put(&self, pixels: &[u32], copies: &[Copy], width: usize, out: &mut Bits) {
        self.codes.iter().for_each(|code| code.put_table(out));
        let mut cache = Cache::new(self.cache_bits);
        let [green, red, blue, alpha, back] = &self.codes;
        walk(pixels, copies, |step| match step {
            Step::Literal(color) => match cache.look(color) {
                Some(place) => green.put(256 + LENGTHS + place, out),
                None => {
                    let [b, g, r, a] = color.to_le_bytes();
                    green.put(g.into(), out);
                    red.put(r.into(), out);
                    blue.put(b.into(), out);
                    alpha.put(a.into(), out);
                }
            },
            Step::Copy(copy, pixels) => {
                let (symbol, extra, bits) = extended(copy.length.into());
                green.put(256 + symbol, out);
                out.put(extra, bits);
                let (symbol, extra, bits) = extended(distance_code(copy.back as usize, width));
                back.put(symbol, out);
                out.put(extra, bits);
                cache.see(pixels);
            }
        });
    }
}

/// Bits of the cache that are tried.
const CACHES: [u32; 3] = [4, 7, 10];
/// Pixels from which on a second look for copies pays.
const LARGE: usize = 64;

/// About how many bits an image takes.
///
/// # Errors
/// `OutOfMemory`.
pub fn bits(pixels: &[u32], width: usize) -> Result<f64, WriteError> {
    Ok(count(pixels, &find(pixels, width, None)?, width, 0).bits())
}

/// Writes an image; `main` where it is the picture itself, of which the file says that all its blocks share their codes.
///
/// # Errors
/// `OutOfMemory`.
pub fn put(pixels: &[u32], width: usize, main: bool, out: &mut Bits) -> Result<(), WriteError> {
    let mut copies = find(pixels, width, None)?;
    if pixels.len() >= LARGE {
        let codes = count(pixels, &copies, width, 0).codes(0);
        copies = find(pixels, width, Some(&codes))?;
    }
    let mut best = (0, count(pixels, &copies, width, 0));
    if main {
        let mut bits = best.1.bits();
        for cache_bits in CACHES {
            let counts = count(pixels, &copies, width, cache_bits);
            let taken = counts.bits();
            if taken < bits {
                (best, bits) = ((cache_bits, counts), taken);
            }
        }
    }
    let (cache_bits, counts) = best;
    out.put(u32::from(cache_bits > 0), 1);
    if cache_bits > 0 {
        out.put(cache_bits, 4);
    }
    if main {
        out.put(0, 1);
    }
    counts.codes(cache_bits).put(pixels, &copies, width, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::format::distance;
    use super::*;

    #[test]
    fn numbers_come_back_from_symbol_and_bits() {
        for number in (1..5000).chain([1 << 16, (1 << 20) - 1, 1 << 20]) {
            let (symbol, extra, bits) = extended(number);
            let back = if symbol < 4 { symbol + 1 } else { ((2 + (symbol & 1)) << ((symbol - 2) >> 1)) + extra as usize + 1 };
            assert_eq!((back, bits), (number, if symbol < 4 { 0 } else { (symbol as u32 - 2) >> 1 }));
        }
    }

    #[test]
    fn neighbours_have_short_codes() {
        assert_eq!(distance_code(1, 500), 2);
        assert_eq!(distance_code(500, 500), 1);
        assert_eq!(distance_code(501, 500), 3);
        assert_eq!(distance_code(499, 500), 4);
        assert_eq!(distance_code(20, 500), 140);
        for width in [1, 2, 7, 30, 500] {
            for back in 1..3000 {
                assert_eq!(distance(distance_code(back, width), width), back, "{width} {back}");
            }
        }
    }
}
