//! One line of text, shaped and drawn with the font that comes with it.

mod ink;
mod shape;

use crate::limits;
use limn_core::image::{buffer, zeroed, Size};
use limn_core::rare::Made;
use limn_core::{Error, Result};
use resvg::tiny_skia::{FillRule, IntSize, Mask, Path, Transform};
use skrifa::instance::{LocationRef, Size as FontSize};
use skrifa::{FontRef, MetadataProvider};

/// The most bytes of a text.
const MAX_TEXT: usize = 64;
/// The largest font size, px.
const MAX_SIZE: u32 = 5_000;

/// Draws `text` at `size` px in `color` with the font file `font`; `shadow` is the opacity, in per cent,
/// of a hard black copy below and to the right, 0 for none.
///
/// The picture is as wide as the line advances and as high as the font's ascent and descent, and larger
/// where ink sticks out. A variable font is drawn as its default instance, of a collection the first face.
///
/// # Errors
/// `bad_arg` for what the text, its size, or the font's repertoire forbid; `image_corrupt` for a file that
/// is no font; `image_too_large` over the [`limits`].
pub fn draw(text: &str, size: u32, color: [u8; 3], shadow: u8, font: &[u8]) -> Result<Made> {
    check(text, size, shadow)?;
    let font = FontRef::from_index(font, 0).map_err(|_| shape::unreadable("its table directory makes no sense"))?;
    let metrics = font.metrics(FontSize::unscaled(), LocationRef::default());
    if metrics.units_per_em == 0 {
        return Err(shape::unreadable("it has no scale"));
    }
    let scale = size as f32 / f32::from(metrics.units_per_em);
    let line = shape::shape(text, &font)?;
    let path = ink::outline(text, &line, &font, scale)?;

    let ink = path.as_ref().map(Path::bounds);
    let side = |wanted: f32, of_ink: Option<f32>, pick: fn(f32, f32) -> f32| of_ink.map_or(wanted, |ink| pick(wanted, ink));
    let left = side(0.0, ink.map(|i| i.left()), f32::min).floor();
    let top = side(-metrics.ascent * scale, ink.map(|i| i.top()), f32::min).floor();
    let right = side(line.advance * scale, ink.map(|i| i.right()), f32::max).ceil();
    let bottom = side(-metrics.descent * scale, ink.map(|i| i.bottom()), f32::max).ceil();
    let depth = if shadow == 0 { 0 } else { (size / 20).max(1) };
    // A cast from float saturates, so a monstrous box meets the limit and does not wrap.
    let drawn = Size::new(((right - left) as u32).max(1), ((bottom - top) as u32).max(1));
    let whole = Size::new(drawn.width.saturating_add(depth), drawn.height.saturating_add(depth));
    limits::check("The text", whole)?;

    let coverage = match path {
        Some(path) => fill(&path, drawn, Transform::from_translate(-left, -top))?,
        None => zeroed(drawn.pixels())?,
    };
    compose(&coverage, drawn, whole, color, shadow)
}

fn check(text: &str, size: u32, shadow: u8) -> Result<()> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(Error::BadArg(format!("text: 1 to {MAX_TEXT} bytes of UTF-8 are wanted, not {}.", text.len())));
    }
    if let Some(c) = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(Error::BadArg(format!("text: one line without control characters is wanted; it holds U+{:04X}.", c as u32)));
    }
    if !(1..=MAX_SIZE).contains(&size) {
        return Err(Error::BadArg(format!("size: 1 to {MAX_SIZE} px is wanted, not {size}.")));
    }
    match shadow {
        0..=100 => Ok(()),
        _ => Err(Error::BadArg(format!("shadow: 0 to 100 per cent is wanted, not {shadow}."))),
    }
}

/// How much of each pixel a path covers, 0 to 255.
fn fill(path: &Path, size: Size, place: Transform) -> Result<Vec<u8>> {
    let room = IntSize::from_wh(size.width, size.height).ok_or(Error::Internal)?;
    let mut mask = Mask::from_vec(zeroed(size.pixels())?, room).ok_or(Error::Internal)?;
    mask.fill_path(path, FillRule::Winding, true, place);
    Ok(mask.take())
}

/// Colours the coverage, over its own shadow.
fn compose(coverage: &[u8], drawn: Size, whole: Size, color: [u8; 3], shadow: u8) -> Result<Made> {
    let depth = whole.width - drawn.width;
    let at = |x: Option<u32>, y: Option<u32>| match (x, y) {
        (Some(x), Some(y)) if x < drawn.width && y < drawn.height => {
            coverage.get(y as usize * drawn.width as usize + x as usize).map_or(0, |c| u32::from(*c))
        }
        _ => 0,
    };
    let mut bytes = buffer(whole.pixels() * 4)?;
    for y in 0..whole.height {
        for x in 0..whole.width {
            let text = at(Some(x), Some(y));
            let under = match shadow {
                0 => 0,
                _ => at(x.checked_sub(depth), y.checked_sub(depth)) * u32::from(shadow) / 100 * (255 - text) / 255,
            };
            let alpha = text + under;
            // The shadow is black, so it only thins the colour.
            let tint = |c: u8| (u32::from(c) * text + alpha / 2).checked_div(alpha).unwrap_or(0) as u8;
            let [red, green, blue] = color.map(tint);
            bytes.extend_from_slice(&[red, green, blue, alpha as u8]);
        }
    }
    Ok(Made { size: whole, bytes })
}

#[cfg(test)]
mod tests;
