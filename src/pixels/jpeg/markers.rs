//! Markers and the segments that carry tables (ITU T.81 Annex B).

use super::JpegError;

pub(super) const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
pub(super) const DNL: u8 = 0xDC;
pub(super) const DHT: u8 = 0xC4;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;

/// From zigzag order to the natural order of an 8×8 block (T.81 figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56,
    57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Whether a marker stands alone, without a length and a payload.
fn is_bare(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=0xD9)
}

/// Whether a marker restarts entropy decoding.
pub(super) fn is_restart(marker: u8) -> bool {
    matches!(marker, 0xD0..=0xD7)
}

/// Finds the next marker at or after `at`; answers it and where what follows it starts.
///
/// Fill bytes, stuffed zeros and junk are stepped over.
pub(super) fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at = find_ff(bytes, at)?.checked_add(1)?;
        match bytes.get(at) {
            None => return None,
            Some(0x00 | 0xFF) => {}
            Some(&marker) => return Some((marker, at.checked_add(1)?)),
        }
    }
}

/// Where the first 0xFF at or after `at` is; 32 bytes at a time, as compressed data holds few.
fn find_ff(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (chunks, _) = rest.as_chunks::<32>();
    let clean = chunks.iter().take_while(|c| !c.iter().fold(false, |hit, &b| hit | (b == 0xFF))).count();
    let from = clean.checked_mul(32)?;
    let found = rest.get(from..)?.iter().position(|&b| b == 0xFF)?;
    at.checked_add(from)?.checked_add(found)
}

/// One marker with the payload of its segment, which is empty for bare markers.
pub(super) struct Segment<'a> {
    pub marker: u8,
    pub payload: &'a [u8],
    /// Where the byte after the segment is.
    pub end: usize,
}

impl<'a> Segment<'a> {
    /// Reads the next segment at or after `at`.
    ///
    /// # Errors
    /// `Truncated` when there is none or it is cut, `Corrupt` when its length is below 2.
    pub(super) fn read(bytes: &'a [u8], at: usize) -> Result<Segment<'a>, JpegError> {
        let (marker, start) = next_marker(bytes, at).ok_or(JpegError::Truncated)?;
        if is_bare(marker) {
            return Ok(Segment { marker, payload: &[], end: start });
        }
        let rest = bytes.get(start..).ok_or(JpegError::Truncated)?;
        let len = usize::from(be16(rest, 0).ok_or(JpegError::Truncated)?);
        if len < 2 {
            return Err(JpegError::Corrupt("a segment with an impossible length"));
        }
        let payload = rest.get(2..len).ok_or(JpegError::Truncated)?;
        Ok(Segment { marker, payload, end: start.saturating_add(len) })
    }
}

/// A big-endian 16-bit number at `at`.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(pair.try_into().ok()?))
}

/// A Huffman table as a file writes it: how many codes of each length 1..=16, and their symbols.
#[derive(Clone)]
pub(super) struct HuffSpec {
    pub counts: [u8; 16],
    pub symbols: Vec<u8>,
}

/// The tables in force at one place of a file; later segments replace earlier ones.
#[derive(Clone, Default)]
pub(super) struct Tables {
    /// Quantisation steps in natural order.
    pub quant: [Option<[u16; 64]>; 4],
    pub dc: [Option<HuffSpec>; 4],
    pub ac: [Option<HuffSpec>; 4],
    /// MCUs between restart markers, 0 for none.
    pub restart: u16,
}

impl Tables {
    /// Takes over a DQT, DHT or DRI segment; other segments change nothing.
    ///
    /// # Errors
    /// `Corrupt` when the segment does not hold what its marker says.
    pub(super) fn apply(&mut self, segment: &Segment<'_>) -> Result<(), JpegError> {
        match segment.marker {
            DQT => self.quantisation(segment.payload),
            DHT => self.huffman(segment.payload),
            DRI => {
                self.restart = be16(segment.payload, 0).ok_or(JpegError::Corrupt("a short restart interval"))?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// T.81 B.2.4.1.
    fn quantisation(&mut self, mut rest: &[u8]) -> Result<(), JpegError> {
        const SHORT: JpegError = JpegError::Corrupt("a short quantisation table");
        while let Some((&head, tail)) = rest.split_first() {
            let width = match head >> 4 {
                0 => 1,
                1 => 2,
                _ => return Err(JpegError::Corrupt("a quantisation table of unknown precision")),
            };
            let body = tail.get(..64 * width).ok_or(SHORT)?;
            let mut table = [0u16; 64];
            for (step, &place) in body.chunks_exact(width).zip(&ZIGZAG) {
                let value = step.iter().fold(0u16, |sum, &b| (sum << 8) | u16::from(b));
                if let Some(slot) = table.get_mut(usize::from(place)) {
                    *slot = value;
                }
            }
            let slot = self.quant.get_mut(usize::from(head & 15));
            *slot.ok_or(JpegError::Corrupt("a quantisation table beyond the fourth"))? = Some(table);
            rest = tail.get(64 * width..).ok_or(SHORT)?;
        }
        Ok(())
    }

    /// T.81 B.2.4.2.
    fn huffman(&mut self, mut rest: &[u8]) -> Result<(), JpegError> {
        const SHORT: JpegError = JpegError::Corrupt("a short Huffman table");
        while let Some((&head, tail)) = rest.split_first() {
            let counts: [u8; 16] = tail.get(..16).and_then(|c| c.try_into().ok()).ok_or(SHORT)?;
            let total: usize = counts.iter().map(|&c| usize::from(c)).sum();
            if total > 256 {
                return Err(JpegError::Corrupt("a Huffman table of more than 256 codes"));
            }
            let symbols = tail.get(16..16 + total).ok_or(SHORT)?.to_vec();
            let bank = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(JpegError::Corrupt("a Huffman table of unknown class")),
            };
            let slot = bank.get_mut(usize::from(head & 15));
            *slot.ok_or(JpegError::Corrupt("a Huffman table beyond the fourth"))? = Some(HuffSpec { counts, symbols });
            rest = tail.get(16 + total..).ok_or(SHORT)?;
        }
        Ok(())
    }
}
