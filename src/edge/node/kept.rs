//! Bytes of originals kept in the data centre, so that many images of one original read its node once, and
//! an origin that fails has left something. Each is checked when it is read.

use super::Original;
use crate::failure::Outcome;
use crate::{admission, bytes, Edge};
use js_sys::Uint8Array;
use limn_core::api::range::Range;
use limn_core::{hash, percent};
use worker::{Cache, Headers, ResponseBuilder};

/// Largest original that is kept, bytes.
const MOST: u32 = 16 << 20;
/// How long the bytes of a version that never changes are kept, seconds.
pub const UNCHANGING_SECONDS: u64 = 86_400;

fn url(bucket: &str, name: &str, version: &str) -> String {
    let version = hash::base64url(&hash::sha256(version.as_bytes()));
    format!("https://origin.limn.internal/__b/2/{bucket}/{}/{version}", percent::encode(name, "/"))
}

/// The bytes of a version, whole; a broken entry is a miss.
///
/// # Errors
/// `busy`.
pub async fn get(edge: &Edge, bucket: &str, name: &str, version: &str) -> Outcome<Option<Original>> {
    let _step = edge.step("l1");
    let Ok(Some(found)) = Cache::default().get(url(bucket, name, version), false).await else { return Ok(None) };
    let found: web_sys::Response = found.into();
    let Some((label, length)) = label(version, &found.headers()) else { return Ok(None) };
    let place = admission::original(length).await?;
    let Ok(all) = bytes::all(&found).await else { return Ok(None) };
    if bytes::sha256(&all).await.ok() != Some(label.sha256) {
        return Ok(None);
    }
    let Label { version, content_type, modified, .. } = label;
    Ok(Some(Original { bytes: all.to_vec(), version, content_type, modified, place }))
}

/// What an entry says of its bytes, and how many they are.
fn label(version: &str, headers: &web_sys::Headers) -> Option<(Label, u64)> {
    let header = |name: &str| headers.get(name).ok().flatten();
    let (sha256, content_type) = (hash::unhex(&header("x-limn-sha256")?)?, header("content-type")?);
    let modified = header("x-limn-modified").and_then(|m| m.parse().ok());
    Some((Label { version: version.into(), sha256, content_type, modified }, header("x-limn-length")?.parse().ok()?))
}

/// What is kept of an original beside its bytes.
pub struct Label {
    /// The version that the bytes are.
    pub version: String,
    /// Their digest.
    pub sha256: [u8; 32],
    /// As served when nothing is made of them.
    pub content_type: String,
    /// When they were stored, unix seconds.
    pub modified: Option<u64>,
}

/// Keeps an original that was verified.
pub async fn put(bucket: &str, name: &str, label: &Label, all: &Uint8Array, seconds: u64) {
    if all.length() > MOST {
        return;
    }
    let response = || -> worker::Result<worker::Response> {
        let headers = Headers::new();
        headers.set("cache-control", &format!("public, max-age={seconds}"))?;
        headers.set("content-type", &label.content_type)?;
        headers.set("x-limn-sha256", &hash::hex(&label.sha256))?;
        headers.set("x-limn-length", &all.length().to_string())?;
        if let Some(modified) = label.modified {
            headers.set("x-limn-modified", &modified.to_string())?;
        }
        Ok(ResponseBuilder::new().with_headers(headers).body(bytes::body(all, Range::Whole)?))
    };
    if let Ok(response) = response() {
        let _ = Cache::default().put(url(bucket, name, &label.version), response).await;
    }
}
