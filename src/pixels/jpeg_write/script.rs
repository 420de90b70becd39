//! Which scans a file has, by what they cost: each candidate is counted.

use super::coefficients::Coefficients;
use super::huffman::Code;
use super::sequential::{self, Content};
use super::sink::{Sink, Tally, Writer};
use super::{progressive, segments, Effort, Order, Settings, WriteError};
use std::ops::RangeInclusive;

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// All components, whole.
    Whole,
    /// The means of all components.
    Means,
    /// A band of one component, down to bit `low`.
    First { plane: usize, band: RangeInclusive<u32>, low: u32 },
    /// One bit more of it.
    Refine { plane: usize, band: RangeInclusive<u32>, low: u32 },
}

/// The scans of a file.
pub struct Scans {
    /// In the order of the file.
    pub list: Vec<Scan>,
}

impl Scans {
    /// Whether the file is a progressive one.
    pub fn is_progressive(&self) -> bool {
        self.list.first() != Some(&Scan::Whole)
    }
}

/// All coefficients behind the mean.
const BAND: RangeInclusive<u32> = 1..=63;

fn walk<S: Sink>(from: &Coefficients, scan: &Scan, sink: &mut S) {
    match scan {
        Scan::Whole => sequential::scan(from, Content::All, sink),
        Scan::Means => sequential::scan(from, Content::Mean, sink),
        Scan::First { plane, band, low } => {
            if let Some(plane) = from.planes.get(*plane) {
                progressive::first(plane, band, *low, sink);
            }
        }
        Scan::Refine { plane, band, low } => {
            if let Some(plane) = from.planes.get(*plane) {
                progressive::refine(plane, band, *low, sink);
            }
        }
    }
}

/// Writes a scan with its tables behind what `out` holds.
///
/// # Errors
/// `OutOfMemory`.
pub fn write(from: &Coefficients, scan: &Scan, mut out: Vec<u8>) -> Result<Vec<u8>, WriteError> {
    let mut tally = Tally::default();
    walk(from, scan, &mut tally);
    let codes = tally.counts.each_ref().map(Code::new);
    let bits: u64 = codes.iter().zip(tally.counts.iter()).map(|(code, counts)| code.bits(counts)).sum::<u64>() + tally.raw;
    // Stuffed zeros come about once in 256 bytes; where they come more often the file grows on its own.
    let room = usize::try_from(bits / 8 + bits / 1024 + 64).unwrap_or(usize::MAX);
    out.try_reserve(room).map_err(|_| WriteError::OutOfMemory)?;
    segments::scan(&mut out, from, scan, &codes);
    let mut writer = Writer::new(&codes, out);
    walk(from, scan, &mut writer);
    writer.finish()
}

/// Bits of a scan with its tables and header.
fn price(from: &Coefficients, scan: &Scan) -> u64 {
    let mut tally = Tally::default();
    walk(from, scan, &mut tally);
    let tables: u64 =
        tally.counts.iter().filter(|counts| counts.iter().any(|&n| n > 0)).map(|counts| Code::new(counts).bits(counts) + 32).sum();
    tally.raw + tables + 80
}

/// The scans that a picture gets.
///
/// # Errors
/// `OutOfMemory`.
pub fn choose(from: &Coefficients, settings: &Settings) -> Result<Scans, WriteError> {
    let whole = Scans { list: vec![Scan::Whole] };
    if settings.order == Order::Baseline {
        return Ok(whole);
    }
    let mut bands: Vec<Band> = (0..from.planes.len()).map(|plane| cheapest(from, plane, settings.effort)).collect();
    if settings.order == Order::Smaller {
        let progressive = price(from, &Scan::Means) + bands.iter().map(|band| band.price).sum::<u64>();
        if price(from, &Scan::Whole) <= progressive {
            return Ok(whole);
        }
    }
    // Coarse first: means, the low band of luminance, colours, then what makes them fine.
    let mut list = vec![Scan::Means];
    let mut late = Vec::new();
    for band in &mut bands {
        list.extend(band.first.drain(..1));
        late.append(&mut band.first);
    }
    list.append(&mut late);
    for low in (0..MOST_LOW).rev() {
        for band in bands.iter().rev().filter(|band| band.low > low) {
            list.push(Scan::Refine { plane: band.plane, band: BAND, low });
        }
    }
    Ok(Scans { list })
}

/// Most bits that are left to refinements.
const MOST_LOW: u32 = 3;
/// Where luminance may be cut in two bands.
const SPLITS: [u32; 5] = [2, 5, 8, 12, 18];

/// How the coefficients of a component behind its mean are written.
struct Band {
    plane: usize,
    low: u32,
    first: Vec<Scan>,
    price: u64,
}

/// The cheapest way: first by how many bits are left to refinements, then by where the band is cut.
fn cheapest(from: &Coefficients, plane: usize, effort: Effort) -> Band {
    let (most, splits) = match effort {
        Effort::Fast => (1, &SPLITS[1..2]),
        Effort::High => (MOST_LOW, &SPLITS[..]),
    };
    let first = |band: RangeInclusive<u32>, low| Scan::First { plane, band, low };
    let mut best = Band { plane, low: 0, first: vec![first(BAND, 0)], price: price(from, &first(BAND, 0)) };
    let (mut refinements, mut before) = (0, 0);
    for low in 1..=most {
        refinements += price(from, &Scan::Refine { plane, band: BAND, low: low - 1 });
        let price = price(from, &first(BAND, low)) + refinements;
        if price >= best.price {
            break;
        }
        best = Band { plane, low, first: vec![first(BAND, low)], price };
        before = refinements;
    }
    for &split in splits {
        let two = [first(1..=split, best.low), first(split + 1..=63, best.low)];
        let price = price(from, &two[0]) + price(from, &two[1]) + before;
        if price < best.price {
            best.price = price;
            best.first = two.into();
        }
    }
    best
}
