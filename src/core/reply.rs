//! What goes back: status, headers and bodies, with every cache policy in one place.

use crate::api::conditions;
use crate::api::documents::error_xml;
use crate::api::meta::Overrides;
use crate::api::range::{unsatisfied, Range};
use crate::config::Bucket;
use crate::dialect::Dialect;
use crate::grant::{Covers, Grant, Scheme};
use crate::params::short::canonical_name;
use crate::parts::{Method, Parts};
use crate::purge;
use crate::{hash, Error, Result};
use std::borrow::Cow;

/// How long an entry lies in the Cache API at most, seconds: the key moves with every change, so the
/// time only bounds garbage.
pub const PHYSICAL_SECONDS: u64 = 30 * 86_400;
/// How long a refusal that depends on the source's bytes alone may be kept, seconds.
const ABOUT_SOURCE_SECONDS: u64 = 60;

/// A reply without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case; no name stands twice.
    pub headers: Vec<(Cow<'static, str>, String)>,
}

impl Head {
    /// A head without headers.
    pub fn new(status: u16) -> Head {
        Head { status, headers: Vec::new() }
    }

    /// With one header more.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Head {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// As [`with`](Self::with), where a browser is to save the answer under a name (RFC 6266).
    pub fn saved_as(self, name: Option<&str>) -> Head {
        let Some(name) = name.filter(|_| matches!(self.status, 200 | 206)) else { return self };
        let ascii: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' }).collect();
        let value = match ascii == name {
            true => format!("attachment; filename=\"{ascii}\""),
            false => format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", crate::percent::encode(name, "")),
        };
        self.replaced("content-disposition", value)
    }

    /// With a `max-age` of at most so many seconds.
    pub fn at_most(self, seconds: u64) -> Head {
        let Some((policy, age)) = self.header("cache-control").and_then(|c| c.split_once("max-age=")) else { return self };
        // What follows the age goes: an answer that something else will replace is not immutable.
        let age = age.split(',').next().unwrap_or("").trim().parse().map_or(seconds, |age: u64| age.min(seconds));
        let value = format!("{policy}max-age={age}");
        self.replaced("cache-control", value)
    }

    /// With a header in place of the one that is there.
    pub fn replaced(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Head {
        let name = name.into();
        self.headers.retain(|(n, _)| *n != name);
        self.with(name, value)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

/// What is known of a representation before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// Its content type.
    pub content_type: String,
    /// Strong ETag, with its quotes.
    pub etag: String,
    /// Its length in bytes.
    pub length: u64,
    /// When the source was stored, unix seconds.
    pub modified: Option<u64>,
    /// True when another Accept could get another format.
    pub negotiated: bool,
    /// True when its URL will never name other bytes.
    pub immutable: bool,
    /// Headers that were stored with it.
    pub stored: Vec<(String, String)>,
}

/// What of a representation goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 206 or 304.
    pub head: Head,
    /// The bytes.
    pub range: Range,
}

/// The strong ETag of a derived image: the first 22 characters of the base32 of its sha256, which is
/// 110 bits (reference: edge-caching.md 3).
pub fn derived_etag(sha256: &[u8; 32]) -> String {
    let text: String = hash::base32(sha256).chars().take(22).collect();
    format!("\"{text}\"")
}

impl Representation {
    /// Of so many bytes with this digest.
    pub fn of(content_type: &str, length: usize, sha256: &[u8; 32], modified: Option<u64>) -> Representation {
        Representation {
            content_type: content_type.into(),
            etag: derived_etag(sha256),
            length: length as u64,
            modified,
            negotiated: false,
            immutable: false,
            stored: Vec::new(),
        }
    }

    /// Whether the answer carries bytes: HEAD has none, nor has word that the client holds them.
    pub fn is_sent(&self, parts: &Parts) -> bool {
        let outcome = conditions::of_read(parts, &self.etag, self.modified.unwrap_or(0));
        parts.method != Method::Head && matches!(outcome, conditions::Outcome::Proceed)
    }

    /// The answer to a GET or HEAD: all of it, a part of it, or word that the client holds it already.
    ///
    /// # Errors
    /// `precondition`, `bad_range`; `signature_required` for `response-…` parameters of a stranger.
    pub fn answer(&self, parts: &Parts, grant: &Grant, now: u64) -> Result<Answer> {
        let signed = grant.scheme().is_some_and(|s| s.covers() != Covers::Path);
        let overrides = Overrides::of(parts, signed)?;
        let modified = self.modified.unwrap_or(0);
        let head = match conditions::of_read(parts, &self.etag, modified) {
            conditions::Outcome::Failed => {
                return Err(Error::Precondition("The object is not the one that the request's conditions name.".into()))
            }
            conditions::Outcome::NotModified => Head::new(304),
            conditions::Outcome::Proceed => Head::new(200),
        };
        let mut head = head
            .with("etag", self.etag.clone())
            .with("cache-control", cache_control(grant, parts, now, self.immutable))
            .with("x-content-type-options", "nosniff");
        if let Some(modified) = self.modified {
            head = head.with("last-modified", crate::http_date::format(modified));
        }
        if self.negotiated {
            head = head.with("vary", "Accept");
        }
        if grant.bucket().cache_tags && !grant.bucket().is_protected() {
            head = head.with("cache-tag", purge::tags(&grant.bucket().name, grant.key()).join(","));
        }
        // A policy that protects is not undone by what an uploader stored, but for the tools that read it back.
        let own_policy = grant.scheme().map_or(!grant.bucket().is_protected(), Scheme::is_header);
        let stored =
            self.stored.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| own_policy || *name != "cache-control");
        let replacing: Vec<(&str, &String)> = stored.chain(overrides.headers.iter().map(|(name, value)| (*name, value))).collect();
        if head.status == 304 {
            // A client takes these over into what it holds.
            for (name, value) in replacing.into_iter().filter(|(name, _)| ["cache-control", "expires"].contains(name)) {
                head = head.replaced(name.to_string(), value.clone());
            }
            return Ok(Answer { head, range: Range::Whole });
        }
        let range = Range::of(parts, self.length, &self.etag, modified)?;
        if let Some(content_range) = range.content_range(self.length) {
            head = Head { status: 206, ..head }.with("content-range", content_range);
        }
        head = head
            .with("content-type", self.content_type.clone())
            .with("content-length", range.count(self.length).to_string())
            .with("accept-ranges", "bytes");
        for (name, value) in replacing {
            head = head.replaced(name.to_string(), value.clone());
        }
        if head.header("content-type").is_some_and(is_active) {
            let named = head.header("content-disposition").is_some_and(|d| d.starts_with("attachment"));
            head = if named { head } else { head.replaced("content-disposition", "attachment") };
            head = head.with("content-security-policy", "default-src 'none'; sandbox");
        }
        Ok(Answer { head, range })
    }
}

/// Types that a browser could run as a page of this origin.
fn is_active(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let passive = ["image/", "video/", "audio/", "font/"].iter().any(|p| essence.starts_with(p)) && essence != "image/svg+xml";
    !passive
        && !matches!(
            essence.as_str(),
            "text/plain" | "application/json" | "application/pdf" | "application/octet-stream" | "application/zip"
        )
}

/// What a client and the caches on its side may keep (product: protected buckets stay private).
fn cache_control(grant: &Grant, parts: &Parts, now: u64, immutable: bool) -> String {
    let bucket: &Bucket = grant.bucket();
    let is_version = |name: &str| !bucket.ignores(name) && canonical_name(name).is_some_and(|known| known == "v");
    let left = grant.expires().map_or(bucket.ttl_seconds, |end| end.saturating_sub(now).min(bucket.ttl_seconds));
    match (bucket.is_protected(), grant.scheme()) {
        // Whoever names a version in the URL changes the URL with the image.
        (false, None) if immutable || parts.query.iter().any(|(name, _)| is_version(name)) => format!("public, max-age={left}, immutable"),
        (false, None) => format!("public, max-age={left}"),
        (true, None) => "private, no-cache".into(),
        // A signed link may open more than the bucket does, so it stays with who holds it.
        (_, Some(_)) => format!("private, max-age={left}"),
    }
}

/// Head and body of a refusal, in the words of the scheme that the request speaks. `request_id` is
/// opaque and ties the answer to the log.
pub fn refusal(error: &Error, parts: Option<&Parts>, request_id: &str) -> (Head, String) {
    let dialect = parts.map_or(Dialect::Limn, Dialect::of);
    let (status, code) = match dialect {
        Dialect::Limn => (error.status(), error.code()),
        _ => error.cloud(),
    };
    // What is wrong with a source stays wrong; what is wrong with an upload is told to who sent it.
    let is_read = parts.is_none_or(|p| matches!(p.method, Method::Get | Method::Head));
    let policy = match is_read && error.is_about_source() {
        true => format!("private, max-age={ABOUT_SOURCE_SECONDS}"),
        false => "no-store".into(),
    };
    let mut head =
        Head::new(status).with("cache-control", policy).with("x-content-type-options", "nosniff").with("x-limn-error", error.code());
    match error.status() {
        503 => head = head.with("retry-after", "2"),
        429 => head = head.with("retry-after", "60"),
        405 => head = head.with("allow", "GET, HEAD, PUT, POST, DELETE, OPTIONS"),
        _ => {}
    }
    if let Error::BadRange(_, length) = error {
        head = head.with("content-range", unsatisfied(*length));
    }
    let sentence = error.to_string();
    match dialect {
        Dialect::Limn => {
            let body = serde_json::json!({ "code": code, "message": sentence }).to_string();
            (head.with("content-type", "application/json"), body)
        }
        Dialect::Oss | Dialect::S3 => {
            let host = parts.map_or("", |p| &p.host);
            let body = error_xml(code, &sentence, request_id, host, dialect, &[]);
            // An answer to HEAD has no body; OSS's SDKs look for it here then.
            if dialect == Dialect::Oss && parts.is_some_and(|p| p.method == Method::Head) {
                head = head.with("x-oss-err", hash::base64(body.as_bytes()));
            }
            (head.with("content-type", "application/xml"), body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str, headers: &[(&str, &str)]) -> Parts {
        Parts::new("GET", &format!("http://h{url}"), headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap()
    }

    #[test]
    fn a_refusal_speaks_the_clients_language_and_is_never_kept() {
        let e = Error::ImageTooLarge("a <b> & c".into());
        let (head, body) = refusal(&e, Some(&parts("/demo/a?w=1", &[])), "r1");
        assert_eq!((head.status, head.header("x-limn-error")), (422, Some("image_too_large")));
        assert_eq!(body, r#"{"code":"image_too_large","message":"a <b> & c"}"#);
        let (head, body) = refusal(&e, Some(&parts("/demo/a?x-oss-process=x", &[])), "r1");
        assert_eq!((head.status, head.header("content-type")), (400, Some("application/xml")));
        assert!(body.contains("<Code>ImageTooLarge</Code><Message>a &lt;b&gt; &amp; c</Message>"), "{body}");
        for e in [Error::NoSuchKey, Error::BadSignature, Error::Internal, Error::RefererRefused] {
            assert_eq!(refusal(&e, None, "r").0.header("cache-control"), Some("no-store"));
        }
        let (head, _) = refusal(&Error::BadRange("x".into(), 10), None, "r");
        assert_eq!((head.status, head.header("content-range")), (416, Some("bytes */10")));
    }

    #[test]
    fn what_is_to_be_replaced_soon_is_kept_for_a_short_time() {
        for (policy, want) in [
            ("public, max-age=86400", "public, max-age=60"),
            ("public, max-age=86400, immutable", "public, max-age=60"),
            ("private, max-age=5", "private, max-age=5"),
            ("no-store", "no-store"),
        ] {
            assert_eq!(Head::new(200).with("cache-control", policy).at_most(60).header("cache-control"), Some(want));
        }
    }

    fn answer(url: &str, headers: &[(&str, &str)]) -> Answer {
        let config = crate::config::tests::sample();
        let parts = parts(url, headers);
        let address = crate::address::Address::of(&parts, &config);
        let caller = crate::grant::identify(&parts, &address, &config, 0).unwrap();
        let ask = crate::params::Ask::nothing();
        let grant = caller.admit(config.bucket("demo").unwrap(), "a/b.jpg", crate::grant::Wish::Read(&ask)).unwrap();
        let stored = vec![("cache-control".to_string(), "max-age=7".to_string()), ("content-language".into(), "de".into())];
        let stored = if url.contains("stored") { stored } else { Vec::new() };
        let representation = Representation {
            content_type: "image/png".into(),
            etag: "\"e\"".into(),
            length: 10,
            modified: Some(9),
            negotiated: true,
            immutable: url.contains("named"),
            stored,
        };
        representation.answer(&parts, &grant, 0).unwrap()
    }

    #[test]
    fn a_304_carries_what_a_client_takes_over() {
        for url in ["/demo/a/b.jpg?w=1", "/demo/a/b.jpg?v=2", "/demo/stored.jpg"] {
            let (whole, same) = (answer(url, &[]).head, answer(url, &[("if-none-match", "\"e\"")]).head);
            assert_eq!((whole.status, same.status), (200, 304));
            for name in ["etag", "cache-control", "vary", "last-modified", "x-content-type-options"] {
                assert_eq!(same.header(name), whole.header(name), "{url} {name}");
            }
            assert_eq!((same.header("content-length"), same.header("content-language")), (None, None));
        }
        assert_eq!(answer("/demo/stored.jpg", &[]).head.header("cache-control"), Some("max-age=7"));
    }

    #[test]
    fn a_url_with_a_version_is_immutable() {
        for (url, want) in [
            ("/demo/a/b.jpg?v=1", "public, max-age=86400, immutable"),
            ("/demo/a/b.jpg?cb=1&w=2", "public, max-age=86400, immutable"),
            ("/demo/named.jpg", "public, max-age=86400, immutable"),
            ("/demo/a/b.jpg?w=2", "public, max-age=86400"),
        ] {
            assert_eq!(answer(url, &[]).head.header("cache-control"), Some(want), "{url}");
        }
    }

    #[test]
    fn what_a_browser_could_run_goes_out_as_an_attachment() {
        for (kind, active) in [
            ("text/html; charset=utf-8", true),
            ("image/svg+xml", true),
            ("application/xhtml+xml", true),
            ("text/xml", true),
            ("application/javascript", true),
            ("image/jpeg", false),
            ("text/plain", false),
        ] {
            assert_eq!(is_active(kind), active, "{kind}");
        }
    }
}
