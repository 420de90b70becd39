//! Progressive files: the scans fill coefficient planes, which then become rows (T.81 G.1.2 and G.2).

use super::baseline::{ac_table, dc_table};
use super::bits::{Bits, Restarts};
use super::frame::{Layout, Part, Scan};
use super::header::Header;
use super::huffman::{Coded, Purpose, Table};
use super::markers::{Tables, ZIGZAG};
use super::output::{Keep, Output, Plane, Sink};
use super::{buffer, idct, idct_small, refine, script, JpegError};
use std::ops::Range;

/// The coefficients of one component, only as many of each block as its size uses.
pub(super) struct Store {
    /// `size * size` coefficients of each block in natural order.
    pub coefficients: Vec<i16>,
    /// Which coefficients of each block are nonzero so far, by zigzag index; empty when only DC is kept.
    pub history: Vec<u64>,
    /// Blocks in a row, padding included.
    pub stride: usize,
}

/// Where a coefficient that is not kept would be.
pub(super) const NOWHERE: u8 = u8::MAX;

/// Where a block of `size` keeps the coefficient of each zigzag index.
pub(super) const fn places(size: u8) -> [u8; 64] {
    let mut places = [NOWHERE; 64];
    let mut k = 0;
    while k < 64 {
        let (y, x) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
        if y < size && x < size {
            places[k] = y * size + x;
        }
        k += 1;
    }
    places
}

/// Decodes a progressive file.
///
/// # Errors
/// See [`super::decode_rows`].
pub(super) fn decode(bytes: &[u8], header: &Header, layout: &Layout, sink: Sink<'_>) -> Result<(), JpegError> {
    let steps = script::needed(bytes, header, layout)?;
    let mut quant = vec![None; layout.parts.len()];
    let mut stores = layout.parts.iter().map(Store::new).collect::<Result<Vec<_>, _>>()?;
    for step in &steps {
        // A component keeps the steps that are in force at its first scan.
        for scanned in &step.scan.parts {
            if let (Some(slot @ None), Some(part)) = (quant.get_mut(scanned.index), layout.parts.get(scanned.index)) {
                *slot = step.tables.quant.get(part.quant).copied().flatten();
            }
        }
        let mut bits = Bits::new(bytes, step.start);
        let mut restarts = Restarts::new(step.tables.restart);
        match (step.scan.start, step.scan.parts.as_slice()) {
            (0, _) => dc_scan(&step.scan, &step.tables, layout, &mut stores, &mut bits, &mut restarts)?,
            (_, [only]) => {
                let pair = (layout.parts.get(only.index), stores.get_mut(only.index));
                let (Some(part), Some(store)) = pair else { continue };
                let purpose = if step.scan.high == 0 { Purpose::Band } else { Purpose::Symbol };
                let table = ac_table(&step.tables, only.ac, purpose)?;
                match (step.scan.high, part.size) {
                    (0, 2) => first_pass::<2, 4>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                    (0, 4) => first_pass::<4, 16>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                    (0, _) => first_pass::<8, 64>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                    (_, 2) => refine::pass::<2, 4>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                    (_, 4) => refine::pass::<4, 16>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                    _ => refine::pass::<8, 64>(&step.scan, &table, part, store, &mut bits, &mut restarts)?,
                }
            }
            _ => return Err(JpegError::Corrupt("an impossible progression")),
        }
        bits.check()?;
    }
    let quant: Option<Vec<[u16; 64]>> = quant.into_iter().collect();
    let quant = quant.ok_or(JpegError::Corrupt("a missing quantisation table"))?;
    let mut output = Output::new(header, layout, Keep::Band)?;
    for row in layout.mcu_rows.clone() {
        for (((part, store), quant), plane) in layout.parts.iter().zip(&stores).zip(&quant).zip(&mut output.planes) {
            for y in row * part.v..(row + 1) * part.v {
                store.transform(part, y, &layout.mcu_columns, quant, plane);
            }
        }
        output.give(row + 1, sink)?;
    }
    Ok(())
}

impl Store {
    fn new(part: &Part) -> Result<Store, JpegError> {
        let blocks = part.padded.0.checked_mul(part.padded.1).ok_or(JpegError::OutOfMemory)?;
        let len = blocks.checked_mul(part.size * part.size).ok_or(JpegError::OutOfMemory)?;
        let history = buffer(if part.size > 1 { blocks } else { 0 })?;
        Ok(Store { coefficients: buffer(len)?, history, stride: part.padded.0 })
    }

    /// Makes the samples of one row of blocks, in these columns of MCUs.
    fn transform(&self, part: &Part, y: usize, columns: &Range<usize>, quant: &[u16; 64], plane: &mut Plane) {
        let (first, end) = (columns.start * part.h, (columns.end * part.h).min(self.stride));
        let (block, from) = (part.size * part.size, y * self.stride);
        let Some(row) = self.coefficients.get((from + first) * block..(from + end) * block) else { return };
        let stride = plane.stride;
        let out = plane.from(plane.start(y * part.size) + first * part.size);
        match part.size {
            1 => out.iter_mut().zip(row).for_each(|(to, &dc)| *to = idct_small::mean(dc, quant[0])),
            2 => blocks::<4>(row, out, 2, |block, out| idct_small::two(block, quant, stride, out)),
            4 => blocks::<16>(row, out, 4, |block, out| idct_small::four::<4, 16>(block, quant, stride, out)),
            _ => {
                let mut history = self.history.iter().skip(from + first);
                blocks::<64>(row, out, 8, |block, out| match history.next().map_or(63, |set| set | 1).ilog2() {
                    0 => idct_small::flat::<8>(i32::from(block[0]), quant, stride, out),
                    last => idct::eight(block, last, quant, stride, out),
                });
            }
        }
    }
}

/// Calls `each` with every block of a row and the samples from its place on.
#[inline(always)]
fn blocks<const N: usize>(row: &[i16], out: &mut [u8], size: usize, mut each: impl FnMut(&[i16; N], &mut [u8])) {
    for (x, block) in row.as_chunks::<N>().0.iter().enumerate() {
        each(block, out.get_mut(x * size..).unwrap_or(&mut []));
    }
}

/// Decodes a scan of DC coefficients, first pass or refinement (T.81 G.1.2.1).
fn dc_scan(
    scan: &Scan,
    tables: &Tables,
    layout: &Layout,
    stores: &mut [Store],
    bits: &mut Bits<'_>,
    restarts: &mut Restarts,
) -> Result<(), JpegError> {
    let lone = scan.parts.len() == 1;
    let mut units = Vec::new();
    for scanned in &scan.parts {
        let Some(part) = layout.parts.get(scanned.index) else { continue };
        let table = if scan.high == 0 { Some(dc_table(tables, scanned.dc)?) } else { None };
        units.push((scanned.index, part, table, if lone { (1, 1) } else { (part.h, part.v) }, 0i32));
    }
    let (across, down) = units.first().filter(|_| lone).map_or(layout.mcus, |unit| unit.1.blocks);
    for row in 0..down {
        for column in 0..across {
            if restarts.step(bits)? {
                units.iter_mut().for_each(|unit| unit.4 = 0);
            }
            for (index, part, table, blocks, prediction) in &mut units {
                let Some(store) = stores.get_mut(*index) else { continue };
                for y in row * blocks.1..(row + 1) * blocks.1 {
                    for x in column * blocks.0..(column + 1) * blocks.0 {
                        bits.ready()?;
                        let place = (y * store.stride + x) * part.size * part.size;
                        let Some(dc) = store.coefficients.get_mut(place) else { continue };
                        if let Some(table) = table {
                            let difference = table.difference(&mut bits.cursor, &bits.ahead);
                            *prediction = prediction.wrapping_add(difference.ok_or_else(|| bits.bad_code())?);
                            *dc = (*prediction << scan.low) as i16;
                        } else {
                            bits.cursor.refill(&bits.ahead);
                            *dc |= (bits.cursor.take(1) << scan.low) as i16;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// Decodes the first pass over a band of AC coefficients (T.81 G.1.2.2).
fn first_pass<const S: u8, const N: usize>(
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
        let mut line = blocks.iter_mut().zip(history);
        while line.len() > 0 {
            if restarts.step(bits)? {
                run = 0;
            }
            if run > 0 {
                let hop = run.min(restarts.room().saturating_add(1)).min(line.len() as u32);
                run -= hop;
                restarts.jump(hop - 1);
                line.nth(hop as usize - 1);
                continue;
            }
            bits.ready()?;
            let Some((block, history)) = line.next() else { break };
            run = first_block(scan, table, places, block, history, bits)?;
        }
    }
    Ok(())
}

/// Decodes one block of a first pass; answers for how many more blocks the band has ended.
#[inline(always)]
fn first_block<const N: usize>(
    scan: &Scan,
    table: &Table,
    places: &[u8; 64],
    block: &mut [i16; N],
    history: &mut u64,
    bits: &mut Bits<'_>,
) -> Result<u32, JpegError> {
    let mut cursor = bits.cursor;
    let mut k = scan.start;
    let mut run = 0;
    while k <= scan.end {
        match table.coded(&mut cursor, &bits.ahead) {
            Some(Coded::Value { step, value }) if k + step <= scan.end + 1 => {
                k += step;
                if value != 0 {
                    let index = (k - 1) & 63;
                    *history |= 1 << index;
                    let place = usize::from(places[index as usize]);
                    if let Some(slot) = block.get_mut(place) {
                        *slot = (value << scan.low) as i16;
                    }
                }
            }
            Some(Coded::EndRun(blocks)) => {
                run = blocks - 1;
                break;
            }
            _ => {
                bits.cursor = cursor;
                return Err(bits.bad_code());
            }
        }
    }
    bits.cursor = cursor;
    Ok(run)
}
