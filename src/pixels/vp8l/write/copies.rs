//! Copies of what came before (LZ77), found through chains of places with the same hash of two pixels.
#![allow(clippy::indexing_slicing, reason = "places are masked to the sizes of the tables, or below those that were passed")]

use super::super::format::{FARTHEST, MOST_COPIED};
use super::super::WriteError;
use super::image::Codes;

/// A copy of so many pixels from so many pixels ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Where it stands.
    pub at: u32,
    /// Pixels.
    pub length: u16,
    /// Pixels back.
    pub back: u32,
}

/// How far copies reach back, a power of two.
const REACH: usize = 1 << 18;
const HASHES: usize = 1 << 16;
/// Places that are looked at: before prices are known, and then. By 16 a soft plane of alpha takes 17 % more bytes in five sixths
/// of the time; pictures hardly differ.
const LOOKS: [usize; 2] = [4, 64];
/// From here on a copy is good enough not to look on.
const ENOUGH: usize = 256;
/// No place.
const NONE: u32 = u32::MAX;

/// Chains of places.
struct Chains {
    heads: Vec<u32>,
    /// By place within reach: the place before with the same hash.
    before: Vec<u32>,
}

impl Chains {
    fn new(pixels: usize) -> Result<Chains, WriteError> {
        let list = |len: usize| {
            let mut list = Vec::new();
            list.try_reserve_exact(len).map_err(|_| WriteError::OutOfMemory)?;
            list.resize(len, NONE);
            Ok(list)
        };
        Ok(Chains { heads: list(HASHES)?, before: list(REACH.min(pixels.next_power_of_two()))? })
    }

    fn hash(pixels: &[u32], at: usize) -> usize {
        let next = pixels.get(at + 1).copied().unwrap_or(0);
        let both = u64::from(pixels[at]) | u64::from(next) << 32;
        (both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
    }

    fn insert(&mut self, pixels: &[u32], at: usize) {
        let head = &mut self.heads[Self::hash(pixels, at)];
        let mask = self.before.len() - 1;
        self.before[at & mask] = *head;
        *head = at as u32;
    }

    /// Hands out places behind which the same may follow, the nearest first.
    fn each(&self, pixels: &[u32], at: usize, looks: usize, mut look: impl FnMut(usize) -> bool) {
        let mask = self.before.len() - 1;
        let mut place = self.heads[Self::hash(pixels, at)];
        for _ in 0..looks {
            // One that was overwritten leads to a later place.
            if place == NONE || place as usize >= at || at - place as usize > self.before.len().min(FARTHEST) || look(place as usize) {
                return;
            }
            let next = self.before[place as usize & mask];
            if next >= place {
                return;
            }
            place = next;
        }
    }
}

/// Pixels that are equal from both places on.
fn equal(pixels: &[u32], from: usize, at: usize) -> usize {
    let most = (pixels.len() - at).min(MOST_COPIED);
    pixels[from..].iter().zip(&pixels[at..at + most]).take_while(|(a, b)| a == b).count()
}

/// What pixels and copies cost, by the codes of an earlier finding or by guess.
struct Prices<'a> {
    codes: Option<&'a Codes>,
}

impl Prices<'_> {
    /// Bits that pixels take as literals.
    fn literals(&self, pixels: &[u32]) -> u32 {
        match self.codes {
            // Before anything is known.
            None => pixels.len() as u32 * 6,
            Some(codes) => pixels.iter().map(|color| codes.literal(*color)).sum(),
        }
    }

    /// Bits of a copy.
    fn copy(&self, length: usize, back: usize, width: usize) -> u32 {
        match self.codes {
            None => 22,
            Some(codes) => codes.copy(length, back, width),
        }
    }
}

/// Finds the copies of an image of this width; with the codes of an earlier finding it knows what they save.
///
/// # Errors
/// `OutOfMemory`.
pub fn find(pixels: &[u32], width: usize, codes: Option<&Codes>) -> Result<Vec<Copy>, WriteError> {
    let prices = Prices { codes };
    let mut chains = Chains::new(pixels.len())?;
    let mut copies = Vec::new();
    // The best copy at a place: its length, how far back, and the bits that it saves.
    let best = |chains: &Chains, at: usize| {
        let mut best = (0usize, 0usize, 0i64);
        // The longest that was looked at, and the bits of its pixels.
        let (mut longest, mut literals) = (0usize, 0i64);
        let mut consider = |from: usize| {
            // Only a longer one can be better, since near places are looked at first.
            if pixels.get(from + longest) == pixels.get(at + longest) {
                let length = equal(pixels, from, at);
                if length > longest {
                    literals += i64::from(prices.literals(&pixels[at + longest..at + length]));
                    longest = length;
                    let saved = literals - i64::from(prices.copy(length, at - from, width));
                    if saved > best.2 {
                        best = (length, at - from, saved);
                    }
                }
            }
            longest >= ENOUGH
        };
        let near = [1, width].into_iter().filter(|back| *back <= at).any(|back| consider(at - back));
        if !near {
            chains.each(pixels, at, LOOKS[usize::from(codes.is_some())], consider);
        }
        best
    };
    let mut at = 0;
    let mut found = None;
    while at < pixels.len() {
        let here = found.take().unwrap_or_else(|| best(&chains, at));
        chains.insert(pixels, at);
        if here.2 <= 0 {
            at += 1;
            continue;
        }
        // Where the next place has a better one, this pixel is a literal.
        if here.0 < ENOUGH && at + 1 < pixels.len() {
            let next = best(&chains, at + 1);
            if next.2 > here.2 {
                found = Some(next);
                at += 1;
                continue;
            }
        }
        if copies.len() == copies.capacity() && copies.try_reserve(1024.max(copies.len() / 2)).is_err() {
            return Err(WriteError::OutOfMemory);
        }
        copies.push(Copy { at: at as u32, length: here.0 as u16, back: here.1 as u32 });
        (at + 1..at + here.0).for_each(|inner| chains.insert(pixels, inner));
        at += here.0;
    }
    Ok(copies)
}

/// What an image is made of.
pub enum Step<'a> {
    /// A pixel that stands for itself.
    Literal(u32),
    /// A copy, and the pixels that it gives.
    Copy(&'a Copy, &'a [u32]),
}

/// Walks an image as it will be written.
#[inline(always)]
pub fn walk(pixels: &[u32], copies: &[Copy], mut step: impl FnMut(Step)) {
    let mut at = 0;
    for copy in copies {
        let start = copy.at as usize;
        pixels[at..start].iter().for_each(|color| step(Step::Literal(*color)));
        at = start + usize::from(copy.length);
        step(Step::Copy(copy, &pixels[start..at]));
    }
    pixels[at..].iter().for_each(|color| step(Step::Literal(*color)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_say_what_is_there() {
        let pixels: Vec<u32> = (0..5000u32).map(|i| if i % 700 < 300 { i % 700 } else { (i * i) >> 3 & 7 }).collect();
        let copies = find(&pixels, 70, None).unwrap();
        assert!(copies.len() > 5);
        let mut back = Vec::new();
        let mut at = 0;
        for copy in &copies {
            back.extend_from_slice(&pixels[at..copy.at as usize]);
            for _ in 0..copy.length {
                back.push(back[back.len() - copy.back as usize]);
            }
            at = back.len();
        }
        back.extend_from_slice(&pixels[at..]);
        assert!(back == pixels);
    }
}
