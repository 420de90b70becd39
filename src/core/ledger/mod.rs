//! The rules of a bucket's ledger: what a row holds, how versions are made, what it can be asked. The
//! Durable Object runs them; here they are text and arithmetic.

pub mod call;
pub mod inventory;
pub mod jobs;
pub mod once;
pub mod quota;
pub mod schema;
pub mod shard;
pub mod usage;

use crate::api::meta::Meta;
use crate::hash;
use crate::node::Known;
use serde::{Deserialize, Serialize};

/// How long a reader may still be on its way to a blob that no row names any more, milliseconds.
pub const GARBAGE_AGE_MS: u64 = 60 * 60 * 1_000;
/// How long an upload may stay uncommitted, milliseconds (reference: orphans older than 24 h).
pub const PENDING_AGE_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long a multipart upload may stay open, milliseconds.
pub const UPLOAD_AGE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// How long the ledger waits before it tries a copy once more: a second, then twice as long each time, up to
/// this, milliseconds.
pub const COPY_PAUSE_MS: u64 = 10 * 60 * 1_000;
/// Name of the ledger that knows the buckets made through the object API; no bucket can have it.
pub const DIRECTORY: &str = "-";
/// Most buckets that one user may make (product: section 2).
pub const MAX_BUCKETS: u64 = 10;

/// The text of a version: eleven base-36 digits, so that versions sort by time as texts do.
pub fn version_text(number: u64) -> String {
    let mut digits = [b'0'; 11];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
        rest /= 36;
    }
    String::from_utf8_lossy(&digits).into_owned()
}

/// One row of `objects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Never used again, sorts by time.
    pub version: String,
    /// Lower-case hex.
    pub sha256: String,
    /// What clients know as its ETag, without quotes: MD5 in lower-case hex, `md5-N` of a multipart upload.
    pub etag: String,
    /// CRC-64/XZ, decimal: what OSS calls crc64ecma.
    pub crc64: String,
    /// Bytes.
    pub length: u64,
    /// As served.
    pub content_type: String,
    /// Content headers and user metadata.
    pub meta: Meta,
    /// Who stored it.
    pub user: String,
    /// Names of the nodes that hold it, joined by commas.
    pub nodes: String,
    /// When, unix milliseconds.
    pub stored: u64,
}

impl Row {
    /// Whether a key names this version or its content, as names that Limn makes do: another version has another name.
    pub fn is_named_by(&self, key: &str) -> bool {
        key.contains(&self.version) || key.contains(&self.sha256)
    }

    /// The nodes that hold it.
    pub fn holders(&self) -> impl Iterator<Item = &str> {
        names(&self.nodes)
    }

    /// What its blob's bytes must be.
    pub fn known(&self) -> Option<Known> {
        Some(Known {
            length: self.length,
            sha256: hash::unhex(&self.sha256)?,
            // Of a multipart upload it is no digest of the bytes.
            md5: hash::unhex(&self.etag),
            crc64: self.crc64.parse().ok(),
        })
    }
}

/// Names out of a list as rows hold it.
pub fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|name| !name.is_empty())
}

/// How long to wait before a copy is tried again that has failed so often, milliseconds.
pub fn copy_pause(tries: u64) -> u64 {
    1_000u64.checked_shl(tries.min(20) as u32).unwrap_or(COPY_PAUSE_MS).min(COPY_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_tried_less_and_less_often() {
        assert_eq!([0, 1, 5, 10, 60].map(copy_pause), [1_000, 2_000, 32_000, 600_000, 600_000]);
    }

    #[test]
    fn versions_sort_as_texts_as_they_do_as_numbers() {
        let numbers = [0, 1, 35, 36, 1_795_471_260_000, 1_795_471_260_001, u64::from(u32::MAX) * 1_000_000];
        let texts: Vec<String> = numbers.iter().map(|n| version_text(*n)).collect();
        assert!(texts.windows(2).all(|pair| pair[0] < pair[1]), "{texts:?}");
        assert!(texts.iter().all(|t| t.len() == 11));
    }
}
