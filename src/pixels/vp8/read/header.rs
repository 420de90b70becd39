//! The frame header (RFC 6386 sections 9 and 19.2): what holds for all macroblocks.

use super::super::probabilities::{Rows, DEFAULT, KEEP};
use super::super::quant::{ac_step, dc_step};
use super::super::segment::SEGMENTS;
use super::bits::BoolReader;
use super::ReadError;

/// The size of a frame, read before all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// 1..=16383.
    pub width: u32,
    /// 1..=16383.
    pub height: u32,
}

/// Bytes before the first partition.
const START: usize = 10;

/// What the ten bytes before the first partition say: its length and the size.
///
/// # Errors
/// Not a key frame that is shown, or a side is 0.
pub fn start(data: &[u8]) -> Result<(Size, usize), ReadError> {
    let Some(&[a, b, c, s0, s1, s2, w0, w1, h0, h1]) = data.first_chunk::<START>() else { return Err(ReadError::Truncated) };
    let tag = u32::from_le_bytes([a, b, c, 0]);
    let (inter, version, shown, first) = (tag & 1, tag >> 1 & 7, tag >> 4 & 1, tag >> 5);
    if inter == 1 || version > 3 || shown == 0 || [s0, s1, s2] != [0x9d, 0x01, 0x2a] {
        return Err(ReadError::Corrupt("it is no key frame"));
    }
    // The upper two bits ask for scaling on the screen.
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    let size = Size { width: side(w0, w1), height: side(h0, h1) };
    if size.width == 0 || size.height == 0 {
        return Err(ReadError::Corrupt("a side of it is 0"));
    }
    Ok((size, first as usize))
}

/// Steps of dequantisation of one segment: DC, then AC.
#[derive(Clone, Copy, Default)]
pub struct Steps {
    /// Luma.
    pub y1: [i32; 2],
    /// The block of luma DCs.
    pub y2: [i32; 2],
    /// Chroma.
    pub uv: [i32; 2],
}

/// How the edges of a macroblock are filtered.
#[derive(Clone, Copy, Default)]
pub struct Strength {
    /// Differences over the edges of 4x4 blocks up to this are smoothed, in [`level`](Strength::level)'s unit; 0: nothing is.
    pub limit: u8,
    /// Most difference of neighbours on one side.
    pub inside: u8,
    /// From here on a difference is detail and not a step of quantising.
    pub detail: u8,
}

/// Which filter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// None.
    None,
    /// Luma alone, two pixels of an edge.
    Simple,
    /// All planes, up to six.
    Normal,
}

/// What a segment has of its own.
#[derive(Clone, Copy, Default)]
pub struct Segment {
    /// Its quantiser.
    pub steps: Steps,
    /// Its filter, for macroblocks with whole and with 4x4 modes.
    pub strength: [Strength; 2],
}

/// All of it.
pub struct Header<'a> {
    /// By number; one where there are no segments.
    pub segments: [Segment; SEGMENTS],
    /// Odds of the three nodes of the segment tree, where macroblocks name theirs.
    pub map: Option<[u8; 3]>,
    /// Which filter.
    pub filter: Filter,
    /// Odds that a macroblock has coefficients, where macroblocks say so.
    pub skip: Option<u8>,
    /// Probabilities of coefficients.
    pub rows: Rows,
    /// The first partition, at the modes of the first macroblock.
    pub modes: BoolReader<'a>,
    /// The partitions of coefficients, of which rows of macroblocks take turns.
    pub partitions: Vec<BoolReader<'a>>,
}

/// Numbers of each segment and whether they stand for themselves or are added to the frame's.
#[derive(Default)]
struct Update {
    absolute: bool,
    quantisers: [i32; SEGMENTS],
    filters: [i32; SEGMENTS],
}

impl<'a> Header<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(data: &'a [u8], first: usize) -> Result<Header<'a>, ReadError> {
        let body = data.get(START..).unwrap_or(&[]);
        let (first, rest) = body.split_at_checked(first).ok_or(ReadError::Truncated)?;
        let mut bits = BoolReader::new(first);
        // The colour space and the way of clipping, which change nothing.
        bits.literal(2);
        let (update, map) = segmentation(&mut bits);
        let simple = bits.flag();
        let (level, sharpness) = (bits.literal(6) as i32, bits.literal(3) as i32);
        let by_mode = adjustments(&mut bits);
        let partitions = partitions(rest, 1 << bits.literal(2))?;
        let steps = quantisers(&mut bits, &update);
        // Whether the probabilities outlive the frame.
        bits.flag();
        let mut rows = DEFAULT;
        for (odds, &keep) in rows.as_flattened_mut().iter_mut().zip(KEEP.as_flattened()) {
            if bits.bit(keep) {
                *odds = bits.literal(8) as u8;
            }
        }
        let skip = bits.flag().then(|| bits.literal(8) as u8);
        if bits.ended() {
            return Err(ReadError::Truncated);
        }
        let filter = match (level, simple) {
            (0, _) => Filter::None,
            (_, true) => Filter::Simple,
            _ => Filter::Normal,
        };
        let mut segments = [Segment::default(); SEGMENTS];
        for (i, (segment, steps)) in segments.iter_mut().zip(steps).enumerate() {
            let base = match &update {
                Some(update) if update.absolute => update.filters[i],
                Some(update) => update.filters[i] + level,
                None => level,
            };
            let strength = [by_mode[0], by_mode[0] + by_mode[1]].map(|more| strength((base + more).clamp(0, 63), sharpness));
            *segment = Segment { steps, strength };
        }
        Ok(Header { segments, map, filter, skip, rows, modes: bits, partitions })
    }
}

/// Section 9.3. A key frame begins without numbers of segments that would be left from another.
fn segmentation(bits: &mut BoolReader) -> (Option<Update>, Option<[u8; 3]>) {
    if !bits.flag() {
        return (None, None);
    }
    let (maps, updates) = (bits.flag(), bits.flag());
    let mut update = Update { absolute: true, ..Update::default() };
    if updates {
        update.absolute = bits.flag();
        update.quantisers = std::array::from_fn(|_| bits.optional_signed(7));
        update.filters = std::array::from_fn(|_| bits.optional_signed(6));
    }
    let map = maps.then(|| std::array::from_fn(|_| if bits.flag() { bits.literal(8) as u8 } else { 255 }));
    (Some(update), map)
}

/// What is added to the filter's level in key frames, and more where there are 4x4 modes (section 9.6).
fn adjustments(bits: &mut BoolReader) -> [i32; 2] {
    if !bits.flag() || !bits.flag() {
        return [0; 2];
    }
    let by_reference: [i32; 4] = std::array::from_fn(|_| bits.optional_signed(6));
    let by_mode: [i32; 4] = std::array::from_fn(|_| bits.optional_signed(6));
    [by_reference[0], by_mode[0]]
}

/// Section 9.5. The last partition reaches to the end.
fn partitions(data: &[u8], count: usize) -> Result<Vec<BoolReader<'_>>, ReadError> {
    let (sizes, mut rest) = data.split_at_checked(3 * (count - 1)).ok_or(ReadError::Truncated)?;
    let mut all = Vec::with_capacity(count);
    for size in sizes.as_chunks::<3>().0 {
        let size = u32::from_le_bytes([size[0], size[1], size[2], 0]) as usize;
        let (part, others) = rest.split_at_checked(size).ok_or(ReadError::Truncated)?;
        all.push(BoolReader::new(part));
        rest = others;
    }
    all.push(BoolReader::new(rest));
    Ok(all)
}

/// Sections 9.6 and 14.1.
fn quantisers(bits: &mut BoolReader, update: &Option<Update>) -> [Steps; SEGMENTS] {
    let base = bits.literal(7) as i32;
    let [y1_dc, y2_dc, y2_ac, uv_dc, uv_ac] = std::array::from_fn(|_| bits.optional_signed(4));
    std::array::from_fn(|i| {
        let index = match update {
            Some(update) if update.absolute => update.quantisers[i],
            Some(update) => update.quantisers[i] + base,
            None => base,
        };
        let (dc, ac) = (|more| dc_step(index + more) as i32, |more| ac_step(index + more) as i32);
        Steps {
            y1: [dc(y1_dc), ac(0)],
            y2: [dc(y2_dc) * 2, (ac(y2_ac) * 155 / 100).max(8)],
            // Chroma DC steps stop at 132, the one of index 117.
            uv: [dc_step((index + uv_dc).min(117)) as i32, ac(uv_ac)],
        }
    })
}

/// Section 15.2.
fn strength(level: i32, sharpness: i32) -> Strength {
    if level == 0 {
        return Strength::default();
    }
    let shift = match sharpness {
        0 => 0,
        1..=4 => 1,
        _ => 2,
    };
    let most = if sharpness > 0 { 9 - sharpness } else { 63 };
    let inside = (level >> shift).min(most).max(1);
    let detail = match level {
        40.. => 2,
        15.. => 1,
        _ => 0,
    };
    Strength { limit: (2 * level + inside) as u8, inside: inside as u8, detail }
}
