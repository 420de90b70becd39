//! A JPEG encoder: baseline or progressive, always with Huffman tables of the picture's own (ITU T.81, JFIF).
//!
//! The way through it, from pixels to bytes:
//! `layout` divides the picture into blocks, `samples` makes planes of pixels, one row of units at a time, `dct`
//! transforms them; `quality` holds the quantisation tables, `quantise` rounds, and `trellis` rounds as the bits of
//! `rates` advise; `coefficients` keeps what is left. `sequential` and `progressive` walk over it in the order of a
//! scan, `script` picks the scans, `sink` counts symbols or writes them, `huffman` makes codes of the counts and
//! `segments` writes what stands around.

mod coefficients;
mod dct;
mod huffman;
mod layout;
mod progressive;
mod quality;
mod quantise;
mod rates;
mod samples;
mod script;
mod segments;
mod sequential;
mod sink;
#[cfg(test)]
mod tests;
mod trellis;

pub(crate) use quality::steps;

use coefficients::Coefficients;
use layout::Layout;
use quantise::Quantiser;
use rates::Rates;
use samples::Strip;
use trellis::Trellis;

/// Why a picture was not encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteError {
    /// A side is not within 1..=65535.
    BadSize,
    /// The pixels are not `width * height * channels` bytes, or the channels not 1 or 3.
    WrongLength,
    /// The memory for coefficients or the file could not be had.
    OutOfMemory,
}

/// What is spent on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The tables of T.81 Annex K, and one rounding.
    Fast,
    /// A smoother table of luminance, and a rounding that weighs error against bits.
    High,
}

/// In which order coefficients are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Block by block.
    Baseline,
    /// Coarse first.
    Progressive,
    /// As of these two makes the smaller file.
    Smaller,
}

/// The resolution of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chroma {
    /// Half of it in both directions, 4:2:0.
    Half,
    /// All of it, 4:4:4.
    Full,
}

/// How a picture is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// 1 to 100, on the scale of libjpeg.
    pub quality: u8,
    /// What is spent on the file.
    pub effort: Effort,
    /// In which order coefficients are written.
    pub order: Order,
    /// The resolution of colour.
    pub chroma: Chroma,
}

/// Interleaved 8-bit pixels: one channel of gray or three of sRGB.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// `width * height * channels` bytes, top row first.
    pub pixels: &'a [u8],
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// 1 or 3.
    pub channels: usize,
}

/// Encodes a picture; `segments` are whole segments that follow APP0.
///
/// # Errors
/// See [`WriteError`].
#[inline(never)]
pub fn encode(picture: &Picture, settings: &Settings, segments: &[u8]) -> Result<Vec<u8>, WriteError> {
    let layout = Layout::new(picture, settings.chroma)?;
    let tables = quality::tables(settings.quality, settings.effort);
    let kept = match settings.effort {
        Effort::Fast => rounded(picture, &layout, &tables.map(|table| Quantiser::new(&table, quantise::FAST)))?,
        Effort::High => weighed(picture, &layout, &tables)?,
    };
    let scans = script::choose(&kept, settings)?;
    let mut out = Vec::new();
    segments::start(&mut out, segments, picture, &layout, &tables, scans.is_progressive())?;
    for scan in &scans.list {
        out = script::write(&kept, scan, out)?;
    }
    segments::end(&mut out)?;
    Ok(out)
}

/// The coefficients as they are nearest.
fn rounded(picture: &Picture, layout: &Layout, quantisers: &[Quantiser; 2]) -> Result<Coefficients, WriteError> {
    let mut strip = Strip::new(picture, layout)?;
    Coefficients::make(layout, |unit_row, builder| {
        strip.load(unit_row);
        for (at, part) in layout.parts().iter().enumerate() {
            let quantiser = &quantisers[part.table & 1];
            builder.rows(part, at, |line, out| {
                strip.pairs(at, line, part.wide, |block| {
                    let levels = quantiser.levels(&block);
                    out.push_levels(&levels);
                });
            })?;
        }
        Ok(())
    })
}

/// The coefficients as they are worth their bits.
fn weighed(picture: &Picture, layout: &Layout, tables: &[[u16; 64]; 2]) -> Result<Coefficients, WriteError> {
    let quantisers = tables.map(|table| Quantiser::new(&table, quantise::NEAREST));
    // The pixels are transformed twice: that takes less time than keeping all coefficients takes memory. Doing it
    // once more, with the bits that the choice led to, gained nothing on eight photos.
    let rates = Rates::of(&rounded(picture, layout, &quantisers)?);
    let mut trellises = [0, 1].map(|at| Trellis::new(&tables[at], &rates.tables[at]));
    let mut strip = Strip::new(picture, layout)?;
    Coefficients::make(layout, |unit_row, builder| {
        strip.load(unit_row);
        for (at, part) in layout.parts().iter().enumerate() {
            let (quantiser, trellis) = (&quantisers[part.table & 1], &mut trellises[part.table & 1]);
            builder.rows(part, at, |line, out| {
                strip.pairs(at, line, part.wide, |block| {
                    let levels = quantiser.levels(&block);
                    trellis.choose(&block, &levels, out);
                });
            })?;
        }
        Ok(())
    })
}

/// A buffer of `len` zeros, or `OutOfMemory`.
fn buffer(len: usize) -> Result<Vec<u8>, WriteError> {
    let mut data = Vec::new();
    data.try_reserve_exact(len).map_err(|_| WriteError::OutOfMemory)?;
    data.resize(len, 0);
    Ok(data)
}
