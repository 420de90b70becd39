//! What is stored beside an object's bytes and goes out with them.

use super::asked::is_s3_link;
use crate::dialect::Dialect;
use crate::parts::Parts;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Content headers and user metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// `cache-control`, `content-disposition`, `content-encoding`, `content-language`, `expires`: lower-case
    /// name and value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// User metadata: what follows `x-oss-meta-` or `x-amz-meta-`, in lower case, and the value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

/// Content headers that are kept.
const KEPT: [&str; 5] = ["cache-control", "content-disposition", "content-encoding", "content-language", "expires"];
/// What user metadata begins with.
const USER: [&str; 2] = ["x-oss-meta-", "x-amz-meta-"];
/// Most bytes of content headers together.
const MAX_HEADERS: usize = 4_096;
/// Most bytes of names and values of user metadata together: S3's limit, and OSS's.
const MAX_USER: (usize, usize) = (2_048, 8_192);

impl Meta {
    /// Reads the headers of a PUT, of a POST that begins an upload, or of a copy that replaces metadata.
    ///
    /// # Errors
    /// `metadata_too_large`; `bad_arg` for control characters and for names without a name.
    pub fn of(parts: &Parts) -> Result<Meta> {
        let mut meta = Meta::default();
        for name in KEPT {
            let value = parts.header(name).map(str::trim).unwrap_or("");
            // The framing of an S3 upload is no coding of the object.
            let value = match name {
                "content-encoding" => {
                    let codings = value.split(',').map(str::trim).filter(|c| !c.is_empty() && !c.eq_ignore_ascii_case("aws-chunked"));
                    codings.collect::<Vec<_>>().join(", ")
                }
                _ => value.to_string(),
            };
            if !value.is_empty() {
                meta.headers.insert(name.into(), checked(name, &value)?.into());
            }
        }
        for prefix in USER {
            for (name, value) in parts.headers_with_prefix(prefix) {
                meta.insert(name.get(prefix.len()..).unwrap_or(""), value)?;
            }
        }
        // Signers of links move headers into the query.
        for (name, value) in parts.query.iter().filter(|_| is_s3_link(parts)) {
            if let Some(name) = name.to_ascii_lowercase().strip_prefix("x-amz-meta-") {
                meta.insert(name, value)?;
            }
        }
        meta.check_size(Dialect::of(parts))?;
        Ok(meta)
    }

    /// Reads the fields of a form, whose names are in lower case.
    ///
    /// # Errors
    /// As [`Meta::of`].
    pub fn of_fields(fields: &[(String, String)]) -> Result<Meta> {
        let mut meta = Meta::default();
        for (name, value) in fields {
            if KEPT.contains(&name.as_str()) && !value.trim().is_empty() {
                meta.headers.insert(name.clone(), checked(name, value.trim())?.into());
            }
            if let Some(user) = USER.iter().find_map(|prefix| name.strip_prefix(prefix)) {
                meta.insert(user, value)?;
            }
        }
        meta.check_size(Dialect::Oss)?;
        Ok(meta)
    }

    /// Adds one item of user metadata, as a form's field does; `name` without the dialect's prefix. A second
    /// value of a name is joined to the first by a comma, as in HTTP.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn insert(&mut self, name: &str, value: &str) -> Result<()> {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(Error::BadArg("The name of an item of metadata may hold letters, digits, - and _ only.".into()));
        }
        let value = checked(name, value.trim())?;
        let slot = self.user.entry(name.to_ascii_lowercase());
        slot.and_modify(|old| *old = format!("{old},{value}")).or_insert_with(|| value.into());
        Ok(())
    }

    /// Refuses more than the dialect's cloud takes.
    ///
    /// # Errors
    /// `metadata_too_large`.
    pub fn check_size(&self, dialect: Dialect) -> Result<()> {
        let size = |map: &BTreeMap<String, String>| map.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>();
        let limit = if dialect == Dialect::S3 { MAX_USER.0 } else { MAX_USER.1 };
        match (size(&self.user) > limit, size(&self.headers) > MAX_HEADERS) {
            (true, _) => Err(Error::MetadataTooLarge(format!("User metadata may have {limit} bytes, names and values together."))),
            (_, true) => Err(Error::MetadataTooLarge(format!("Content headers may have {MAX_HEADERS} bytes together."))),
            _ => Ok(()),
        }
    }

    /// The headers of an answer: content headers, then user metadata under the dialect's prefix, under both
    /// where nothing tells which SDK reads it.
    pub fn response_headers(&self, dialect: Dialect) -> Vec<(String, String)> {
        let prefixes: &[&str] = match dialect {
            Dialect::Oss => &USER[..1],
            Dialect::S3 => &USER[1..],
            Dialect::Limn => &USER,
        };
        let user = prefixes.iter().flat_map(|prefix| self.user.iter().map(move |(n, v)| (format!("{prefix}{n}"), v.clone())));
        self.headers.iter().map(|(n, v)| (n.clone(), v.clone())).chain(user).collect()
    }
}

/// Headers that a read puts in place of the stored ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Lower-case names and values.
    pub headers: Vec<(&'static str, String)>,
}

/// `response-NAME` of these.
const OVERRIDABLE: [(&str, &str); 6] = [
    ("response-content-type", "content-type"),
    ("response-content-language", "content-language"),
    ("response-expires", "expires"),
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
];

impl Overrides {
    /// Whether a query parameter is one of these.
    pub fn is_parameter(name: &str) -> bool {
        OVERRIDABLE.iter().any(|(parameter, _)| *parameter == name)
    }

    /// Reads `response-content-type` and its like; empty ones count as absent. `signed` tells whether a
    /// signature covers them: a stranger could otherwise serve a picture as a page of this origin.
    ///
    /// # Errors
    /// `signature_required`; `bad_arg` for control characters.
    pub fn of(parts: &Parts, signed: bool) -> Result<Overrides> {
        let mut headers = Vec::new();
        for (parameter, header) in OVERRIDABLE {
            let Some(value) = parts.param(parameter).filter(|v| !v.is_empty()) else { continue };
            if !signed {
                return Err(Error::SignatureRequired(format!("{parameter} needs a signed request.")));
            }
            headers.push((header, checked(parameter, value)?.to_string()));
        }
        Ok(Overrides { headers })
    }
}

/// Header values hold no control characters but tabs.
fn checked<'a>(name: &str, value: &'a str) -> Result<&'a str> {
    match value.chars().any(|c| c.is_control() && c != '\t') {
        true => Err(Error::BadArg(format!("{name} holds a control character."))),
        false => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(query: &str, headers: &[(&str, &str)]) -> Parts {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        Parts::new("PUT", &format!("http://h/b/k{query}"), headers).unwrap()
    }

    #[test]
    fn what_is_kept_goes_out_again() {
        let headers = [
            ("cache-control", "max-age=60"),
            ("Content-Encoding", "aws-chunked,gzip"),
            ("content-type", "image/png"),
            ("x-oss-meta-Author", " me "),
            ("x-oss-meta-图", "x"),
        ];
        let meta = Meta::of(&parts("", &headers[..4])).unwrap();
        assert_eq!(
            meta.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>(),
            ["cache-control: max-age=60", "content-encoding: gzip"]
        );
        let out = |dialect| meta.response_headers(dialect).into_iter().skip(2).map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>();
        assert_eq!(out(Dialect::Oss), ["x-oss-meta-author: me"]);
        assert_eq!(out(Dialect::S3), ["x-amz-meta-author: me"]);
        assert_eq!(out(Dialect::Limn), ["x-oss-meta-author: me", "x-amz-meta-author: me"]);
        assert_eq!(Meta::of(&parts("", &headers)).unwrap_err().code(), "bad_arg");
        assert_eq!(Meta::of(&parts("", &[("content-encoding", "aws-chunked")])).unwrap(), Meta::default());
        let moved = Meta::of(&parts("?X-Amz-Meta-Author=me&X-Amz-Signature=x", &[])).unwrap();
        assert_eq!(moved.user.get("author").map(String::as_str), Some("me"));
    }

    #[test]
    fn metadata_is_bounded_as_each_cloud_bounds_it() {
        for (name, length, fits) in [
            ("x-amz-meta-a", 2_047, true),
            ("x-amz-meta-a", 2_048, false),
            ("x-oss-meta-a", 8_191, true),
            ("x-oss-meta-a", 8_192, false),
            ("cache-control", 4_097, false),
        ] {
            let got = Meta::of(&parts("", &[(name, &"v".repeat(length))]));
            assert_eq!(got.is_ok(), fits, "{name} {length}");
            assert_eq!(got.err().map(|e| e.cloud().1), (!fits).then_some("MetadataTooLarge"));
        }
        assert_eq!(Meta::of(&parts("", &[("x-oss-meta-a", "a\rb")])).unwrap_err().code(), "bad_arg");
    }

    #[test]
    fn overrides_need_a_signature() {
        let asked = parts("?response-content-type=text/plain&response-content-disposition=attachment&response-expires=", &[]);
        let got = Overrides::of(&asked, true).unwrap().headers;
        assert_eq!(got, [("content-type", "text/plain".to_string()), ("content-disposition", "attachment".to_string())]);
        assert_eq!(Overrides::of(&asked, false).unwrap_err().code(), "signature_required");
        assert_eq!(Overrides::of(&parts("?w=1", &[]), false).unwrap(), Overrides::default());
    }
}
