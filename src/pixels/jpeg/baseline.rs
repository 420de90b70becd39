//! Sequential scans: decoded, transformed and given out MCU row by MCU row (T.81 F.2).

use super::bits::{Bits, Restarts};
use super::frame::{Layout, Part, Scan};
use super::header::Header;
use super::huffman::{Purpose, Skipper, Table};
use super::markers::{Segment, Tables, EOI, SOS};
use super::output::{Keep, Output, Plane, Sink};
use super::{idct, idct_small, standard, JpegError};
use std::hint::black_box;
use std::ops::Range;

/// Decodes a sequential file.
///
/// # Errors
/// See [`super::decode_rows`].
pub(super) fn decode(bytes: &[u8], header: &Header, layout: &Layout, sink: Sink<'_>) -> Result<(), JpegError> {
    let keep = if header.interleaved { Keep::Band } else { Keep::All };
    let mut output = Output::new(header, layout, keep)?;
    let mut tables = header.tables.clone();
    let mut done = vec![false; layout.parts.len()];
    let mut at = header.first_scan;
    while !done.iter().all(|&d| d) {
        let segment = Segment::read(bytes, at)?;
        at = segment.end;
        match segment.marker {
            SOS => {}
            EOI => return Err(JpegError::Corrupt("an end before all components were seen")),
            _ => {
                tables.apply(&segment)?;
                continue;
            }
        }
        let scan = Scan::parse(segment.payload, &header.components, false)?;
        for part in &scan.parts {
            match done.get_mut(part.index) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(JpegError::Corrupt("a component in two scans")),
            }
        }
        let coders = Coders::new(&scan, &tables)?;
        let lone = layout.parts.get(scan.parts.first().map_or(0, |p| p.index)).filter(|_| scan.parts.len() == 1);
        let (across, down) = lone.map_or(layout.mcus, |part| part.blocks);
        // Of a component that comes alone blocks are counted, not MCUs.
        let (h, v) = lone.filter(|_| !header.interleaved).map_or((1, 1), |part| (part.h, part.v));
        let times = |range: &Range<usize>, n: usize| range.start * n..range.end * n;
        let mut run = Run {
            units: units(&scan, layout, &tables, &coders)?,
            bits: Bits::new(bytes, at),
            restarts: Restarts::new(tables.restart),
            wanted: Wanted { across, rows: times(&layout.mcu_rows, v), columns: times(&layout.mcu_columns, h) },
            passes: false,
            scratch: Scratch { block: [0; 64], zeros: black_box([0; 8]) },
        };
        for row in 0..down {
            run.mcu_row(row, &mut output.planes)?;
            if header.interleaved {
                run.bits.check()?;
                output.give(row + 1, sink)?;
            }
        }
        at = run.bits.finish()?;
    }
    output.give(layout.mcus.1, sink)
}

/// The Huffman tables of a scan, by slot.
struct Coders {
    dc: [Option<Table>; 4],
    ac: [Option<(Table, Skipper)>; 4],
}

impl Coders {
    fn new(scan: &Scan, tables: &Tables) -> Result<Coders, JpegError> {
        let mut coders = Coders { dc: Default::default(), ac: Default::default() };
        for part in &scan.parts {
            if let Some(slot @ None) = coders.dc.get_mut(part.dc) {
                *slot = Some(dc_table(tables, part.dc)?);
            }
            if let Some(slot @ None) = coders.ac.get_mut(part.ac) {
                let table = ac_table(tables, part.ac, Purpose::Ac)?;
                let skipper = Skipper::new(&table);
                *slot = Some((table, skipper));
            }
        }
        Ok(coders)
    }
}

/// The DC table of a slot, that of Annex K when the file has none.
pub(super) fn dc_table(tables: &Tables, slot: usize) -> Result<Table, JpegError> {
    let own = tables.dc.get(slot).cloned().flatten();
    let spec = own.or_else(|| standard::dc(slot)).ok_or(JpegError::Corrupt("a missing Huffman table"))?;
    Table::new(&spec, Purpose::Dc)
}

/// The AC table of a slot, that of Annex K when the file has none.
pub(super) fn ac_table(tables: &Tables, slot: usize, purpose: Purpose) -> Result<Table, JpegError> {
    let own = tables.ac.get(slot).cloned().flatten();
    let spec = own.or_else(|| standard::ac(slot)).ok_or(JpegError::Corrupt("a missing Huffman table"))?;
    Table::new(&spec, purpose)
}

/// What it takes to decode the blocks of one component of a scan.
struct Unit<'a> {
    part: &'a Part,
    /// Its place in the frame.
    index: usize,
    dc: &'a Table,
    ac: &'a Table,
    skipper: &'a Skipper,
    quant: [u16; 64],
    /// Blocks of an MCU, across and down.
    blocks: (usize, usize),
    /// Where the blocks of an MCU row begin in the plane: a place for each of its at most four rows of them.
    starts: [usize; 4],
    prediction: i32,
}

fn units<'a>(scan: &Scan, layout: &'a Layout, tables: &Tables, coders: &'a Coders) -> Result<Vec<Unit<'a>>, JpegError> {
    let unit = |scanned: &super::frame::ScanPart| {
        let part = layout.parts.get(scanned.index)?;
        let (ac, skipper) = coders.ac.get(scanned.ac)?.as_ref()?;
        Some(Unit {
            part,
            index: scanned.index,
            dc: coders.dc.get(scanned.dc)?.as_ref()?,
            ac,
            skipper,
            quant: (*tables.quant.get(part.quant)?)?,
            blocks: if scan.parts.len() == 1 { (1, 1) } else { (part.h, part.v) },
            starts: [0; 4],
            prediction: 0,
        })
    };
    let units: Option<Vec<_>> = scan.parts.iter().map(unit).collect();
    units.ok_or(JpegError::Corrupt("a missing quantisation table"))
}

/// A scan while it is decoded.
struct Run<'a> {
    units: Vec<Unit<'a>>,
    bits: Bits<'a>,
    restarts: Restarts,
    wanted: Wanted,
    /// Whether nothing is wanted up to the next restart marker.
    passes: bool,
    scratch: Scratch,
}

/// Which MCUs of a scan, or blocks of a component that comes alone, are wanted.
struct Wanted {
    /// How many there are in a row.
    across: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Wanted {
    /// The columns of a row that are wanted.
    fn of_row(&self, row: usize) -> Range<usize> {
        if self.rows.contains(&row) {
            self.columns.clone()
        } else {
            0..0
        }
    }

    /// Whether none of so many from one on is wanted.
    fn spares(&self, row: usize, column: usize, count: u32) -> bool {
        let next = match row {
            _ if row < self.rows.start => self.rows.start,
            _ if column < self.columns.end => row,
            _ => row + 1,
        };
        let ahead = ((next - row) * self.across + self.columns.start).saturating_sub(column);
        self.columns.is_empty() || next >= self.rows.end || ahead >= count as usize
    }
}

/// What blocks are decoded in.
struct Scratch {
    /// Coefficients in natural order.
    block: [i16; 64],
    /// Zeros that the compiler cannot see: it would clear a block with `memory.fill`, which costs as much in
    /// WebAssembly engines as the rest of a small block.
    zeros: [i16; 8],
}

impl Run<'_> {
    /// Decodes one row of MCUs, what is wanted of it into the planes.
    fn mcu_row(&mut self, row: usize, planes: &mut [Plane]) -> Result<(), JpegError> {
        let wanted = self.wanted.of_row(row);
        for unit in &mut self.units {
            let Some(plane) = planes.get(unit.index) else { continue };
            for (down, start) in unit.starts.iter_mut().enumerate() {
                *start = plane.start((row * unit.blocks.1 + down) * unit.part.size);
            }
        }
        for column in 0..self.wanted.across {
            if self.restarts.step(&mut self.bits)? {
                self.units.iter_mut().for_each(|unit| unit.prediction = 0);
            }
            if let Some(count) = self.restarts.begun() {
                self.passes = self.wanted.spares(row, column, count) && self.bits.pass_over();
            }
            if self.passes {
                continue;
            }
            if !wanted.contains(&column) {
                for unit in &mut self.units {
                    for _ in 0..unit.blocks.0 * unit.blocks.1 {
                        self.bits.ready()?;
                        unit.pass_over(&mut self.bits).ok_or_else(|| self.bits.bad_code())?;
                    }
                }
                continue;
            }
            for unit in &mut self.units {
                let Some(plane) = planes.get_mut(unit.index) else { continue };
                for start in unit.starts.into_iter().take(unit.blocks.1) {
                    for along in 0..unit.blocks.0 {
                        self.bits.ready()?;
                        let (bits, scratch, stride) = (&mut self.bits, &mut self.scratch, plane.stride);
                        let out = plane.from(start + (column * unit.blocks.0 + along) * unit.part.size);
                        let block = match unit.part.size {
                            1 => unit.block::<1>(bits, scratch, stride, out),
                            2 => unit.block::<2>(bits, scratch, stride, out),
                            4 => unit.block::<4>(bits, scratch, stride, out),
                            _ => unit.block::<8>(bits, scratch, stride, out),
                        };
                        block.ok_or_else(|| self.bits.bad_code())?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Unit<'_> {
    /// Reads one block of which nothing is wanted but what the next ones build on.
    fn pass_over(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let mut cursor = bits.cursor;
        let ahead = &*bits.ahead;
        self.prediction = self.prediction.wrapping_add(self.dc.difference(&mut cursor, ahead)?);
        self.skipper.rest(self.ac, &mut cursor, ahead, 1)?;
        bits.cursor = cursor;
        Some(())
    }

    /// Decodes one block to `SIZE` × `SIZE` samples; `None` for what is no valid code. A function for each size, as one for
    /// all has more in it than there are registers.
    #[inline(never)]
    fn block<const SIZE: usize>(&mut self, bits: &mut Bits<'_>, scratch: &mut Scratch, stride: usize, out: &mut [u8]) -> Option<()> {
        let mut cursor = bits.cursor;
        let ahead = &*bits.ahead;
        self.prediction = self.prediction.wrapping_add(self.dc.difference(&mut cursor, ahead)?);
        let dc = self.prediction;
        // The last zigzag index that a size needs, see `idct_small`.
        let wanted = match SIZE {
            1 => {
                self.skipper.rest(self.ac, &mut cursor, ahead, 1)?;
                bits.cursor = cursor;
                idct_small::flat::<1>(dc, &self.quant, stride, out);
                return Some(());
            }
            2 => 4,
            4 => 24,
            _ => 63,
        };
        let lines = if SIZE == 8 { 8 } else { 4 };
        let block = &mut scratch.block;
        block.as_chunks_mut::<8>().0.iter_mut().take(lines).for_each(|line| *line = scratch.zeros);
        let (k, ended) = self.ac.block(&mut cursor, ahead, block, wanted)?;
        if !ended {
            self.skipper.rest(self.ac, &mut cursor, ahead, k)?;
        }
        bits.cursor = cursor;
        block[0] = dc as i16;
        match SIZE {
            2 => idct_small::two(&[block[0], block[1], block[8], block[9]], &self.quant, stride, out),
            4 if k == 1 => idct_small::flat::<4>(dc, &self.quant, stride, out),
            4 => idct_small::four::<8, 64>(block, &self.quant, stride, out),
            _ if k == 1 => idct_small::flat::<8>(dc, &self.quant, stride, out),
            _ => idct::eight(block, k - 1, &self.quant, stride, out),
        }
        Some(())
    }
}
