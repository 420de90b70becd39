//! What can be refused by looking at the bytes: length, coding, own entities, nesting.

use super::too_much;
use limn_core::{Error, Result};

/// The longest SVG, bytes.
const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting of elements. Parser, converter and renderer all recurse on a WASM stack.
pub const MAX_DEPTH: usize = 96;

/// Gives the text of an SVG that may be parsed.
///
/// # Errors
/// `image_too_large` for length and depth, `image_corrupt` for anything but UTF-8 without NUL,
/// `format_unsupported` for compression and for a document type with declarations of its own.
pub fn check(svg: &[u8]) -> Result<&str> {
    if svg.len() > MAX_BYTES {
        return Err(too_much(&format!("is {} bytes long; at most {MAX_BYTES} are read", svg.len())));
    }
    if svg.starts_with(&[0x1f, 0x8b]) {
        return Err(Error::FormatUnsupported("A compressed SVG (svgz) is not read.".into()));
    }
    let text = std::str::from_utf8(svg).map_err(|_| Error::ImageCorrupt("The SVG is not UTF-8.".into()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Any entity declaration can be a bomb, and one that is none is not needed to draw.
    if text.contains("<!ENTITY") {
        return Err(Error::FormatUnsupported("An SVG with entities of its own (<!ENTITY) is not read.".into()));
    }
    match depth(text) > MAX_DEPTH {
        true => Err(too_much(&format!("nests its elements deeper than {MAX_DEPTH}"))),
        false => Ok(text),
    }
}

/// An upper bound of the depth for well-formed text; the parser refuses what is not.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at..).unwrap_or_default();
        let (skip, change) = if rest.starts_with("<!--") {
            (after(rest, "-->"), 0)
        } else if rest.starts_with("<![CDATA[") {
            (after(rest, "]]>"), 0)
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            (after(rest, ">"), 0)
        } else if rest.starts_with("</") {
            (after(rest, ">"), -1)
        } else {
            let end = tag_end(rest);
            let closed = rest.get(..end).is_some_and(|tag| tag.ends_with("/>"));
            (end, if closed { 0 } else { 1 })
        };
        depth = depth.saturating_add_signed(change);
        deepest = deepest.max(depth);
        rest = rest.get(skip..).unwrap_or_default();
    }
    deepest
}

fn after(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// Where a start tag ends; a `>` inside a quoted value does not end it.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_sees_through_comments_quotes_and_closed_tags() {
        for (text, want) in [
            ("<a/>", 0),
            ("<a><b/><b></b></a>", 2),
            ("<a b='/>'><c/></a>", 1),
            ("<a><!-- <b><b><b> --><![CDATA[<b><b>]]><?x <y?></a>", 1),
            ("<!DOCTYPE svg><a>", 1),
            ("</a></a><a", 1),
        ] {
            assert_eq!(depth(text), want, "{text}");
        }
    }
}
