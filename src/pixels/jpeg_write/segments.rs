//! What stands around the scans: markers, tables and headers (T.81 Annex B, JFIF 1.02).

use super::coefficients::Coefficients;
use super::huffman::Code;
use super::layout::Layout;
use super::script::Scan;
use super::sink::TABLES;
use super::{Picture, WriteError};
use crate::jpeg::ZIGZAG;

/// Bytes of tables and headers at most, before the scans.
const HEAD: usize = 256;

fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(payload.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(payload);
}

/// Everything before the first scan.
///
/// # Errors
/// `OutOfMemory`.
pub fn start(
    out: &mut Vec<u8>,
    segments: &[u8],
    picture: &Picture,
    layout: &Layout,
    tables: &[[u16; 64]; 2],
    progressive: bool,
) -> Result<(), WriteError> {
    out.try_reserve(segments.len() + HEAD).map_err(|_| WriteError::OutOfMemory)?;
    out.extend_from_slice(&[0xFF, 0xD8]);
    segment(out, 0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
    out.extend_from_slice(segments);
    let parts = layout.parts();
    for (number, table) in (0u8..).zip(tables).take(if parts.len() == 1 { 1 } else { 2 }) {
        let mut payload = vec![number];
        payload.extend(ZIGZAG.iter().map(|&natural| table[usize::from(natural) & 63] as u8));
        segment(out, 0xDB, &payload);
    }
    let (width, height) = (picture.width as u16, picture.height as u16);
    let mut frame = vec![8];
    frame.extend_from_slice(&height.to_be_bytes());
    frame.extend_from_slice(&width.to_be_bytes());
    frame.push(parts.len() as u8);
    for (id, part) in (1u8..).zip(parts) {
        frame.extend_from_slice(&[id, (part.side * 17) as u8, part.table as u8]);
    }
    segment(out, if progressive { 0xC2 } else { 0xC0 }, &frame);
    Ok(())
}

/// The tables and the header of a scan.
pub fn scan(out: &mut Vec<u8>, from: &Coefficients, scan: &Scan, codes: &[Code; TABLES]) {
    for (slot, code) in codes.iter().enumerate().filter(|(_, code)| !code.symbols.is_empty()) {
        let mut payload = vec![(slot / 2 * 16 + slot % 2) as u8];
        payload.extend_from_slice(&code.lengths);
        payload.extend_from_slice(&code.symbols);
        segment(out, 0xC4, &payload);
    }
    let (planes, band, bits) = match scan {
        Scan::Whole => (0..from.planes.len(), 0..=63, 0),
        Scan::Means => (0..from.planes.len(), 0..=0, 0),
        Scan::First { plane, band, low } => (*plane..plane + 1, band.clone(), *low),
        Scan::Refine { plane, band, low } => (*plane..plane + 1, band.clone(), (low + 1) << 4 | low),
    };
    let mut payload = vec![planes.len() as u8];
    for (id, plane) in (1u8..).zip(&from.planes).skip(planes.start).take(planes.len()) {
        payload.extend_from_slice(&[id, (plane.part.table * 17) as u8]);
    }
    payload.extend_from_slice(&[*band.start() as u8, *band.end() as u8, bits as u8]);
    segment(out, 0xDA, &payload);
}

/// The end of the file.
///
/// # Errors
/// `OutOfMemory`.
pub fn end(out: &mut Vec<u8>) -> Result<(), WriteError> {
    out.try_reserve(2).map_err(|_| WriteError::OutOfMemory)?;
    out.extend_from_slice(&[0xFF, 0xD9]);
    Ok(())
}
