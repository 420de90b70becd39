//! The data centre's cache (L1), under synthetic keys that carry nothing of the client's request.
//!
//! An entry lies there with Limn's own public policy; what the client is told is made anew at each answer.

use limn_core::hash;
use limn_core::key::Key;
use limn_core::parts::Parts;
use limn_core::reply::{Representation, PHYSICAL_SECONDS};
use worker::{Cache, Headers, ResponseBuilder};

/// A derived image that was found.
pub struct Hit {
    /// What it is.
    pub representation: Representation,
    /// Its bytes, whole and verified.
    pub bytes: Vec<u8>,
}

/// Looks for a derived image. A broken entry is a miss: the cache is a hint, never the truth.
pub async fn get(parts: &Parts, key: &Key) -> Option<Hit> {
    let mut found = Cache::default().get(key.url(&parts.host), false).await.ok()??;
    let header = |name: &str| found.headers().get(name).ok().flatten();
    let representation = Representation {
        content_type: header("content-type")?,
        etag: header("x-limn-etag")?,
        length: header("x-limn-length")?.parse().ok()?,
        modified: header("x-limn-modified").and_then(|m| m.parse().ok()),
        negotiated: header("x-limn-negotiated").is_some(),
    };
    let sha256 = header("x-limn-sha256")?;
    let bytes = found.bytes().await.ok()?;
    let whole = bytes.len() as u64 == representation.length && hash::hex(&hash::sha256(&bytes)) == sha256;
    whole.then_some(Hit { representation, bytes })
}

/// Keeps a derived image; a failure costs the next request a render and nothing else.
pub async fn put(host: &str, key: &Key, representation: &Representation, bytes: Vec<u8>) {
    let entry = || -> worker::Result<worker::Response> {
        let headers = Headers::new();
        headers.set("cache-control", &format!("public, max-age={PHYSICAL_SECONDS}"))?;
        headers.set("content-type", &representation.content_type)?;
        headers.set("x-limn-etag", &representation.etag)?;
        headers.set("x-limn-length", &representation.length.to_string())?;
        headers.set("x-limn-sha256", &hash::hex(&hash::sha256(&bytes)))?;
        if let Some(modified) = representation.modified {
            headers.set("x-limn-modified", &modified.to_string())?;
        }
        if representation.negotiated {
            headers.set("x-limn-negotiated", "1")?;
        }
        Ok(ResponseBuilder::new().with_headers(headers).fixed(bytes.clone()))
    };
    let kept = match entry() {
        Ok(entry) => Cache::default().put(key.url(host), entry).await,
        Err(e) => Err(e),
    };
    if let Err(e) = kept {
        worker::console_warn!("cache put failed: {e}");
    }
}
