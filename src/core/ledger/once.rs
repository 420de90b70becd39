//! Uploads that happen once: single-use tokens and Idempotency-Keys, remembered where the object is committed.

use super::Row;
use crate::grant::native;
use crate::hash;
use crate::parts::Parts;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// How long an Idempotency-Key is remembered, seconds.
pub const KEY_SECONDS: u64 = 24 * 60 * 60;
/// How long a token is remembered beyond its end, seconds: the ledger's clock may be ahead of the Worker's.
const SPARE_SECONDS: u64 = 60;
/// Longest Idempotency-Key, bytes.
const MAX_KEY: usize = 255;

/// `once` holds, for each token and each key that was used, what the request was and what it came to.
pub const TABLES: &[&str] = &[
    "CREATE TABLE once (id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, done TEXT NOT NULL, until INTEGER NOT NULL)",
    "CREATE INDEX once_by_until ON once (until)",
];

/// What an upload must not happen twice under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// `t` and the digest of a token, `k` and the digest of a user and a key.
    pub id: String,
    /// Digest of what the request stores where.
    pub fingerprint: String,
    /// When it may be forgotten, unix seconds.
    pub until: u64,
}

/// What an upload came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The object's key.
    pub key: String,
    /// Its row as it was committed.
    pub row: Row,
    /// Pixels as shown, of an image whose upload asked for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// As the width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// The request's Idempotency-Key.
///
/// # Errors
/// `bad_arg` for what is not 1 to 255 printable ASCII characters.
pub fn key_of(parts: &Parts) -> Result<Option<&str>> {
    let Some(key) = parts.header("idempotency-key") else { return Ok(None) };
    match (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        true => Ok(Some(key)),
        false => {
            Err(Error::BadArg(format!("Idempotency-Key: 1 to {MAX_KEY} printable ASCII characters are wanted; {} bytes came.", key.len())))
        }
    }
}

/// Digest of a request: `target` is the key or pattern that bytes of this digest go to.
pub fn fingerprint(verb: &str, bucket: &str, target: &str, sha256: &[u8; 32]) -> String {
    digest(&[verb, bucket, target, &hash::hex(sha256)])
}

impl Mark {
    /// Of a token: the text that was signed, so that no other spelling of its signature is another token.
    pub fn token(parts: &Parts, expires: u64, fingerprint: &str) -> Mark {
        let id = format!("t{}", digest(&[&native::text_to_sign(parts)]));
        Mark { id, fingerprint: fingerprint.into(), until: expires.saturating_add(SPARE_SECONDS) }
    }

    /// Of a user's key.
    pub fn key(user: &str, key: &str, now: u64, fingerprint: &str) -> Mark {
        Mark { id: format!("k{}", digest(&[user, key])), fingerprint: fingerprint.into(), until: now + KEY_SECONDS }
    }

    /// Refuses another request under the same mark.
    ///
    /// # Errors
    /// `token_used`, `idempotency_mismatch`.
    pub fn check(&self, used_for: &str) -> Result<()> {
        match (self.fingerprint == used_for, self.id.starts_with('t')) {
            (true, _) => Ok(()),
            (false, true) => Err(Error::TokenUsed),
            (false, false) => Err(Error::IdempotencyMismatch),
        }
    }
}

/// Each text with its length before it, so that no two lists run together.
fn digest(texts: &[&str]) -> String {
    let joined: String = texts.iter().map(|t| format!("{}:{t}", t.len())).collect();
    hash::hex(&hash::sha256(joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_for_one_request() {
        let parts = |query: &str| Parts::new("POST", &format!("http://h/-/upload/demo?{query}"), []).unwrap();
        let prints = [("POST", "a", "k", [1; 32]), ("PUT", "a", "k", [1; 32]), ("POST", "ak", "", [1; 32]), ("POST", "a", "k", [2; 32])]
            .map(|(verb, bucket, target, sha256)| fingerprint(verb, bucket, target, &sha256));
        assert!(prints.iter().enumerate().all(|(i, a)| prints.iter().skip(i + 1).all(|b| a != b)));
        let token = Mark::token(&parts("exp=9&kid=a&s=x"), 9, &prints[0]);
        assert_eq!((token.check(&prints[0]), token.check(&prints[1]).unwrap_err().code()), (Ok(()), "token_used"));
        assert_eq!(token.id, Mark::token(&parts("s=y&kid=a&exp=9"), 9, &prints[1]).id);
        assert_ne!(token.id, Mark::token(&parts("s=x&kid=a&exp=9&nonce=1"), 9, &prints[0]).id);
        let key = Mark::key("dev", "1", 100, &prints[0]);
        assert_eq!(key.check(&prints[3]).unwrap_err().status(), 422);
        assert_ne!(key.id, Mark::key("de", "v1", 100, &prints[0]).id);
        assert_eq!(key.until, 86_500);
    }

    #[test]
    fn keys_are_printable_and_short() {
        let code = |key: &str| {
            let parts = Parts::new("PUT", "http://h/b/k", [("Idempotency-Key".to_string(), key.to_string())]).unwrap();
            key_of(&parts).map(|k| k.is_some()).map_err(|e| e.code())
        };
        assert_eq!([code("a"), code(&"a".repeat(255)), code("a b")], [Ok(true); 3]);
        assert_eq!([code(""), code(&"a".repeat(256)), code("é"), code("a\tb")], [Err("bad_arg"); 4]);
    }
}
