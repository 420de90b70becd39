//! From characters to glyphs at places: bidirectional runs, scripts, then the font's own rules.

use harfrust::{Direction, ShapeOptions, ShaperData, UnicodeBuffer};
use limn_core::{Error, Result};
use skrifa::FontRef;
use std::ops::Range;
use unicode_bidi::BidiInfo;
use unicode_script::{Script, UnicodeScript};

/// The most glyphs of a line: a font's rules may replace one by many, and each by many again.
const MAX_GLYPHS: usize = 1_024;

/// A glyph on the baseline, in font units, y upwards.
pub struct Glyph {
    /// Its number in the font.
    pub id: u32,
    /// Where the character that it began with lies in the text, in bytes.
    pub at: usize,
    /// From the line's beginning.
    pub x: f32,
    /// From the baseline.
    pub y: f32,
}

/// A shaped line.
pub struct Line {
    /// From left to right.
    pub glyphs: Vec<Glyph>,
    /// How far the line goes, in font units.
    pub advance: f32,
}

/// Shapes one line, mixed directions and scripts included.
///
/// # Errors
/// `bad_arg` for a character that the font lacks, `image_corrupt` for rules that never end.
pub fn shape(text: &str, font: &FontRef) -> Result<Line> {
    let mut line = Line { glyphs: Vec::new(), advance: 0.0 };
    let data = ShaperData::new(font);
    let shaper = data.shaper(font).build();
    let bidi = BidiInfo::new(text, None);
    let Some(paragraph) = bidi.paragraphs.first() else { return Ok(line) };
    let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
    for run in runs {
        let leftwards = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let mut parts = by_script(text, run);
        if leftwards {
            parts.reverse();
        }
        for part in parts {
            let Some(piece) = text.get(part.clone()) else { continue };
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(piece);
            buffer.set_direction(if leftwards { Direction::RightToLeft } else { Direction::LeftToRight });
            buffer.guess_segment_properties();
            let shaped = shaper.shape(buffer, ShapeOptions::new());
            for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
                let at = part.start + info.cluster as usize;
                if info.glyph_id == 0 {
                    return Err(lacks(text, at));
                }
                if line.glyphs.len() == MAX_GLYPHS {
                    return Err(unreadable("its rules make thousands of glyphs of one line"));
                }
                line.glyphs.push(Glyph { id: info.glyph_id, at, x: line.advance + place.x_offset as f32, y: place.y_offset as f32 });
                line.advance += place.x_advance as f32;
            }
        }
    }
    Ok(line)
}

/// Cuts a run where the script changes; spaces, digits and marks go with what surrounds them.
fn by_script(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut current = None;
    for (at, c) in text.get(run.clone()).unwrap_or_default().char_indices() {
        let script = Some(c.script()).filter(|s| !matches!(s, Script::Common | Script::Inherited | Script::Unknown));
        let end = run.start + at + c.len_utf8();
        match parts.last_mut() {
            Some(part) if script.is_none() || current.is_none() || script == current => part.end = end,
            _ => parts.push(run.start + at..end),
        }
        current = script.or(current);
    }
    parts
}

/// Says which character a font has no glyph for.
pub fn lacks(text: &str, at: usize) -> Error {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) => Error::BadArg(format!("text: the font has no glyph for {c:?} (U+{:04X}).", c as u32)),
        None => Error::BadArg("text: the font lacks a glyph for it.".into()),
    }
}

/// Says why a font cannot be read.
pub fn unreadable(why: &str) -> Error {
    Error::ImageCorrupt(format!("The font cannot be read: {why}."))
}
