//! Conditions of a request: whether to answer a read, and whether a write may happen.

use super::asked::covered;
use crate::dialect::Dialect;
use crate::ledger::Row;
use crate::parts::Parts;
use crate::{http_date, Error, Result};
use serde::{Deserialize, Serialize};

/// What the conditions of a read come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answer it.
    Proceed,
    /// 304: the client holds this.
    NotModified,
    /// 412.
    Failed,
}

/// The conditions of a GET or HEAD on what has this `etag` (with or without quotes) and was `modified` then
/// (unix seconds), in the order of RFC 9110 section 13.2.2: an ETag's condition hides its date's. A date
/// that cannot be read is no condition.
pub fn of_read(parts: &Parts, etag: &str, modified: u64) -> Outcome {
    let names = ["if-match", "if-unmodified-since", "if-none-match", "if-modified-since"];
    outcome(names.map(|name| parts.header(name)), etag, modified)
}

/// The conditions of a copy on its source: `x-oss-copy-source-if-*` or `x-amz-copy-source-if-*`. Where the
/// source is what the client holds, OSS answers 304 and S3 412.
pub fn of_copy(parts: &Parts, etag: &str, modified: u64) -> Outcome {
    let names = ["if-match", "if-unmodified-since", "if-none-match", "if-modified-since"];
    // What is not signed was refused when the source was read; here it counts for nothing.
    let value = |name| covered(parts, &format!("copy-source-{name}")).ok().flatten();
    let outcome = outcome(names.map(value), etag, modified);
    match (outcome, Dialect::of(parts)) {
        (Outcome::NotModified, Dialect::S3 | Dialect::Limn) => Outcome::Failed,
        (outcome, _) => outcome,
    }
}

fn outcome(values: [Option<&str>; 4], etag: &str, modified: u64) -> Outcome {
    let [matches, unmodified, none_match, since] = values;
    let date = |text: Option<&str>| text.and_then(http_date::parse);
    let failed = match matches {
        Some(list) => !names(list, etag, false),
        None => date(unmodified).is_some_and(|then| modified > then),
    };
    let held = match none_match {
        Some(list) => names(list, etag, true),
        None => date(since).is_some_and(|then| modified <= then),
    };
    match (failed, held) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::NotModified,
        (false, false) => Outcome::Proceed,
    }
}

/// What must hold of the object that is there for a write to happen. It travels to the ledger, which checks
/// it in the step that writes, so that no other write comes between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteCondition {
    /// If-Match: the ETags, one of which the object must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// If-Unmodified-Since, unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmodified_since: Option<u64>,
    /// `If-None-Match: *`: no object may be there; otherwise 412.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// `x-oss-forbid-overwrite: true`: no object may be there; otherwise 409.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forbid_overwrite: bool,
}

impl WriteCondition {
    /// Reads the conditions of a PUT, of a copy's target, of a completed upload or of a DELETE.
    ///
    /// # Errors
    /// `not_implemented` for an If-None-Match that names ETags, as S3 answers.
    pub fn of(parts: &Parts) -> Result<WriteCondition> {
        let absent = match parts.header("if-none-match").map(str::trim) {
            None => false,
            Some("*") => true,
            Some(_) => return Err(Error::NotImplemented("If-None-Match of a write may only be *.".into())),
        };
        let matches = parts.header("if-match").map(Into::into);
        Ok(WriteCondition {
            unmodified_since: parts.header("if-unmodified-since").filter(|_| matches.is_none()).and_then(http_date::parse),
            matches,
            absent,
            forbid_overwrite: parts.header("x-oss-forbid-overwrite").is_some_and(|v| v.eq_ignore_ascii_case("true")),
        })
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == WriteCondition::default()
    }

    /// Checks the object that is there now.
    ///
    /// # Errors
    /// `object_exists`, `precondition`; `no_such_key` where an object is to match and none is there, as S3
    /// answers.
    pub fn holds(&self, current: Option<&Row>) -> Result<()> {
        let failed = |what: &str| Err(Error::Precondition(format!("The object {what}.")));
        match (current, &self.matches, self.unmodified_since) {
            (Some(_), ..) if self.forbid_overwrite => Err(Error::ObjectExists),
            (Some(_), ..) if self.absent => failed("is there, and If-None-Match: * asks that it is not"),
            (None, Some(_), _) => Err(Error::NoSuchKey),
            (Some(row), Some(list), _) if !names(list, &row.etag, false) => failed("has another ETag than If-Match names"),
            (Some(row), None, Some(then)) if row.stored / 1_000 > then => failed("was changed after If-Unmodified-Since"),
            _ => Ok(()),
        }
    }
}

/// Whether a list of ETags names this one. Weak comparison takes `W/"x"` for `"x"` (RFC 9110 section
/// 8.8.3.2). Quotes may be missing and hex digits be of either case: oss2's resumable download sends them bare,
/// and OSS writes them in upper case.
pub fn names(list: &str, etag: &str, weak: bool) -> bool {
    let bare = |text: &str| text.trim_matches('"').to_ascii_lowercase();
    let etag = bare(etag);
    list.trim() == "*"
        || list.split(',').map(str::trim).any(|item| match item.strip_prefix("W/") {
            Some(item) => weak && bare(item) == etag,
            None => bare(item) == etag,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: &str = "Sun, 12 Nov 2023 16:43:40 GMT";
    const MODIFIED: u64 = 1_699_807_420;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        Parts::new("GET", "http://h/b/k", headers.iter().map(|(n, v)| (n.to_string(), v.to_string()))).unwrap()
    }

    #[test]
    fn reads_by_the_order_of_rfc_9110() {
        use Outcome::*;
        const LATER: &str = "Sun, 12 Nov 2023 16:43:41 GMT";
        const EARLIER: &str = "Sun, 12 Nov 2023 16:43:39 GMT";
        for (headers, want) in [
            (&[][..], Proceed),
            (&[("if-match", "\"a\"")], Proceed),
            (&[("if-match", "A")], Proceed),
            (&[("if-match", "\"b\", \"a\"")], Proceed),
            (&[("if-match", "*")], Proceed),
            (&[("if-match", "W/\"a\"")], Failed),
            (&[("if-match", "\"b\"")], Failed),
            (&[("if-match", "\"a\""), ("if-unmodified-since", EARLIER)], Proceed),
            (&[("if-unmodified-since", EARLIER)], Failed),
            (&[("if-unmodified-since", THEN)], Proceed),
            (&[("if-unmodified-since", "never")], Proceed),
            (&[("if-none-match", "W/\"a\"")], NotModified),
            (&[("if-none-match", "\"b\""), ("if-modified-since", LATER)], Proceed),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-modified-since", THEN)], NotModified),
            (&[("if-modified-since", EARLIER)], Proceed),
            (&[("if-match", "\"b\""), ("if-none-match", "\"a\"")], Failed),
            (&[("if-none-match", "\"a\""), ("if-modified-since", EARLIER)], NotModified),
        ] {
            assert_eq!(of_read(&parts(headers), "\"a\"", MODIFIED), want, "{headers:?}");
        }
    }

    #[test]
    fn copies_as_each_cloud_answers() {
        let scheme = |name: &str| if name.starts_with("x-oss") { "OSS a:b" } else { "AWS4-HMAC-SHA256 a" };
        let of = |name: &str, value: &str| of_copy(&parts(&[(name, value), ("authorization", scheme(name))]), "a", MODIFIED);
        assert_eq!(of("x-oss-copy-source-if-none-match", "\"A\""), Outcome::NotModified);
        assert_eq!(of("x-amz-copy-source-if-none-match", "\"a\""), Outcome::Failed);
        assert_eq!(of("x-amz-copy-source-if-modified-since", THEN), Outcome::Failed);
        assert_eq!(of("x-amz-copy-source-if-match", "a"), Outcome::Proceed);
        assert_eq!(of("if-none-match", "a"), Outcome::Proceed);
    }

    #[test]
    fn writes_hold_or_are_refused() {
        let row = Row {
            version: "1".into(),
            sha256: String::new(),
            etag: "ab".into(),
            crc64: "0".into(),
            length: 1,
            content_type: String::new(),
            meta: Default::default(),
            user: "u".into(),
            nodes: "n".into(),
            stored: MODIFIED * 1_000 + 999,
        };
        for (headers, there, not_there) in [
            (&[][..], None, None),
            (&[("if-none-match", "*")], Some("precondition"), None),
            (&[("x-oss-forbid-overwrite", "true")], Some("object_exists"), None),
            (&[("x-oss-forbid-overwrite", "false")], None, None),
            (&[("if-match", "\"AB\"")], None, Some("no_such_key")),
            (&[("if-match", "\"c\"")], Some("precondition"), Some("no_such_key")),
            (&[("if-unmodified-since", THEN)], None, None),
            (&[("if-unmodified-since", "Sun, 12 Nov 2023 16:43:39 GMT")], Some("precondition"), None),
        ] {
            let condition = WriteCondition::of(&parts(headers)).unwrap();
            let back: WriteCondition = serde_json::from_str(&serde_json::to_string(&condition).unwrap()).unwrap();
            for (current, want) in [(Some(&row), there), (None, not_there)] {
                assert_eq!(back.holds(current).err().map(|e| e.code()), want, "{headers:?} {}", current.is_some());
            }
        }
        assert_eq!(WriteCondition::of(&parts(&[("if-none-match", "\"a\"")])).unwrap_err().code(), "not_implemented");
        assert_eq!(serde_json::to_string(&WriteCondition::default()).unwrap(), "{}");
    }
}
