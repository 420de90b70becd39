//! The data centre's cache (L1), under synthetic keys that carry nothing of the client's request.
//!
//! An entry lies there with Limn's own public policy; what the client is told is made anew at each answer.

use crate::avif::PENDING_SECONDS;
use crate::Edge;
use limn_core::hash;
use limn_core::key::Key;
use limn_core::reply::{Representation, PHYSICAL_SECONDS};
use worker::{Cache, Headers, ResponseBuilder};

/// A derived image as it lies in the cache.
#[derive(Clone)]
pub struct Entry {
    /// What it is.
    pub representation: Representation,
    /// Its bytes, whole and verified.
    pub bytes: Vec<u8>,
    /// True while another format is being made to take its place.
    pub pending: bool,
}

/// Looks for a derived image. A broken entry is a miss: the cache is a hint, never the truth.
pub async fn get(host: &str, key: &Key) -> Option<Entry> {
    let mut found = Cache::default().get(key.url(host), false).await.ok()??;
    let header = |name: &str| found.headers().get(name).ok().flatten();
    let representation = Representation {
        content_type: header("content-type")?,
        etag: header("x-limn-etag")?,
        length: header("x-limn-length")?.parse().ok()?,
        modified: header("x-limn-modified").and_then(|m| m.parse().ok()),
        negotiated: header("x-limn-negotiated").is_some(),
        stored: Vec::new(),
    };
    let (sha256, pending) = (header("x-limn-sha256")?, header("x-limn-pending").is_some());
    let bytes = found.bytes().await.ok()?;
    let whole = bytes.len() as u64 == representation.length && hash::hex(&hash::sha256(&bytes)) == sha256;
    whole.then_some(Entry { representation, bytes, pending })
}

/// Keeps a derived image behind the answer.
pub fn put_later(edge: &Edge, host: &str, key: &Key, entry: &Entry) {
    let (host, key, entry) = (host.to_string(), key.clone(), entry.clone());
    edge.ctx.wait_until(async move { put(&host, &key, &entry).await });
}

/// Keeps a derived image; a failure costs the next request a render and nothing else.
pub async fn put(host: &str, key: &Key, entry: &Entry) {
    let response = || -> worker::Result<worker::Response> {
        let (representation, headers) = (&entry.representation, Headers::new());
        let seconds = if entry.pending { PENDING_SECONDS } else { PHYSICAL_SECONDS };
        headers.set("cache-control", &format!("public, max-age={seconds}"))?;
        headers.set("content-type", &representation.content_type)?;
        headers.set("x-limn-etag", &representation.etag)?;
        headers.set("x-limn-length", &representation.length.to_string())?;
        headers.set("x-limn-sha256", &hash::hex(&hash::sha256(&entry.bytes)))?;
        if let Some(modified) = representation.modified {
            headers.set("x-limn-modified", &modified.to_string())?;
        }
        for (name, set) in [("x-limn-negotiated", representation.negotiated), ("x-limn-pending", entry.pending)] {
            if set {
                headers.set(name, "1")?;
            }
        }
        Ok(ResponseBuilder::new().with_headers(headers).fixed(entry.bytes.clone()))
    };
    let kept = match response() {
        Ok(response) => Cache::default().put(key.url(host), response).await,
        Err(e) => Err(e),
    };
    if let Err(e) = kept {
        worker::console_warn!("cache put failed: {e}");
    }
}
