//! Who signed, by which scheme, and what the signature covers. One file a scheme.

use super::chunks::ChunkSigner;
use super::{native, oss_v1};
use crate::address::Address;
use crate::config::{AccessKey, Config};
use crate::parts::Parts;
use crate::{Error, Result};

/// How a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Limn's own, in the URL.
    Native,
    /// OSS V1 in the URL.
    OssV1,
    /// OSS V1 in the Authorization header.
    OssV1Header,
}

/// What a signature speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// Method, path and every parameter.
    Everything,
    /// Method, path and the parameters that OSS names.
    OssParams,
    /// The path alone.
    Path,
}

impl Scheme {
    /// What the scheme's signature speaks for.
    pub fn covers(self) -> Covers {
        match self {
            Scheme::Native => Covers::Everything,
            Scheme::OssV1 | Scheme::OssV1Header => Covers::OssParams,
        }
    }

    /// Whether it is made for one request by a tool, not for a link in a page: such a right needs no end
    /// of its own and no Referer.
    pub fn is_header(self) -> bool {
        matches!(self, Scheme::OssV1Header)
    }
}

/// A verified signature.
#[derive(Debug, Clone)]
pub struct Signature {
    /// How it was made.
    pub scheme: Scheme,
    /// Id of the access key.
    pub key_id: String,
    /// When the right ends, unix seconds.
    pub expires: Option<u64>,
    /// What it says of an upload's body.
    pub promise: UploadPromise,
}

/// What a signature says of an upload's body.
#[derive(Debug, Clone, Default)]
pub struct UploadPromise {
    /// Its content type.
    pub content_type: Option<String>,
    /// Its length in bytes.
    pub length: Option<u64>,
    /// Its digest in hex.
    pub sha256: Option<String>,
    /// What signs its chunks, where the request's signature is the first of a chain.
    pub chunks: Option<ChunkSigner>,
}

/// Tries every live secret of a key, without early exit, and returns the one that `matches` accepts.
///
/// # Errors
/// `bad_signature` when none does.
pub(super) fn signer_of(key: &AccessKey, matches: impl Fn(&[u8]) -> Result<bool>) -> Result<&[u8]> {
    let mut found = None;
    for secret in &key.secrets {
        if matches(secret.as_bytes())? {
            found = Some(secret.as_bytes());
        }
    }
    found.ok_or(Error::BadSignature)
}

/// Finds and verifies the signature, if there is one. A signature that is there must be right, even where
/// none is needed.
///
/// # Errors
/// `bad_signature`, `link_expired`, `clock_skewed`, `access_denied` for an incomplete signature,
/// `not_implemented` for schemes that are recognised and not taken, `bad_arg` for two at once.
pub fn verify(parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Option<Signature>> {
    let native = native::PARAMS.iter().any(|p| parts.param(p).is_some());
    let oss = oss_v1::PARAMS.iter().any(|p| parts.param(p).is_some());
    match (native, oss, parts.header("authorization").is_some()) {
        (false, false, false) => Ok(None),
        (true, false, false) => native::verify(parts, config, now).map(Some),
        (false, true, false) => oss_v1::verify(parts, address, config, now).map(Some),
        (false, false, true) => oss_v1::verify_header(parts, address, config, now).map(Some),
        _ => Err(Error::BadArg("The request carries more than one signature; one is wanted.".into())),
    }
}
