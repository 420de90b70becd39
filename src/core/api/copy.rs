//! What a copy copies, and which part of it.

use super::asked::covered;
use crate::parts::Parts;
use crate::percent::{self, Plus};
use crate::route::{check_key, is_bucket_name};
use crate::{Error, Result};

/// The object that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// A legal name, not necessarily there.
    pub bucket: String,
    /// Checked by [`check_key`].
    pub key: String,
}

impl Source {
    /// Reads `x-oss-copy-source` or `x-amz-copy-source`: `/bucket/key` with or without its first slash,
    /// percent-encoded as a path, since all SDKs encode it so. `None` where the request copies nothing.
    ///
    /// # Errors
    /// `bad_arg` for a value of another form, `malformed_url` for a key that none can have,
    /// `not_implemented` for a version, `access_denied` for a header that is not signed.
    pub fn of(parts: &Parts) -> Result<Option<Source>> {
        let Some(value) = covered(parts, "copy-source")? else { return Ok(None) };
        let (path, version) = match value.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version)),
            None => (value, None),
        };
        if version.is_some_and(|v| v != "null") {
            return Err(Error::NotImplemented("Objects have no versions here; copy the object itself.".into()));
        }
        let path = percent::decode(path, Plus::Literal)?;
        let wanted = || Error::BadArg("The copy source must be /bucket/key.".into());
        let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(wanted)?;
        if !is_bucket_name(bucket) || key.is_empty() {
            return Err(wanted());
        }
        check_key(key)?;
        Ok(Some(Source { bucket: bucket.into(), key: key.into() }))
    }
}

/// Whether the copy keeps its source's metadata (`COPY`, the default) or takes what the request says
/// (`REPLACE`).
///
/// # Errors
/// `bad_arg` for another word.
pub fn replaces_metadata(parts: &Parts) -> Result<bool> {
    match covered(parts, "metadata-directive")? {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("COPY") => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("REPLACE") => Ok(true),
        Some(word) => Err(Error::BadArg(format!("The metadata directive must be COPY or REPLACE, not {word:?}."))),
    }
}

/// Which bytes of the source become a part: first and last, both counted. `None` for all of them.
///
/// # Errors
/// `bad_arg` for a form other than `bytes=FIRST-LAST`, `bad_range` for one that ends behind the source
/// (neither cloud cuts it off).
pub fn source_range(parts: &Parts, length: u64) -> Result<Option<(u64, u64)>> {
    let Some(value) = covered(parts, "copy-source-range")? else { return Ok(None) };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let range = value.strip_prefix("bytes=").and_then(|r| r.split_once('-')).and_then(|(a, b)| Some((number(a)?, number(b)?)));
    let Some((first, last)) = range.filter(|(first, last)| first <= last) else {
        return Err(Error::BadArg("The range of a copy must be bytes=FIRST-LAST.".into()));
    };
    if last >= length {
        return Err(Error::BadRange(format!("The range of the copy ends behind the source, which has {length} bytes."), length));
    }
    Ok(Some((first, last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(name: &str, value: &str) -> Parts {
        let scheme = if name.starts_with("x-oss") { "OSS a:b" } else { "AWS4-HMAC-SHA256 a" };
        let headers = [(name, value), ("authorization", scheme)].map(|(n, v)| (n.to_string(), v.to_string()));
        Parts::new("PUT", "http://h/b/k", headers).unwrap()
    }

    #[test]
    fn sources_as_sdks_write_them() {
        for (name, value, bucket, key) in [
            ("x-amz-copy-source", "photos/a/b/photo%201.jpg", "photos", "a/b/photo 1.jpg"),
            ("x-amz-copy-source", "/photos/a+b", "photos", "a+b"),
            ("x-oss-copy-source", "/photos/a%2Fb%2Fc.jpg", "photos", "a/b/c.jpg"),
            ("x-oss-copy-source", "/photos/%E5%9B%BE.jpg?versionId=null", "photos", "图.jpg"),
            ("x-amz-copy-source", "photos%2Fa", "photos", "a"),
            ("x-amz-copy-source", "photos/a%3FversionId=1", "photos", "a?versionId=1"),
        ] {
            let want = Source { bucket: bucket.into(), key: key.into() };
            assert_eq!(Source::of(&put(name, value)).unwrap(), Some(want), "{value}");
        }
        assert_eq!(Source::of(&put("x-other", "1")).unwrap(), None);
        let link = Parts::new("PUT", "http://h/b/k?kid=a&s=b", [("x-oss-copy-source".to_string(), "/vault/a".to_string())]);
        assert_eq!(Source::of(&link.unwrap()).unwrap_err().code(), "access_denied");
    }

    #[test]
    fn other_sources_are_refused() {
        for (value, code) in [
            ("", "bad_arg"),
            ("photos", "bad_arg"),
            ("/photos/", "bad_arg"),
            ("/Ph/a", "bad_arg"),
            ("photos/a?versionId=3", "not_implemented"),
            ("photos/../vault/a", "malformed_url"),
            ("photos/%2e%2e/a", "malformed_url"),
            ("photos/%zz", "malformed_url"),
        ] {
            assert_eq!(Source::of(&put("x-amz-copy-source", value)).unwrap_err().code(), code, "{value}");
        }
    }

    #[test]
    fn ranges_and_directives() {
        for (value, want) in [
            ("bytes=0-9", Ok(Some((0, 9)))),
            ("bytes=3-3", Ok(Some((3, 3)))),
            ("bytes=5-10", Err("bad_range")),
            ("bytes=5-", Err("bad_arg")),
            ("bytes=-5", Err("bad_arg")),
            ("bytes=6-5", Err("bad_arg")),
            ("bytes=+1-2", Err("bad_arg")),
            ("0-3", Err("bad_arg")),
        ] {
            assert_eq!(source_range(&put("x-oss-copy-source-range", value), 10).map_err(|e| e.code()), want, "{value}");
        }
        for (value, want) in [("COPY", Ok(false)), ("replace", Ok(true)), ("x", Err("bad_arg"))] {
            assert_eq!(replaces_metadata(&put("x-amz-metadata-directive", value)).map_err(|e| e.code()), want);
        }
    }
}
