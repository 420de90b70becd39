//! From placed glyphs to one outline in pixels, the baseline at y = 0 and y downwards.

use super::shape::{lacks, unreadable, Line};
use limn_core::Result;
use resvg::tiny_skia::{Path, PathBuilder};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// The most strokes of a line's outline; sane fonts stay below 200 a glyph.
const MAX_STROKES: usize = 200_000;

/// The outline of a line at `scale` pixels a font unit; none when it has no ink, as a line of spaces.
///
/// # Errors
/// `bad_arg` for a glyph that is a bitmap or a coloured drawing, `image_corrupt` for a broken outline.
pub fn outline(text: &str, line: &Line, font: &FontRef, scale: f32) -> Result<Option<Path>> {
    let outlines = font.outline_glyphs();
    let coloured = font.colr().is_ok() || font.cbdt().is_ok() || font.sbix().is_ok() || font.svg().is_ok();
    let mut pen = Pen { path: PathBuilder::new(), scale, x: 0.0, y: 0.0, strokes: 0 };
    for glyph in &line.glyphs {
        (pen.x, pen.y) = (glyph.x, glyph.y);
        let before = pen.strokes;
        let Some(drawing) = outlines.get(GlyphId::new(glyph.id)) else {
            return Err(lacks(text, glyph.at));
        };
        drawing
            .draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut pen)
            .map_err(|_| unreadable("one of its outlines is broken"))?;
        if pen.strokes > MAX_STROKES {
            return Err(unreadable("one of its outlines is endless"));
        }
        let visible = text.get(glyph.at..).and_then(|t| t.chars().next()).is_some_and(is_visible);
        if pen.strokes == before && coloured && visible {
            return Err(lacks(text, glyph.at));
        }
    }
    // A path without area or with infinite coordinates has no bounds, and so no ink.
    Ok(pen.path.finish().filter(|p| p.bounds().width() > 0.0 && p.bounds().height() > 0.0))
}

/// Whether a character ought to leave ink.
fn is_visible(c: char) -> bool {
    let ignorable =
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}');
    !c.is_whitespace() && !ignorable
}

struct Pen {
    path: PathBuilder,
    scale: f32,
    x: f32,
    y: f32,
    strokes: usize,
}

impl Pen {
    fn at(&mut self, x: f32, y: f32) -> (f32, f32) {
        ((self.x + x) * self.scale, -(self.y + y) * self.scale)
    }

    /// Counts a stroke; past the limit nothing is kept, so that memory stays bounded.
    fn may(&mut self) -> bool {
        self.strokes += 1;
        self.strokes <= MAX_STROKES
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        if self.may() {
            self.path.move_to(x, y);
        }
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        if self.may() {
            self.path.line_to(x, y);
        }
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx, cy), self.at(x, y));
        if self.may() {
            self.path.quad_to(cx, cy, x, y);
        }
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        if self.may() {
            self.path.cubic_to(ax, ay, bx, by, x, y);
        }
    }

    fn close(&mut self) {
        self.path.close();
    }
}
