//! What administrators ask of storage nodes: `/-/nodes` and `/-/import/{bucket}`.

use crate::grant::{Caller, Scheme};
use crate::ledger::jobs::Kind;
use crate::parts::Parts;
use crate::route::check_key;
use crate::{hash, Error, Result};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Most keys of one import, and of a list that is handed over.
pub const MAX_KEYS: usize = 1_000;
/// Keys of one import where nothing is said: few enough for the platform's subrequests.
const KEYS: usize = 50;
/// Parameters that may stand beside a route's own: those of Limn's signature.
const SIGNING: [&str; 6] = ["s", "kid", "exp", "ct", "len", "sha256"];

/// What is to be done with a bucket's copies: `POST /-/nodes`, JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The bucket.
    pub bucket: String,
    /// What is done.
    #[serde(rename = "do")]
    pub deed: Deed,
}

/// What an [`Order`] may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Every object is brought to its homes.
    Rebalance,
    /// Every copy is read and compared with its digest.
    Scrub,
    /// The job that runs ends where it is.
    Stop,
}

impl Deed {
    /// The job that it starts; none that it ends one.
    pub fn job(self) -> Option<Kind> {
        match self {
            Deed::Rebalance => Some(Kind::Rebalance),
            Deed::Scrub => Some(Kind::Scrub),
            Deed::Stop => None,
        }
    }
}

impl Order {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn parse(body: &[u8]) -> Result<Order> {
        serde_json::from_slice(body).map_err(|e| {
            Error::BadArg(format!("The body must be JSON {{\"bucket\": NAME, \"do\": \"rebalance\", \"scrub\" or \"stop\"}}: {e}."))
        })
    }
}

/// What is imported into a bucket: the parameters of `POST /-/import/{bucket}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The node that is read.
    pub from: String,
    /// What keys begin with.
    pub prefix: String,
    /// The key behind which it goes on; empty: from the first.
    pub after: String,
    /// Most keys, 1 to [`MAX_KEYS`].
    pub max: usize,
    /// Whether an object with other bytes is replaced; else it stays as it is.
    pub overwrite: bool,
    /// Whether the node's ETags tell nothing of the bytes, as where it encrypts with keys of its own.
    pub opaque_etags: bool,
}

impl Import {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `unknown_param`, `bad_arg`.
    pub fn of(parts: &Parts) -> Result<Import> {
        only(parts, &["from", "prefix", "after", "max", "overwrite", "etags"])?;
        let text = |name: &str| parts.param(name).unwrap_or("").to_string();
        let from = text("from");
        if from.is_empty() {
            return Err(Error::BadArg("from must name the node whose keys are imported.".into()));
        }
        let max = match parts.param("max") {
            None => KEYS,
            Some(given) => given
                .parse()
                .ok()
                .filter(|n| (1..=MAX_KEYS).contains(n) && given.bytes().all(|b| b.is_ascii_digit()))
                .ok_or_else(|| Error::BadArg(format!("max must be a whole number from 1 to {MAX_KEYS}; {given:?} came.")))?,
        };
        let flag = |name: &str, yes: &str, no: &str| match parts.param(name) {
            None => Ok(false),
            Some(given) if given == yes => Ok(true),
            Some(given) if given == no => Ok(false),
            Some(given) => Err(Error::BadArg(format!("{name} must be {yes} or {no}; {given:?} came."))),
        };
        let (overwrite, opaque_etags) = (flag("overwrite", "1", "0")?, flag("etags", "opaque", "md5")?);
        Ok(Import { from, prefix: text("prefix"), after: text("after"), max, overwrite, opaque_etags })
    }

    /// The MD5 that a node's ETag is, where it is one: of an object in several parts it is another digest.
    pub fn md5(&self, etag: &str) -> Option<[u8; 16]> {
        hash::unhex(etag).filter(|_| !self.opaque_etags)
    }

    /// A page of the keys in a body, for nodes that cannot list: those under the prefix and behind `after`, in
    /// order, each once; and whether more are left.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn page(&self, body: &[u8]) -> Result<(Vec<String>, bool)> {
        let wanted =
            |what: String| Error::BadArg(format!("The node cannot list: the body must be a JSON list of 1 to {MAX_KEYS} keys; {what}."));
        let keys: Vec<String> = serde_json::from_slice(body).map_err(|e| wanted(e.to_string()))?;
        if !(1..=MAX_KEYS).contains(&keys.len()) {
            return Err(wanted(format!("{} came", keys.len())));
        }
        let fitting: BTreeSet<String> = keys.into_iter().filter(|k| k.starts_with(&self.prefix) && *k > self.after).collect();
        let more = fitting.len() > self.max;
        Ok((fitting.into_iter().take(self.max).collect(), more))
    }
}

/// What is known of an object on the node that is imported from, against the one that is in the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twin {
    /// The same bytes.
    Same,
    /// Others.
    Other,
    /// As many bytes, which must be compared.
    Unknown,
}

impl Twin {
    /// By lengths and digests alone. `etag`: the one in the bucket.
    pub fn of(theirs: (Option<u64>, Option<[u8; 16]>), length: u64, etag: &str) -> Twin {
        match theirs {
            (Some(other), _) if other != length => Twin::Other,
            (_, Some(md5)) => match hash::unhex::<16>(etag) {
                Some(ours) if ours == md5 => Twin::Same,
                Some(_) => Twin::Other,
                // Put together from parts: its ETag is no digest of its bytes.
                None => Twin::Unknown,
            },
            _ => Twin::Unknown,
        }
    }
}

/// Why a key that a node holds can be no object of a bucket.
///
/// # Errors
/// `malformed_url`.
pub fn importable(key: &str) -> Result<()> {
    match key {
        "" => Err(Error::MalformedUrl("The key is empty.".into())),
        key => check_key(key),
    }
}

/// Refuses a body where the node itself tells its keys: whoever sends a list means no other keys.
///
/// # Errors
/// `bad_arg`.
pub fn no_body(body: &[u8]) -> Result<()> {
    match body.is_empty() {
        true => Ok(()),
        false => Err(Error::BadArg("The node lists its keys itself; no body is wanted.".into())),
    }
}

/// Refuses parameters that a route of Limn's own does not know.
///
/// # Errors
/// `unknown_param`.
pub fn only(parts: &Parts, known: &[&str]) -> Result<()> {
    match parts.query.iter().find(|(name, _)| !known.contains(&name.as_str()) && !SIGNING.contains(&name.as_str())) {
        Some((name, _)) => Err(Error::UnknownParam(format!("{name:?} is no parameter of this route; {} are.", known.join(", ")))),
        None => Ok(()),
    }
}

/// Whether the caller signed this very request, body included where `with_body`: what is done must be what was
/// signed.
///
/// # Errors
/// `signature_required`, `bad_arg` for a signature without end.
pub fn signed_whole(caller: &Caller<'_>, with_body: bool) -> Result<()> {
    caller.known()?;
    let own = caller.scheme().is_some_and(|scheme| scheme == Scheme::Native || scheme.is_header());
    match own && (!with_body || caller.promise().sha256.is_some()) {
        true => caller.ends(),
        false => Err(Error::SignatureRequired(
            "This needs Limn's own signature with exp, or a signed Authorization header; where a body is sent, with its sha256.".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(query: &str) -> Result<Import> {
        Import::of(&Parts::new("POST", &format!("http://h/-/import/demo?{query}"), []).unwrap())
    }

    #[test]
    fn orders() {
        let order = Order::parse(br#"{"bucket":"demo","do":"scrub"}"#).unwrap();
        assert_eq!((order.bucket.as_str(), order.deed.job()), ("demo", Some(Kind::Scrub)));
        assert_eq!(Order::parse(br#"{"bucket":"demo","do":"stop"}"#).unwrap().deed.job(), None);
        for body in ["", "[]", r#"{"bucket":"demo"}"#, r#"{"bucket":"demo","do":"drain"}"#, r#"{"bucket":"demo","do":"stop","node":"a"}"#] {
            let e = Order::parse(body.as_bytes()).unwrap_err();
            assert!(e.code() == "bad_arg" && e.to_string().contains("rebalance"), "{e}");
        }
    }

    #[test]
    fn an_import_says_what_is_wrong_with_it() {
        let all = import("from=old&prefix=a/&after=a/b&max=7&overwrite=1&etags=opaque&kid=k&exp=1&s=x&sha256=y").unwrap();
        assert_eq!(
            all,
            Import { from: "old".into(), prefix: "a/".into(), after: "a/b".into(), max: 7, overwrite: true, opaque_etags: true }
        );
        assert_eq!(import("from=old").unwrap().max, KEYS);
        for (query, code, word) in [
            ("", "bad_arg", "from"),
            ("from=old&max=0", "bad_arg", "max"),
            ("from=old&max=1001", "bad_arg", "1001"),
            ("from=old&max=%2B5", "bad_arg", "max"),
            ("from=old&max=", "bad_arg", "max"),
            ("from=old&overwrite=yes", "bad_arg", "overwrite"),
            ("from=old&etags=none", "bad_arg", "etags"),
            ("from=old&prefx=a", "unknown_param", "prefx"),
        ] {
            let e = import(query).unwrap_err();
            assert!(e.code() == code && e.to_string().contains(word), "{query}: {e}");
        }
    }

    #[test]
    fn a_list_of_keys_goes_on_behind_the_last() {
        let body = br#"["b","a","x/c","c","a","d"]"#;
        let page = |query: &str| import(query).unwrap().page(body).unwrap();
        assert_eq!(page("from=w&max=2"), (vec!["a".to_string(), "b".into()], true));
        assert_eq!(page("from=w&max=2&after=b"), (vec!["c".to_string(), "d".into()], true));
        assert_eq!(page("from=w&max=2&after=d"), (vec!["x/c".to_string()], false));
        assert_eq!(page("from=w&prefix=x/"), (vec!["x/c".to_string()], false));
        let many = serde_json::to_vec(&vec!["k"; MAX_KEYS + 1]).unwrap();
        for body in [&b""[..], b"[]", b"{}", b"[1]", &many] {
            assert_eq!(import("from=w").unwrap().page(body).unwrap_err().code(), "bad_arg");
        }
    }

    #[test]
    fn twins_are_told_by_length_and_md5() {
        let md5 = Some([0xab; 16]);
        let etag = hash::hex(&[0xab; 16]);
        for (theirs, length, etag, twin) in [
            ((Some(5), md5), 5, etag.as_str(), Twin::Same),
            ((Some(4), md5), 5, etag.as_str(), Twin::Other),
            ((Some(5), Some([0; 16])), 5, etag.as_str(), Twin::Other),
            ((Some(5), md5), 5, "00-2", Twin::Unknown),
            ((Some(5), None), 5, etag.as_str(), Twin::Unknown),
            ((None, None), 5, etag.as_str(), Twin::Unknown),
        ] {
            assert_eq!(Twin::of(theirs, length, etag), twin, "{theirs:?}");
        }
        let plain = import("from=old").unwrap();
        assert_eq!(plain.md5(&etag.to_uppercase()), md5);
        assert_eq!((plain.md5("ab-2"), import("from=old&etags=opaque").unwrap().md5(&etag)), (None, None));
        assert_eq!(importable("a//b").unwrap_err().code(), "malformed_url");
        assert!(importable("").is_err() && importable("a/").is_ok());
    }
}
