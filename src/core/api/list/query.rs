//! What a list is asked for.

use crate::dialect::Dialect;
use crate::parts::Parts;
use crate::{hash, Error, Result};
use serde::{Deserialize, Serialize};

/// Most entries that one answer holds.
pub const MAX_ENTRIES: usize = 1_000;

/// Which of the two forms of list: the first goes on from a key, the second from a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Version {
    V1,
    V2,
}

/// A list of objects. Texts are decoded; an empty one is as good as none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Its form.
    pub version: Version,
    /// What keys must begin with.
    pub prefix: String,
    /// What keys are rolled up at; empty for no roll-up.
    pub delimiter: String,
    /// V1 `marker` or V2 `start-after`: keys up to here are left out.
    pub after: String,
    /// V2: the token as it came, to be echoed.
    pub token: Option<String>,
    /// The place in the list that the token stands for.
    pub resume: Option<String>,
    /// Most entries and common prefixes together, 0 to 1,000.
    pub max: usize,
    /// Whether texts in the answer are percent-encoded.
    pub url: bool,
    /// V2: whether entries name their owner.
    pub owner: bool,
}

impl Query {
    /// Reads `list-type`, `prefix`, `delimiter`, `max-keys`, `encoding-type`, and `marker` (V1) or
    /// `continuation-token`, `start-after`, `fetch-owner` (V2).
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn of(parts: &Parts) -> Result<Query> {
        let version = match parts.param("list-type") {
            None => Version::V1,
            Some("2") => Version::V2,
            Some(_) => return Err(Error::BadArg("list-type must be 2.".into())),
        };
        let token = filled(parts, "continuation-token").filter(|_| version == Version::V2);
        Ok(Query {
            version,
            prefix: text(parts, "prefix"),
            delimiter: text(parts, "delimiter"),
            after: text(parts, if version == Version::V1 { "marker" } else { "start-after" }),
            resume: token.map(place).transpose()?,
            token: token.map(Into::into),
            max: number(parts, "max-keys", if Dialect::of(parts) == Dialect::Oss { 100 } else { MAX_ENTRIES })?,
            url: is_url(parts)?,
            owner: parts.param("fetch-owner") == Some("true"),
        })
    }
}

/// A list of multipart uploads that are neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadsQuery {
    /// What keys must begin with.
    pub prefix: String,
    /// What keys are rolled up at; empty for no roll-up.
    pub delimiter: String,
    /// Keys up to here are left out.
    pub key_marker: String,
    /// Uploads of the marker's key up to this id are left out, later ones are not; nothing without `key_marker`.
    pub upload_marker: String,
    /// Most uploads and common prefixes together, 0 to 1,000.
    pub max: usize,
    /// Whether texts in the answer are percent-encoded.
    pub url: bool,
}

impl UploadsQuery {
    /// Reads `prefix`, `delimiter`, `key-marker`, `upload-id-marker`, `max-uploads`, `encoding-type`.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn of(parts: &Parts) -> Result<UploadsQuery> {
        Ok(UploadsQuery {
            prefix: text(parts, "prefix"),
            delimiter: text(parts, "delimiter"),
            key_marker: text(parts, "key-marker"),
            upload_marker: text(parts, "upload-id-marker"),
            max: number(parts, "max-uploads", MAX_ENTRIES)?,
            url: is_url(parts)?,
        })
    }
}

/// A list of the parts of one upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartsQuery {
    /// The upload's id.
    pub upload: String,
    /// Parts up to this number are left out.
    pub after: u16,
    /// Most parts, 0 to 1,000.
    pub max: usize,
    /// Whether the key in the answer is percent-encoded.
    pub url: bool,
}

impl PartsQuery {
    /// Reads `uploadId`, `part-number-marker`, `max-parts`, `encoding-type`.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn of(parts: &Parts) -> Result<PartsQuery> {
        let after = match filled(parts, "part-number-marker") {
            None => 0,
            Some(text) => text.parse().map_err(|_| Error::BadArg("part-number-marker must be a part's number.".into()))?,
        };
        let max = number(parts, "max-parts", MAX_ENTRIES)?;
        Ok(PartsQuery { upload: text(parts, "uploadId"), after, max, url: is_url(parts)? })
    }
}

/// The token for a place in a list: opaque, so that nobody rests on its form.
pub fn token(place: &str) -> String {
    hash::base64url(format!("1{place}").as_bytes())
}

fn place(token: &str) -> Result<String> {
    let text = hash::from_base64url(token).and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|t| t.strip_prefix('1')).filter(|p| !p.is_empty() && p.len() <= 1_024);
    place.map(Into::into).ok_or_else(|| Error::BadArg("The continuation token provided is incorrect.".into()))
}

/// Some SDKs send each parameter, with nothing where the caller gave none.
fn filled<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.param(name).filter(|v| !v.is_empty())
}

fn text(parts: &Parts, name: &str) -> String {
    parts.param(name).unwrap_or("").into()
}

/// OSS refuses more than 1,000; S3 answers with 1,000 at most.
fn number(parts: &Parts, name: &str, default: usize) -> Result<usize> {
    let Some(text) = filled(parts, name) else { return Ok(default) };
    let wanted = || Error::BadArg(format!("{name} must be a whole number from 0 to {MAX_ENTRIES}."));
    let number: usize = text.parse::<u32>().map_err(|_| wanted())?.try_into().map_err(|_| wanted())?;
    match Dialect::of(parts) {
        Dialect::Oss if number > MAX_ENTRIES => Err(wanted()),
        _ => Ok(number.min(MAX_ENTRIES)),
    }
}

fn is_url(parts: &Parts) -> Result<bool> {
    match parts.param("encoding-type") {
        None | Some("") => Ok(false),
        Some("url") => Ok(true),
        Some(_) => Err(Error::BadArg("encoding-type must be url.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(query: &str, oss: bool) -> Parts {
        let scheme = if oss { "OSS a:b" } else { "AWS4-HMAC-SHA256 x" };
        Parts::new("GET", &format!("http://h/b?{query}"), [("authorization".to_string(), scheme.to_string())]).unwrap()
    }

    #[test]
    fn what_oss2_sends_when_nothing_was_given() {
        let q = "list-type=2&prefix=a%2F&delimiter=%2F&continuation-token=&start-after=&fetch-owner=false&max-keys=100&encoding-type=url";
        let q = Query::of(&get(q, true)).unwrap();
        assert_eq!((q.version, q.prefix.as_str(), q.delimiter.as_str()), (Version::V2, "a/", "/"));
        assert_eq!((q.after.as_str(), q.token, q.max, q.url, q.owner), ("", None, 100, true, false));
    }

    #[test]
    fn numbers_as_each_cloud_takes_them() {
        for (text, oss, s3) in [
            ("", Ok(100), Ok(1000)),
            ("max-keys=0", Ok(0), Ok(0)),
            ("max-keys=7", Ok(7), Ok(7)),
            ("max-keys=1001", Err("bad_arg"), Ok(1000)),
            ("max-keys=-1", Err("bad_arg"), Err("bad_arg")),
            ("max-keys=1.5", Err("bad_arg"), Err("bad_arg")),
            ("max-keys=99999999999", Err("bad_arg"), Err("bad_arg")),
        ] {
            for (is_oss, want) in [(true, oss), (false, s3)] {
                assert_eq!(Query::of(&get(text, is_oss)).map(|q| q.max).map_err(|e| e.code()), want, "{text}, OSS {is_oss}");
            }
        }
    }

    #[test]
    fn a_token_stands_for_its_place_and_others_are_refused() {
        for place in ["a", "图/", "a b+c"] {
            let q = Query::of(&get(&format!("list-type=2&continuation-token={}", token(place)), false)).unwrap();
            assert_eq!((q.resume.as_deref(), q.token), (Some(place), Some(token(place))));
        }
        for bad in ["x", "MQ", "!!", "_w", "YWJj"] {
            let e = Query::of(&get(&format!("list-type=2&continuation-token={bad}"), false)).unwrap_err();
            assert_eq!(e.code(), "bad_arg", "{bad}");
        }
    }

    #[test]
    fn uploads_and_parts() {
        let q = UploadsQuery::of(&get("uploads&key-marker=k&upload-id-marker=u&max-uploads=3&prefix=p&delimiter=/", true)).unwrap();
        assert_eq!((q.key_marker.as_str(), q.upload_marker.as_str(), q.max), ("k", "u", 3));
        let q = PartsQuery::of(&get("uploadId=u&max-parts=5&part-number-marker=2", false)).unwrap();
        assert_eq!((q.upload.as_str(), q.after, q.max), ("u", 2, 5));
        assert!(PartsQuery::of(&get("uploadId=u&part-number-marker=x", false)).is_err());
        assert!(Query::of(&get("encoding-type=base64", false)).is_err());
        assert!(Query::of(&get("list-type=3", false)).is_err());
    }
}
