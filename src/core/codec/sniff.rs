//! What a file is, by its first bytes alone; names and declared types are never believed.

use super::{Format, CODECS};

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A format that Limn decodes.
    Known(Format),
    /// An image format that Limn recognises and does not decode, by its name.
    Recognised(&'static str),
    /// Something else.
    Unknown,
}

/// Looks at the first bytes.
pub fn sniff(bytes: &[u8]) -> Sniffed {
    match CODECS.iter().find(|c| (c.magic)(bytes)) {
        Some(codec) => Sniffed::Known(codec.format),
        None => recognise(bytes).map_or(Sniffed::Unknown, Sniffed::Recognised),
    }
}

/// The MIME type of a recognised image format, for serving it as it is.
pub fn recognised_mime(name: &str) -> Option<&'static str> {
    RECOGNISED.iter().find(|(n, ..)| *n == name).map(|(_, mime, _)| *mime)
}

/// Name, MIME type and first bytes.
const RECOGNISED: &[(&str, &str, &[&[u8]])] = &[
    ("JPEG XL", "image/jxl", &[&[0xff, 0x0a], b"\0\0\0\x0cJXL \r\n\x87\n"]),
    ("JPEG 2000", "image/jp2", &[b"\0\0\0\x0cjP  \r\n\x87\n", &[0xff, 0x4f, 0xff, 0x51]]),
    ("PSD", "image/vnd.adobe.photoshop", &[b"8BPS"]),
    ("JPEG XR", "image/jxr", &[b"II\xbc"]),
    ("OpenEXR", "image/x-exr", &[&[0x76, 0x2f, 0x31, 0x01]]),
    ("HEIC", "image/heic", &[]),
];

fn recognise(bytes: &[u8]) -> Option<&'static str> {
    let by_magic = RECOGNISED.iter().find(|(_, _, magics)| magics.iter().any(|m| bytes.starts_with(m)));
    let heic = || has_brand(bytes, &[b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"]).then_some("HEIC");
    by_magic.map(|(name, ..)| *name).or_else(heic)
}

/// AVIF is an ISO base media file of a brand of its own (AV1 Image File Format 1.1 section 6).
pub fn is_avif(bytes: &[u8]) -> bool {
    has_brand(bytes, &[b"avif", b"avis"])
}

/// ISO base media files name their brands in the first box, `ftyp` (ISO/IEC 14496-12 section 4.3).
fn has_brand(bytes: &[u8], names: &[&[u8]]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let length = u32::from_be_bytes(*length) as usize;
    let brands = rest.strip_prefix(b"ftyp").and_then(|brands| brands.get(..length.clamp(8, 256).saturating_sub(8).min(brands.len())));
    brands.is_some_and(|brands| brands.chunks_exact(4).any(|b| names.contains(&b)))
}

/// SVG is text: an `<svg` element after nothing but white space, a declaration, comments and a doctype.
pub fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(1_024)).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (text.starts_with('<') && text.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_first_bytes() {
        for (bytes, want) in [
            (&b"\xff\xd8\xff\xe0"[..], Sniffed::Known(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Sniffed::Known(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Sniffed::Known(Format::WebP)),
            (b"RIFF\x10\0\0\0WAVEfmt ", Sniffed::Unknown),
            (b"GIF89a", Sniffed::Known(Format::Gif)),
            (b"II*\0\x08\0\0\0", Sniffed::Known(Format::Tiff)),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf", Sniffed::Known(Format::Avif)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Sniffed::Recognised("HEIC")),
            (b"\0\0\0\x18ftypisom\0\0\0\0mp41", Sniffed::Unknown),
            (b"<?xml version='1.0'?><!-- a --><svg/>", Sniffed::Known(Format::Svg)),
            (b"<html><body>", Sniffed::Unknown),
            (b"", Sniffed::Unknown),
        ] {
            assert_eq!(sniff(bytes), want, "{bytes:?}");
        }
    }
}
