//! The data centre's cache (L1), under synthetic keys that carry nothing of the client's request.
//!
//! An entry lies there with Limn's own public policy; what the client is told is made anew at each answer.

use crate::avif::PENDING_SECONDS;
use crate::bytes;
use js_sys::Uint8Array;
use limn_core::api::range::Range;
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
    /// Its bytes, whole and verified; none where the answer that they were looked up for carries none.
    pub bytes: Option<Uint8Array>,
    /// Their digest.
    pub sha256: [u8; 32],
    /// True while another format is being made to take its place.
    pub pending: bool,
    /// True once it was handed to the derived store.
    pub in_store: bool,
}

impl Entry {
    /// Of bytes that were made or read here.
    pub fn of(bytes: &[u8], content_type: &str, modified: Option<u64>) -> Entry {
        let sha256 = hash::sha256(bytes);
        let representation = Representation::of(content_type, bytes.len(), &sha256, modified);
        Entry { representation, bytes: Some(bytes.into()), sha256, pending: false, in_store: false }
    }
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
    /// Whether nothing of it was left unread.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Kept::Image(entry) if entry.bytes.is_none())
    }

    /// What it takes of a memory, bytes.
    pub fn size(&self) -> usize {
        match self {
            Kept::Image(entry) => entry.representation.length as usize,
            Kept::Refusal(error) => error.to_string().len(),
        }
    }
}

/// Looks for a derived image, whose bytes are read if they `are_sent`. A broken entry is a miss: the cache is a
/// hint, never the truth.
pub async fn get(host: &str, key: &Key, are_sent: impl Fn(&Representation) -> bool) -> Option<Kept> {
    if lacks_cache_api(host) {
        return None;
    }
    let found: web_sys::Response = Cache::default().get(key.url(host), false).await.ok()??.into();
    let headers = found.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    if let Some(sha256) = header(REFUSAL) {
        let bytes = bytes::all(&found).await.ok()?.to_vec();
        let whole = hash::hex(&hash::sha256(&bytes)) == sha256;
        return whole.then(|| serde_json::from_slice(&bytes).ok())?.map(Kept::Refusal);
    }
    let (representation, digest) = label::read(|name| header(&format!("x-limn-{name}")))?;
    let sha256: [u8; 32] = hash::unhex(&digest)?;
    let bytes = match are_sent(&representation) {
        true => Some(verified(bytes::all(&found).await.ok()?, &representation, &sha256).await?),
        false => {
            bytes::give_up(&found);
            None
        }
    };
    let is = |name: &str| header(name).is_some();
    let (pending, in_store) = (is("x-limn-pending"), is("x-limn-in-store"));
    Some(Kept::Image(Rc::new(Entry { representation, bytes, sha256, pending, in_store })))
}

/// The bytes, if they are those that the labels beside them speak of.
pub async fn verified(bytes: Uint8Array, representation: &Representation, sha256: &[u8; 32]) -> Option<Uint8Array> {
    let whole = u64::from(bytes.length()) == representation.length && bytes::sha256(&bytes).await.ok()? == *sha256;
    whole.then_some(bytes)
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
    let bytes = entry.bytes.as_ref().ok_or("an image without its bytes is not kept")?;
    let headers = policy(if entry.pending { PENDING_SECONDS } else { PHYSICAL_SECONDS })?;
    headers.set("content-type", &entry.representation.content_type)?;
    for (name, value) in label::write(&entry.representation, &entry.sha256, key) {
        headers.set(&format!("x-limn-{name}"), &value)?;
    }
    for (name, set) in [("x-limn-pending", entry.pending), ("x-limn-in-store", entry.in_store)] {
        if set {
            headers.set(name, "1")?;
        }
    }
    Ok(ResponseBuilder::new().with_headers(headers).body(bytes::body(bytes, Range::Whole)?))
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
