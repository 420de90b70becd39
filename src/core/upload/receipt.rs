//! What an upload to `/-/upload` is answered: where the object is, and what it is.

use crate::ledger::once::Done;
use crate::percent;
use serde::Serialize;

/// The receipt; its JSON is the answer's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // docs/operations.md tells each
pub struct Receipt {
    pub bucket: String,
    pub key: String,
    pub url: String,
    pub size: u64,
    pub sha256: String,
    pub etag: String,
    pub version: String,
    pub content_type: String,
    /// Names of those that hold it by now.
    pub nodes: Vec<String>,
    /// Copies that there will be.
    pub replicas: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl Receipt {
    /// Of what was stored. `base`: the address under which the bucket's keys lie, with a `/` at its end.
    pub fn of(done: &Done, bucket: &str, base: &str, replicas: usize) -> Receipt {
        let row = &done.row;
        Receipt {
            bucket: bucket.into(),
            key: done.key.clone(),
            url: format!("{base}{}", percent::encode(&done.key, "/")),
            size: row.length,
            sha256: row.sha256.clone(),
            etag: row.etag.clone(),
            version: row.version.clone(),
            content_type: row.content_type.clone(),
            nodes: row.holders().map(Into::into).collect(),
            replicas,
            width: done.width,
            height: done.height,
        }
    }
}
