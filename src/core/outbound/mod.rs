//! Requests that Limn makes and signs itself, towards S3 and OSS nodes. The text that is signed is made by
//! the same code that verifies those of clients (`grant::sigv4`, `grant::oss_v4`).

pub mod listing;

use crate::address::Address;
use crate::config::{Addressing, Node, NodeKind};
use crate::grant::{oss_v4, sigv4, Signer};
use crate::hash;
use crate::parts::{Method, Parts};
use crate::{percent, Error, Result};

/// The SHA-256 of nothing, which S3 wants of requests without a body.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// What stands there for a body that is not known yet.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What is known of a body before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Its SHA-256: S3 signs it, and the node refuses another body.
    Sha256([u8; 32]),
    /// Nothing: it is sent as it comes. OSS knows no other.
    Unsigned,
}

/// What becomes of an object that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is written over.
    Replaced,
    /// It stays, and the answer is 412 (S3) or 409 (OSS).
    Kept,
}

/// A body to be written.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    /// What of it is signed.
    pub payload: Payload,
    /// Its type; always sent, since a client library that puts in its own would break OSS's signature.
    pub content_type: &'a str,
    /// Its MD5, if known: both kinds of node refuse a body that has another.
    pub md5: Option<[u8; 16]>,
    /// S3: its SHA-256 as the checksum that newer nodes keep and answer with.
    pub checksum: Option<[u8; 32]>,
    /// Whether it may replace another.
    pub existing: Existing,
}

/// Where a page of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// With the first key.
    First,
    /// Behind a key.
    After(&'a str),
    /// Where the page before ended: its [`next`](listing::Listed::next).
    Token(&'a str),
}

/// What is asked of a node.
#[derive(Debug)]
pub struct Wanted<'a> {
    method: Method,
    /// None: the bucket as a whole.
    key: Option<&'a str>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    payload: Option<Payload>,
}

impl<'a> Wanted<'a> {
    fn read(method: Method, key: Option<&'a str>) -> Wanted<'a> {
        // The runtime would decode another encoding, and the length would be that of neither.
        let headers = vec![("accept-encoding", "identity".into())];
        Wanted { method, key, query: Vec::new(), headers, payload: None }
    }

    /// An object, or its bytes from a first to a last one.
    pub fn get(key: &'a str, range: Option<(u64, u64)>) -> Wanted<'a> {
        let mut wanted = Wanted::read(Method::Get, Some(key));
        wanted.headers.extend(range.map(|(first, last)| ("range", format!("bytes={first}-{last}"))));
        wanted
    }

    /// What a node says of an object.
    pub fn head(key: &'a str) -> Wanted<'a> {
        Wanted::read(Method::Head, Some(key))
    }

    /// An object is written; the body is the caller's.
    pub fn put(key: &'a str, node: &Node, put: &Put) -> Wanted<'a> {
        let mut headers = vec![("content-type", put.content_type.to_string())];
        headers.extend(put.md5.map(|md5| ("content-md5", hash::base64(&md5))));
        match (node.kind, put.existing) {
            (NodeKind::Oss, Existing::Kept) => headers.push(("x-oss-forbid-overwrite", "true".into())),
            (_, Existing::Kept) => headers.push(("if-none-match", "*".into())),
            (_, Existing::Replaced) => {}
        }
        if let (NodeKind::S3, Some(sha256)) = (node.kind, put.checksum) {
            headers.push(("x-amz-sdk-checksum-algorithm", "SHA256".into()));
            headers.push(("x-amz-checksum-sha256", hash::base64(&sha256)));
        }
        Wanted { method: Method::Put, key: Some(key), query: Vec::new(), headers, payload: Some(put.payload) }
    }

    /// An object is deleted; one that is not there is no error at either kind of node.
    pub fn delete(key: &'a str) -> Wanted<'a> {
        Wanted { method: Method::Delete, key: Some(key), query: Vec::new(), headers: Vec::new(), payload: None }
    }

    /// A page of keys that begin with `prefix`, in order; [`listing::parse`] reads the answer. `max_keys`
    /// from 1 to 1,000, more is taken for 1,000.
    pub fn list(prefix: &str, page: Page, max_keys: usize) -> Wanted<'a> {
        let mut wanted = Wanted::read(Method::Get, None);
        // Keys may hold what XML cannot.
        let fixed = [("list-type", "2".into()), ("encoding-type", "url".into())];
        wanted.query.extend(fixed);
        wanted.query.push(("max-keys", max_keys.clamp(1, listing::MAX_KEYS).to_string()));
        if !prefix.is_empty() {
            wanted.query.push(("prefix", prefix.into()));
        }
        match page {
            Page::First => {}
            Page::After(key) => wanted.query.push(("start-after", key.into())),
            Page::Token(token) => wanted.query.push(("continuation-token", token.into())),
        }
        wanted
    }
}

/// A request, ready to be sent. Further headers may be added that neither scheme must sign: all but
/// `x-amz-…`, `x-oss-…`, `content-type` and `content-md5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its method.
    pub method: Method,
    /// Its absolute URL.
    pub url: String,
    /// All headers but `host` and `content-length`, names in lower case.
    pub headers: Vec<(String, String)>,
}

/// Addresses what is wanted to an S3 or OSS node and signs it at `now`, unix seconds; a node without
/// credentials is asked unsigned.
///
/// # Errors
/// `malformed_url` for a key with a segment `.` or `..`, which the runtime's URL parser would follow after
/// the signature was made; `misconfigured` for a node of another kind.
pub fn sign(node: &Node, wanted: &Wanted, now: u64) -> Result<Signed> {
    if !node.kind.is_remote() {
        return Err(Error::Misconfigured(format!("The node {:?} is not asked by signed requests.", node.name)));
    }
    let url = url(node, wanted)?;
    let mut headers: Vec<(String, String)> = wanted.headers.iter().map(|(n, v)| (n.to_string(), v.clone())).collect();
    if let Some(own) = &node.credentials {
        let by = Signer { key_id: &own.id, secret: &own.secret, region: &node.region, now };
        let parts = Parts::new(wanted.method.as_str(), &url, headers.iter().cloned())?;
        headers.extend(match node.kind {
            NodeKind::Oss => {
                let address = Address { bucket: node.bucket.clone(), key: wanted.key.unwrap_or("").into(), by_host: false };
                oss_v4::authorize(&parts, &address, &by, "")?
            }
            _ => match wanted.payload {
                None => sigv4::authorize(&parts, &by, EMPTY_SHA256)?,
                Some(Payload::Unsigned) => sigv4::authorize(&parts, &by, UNSIGNED)?,
                Some(Payload::Sha256(sha256)) => sigv4::authorize(&parts, &by, &hash::hex(&sha256))?,
            },
        });
    }
    Ok(Signed { method: wanted.method, url, headers })
}

fn url(node: &Node, wanted: &Wanted) -> Result<String> {
    let mut url = match (node.addressing, node.endpoint.split_once("://")) {
        (Addressing::Host, Some((scheme, rest))) => format!("{scheme}://{}.{rest}", node.bucket),
        _ => format!("{}/{}", node.endpoint, node.bucket),
    };
    match wanted.key {
        Some(key) if key.is_empty() || key.split('/').any(|segment| matches!(segment, "." | "..")) => {
            return Err(Error::MalformedUrl("The object key is empty or holds a segment . or .. .".into()));
        }
        Some(key) => {
            url.push('/');
            url.push_str(&percent::encode(key, "/"));
        }
        // Some path-style nodes read a slash behind the bucket as an object without a name.
        None if node.addressing == Addressing::Host => url.push('/'),
        None => {}
    }
    let mut separator = '?';
    for (name, value) in &wanted.query {
        url.push(separator);
        url.push_str(&percent::encode(name, ""));
        if !value.is_empty() {
            url.push('=');
            url.push_str(&percent::encode(value, ""));
        }
        separator = '&';
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
