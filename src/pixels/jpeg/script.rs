//! The scans of a progressive file, and which of them a scale needs (T.81 G.1).
//!
//! A scan is needed when its band holds a coefficient that the scale uses, or one whose history a later needed
//! refinement reads: refinements cannot be followed without knowing which coefficients of their band are nonzero.

use super::frame::{Layout, Scan};
use super::header::Header;
use super::markers::{is_restart, next_marker, Segment, Tables, EOI, SOS};
use super::JpegError;

/// More scans than any sound file has; each costs work over the whole picture.
const MAX_SCANS: usize = 100;

/// One scan of the script.
pub(super) struct Step {
    pub scan: Scan,
    /// Where its entropy-coded data starts.
    pub start: usize,
    /// The tables in force.
    pub tables: Tables,
    needed: bool,
}

/// The coefficients that a block size uses, as a set of zigzag indices.
pub(super) fn used(size: usize) -> u64 {
    match size {
        1 => 0b1,
        2 => 0b1_0111,
        4 => (0..64).zip(super::markers::ZIGZAG).filter(|&(_, n)| n % 8 < 4 && n < 32).map(|(k, _)| 1 << k).sum(),
        _ => u64::MAX,
    }
}

/// Reads the headers of all scans and answers those that the layout needs, in order.
///
/// # Errors
/// `Corrupt` for broken headers, too many scans or a component without a scan; `Truncated` when the file stops before
/// its end marker and leaves coefficients that the layout uses unfinished.
pub(super) fn needed(bytes: &[u8], header: &Header, layout: &Layout) -> Result<Vec<Step>, JpegError> {
    let mut steps: Vec<Step> = Vec::new();
    let mut tables = header.tables.clone();
    let mut at = header.first_scan;
    let complete = loop {
        let segment = match Segment::read(bytes, at) {
            Ok(segment) => segment,
            Err(JpegError::Truncated) => break false,
            Err(error) => return Err(error),
        };
        at = segment.end;
        match segment.marker {
            EOI => break true,
            SOS => {}
            _ => {
                tables.apply(&segment)?;
                continue;
            }
        }
        if steps.len() == MAX_SCANS {
            return Err(JpegError::Corrupt("more than 100 scans"));
        }
        let scan = Scan::parse(segment.payload, &header.components, true)?;
        steps.push(Step { scan, start: at, tables: tables.clone(), needed: false });
        // The entropy-coded data ends at the next marker that does not restart it.
        at = loop {
            match next_marker(bytes, at) {
                Some((marker, after)) if is_restart(marker) => at = after,
                Some((_, after)) => break after.saturating_sub(2),
                None => break bytes.len(),
            }
        };
    };
    for (index, part) in layout.parts.iter().enumerate() {
        let wanted = used(part.size);
        mark(&mut steps, index, wanted);
        let (mut seen, mut finished) = (0u64, 0u64);
        for step in steps.iter().filter(|s| s.scan.parts.iter().any(|p| p.index == index)) {
            seen |= step.scan.band();
            if step.scan.low == 0 {
                finished |= step.scan.band();
            }
        }
        if !complete && finished & wanted != wanted {
            return Err(JpegError::Truncated);
        }
        if seen & 1 == 0 {
            return Err(JpegError::Corrupt("a component without a scan"));
        }
    }
    steps.retain(|step| step.needed);
    Ok(steps)
}

/// Marks the scans that lead to the `wanted` coefficients of a component, from the last one backwards.
fn mark(steps: &mut [Step], index: usize, mut wanted: u64) {
    for step in steps.iter_mut().rev() {
        let band = step.scan.band();
        if band & wanted != 0 && step.scan.parts.iter().any(|p| p.index == index) {
            step.needed = true;
            if step.scan.high > 0 {
                wanted |= band;
            }
        }
    }
}
