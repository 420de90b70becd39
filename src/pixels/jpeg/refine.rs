//! Refinement of AC coefficients by one bit (T.81 G.1.2.3), led by the set of those that are nonzero already.
#![allow(clippy::indexing_slicing, reason = "indices are masked to the length of the fixed-size array")]

use super::bits::{Ahead, Bits, Cursor, Restarts};
use super::frame::{Part, Scan};
use super::huffman::Table;
use super::progressive::{places, Store};
use super::JpegError;

/// Decodes a refinement of a band of AC coefficients.
///
/// # Errors
/// Those of the entropy-coded data.
pub(super) fn pass<const S: u8, const N: usize>(
    scan: &Scan,
    table: &Table,
    part: &Part,
    store: &mut Store,
    bits: &mut Bits<'_>,
    restarts: &mut Restarts,
) -> Result<(), JpegError> {
    let places = const { &places(S) };
    let mut run = 0u32;
    for y in 0..part.blocks.1 {
        let line = y * store.stride..y * store.stride + part.blocks.0;
        let blocks = store.coefficients.as_chunks_mut::<N>().0.get_mut(line.clone()).unwrap_or(&mut []);
        let history = store.history.get_mut(line).unwrap_or(&mut []);
        for (block, history) in blocks.iter_mut().zip(history) {
            if restarts.step(bits)? {
                run = 0;
            }
            if run > 0 && *history & scan.band() == 0 {
                run -= 1;
                continue;
            }
            bits.ready()?;
            let cursor = bits.cursor;
            let mut refining = Refining { cursor, ahead: &bits.ahead, places, block, set: *history, bit: 1 << scan.low };
            let refined = refining.block(scan, table, history, run);
            bits.cursor = refining.cursor;
            run = refined.ok_or_else(|| bits.bad_code())?;
        }
    }
    Ok(())
}

/// A block while it is refined.
struct Refining<'a, const N: usize> {
    cursor: Cursor,
    ahead: &'a Ahead,
    places: &'a [u8; 64],
    block: &'a mut [i16; N],
    /// Which coefficients were nonzero before this scan.
    set: u64,
    /// What a one bit adds to a coefficient.
    bit: i16,
}

impl<const N: usize> Refining<'_, N> {
    /// Refines the band; takes and answers for how many more blocks the band has ended.
    #[inline(always)]
    fn block(&mut self, scan: &Scan, table: &Table, history: &mut u64, mut run: u32) -> Option<u32> {
        let mut k = scan.start;
        while run == 0 && k <= scan.end {
            let symbol = table.symbol(&mut self.cursor, self.ahead)?;
            let mut zeros = u32::from(symbol >> 4);
            let value = match (symbol & 15, zeros) {
                (0, 15) => 0,
                (0, _) => {
                    run = (1 << zeros) + self.cursor.take(zeros);
                    break;
                }
                (1, _) if self.cursor.take(1) == 1 => self.bit,
                (1, _) => -self.bit,
                _ => return None,
            };
            // Up to the zero coefficient after `zeros` others, correcting those between.
            loop {
                let ahead = (self.set >> (k & 63)).trailing_zeros();
                if ahead > zeros {
                    k += zeros;
                    break;
                }
                zeros -= ahead;
                k += ahead;
                if k > scan.end {
                    break;
                }
                self.correct(1 << (k & 63));
                k += 1;
                if k > scan.end {
                    break;
                }
            }
            if value != 0 {
                if k > scan.end {
                    return None;
                }
                *history |= 1 << (k & 63);
                if let Some(slot) = self.block.get_mut(usize::from(self.places[k as usize & 63])) {
                    *slot = value;
                }
            }
            k += 1;
        }
        if run == 0 {
            return Some(0);
        }
        if k <= scan.end {
            self.correct(self.set & scan.band() & (u64::MAX << (k & 63)));
        }
        Some(run - 1)
    }

    /// Reads a correction bit for each coefficient of a set of nonzero ones.
    #[inline(always)]
    fn correct(&mut self, mut set: u64) {
        while set != 0 {
            self.cursor.refill(self.ahead);
            let more = self.cursor.take(1) == 1;
            let k = set.trailing_zeros();
            set &= set - 1;
            if more {
                if let Some(slot) = self.block.get_mut(usize::from(self.places[k as usize & 63])) {
                    *slot = slot.wrapping_add(if *slot < 0 { -self.bit } else { self.bit });
                }
            }
        }
    }
}
