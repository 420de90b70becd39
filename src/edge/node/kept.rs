//! Bytes of originals kept in the data centre, so that many images of one original read its node once, and
//! an origin that fails has left something. Each is checked when it is read.

use super::Original;
use limn_core::{hash, percent};
use worker::{Cache, Headers, ResponseBuilder};

/// Largest original that is kept, bytes.
const MOST: usize = 16 << 20;

fn url(bucket: &str, name: &str, version: &str) -> String {
    let version = hash::base64url(&hash::sha256(version.as_bytes()));
    format!("https://origin.limn.internal/__b/1/{bucket}/{}/{version}", percent::encode(name, "/"))
}

/// The bytes of a version, whole; a broken entry is a miss.
pub async fn get(bucket: &str, name: &str, version: &str) -> Option<Original> {
    let mut found = Cache::default().get(url(bucket, name, version), false).await.ok()??;
    let header = |name: &str| found.headers().get(name).ok().flatten();
    let (sha256, content_type) = (header("x-limn-sha256")?, header("content-type")?);
    let modified = header("x-limn-modified").and_then(|m| m.parse().ok());
    let bytes = found.bytes().await.ok()?;
    (hash::hex(&hash::sha256(&bytes)) == sha256).then(|| Original { bytes, version: version.into(), content_type, modified })
}

/// Keeps an original that was verified.
pub async fn put(bucket: &str, name: &str, original: &Original, seconds: u64) {
    if original.bytes.len() > MOST {
        return;
    }
    let response = || -> worker::Result<worker::Response> {
        let headers = Headers::new();
        headers.set("cache-control", &format!("public, max-age={seconds}"))?;
        headers.set("content-type", &original.content_type)?;
        headers.set("x-limn-sha256", &hash::hex(&hash::sha256(&original.bytes)))?;
        if let Some(modified) = original.modified {
            headers.set("x-limn-modified", &modified.to_string())?;
        }
        Ok(ResponseBuilder::new().with_headers(headers).fixed(original.bytes.clone()))
    };
    if let Ok(response) = response() {
        let _ = Cache::default().put(url(bucket, name, &original.version), response).await;
    }
}
