//! The derived store (L2): an R2 bucket for all data centres. A hint like every cache: what is not whole
//! is deleted and made anew, and what R2 says no to is told to the log alone.

use crate::bytes;
use crate::cache::{verified, Entry};
use crate::Edge;
use limn_core::key::Key;
use limn_core::{hash, label};
use std::collections::HashMap;
use worker::{Bucket, Conditional, Env, ResponseBody};

/// The binding; without it there is no such tier.
const BINDING: &str = "DERIVED";

/// Whether the deployment has the store.
pub fn is_there(edge: &Edge) -> bool {
    edge.env.bucket(BINDING).is_ok()
}

/// Looks for a derived image.
pub async fn get(edge: &Edge, key: &Key) -> Option<Entry> {
    let _step = edge.step("l2");
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
    let body = object.body().map_or(Ok(ResponseBody::Empty), |body| body.response_body())?;
    let bytes = bytes::read(body).await?;
    let entry = async {
        let (representation, digest) = label::read(|name| labels.get(name).cloned())?;
        let sha256 = hash::unhex(&digest)?;
        let bytes = verified(bytes, &representation, &sha256).await?;
        Some(Entry { representation, bytes: Some(bytes), sha256, pending: false, in_store: true })
    };
    let entry = entry.await;
    if entry.is_none() {
        worker::console_warn!("derived entry is broken and deleted: {key}");
        store.delete(key).await?;
    }
    Ok(entry)
}

/// Keeps a derived image where none lies under its key; R2 itself compares the digest. Tried once: the
/// image is made again where this failed.
pub async fn put(env: &Env, key: &Key, entry: &Entry) {
    let (Ok(store), Some(bytes)) = (env.bucket(BINDING), &entry.bytes) else { return };
    let labels: HashMap<String, String> =
        label::write(&entry.representation, &entry.sha256, key).into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    let once = Conditional { etag_does_not_match: Some("*".into()), ..Conditional::default() };
    let put = store.put(key.store_key(), bytes.to_vec()).custom_metadata(labels).sha256(entry.sha256.to_vec()).only_if(once);
    if let Err(e) = put.execute().await {
        worker::console_warn!("derived put failed: {e}");
    }
}
