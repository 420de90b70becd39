//! The derived store (L2): an R2 bucket for all data centres. A hint like every cache: what is not whole
//! is deleted and made anew, and what R2 says no to is told to the log alone.

use crate::cache::Entry;
use crate::Edge;
use limn_core::key::Key;
use limn_core::{hash, label};
use std::collections::HashMap;
use worker::{Bucket, Conditional, Env};

/// The binding; without it there is no such tier.
const BINDING: &str = "DERIVED";

/// Whether the deployment has the store.
pub fn is_there(edge: &Edge) -> bool {
    edge.env.bucket(BINDING).is_ok()
}

/// Looks for a derived image.
pub async fn get(edge: &Edge, key: &Key) -> Option<Entry> {
    let store = edge.env.bucket(BINDING).ok()?;
    match read(&store, &key.store_key()).await {
        Ok(found) => found,
        Err(e) => {
            worker::console_warn!("derived get failed: {e}");
            None
        }
    }
}

async fn read(store: &Bucket, key: &str) -> worker::Result<Option<Entry>> {
    let Some(object) = store.get(key).execute().await? else { return Ok(None) };
    let labels = object.custom_metadata()?;
    let bytes = match object.body() {
        Some(body) => body.bytes().await?,
        None => Vec::new(),
    };
    let Some(representation) = label::read(|name| labels.get(name).cloned(), &bytes) else {
        worker::console_warn!("derived entry is broken and deleted: {key}");
        store.delete(key).await?;
        return Ok(None);
    };
    Ok(Some(Entry { representation, bytes, pending: false, in_store: true }))
}

/// Keeps a derived image where none lies under its key; R2 itself compares the digest. Tried once: the
/// image is made again where this failed.
pub async fn put(env: &Env, key: &Key, entry: &Entry) {
    let Ok(store) = env.bucket(BINDING) else { return };
    let labels: HashMap<String, String> =
        label::write(&entry.representation, &entry.bytes, key).into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    let once = Conditional { etag_does_not_match: Some("*".into()), ..Conditional::default() };
    let put = store.put(key.store_key(), entry.bytes.clone()).custom_metadata(labels).sha256(hash::sha256(&entry.bytes)).only_if(once);
    if let Err(e) = put.execute().await {
        worker::console_warn!("derived put failed: {e}");
    }
}
