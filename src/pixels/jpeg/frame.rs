//! The geometry of a picture at a scale, and of the scans that make it (T.81 A.1, A.2 and B.2.3).

use super::header::{Component, Header};
use super::markers::be16;
use super::upsample::Upsample;
use super::{Area, JpegError, Scale};
use std::ops::Range;

/// One component at the scale that is decoded.
pub(super) struct Part {
    /// Sampling factors, 1..=4.
    pub h: usize,
    pub v: usize,
    /// Which quantisation table, 0..=3.
    pub quant: usize,
    /// Samples along one side of a block: 1, 2, 4 or 8.
    pub size: usize,
    /// Blocks that hold picture, across and down.
    pub blocks: (usize, usize),
    /// Blocks with the padding to whole MCUs, across and down.
    pub padded: (usize, usize),
    /// Samples that hold picture, across and down.
    pub samples: (usize, usize),
    pub upsample: Upsample,
}

/// The picture at the scale that is decoded.
pub(super) struct Layout {
    pub parts: Vec<Part>,
    /// Interleaved MCUs across and down.
    pub mcus: (usize, usize),
    /// Output pixels across and down.
    pub output: (usize, usize),
    /// Output pixels that are wanted.
    pub columns: Range<usize>,
    pub rows: Range<usize>,
    /// MCUs that those are made of, and a neighbour on each side, where chroma is widened from.
    pub mcu_columns: Range<usize>,
    pub mcu_rows: Range<usize>,
}

impl Layout {
    /// Lays out the picture of a header at a scale, of which a part is wanted.
    pub(super) fn new(header: &Header, scale: Scale, area: &Area) -> Layout {
        let base = scale.eighths();
        let h_max = header.components.iter().map(|c| c.h).max().unwrap_or(1);
        let v_max = header.components.iter().map(|c| c.v).max().unwrap_or(1);
        let mcus = (header.width.div_ceil(8 * h_max), header.height.div_ceil(8 * v_max));
        let parts = header.components.iter().map(|c| {
            let mut size = base;
            // A component with fewer samples uses more of each block instead of being widened afterwards.
            // Progressive files at 1/8 do not: they would have to read all AC scans of chroma for it.
            let may_grow = !(header.progressive && scale == Scale::Eighth);
            while may_grow && size < 8 && (h_max * base).is_multiple_of(c.h * size * 2) && (v_max * base).is_multiple_of(c.v * size * 2) {
                size *= 2;
            }
            let blocks = ((header.width * c.h).div_ceil(h_max * 8) as usize, (header.height * c.v).div_ceil(v_max * 8) as usize);
            let samples =
                ((header.width * c.h * size).div_ceil(h_max * 8) as usize, (header.height * c.v * size).div_ceil(v_max * 8) as usize);
            Part {
                h: c.h as usize,
                v: c.v as usize,
                quant: c.quant,
                size: size as usize,
                blocks,
                padded: ((mcus.0 * c.h) as usize, (mcus.1 * c.v) as usize),
                samples,
                upsample: Upsample::new((c.h * size, h_max * base), (c.v * size, v_max * base), samples.0),
            }
        });
        let (width, height) = header.scaled(scale);
        let wanted = |from: u32, length: u32, all: u32| from.min(all) as usize..from.saturating_add(length).min(all) as usize;
        let (columns, rows) = (wanted(area.x, area.width, width), wanted(area.y, area.height, height));
        let around = |pixels: &Range<usize>, side: u32, all: u32| {
            let side = (side * base).max(1) as usize;
            (pixels.start / side).saturating_sub(1)..(pixels.end.div_ceil(side) + 1).min(all as usize)
        };
        Layout {
            parts: parts.collect(),
            mcus: (mcus.0 as usize, mcus.1 as usize),
            output: (width as usize, height as usize),
            mcu_columns: around(&columns, h_max, mcus.0),
            mcu_rows: around(&rows, v_max, mcus.1),
            columns,
            rows,
        }
    }

    /// See [`Header::decode_bytes`].
    pub(super) fn decode_bytes(&self, header: &Header) -> u64 {
        /// The bit buffer, and Huffman tables of four components.
        const FIXED: u64 = 24 << 10;
        const TABLE: u64 = 26 << 10;
        let product = |a: usize, b: usize| a as u64 * b as u64;
        let channels = header.channels() as u64;
        let mut total = FIXED + TABLE * 2 * channels + (product(self.output.0, self.output.1) + 1) * channels;
        for part in &self.parts {
            let samples = (part.size * part.size) as u64;
            let blocks = product(part.padded.0, part.padded.1);
            let row = product(part.padded.0, part.size);
            total += 3 * row;
            total += match (header.progressive, header.interleaved) {
                (false, false) => blocks * samples,
                _ => row * (2 * part.v * part.size) as u64,
            };
            if header.progressive {
                total += blocks * (2 * samples + if samples > 1 { 8 } else { 0 });
            }
        }
        total
    }
}

/// One component of a scan.
#[derive(Clone, Copy)]
pub(super) struct ScanPart {
    /// Its place in the frame.
    pub index: usize,
    /// Which Huffman tables, 0..=3.
    pub dc: usize,
    pub ac: usize,
}

/// A scan header (T.81 B.2.3).
#[derive(Clone)]
pub(super) struct Scan {
    pub parts: Vec<ScanPart>,
    /// The band of coefficients in zigzag order, first and last.
    pub start: u32,
    pub end: u32,
    /// Successive approximation: the bit before (0 for a first pass), and the bit reached.
    pub high: u32,
    pub low: u32,
}

impl Scan {
    /// Reads a scan header for a frame of `components`.
    ///
    /// # Errors
    /// `Corrupt` when it is short, names components that do not exist, or breaks the rules of T.81 G.1.1.1.
    pub(super) fn parse(payload: &[u8], components: &[Component], progressive: bool) -> Result<Scan, JpegError> {
        const SHORT: JpegError = JpegError::Corrupt("a short scan header");
        let count = usize::from(*payload.first().ok_or(SHORT)?);
        if count == 0 || count > components.len() {
            return Err(JpegError::Corrupt("a scan with an impossible number of components"));
        }
        let mut parts: Vec<ScanPart> = Vec::with_capacity(count);
        for entry in payload.get(1..1 + 2 * count).ok_or(SHORT)?.chunks_exact(2) {
            let &[id, tables] = entry else { return Err(SHORT) };
            let fresh = |index: usize| parts.iter().all(|p| p.index != index);
            let index = components.iter().enumerate().find(|(i, c)| c.id == id && fresh(*i)).map(|(i, _)| i);
            let index = index.ok_or(JpegError::Corrupt("a scan of a component that the frame lacks"))?;
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            if dc > 3 || ac > 3 {
                return Err(JpegError::Corrupt("a scan with a Huffman table beyond the fourth"));
            }
            parts.push(ScanPart { index, dc, ac });
        }
        let tail = be16(payload, 1 + 2 * count).ok_or(SHORT)?;
        let approximation = *payload.get(3 + 2 * count).ok_or(SHORT)?;
        let scan = Scan {
            parts,
            start: u32::from(tail >> 8),
            end: u32::from(tail & 0xFF),
            high: u32::from(approximation >> 4),
            low: u32::from(approximation & 15),
        };
        if !progressive {
            // Sequential scans have only one legal set of values here, and decoders ignore others.
            return Ok(Scan { start: 0, end: 63, high: 0, low: 0, ..scan });
        }
        let band = if scan.start == 0 { scan.end == 0 } else { scan.start <= scan.end && scan.end <= 63 && scan.parts.len() == 1 };
        if !band || scan.low > 13 || (scan.high != 0 && scan.high != scan.low + 1) {
            return Err(JpegError::Corrupt("an impossible progression"));
        }
        Ok(scan)
    }

    /// The band as a set of zigzag indices.
    pub(super) fn band(&self) -> u64 {
        let upto = u64::MAX >> (63 - (self.end & 63));
        upto & (u64::MAX << (self.start & 63))
    }
}
