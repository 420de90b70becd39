//! What the page's files are served as, and what a browser may do with them.

use crate::parts::{Method, Parts};
use crate::reply::Head;

/// Nothing but this origin's own files: no inline code, no other host, no frame around it. Previews are
/// `blob:` URLs, since the page reads an image's headers before it shows it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Types by extension; files of other kinds are not served.
const TYPES: [(&str, &str); 3] = [("css", "text/css; charset=utf-8"), ("js", "text/javascript; charset=utf-8"), ("svg", "image/svg+xml")];

/// What the index is served as, which answers `GET /` alone.
pub const TYPE_OF_INDEX: &str = "text/html; charset=utf-8";

/// The content type of a file under `/-/www/`; none for what is no file of the page.
pub fn content_type(file: &str) -> Option<&'static str> {
    let (stem, extension) = file.rsplit_once('.')?;
    let legal = |segment: &str| !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    TYPES.iter().find(|(known, _)| *known == extension && stem.split('/').all(legal)).map(|(_, mime)| *mime)
}

/// Whether a browser asks for a page: a read that takes HTML by name.
pub fn is_asked(parts: &Parts) -> bool {
    let takes_html = |range: &str| range.split(';').next().is_some_and(|mime| mime.trim().eq_ignore_ascii_case("text/html"));
    matches!(parts.method, Method::Get | Method::Head) && parts.header("accept").is_some_and(|accept| accept.split(',').any(takes_html))
}

/// The head of an answer with a file of the page, or with word that the client holds it.
pub fn head(status: u16, content_type: &str, etag: Option<String>) -> Head {
    let head = Head::new(status)
        .with("content-type", content_type)
        // The files name each other without versions, so each is asked for anew and mostly not sent.
        .with("cache-control", "no-cache")
        .with("content-security-policy", POLICY)
        .with("x-content-type-options", "nosniff")
        // Buckets with a Referer rule see this origin; others see no signed link.
        .with("referrer-policy", "same-origin")
        .with("cross-origin-opener-policy", "same-origin")
        .with("cross-origin-resource-policy", "same-origin")
        .with("permissions-policy", "camera=(), geolocation=(), microphone=()");
    match etag {
        Some(etag) => head.with("etag", etag),
        None => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_page_alone() {
        for (file, want) in [
            ("limn.js", Some("text/javascript; charset=utf-8")),
            ("page/main.css", Some("text/css; charset=utf-8")),
            ("page/icon.svg", Some("image/svg+xml")),
            ("index.html", None),
            ("", None),
            (".js", None),
            ("page/.js", None),
            ("fonts/sans.ttf", None),
            ("limn.d.ts", None),
            ("../limn.js", None),
            ("page//main.js", None),
            ("page%2fmain.js", None),
        ] {
            assert_eq!(content_type(file), want, "{file}");
        }
    }

    #[test]
    fn a_browser_is_told_by_what_it_takes() {
        for (accept, want) in [
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), true),
            (Some("application/json, Text/HTML;q=0.9"), true),
            (Some("*/*"), false),
            (Some("text/html-x"), false),
            (None, false),
        ] {
            let headers = accept.map(|accept| ("accept".to_string(), accept.to_string()));
            assert_eq!(is_asked(&Parts::new("GET", "http://h/", headers).unwrap()), want, "{accept:?}");
        }
        let post = Parts::new("POST", "http://h/", [("accept".to_string(), "text/html".to_string())]).unwrap();
        assert!(!is_asked(&post));
    }

    #[test]
    fn no_code_but_our_own_runs_in_it() {
        let head = head(200, "text/html", Some("\"e\"".into()));
        let policy = head.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains('*'));
        assert!(policy.contains("frame-ancestors 'none'"));
    }
}
