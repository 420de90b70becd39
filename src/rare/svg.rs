//! SVG to pixels by resvg, after three checks that its own limits do not make.
//!
//! Nothing outside the file is ever read: there is no network, file or system font to reach, scripts and
//! animation are not run, and every `<image>` is left out, even one that carries its data.
//! `scan` looks at the bytes before any parser recurses, `expand` counts what references unfold to
//! before they do, `cost` adds up layers and filters before they are drawn.

mod cost;
mod css;
mod expand;
mod scan;

use crate::limits;
use limn_core::image::{zeroed, Size};
use limn_core::rare::Made;
use limn_core::{Error, Result};
use resvg::tiny_skia::{PixmapMut, Transform};
use resvg::usvg::{self, fontdb, FontResolver, ImageHrefResolver, Options, Tree};
use std::sync::Arc;

/// The natural size of an SVG: its width and height, else those of its viewBox, rounded, 1 px or more.
///
/// # Errors
/// As [`draw`], but for drawing itself.
pub fn size(svg: &[u8]) -> Result<Made> {
    // Text does not change the size, and without a font it costs nothing.
    let (tree, _) = parse(svg, None)?;
    let side = |length: f32| length.round().max(1.0) as u32;
    let size = Size::new(side(tree.size().width()), side(tree.size().height()));
    match size.width <= limits::MAX_SIDE && size.height <= limits::MAX_SIDE {
        true => Ok(Made { size, bytes: Vec::new() }),
        false => {
            Err(Error::ImageTooLarge(format!("The SVG says that it is {size} pixels; at most {} a side are drawn.", limits::MAX_SIDE)))
        }
    }
}

/// Stretches an SVG to a size in pixels. The last `font` bytes of `data` are the font of all its text,
/// whatever family it names; characters that the font lacks are drawn as its empty box.
///
/// # Errors
/// `image_corrupt` for what is no SVG, `image_too_large` for one that unfolds or costs too much,
/// `format_unsupported` for own entities, and for text without a font.
pub fn draw(width: u32, height: u32, font: usize, data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check("The SVG", size)?;
    let (svg, font) = data.len().checked_sub(font).and_then(|at| data.split_at_checked(at)).ok_or(Error::Internal)?;
    let (tree, has_text) = parse(svg, Some(font).filter(|f| !f.is_empty()))?;
    if has_text && font.is_empty() {
        return Err(Error::FormatUnsupported("The SVG holds text, and no font is set to draw it with.".into()));
    }
    let natural = tree.size();
    let (across, down) = (width as f32 / natural.width(), height as f32 / natural.height());
    cost::check(&tree, size, across, down)?;

    let mut bytes = zeroed(size.pixels() * 4)?;
    let mut canvas = PixmapMut::from_bytes(&mut bytes, width, height).ok_or(Error::Internal)?;
    resvg::render(&tree, Transform::from_scale(across, down), &mut canvas);
    bytes.chunks_exact_mut(4).for_each(divide_by_alpha);
    Ok(Made { size, bytes })
}

/// Says why an SVG is too much.
fn too_much(what: &str) -> Error {
    Error::ImageTooLarge(format!("The SVG {what}."))
}

/// Parses a checked SVG, and tells whether it holds text.
fn parse(svg: &[u8], font: Option<&[u8]>) -> Result<(Tree, bool)> {
    let text = scan::check(svg)?;
    let options = usvg::roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: expand::MAX_NODES, ..Default::default() };
    let document = usvg::roxmltree::Document::parse_with_options(text, options).map_err(|e| match e {
        usvg::roxmltree::Error::NodesLimitReached => too_much("holds too many elements"),
        _ => Error::ImageCorrupt(format!("The SVG is not well-formed XML, at line {}.", e.pos().row)),
    })?;
    expand::check(&document)?;
    let has_text = document.descendants().any(|n| n.has_tag_name((expand::SVG, "text")));
    let tree = Tree::from_xmltree(&document, &options_with(font)?).map_err(|e| match e {
        usvg::Error::InvalidSize => Error::ImageCorrupt("The SVG states no size: a width and height, or a viewBox, is wanted.".into()),
        usvg::Error::ElementsLimitReached => too_much("unfolds to too many elements"),
        _ => Error::ImageCorrupt("The file is not an SVG that can be drawn.".into()),
    })?;
    Ok((tree, has_text))
}

fn options_with(font: Option<&[u8]>) -> Result<Options<'static>> {
    let mut options = Options {
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..Options::default()
    };
    let mut chosen = None;
    if let Some(font) = font {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(font.to_vec());
        let face = fonts.faces().next().map(|f| f.id);
        chosen = Some(face.ok_or_else(|| Error::ImageCorrupt("The font cannot be read.".into()))?);
        options.fontdb = Arc::new(fonts);
    }
    options.font_resolver = FontResolver { select_font: Box::new(move |_, _| chosen), select_fallback: Box::new(|_, _, _| None) };
    Ok(options)
}

/// resvg multiplies colours by alpha.
fn divide_by_alpha(pixel: &mut [u8]) {
    if let [red, green, blue, alpha] = pixel {
        let alpha = u32::from(*alpha);
        if alpha != 0 && alpha != 255 {
            for c in [red, green, blue] {
                *c = ((u32::from(*c) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests;
