//! The data centre's cache (L1), under synthetic keys that carry nothing of the client's request.
//!
//! An entry lies there with Limn's own public policy; what the client is told is made anew at each answer.

use crate::avif::PENDING_SECONDS;
use limn_core::key::Key;
use limn_core::reply::{Representation, PHYSICAL_SECONDS};
use limn_core::verdict::lacks_cache_api;
use limn_core::{hash, label, Error};
use std::rc::Rc;
use worker::{Cache, Headers, Response, ResponseBuilder};

/// How long a refusal that depends on the source's bytes alone is kept, seconds.
const REFUSAL_SECONDS: u64 = 300;
/// Marks an entry that is a refusal.
const REFUSAL: &str = "x-limn-refusal";

/// A derived image as the caches keep it.
#[derive(Clone)]
pub struct Entry {
    /// What it is.
    pub representation: Representation,
    /// Its bytes, whole and verified.
    pub bytes: Vec<u8>,
    /// True while another format is being made to take its place.
    pub pending: bool,
    /// True once it was handed to the derived store.
    pub in_store: bool,
}

/// What lies under a key.
#[derive(Clone)]
pub enum Kept {
    /// An image.
    Image(Rc<Entry>),
    /// Word that none can be made of this version of the source.
    Refusal(Error),
}

impl Kept {
    /// What it takes of a memory, bytes.
    pub fn size(&self) -> usize {
        match self {
            Kept::Image(entry) => entry.bytes.len(),
            Kept::Refusal(error) => error.to_string().len(),
        }
    }
}

/// Looks for a derived image. A broken entry is a miss: the cache is a hint, never the truth.
pub async fn get(host: &str, key: &Key) -> Option<Kept> {
    if lacks_cache_api(host) {
        return None;
    }
    let mut found = Cache::default().get(key.url(host), false).await.ok()??;
    let bytes = found.bytes().await.ok()?;
    let header = |name: &str| found.headers().get(name).ok().flatten();
    if let Some(sha256) = header(REFUSAL) {
        let whole = hash::hex(&hash::sha256(&bytes)) == sha256;
        return whole.then(|| serde_json::from_slice(&bytes).ok())?.map(Kept::Refusal);
    }
    let representation = label::read(|name| header(&format!("x-limn-{name}")), &bytes)?;
    let is = |name: &str| header(name).is_some();
    Some(Kept::Image(Rc::new(Entry { representation, bytes, pending: is("x-limn-pending"), in_store: is("x-limn-in-store") })))
}

/// Keeps what was made; a failure costs the next request a render and nothing else.
pub async fn put(host: &str, key: &Key, kept: &Kept) {
    if lacks_cache_api(host) {
        return;
    }
    let response = match kept {
        Kept::Image(entry) => image(key, entry),
        Kept::Refusal(error) => refusal(error),
    };
    let kept = match response {
        Ok(response) => Cache::default().put(key.url(host), response).await,
        Err(e) => Err(e),
    };
    if let Err(e) = kept {
        worker::console_warn!("cache put failed: {e}");
    }
}

fn image(key: &Key, entry: &Entry) -> worker::Result<Response> {
    let headers = policy(if entry.pending { PENDING_SECONDS } else { PHYSICAL_SECONDS })?;
    headers.set("content-type", &entry.representation.content_type)?;
    for (name, value) in label::write(&entry.representation, &entry.bytes, key) {
        headers.set(&format!("x-limn-{name}"), &value)?;
    }
    for (name, set) in [("x-limn-pending", entry.pending), ("x-limn-in-store", entry.in_store)] {
        if set {
            headers.set(name, "1")?;
        }
    }
    Ok(ResponseBuilder::new().with_headers(headers).fixed(entry.bytes.clone()))
}

fn refusal(error: &Error) -> worker::Result<Response> {
    let body = serde_json::to_vec(error)?;
    let headers = policy(REFUSAL_SECONDS)?;
    headers.set(REFUSAL, &hash::hex(&hash::sha256(&body)))?;
    Ok(ResponseBuilder::new().with_headers(headers).fixed(body))
}

fn policy(seconds: u64) -> worker::Result<Headers> {
    let headers = Headers::new();
    headers.set("cache-control", &format!("public, max-age={seconds}"))?;
    Ok(headers)
}
