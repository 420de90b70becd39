//! The rules of a bucket's ledger: what a row holds, how versions are made, which statements keep the
//! manifest true. The Durable Object runs them; here they are text and arithmetic.

use crate::api::meta::Meta;
use serde::{Deserialize, Serialize};

/// Tables. `objects` is the truth of managed objects; `pending` are uploads that were promised a version
/// and not committed; `garbage` are blobs that no row names any more; `generations` are purges.
pub const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS objects (
        key TEXT PRIMARY KEY, version TEXT NOT NULL, sha256 TEXT NOT NULL, md5 TEXT NOT NULL,
        length INTEGER NOT NULL, content_type TEXT NOT NULL, meta TEXT NOT NULL, user TEXT NOT NULL,
        nodes TEXT NOT NULL, stored INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS pending (
        version TEXT PRIMARY KEY, key TEXT NOT NULL, node TEXT NOT NULL, length INTEGER NOT NULL, reserved INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS garbage (
        version TEXT PRIMARY KEY, node TEXT NOT NULL, since INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS generations (scope TEXT PRIMARY KEY, generation INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
];

/// The last version made: one statement, so that no two uploads can get the same one. `?` is the time in
/// milliseconds; where the clock stands still or steps back, the number goes on by one.
pub const NEXT_VERSION: &str = "INSERT INTO counters (name, value) VALUES ('version', ?)
     ON CONFLICT (name) DO UPDATE SET value = MAX(value + 1, excluded.value) RETURNING value";

/// How long a reader may still be on its way to a blob that no row names any more, milliseconds.
pub const GARBAGE_AGE_MS: u64 = 60 * 60 * 1_000;
/// How long an upload may stay uncommitted, milliseconds (reference: orphans older than 24 h).
pub const PENDING_AGE_MS: u64 = 24 * 60 * 60 * 1_000;

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

/// What a read asks the ledger for in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Rows by key, for the object and the marks that were asked for; absent keys are not there.
    pub rows: std::collections::HashMap<String, Row>,
    /// The purge generation of the object.
    pub generation: u64,
}

/// A promise of a version, the answer to a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Where the blob is to be written.
    pub version: String,
}

/// A question to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Call {
    /// Rows of some keys, and the generation of the first.
    Look {
        /// The object's key, then its marks'.
        keys: Vec<String>,
    },
    /// A version for an upload.
    Reserve {
        /// The object's key.
        key: String,
        /// The node that it will be written to.
        node: String,
        /// Bytes.
        length: u64,
    },
    /// Makes a stored blob the object. Answers with the row; an upload that was superseded by one that
    /// was reserved later is a conflict.
    Commit {
        /// The object's key.
        key: String,
        /// What it is.
        row: Row,
    },
    /// Gives a reservation back.
    Release {
        /// Its version.
        version: String,
    },
    /// Deletes an object; deleting what is not there is no error, as in OSS and S3.
    Delete {
        /// The object's key.
        key: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_texts_as_they_do_as_numbers() {
        let numbers = [0, 1, 35, 36, 1_795_471_260_000, 1_795_471_260_001, u64::from(u32::MAX) * 1_000_000];
        let texts: Vec<String> = numbers.iter().map(|n| version_text(*n)).collect();
        assert!(texts.windows(2).all(|pair| pair[0] < pair[1]), "{texts:?}");
        assert!(texts.iter().all(|t| t.len() == 11));
    }

    #[test]
    fn a_call_is_told_as_json_and_back() {
        let call = Call::Reserve { key: "a\"b".into(), node: "a".into(), length: 3 };
        let json = serde_json::to_string(&call).unwrap();
        assert_eq!(json, r#"{"do":"reserve","key":"a\"b","node":"a","length":3}"#);
        assert_eq!(serde_json::from_str::<Call>(&json).unwrap(), call);
    }
}
