//! What a request says of its body: framing, digests, checksum.

use super::digests::CHECKSUM_HEADERS;
use crate::grant::UploadPromise;
use crate::parts::Parts;
use crate::{hash, Error, Result};

/// What the body must be.
#[derive(Default)]
pub(super) struct Wanted {
    /// Digests in hex, with the name of what said so.
    pub sha256: Vec<(&'static str, String)>,
    pub md5: Option<Vec<u8>>,
    pub crc64: Option<u64>,
    /// S3's checksum in base64; absent when a trailer brings it.
    pub checksum: Option<String>,
}

/// How the body is framed. S3 takes this from `x-amz-content-sha256`, not from `Content-Encoding`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Plain,
    Unsigned,
    Signed,
}

impl Framing {
    pub(super) fn of(parts: &Parts) -> Result<Framing> {
        let payload = parts.header("x-amz-content-sha256").unwrap_or("");
        let framing = match payload {
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Framing::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Framing::Signed,
            other if other.starts_with("STREAMING-") => {
                return Err(Error::SchemeRefused(
                    "This x-amz-content-sha256 is not taken; STREAMING-UNSIGNED-PAYLOAD-TRAILER and STREAMING-AWS4-HMAC-SHA256-PAYLOAD, with -TRAILER or not, are.".into(),
                ))
            }
            _ => Framing::Plain,
        };
        // Read as plain, the framing would be stored with the body; read as framed, a plain body would be torn.
        if framing == Framing::Plain && encodings(parts).any(|e| e == "aws-chunked") {
            return Err(Error::BadArg("Content-Encoding: aws-chunked needs x-amz-content-sha256: STREAMING-….".into()));
        }
        let trailer = parts.header("x-amz-trailer").is_some();
        if trailer != (payload.ends_with("-TRAILER") && framing != Framing::Plain) {
            return Err(Error::BadArg("x-amz-trailer and x-amz-content-sha256: STREAMING-…-TRAILER belong together.".into()));
        }
        Ok(framing)
    }
}

fn encodings(parts: &Parts) -> impl Iterator<Item = &str> {
    parts.header("content-encoding").unwrap_or("").split(',').map(str::trim).filter(|e| !e.is_empty())
}

/// The encoding that an object is kept with: `aws-chunked` is of the transfer, not of the object.
pub fn content_encoding(parts: &Parts) -> Option<String> {
    let kept: Vec<&str> = encodings(parts).filter(|e| *e != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// S3's checksum: its header and, unless a trailer brings it, its value; and the trailing headers.
#[allow(clippy::type_complexity)]
pub(super) fn checksum(parts: &Parts, framing: Framing) -> Result<(Option<(String, Option<String>)>, Vec<String>)> {
    // These say how, not what.
    let about = ["x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"];
    let headers = parts.headers_with_prefix("x-amz-checksum-").filter(|(name, _)| !about.contains(name));
    let mut found: Vec<(String, Option<String>)> = headers.map(|(name, value)| (name.into(), Some(value.trim().into()))).collect();
    let mut trailer = Vec::new();
    if framing != Framing::Plain {
        let names = parts.header("x-amz-trailer").unwrap_or("").split(',').map(|n| n.trim().to_ascii_lowercase());
        trailer = names.filter(|n| !n.is_empty()).collect();
        found.extend(trailer.iter().map(|name| (name.clone(), None)));
    }
    if let Some((name, _)) = found.iter().find(|(name, _)| !CHECKSUM_HEADERS.contains(&name.as_str())) {
        return Err(Error::BadArg(format!("{name} is no checksum that Limn knows; {} are.", CHECKSUM_HEADERS.join(", "))));
    }
    if found.len() > 1 {
        return Err(Error::BadArg("More than one x-amz-checksum header came; one is wanted.".into()));
    }
    Ok((found.pop(), trailer))
}

/// Every SHA-256 that the body is promised to have.
pub(super) fn sha256s(parts: &Parts, promise: &UploadPromise) -> Result<Vec<(&'static str, String)>> {
    let mut all: Vec<(&'static str, String)> = promise.sha256.iter().map(|s| ("signed sha256", s.clone())).collect();
    for name in ["x-amz-content-sha256", "x-oss-content-sha256"] {
        match parts.header(name) {
            None | Some("UNSIGNED-PAYLOAD") => {}
            Some(text) if text.starts_with("STREAMING-") && name.starts_with("x-amz") => {}
            Some(text) if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) => all.push((name, text.into())),
            Some(_) => return Err(Error::BadArg(format!("{name} must be UNSIGNED-PAYLOAD or a SHA-256 in hex."))),
        }
    }
    Ok(all)
}

pub(super) fn number(parts: &Parts, name: &str) -> Result<Option<u64>> {
    let Some(text) = parts.header(name).map(str::trim) else { return Ok(None) };
    let plain = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain).map(Some).ok_or_else(|| Error::BadArg(format!("{name} must be a whole number.")))
}

pub(super) fn bytes(name: &str, text: &str, length: usize) -> Result<Vec<u8>> {
    let malformed = || Error::BadDigest(format!("{name} is not {length} bytes in base64."));
    hash::from_base64(text.trim()).filter(|b| b.len() == length).ok_or_else(malformed)
}
