//! What of a client's file name may stand in a key, and which extension a type has.

use crate::codec::Format;

/// Most bytes of a file's name that are kept.
const MAX_NAME: usize = 100;

/// The file's name without folders and extension: letters and digits of any script, `_`, and inner `-` and `.`;
/// all else becomes one `-`. Never empty.
pub fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or("");
    let name = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(name, |(stem, _)| stem);
    let mut out = String::new();
    for c in name.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
        // Two in a row say no more than one, and `..` is no name.
        if matches!(c, '-' | '.') && out.ends_with(['-', '.']) {
            continue;
        }
        if out.len() + c.len_utf8() > MAX_NAME {
            break;
        }
        out.push(c);
    }
    match out.trim_matches(['-', '.']) {
        "" => "file".into(),
        name => name.into(),
    }
}

/// The extension of a content type, without the dot; `bin` where it is not known.
pub fn extension(content_type: &str) -> &'static str {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if let Some(format) = Format::from_mime(&essence) {
        return format.name();
    }
    let known = [
        ("image/heic", "heic"),
        ("image/jxl", "jxl"),
        ("image/jp2", "jp2"),
        ("image/jxr", "jxr"),
        ("image/x-exr", "exr"),
        ("image/vnd.adobe.photoshop", "psd"),
        ("text/plain", "txt"),
        ("text/html", "html"),
        ("text/css", "css"),
        ("text/csv", "csv"),
        ("text/markdown", "md"),
        ("text/xml", "xml"),
        ("application/xml", "xml"),
        ("text/javascript", "js"),
        ("application/json", "json"),
        ("application/pdf", "pdf"),
        ("application/zip", "zip"),
        ("application/gzip", "gz"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("video/quicktime", "mov"),
        ("audio/mpeg", "mp3"),
        ("audio/ogg", "ogg"),
        ("audio/wav", "wav"),
        ("font/woff2", "woff2"),
        ("font/ttf", "ttf"),
    ];
    known.iter().find(|(mime, _)| *mime == essence).map_or("bin", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (file, want) in [
            ("cat.jpg", "cat"),
            ("C:\\pictures\\my  cat!.JPG", "my-cat"),
            ("../../etc/passwd", "passwd"),
            ("图 1.png", "图-1"),
            (".htaccess", "htaccess"),
            ("a..b...jpg", "a.b"),
            ("archive.tar.gz", "archive.tar"),
            ("{version}?x=1&y#z%2F.jpg", "version-x-1-y-z-2F"),
            ("", "file"),
            ("///", "file"),
            ("....", "file"),
            ("\u{0}\n.jpg", "file"),
        ] {
            assert_eq!(stem(file), want, "{file:?}");
        }
        assert_eq!(stem(&"é".repeat(80)).len(), 100);
    }

    #[test]
    fn types_have_extensions() {
        for (mime, want) in [
            ("image/jpeg", "jpg"),
            ("image/svg+xml", "svg"),
            ("text/plain; charset=utf-8", "txt"),
            ("TEXT/HTML", "html"),
            ("x/y", "bin"),
            ("", "bin"),
        ] {
            assert_eq!(extension(mime), want, "{mime}");
        }
    }
}
