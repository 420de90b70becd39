//! Who signed, by which scheme, and what the signature covers. One file a scheme.

use super::chunks::ChunkSigner;
use super::{cdn_a, native, oss_v1, oss_v4, refused, sigv4};
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
    /// OSS V4 in the URL.
    OssV4,
    /// OSS V4 in the Authorization header.
    OssV4Header,
    /// AWS Signature Version 4 in the URL.
    SigV4,
    /// AWS Signature Version 4 in the Authorization header.
    SigV4Header,
    /// Alibaba's CDN, type A, in the URL.
    CdnA,
    /// The policy of an OSS PostObject form.
    OssForm,
    /// The policy of an S3 POST form.
    S3Form,
}

/// What a signature speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// Method, path and every parameter; of a form what its policy holds.
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
            Scheme::OssV1 | Scheme::OssV1Header => Covers::OssParams,
            Scheme::CdnA => Covers::Path,
            Scheme::Native
            | Scheme::OssV4
            | Scheme::OssV4Header
            | Scheme::SigV4
            | Scheme::SigV4Header
            | Scheme::OssForm
            | Scheme::S3Form => Covers::Everything,
        }
    }

    /// Whether it is made for one request by a tool, not for a link in a page: such a right needs no end
    /// of its own and no Referer.
    pub fn is_header(self) -> bool {
        matches!(self, Scheme::OssV1Header | Scheme::OssV4Header | Scheme::SigV4Header)
    }
}

/// Parameters that S3 clients sign and send beside a signature and that ask for nothing.
const BESIDE: [&str; 3] = ["x-id", "X-Amz-Content-Sha256", "x-amz-sdk-checksum-algorithm"];

/// Limn's own parameters: the signature's and what it promises of a body.
const NATIVE: [&str; 6] = ["s", "kid", "exp", "ct", "len", "sha256"];

/// Whether a query parameter belongs to a signing scheme, those included that are refused.
pub fn is_parameter(name: &str) -> bool {
    let beside = BESIDE.contains(&name) || name.starts_with("x-amz-checksum-");
    NATIVE.contains(&name) || name == cdn_a::PARAM || beside || cloud_names().any(|n| n == name)
}

fn cloud_names() -> impl Iterator<Item = &'static str> {
    oss_v1::PARAMS.into_iter().chain(oss_v4::PARAMS).chain(sigv4::PARAMS).chain(refused::PARAMS).chain(refused::TOKEN_PARAMS)
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
/// `signature_unsupported` for schemes that are recognised and not taken, `bad_arg` for two at once.
pub fn verify(parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Option<Signature>> {
    // A scheme's parameter in other letters would pass as unsigned where no signature is needed.
    if let Some((name, _)) = parts.query.iter().find(|(n, _)| cloud_names().any(|c| c != n && c.eq_ignore_ascii_case(n))) {
        return Err(Error::BadArg(format!("The parameter {name} is a signature's, spelt in other letters.")));
    }
    refused::check(parts)?;
    let has = |names: &[&str]| names.iter().any(|p| parts.param(p).is_some());
    let (native, v1, v4) = (has(&native::PARAMS), has(&oss_v1::PARAMS), has(&oss_v4::PARAMS));
    let (s3, cdn, header) = (has(&sigv4::PARAMS), has(&[cdn_a::PARAM]), parts.header("authorization"));
    if [native, v1, v4, s3, cdn, header.is_some()].into_iter().filter(|there| *there).count() > 1 {
        return Err(Error::BadArg("The request carries more than one signature; one is wanted.".into()));
    }
    let signature = match header {
        Some(header) => match header.split_once(' ') {
            Some(("OSS", rest)) => oss_v1::verify_header(rest, parts, address, config, now),
            Some(("OSS4-HMAC-SHA256", rest)) => oss_v4::verify_header(rest, parts, address, config, now),
            Some(("AWS4-HMAC-SHA256", rest)) => sigv4::verify_header(rest, parts, config, now),
            _ => Err(refused::unknown_header()),
        },
        None if native => native::verify(parts, config, now),
        None if v1 => oss_v1::verify(parts, address, config, now),
        None if v4 => oss_v4::verify(parts, address, config, now),
        None if s3 => sigv4::verify(parts, config, now),
        None if cdn => cdn_a::verify(parts, address, config, now),
        None => return Ok(None),
    };
    signature.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(url: &str, headers: &[(&str, &str)]) -> &'static str {
        let config = crate::config::tests::sample();
        let headers = headers.iter().map(|(a, b)| (a.to_string(), b.to_string()));
        let parts = Parts::new("GET", &format!("http://h/demo/a.jpg{url}"), headers).unwrap();
        verify(&parts, &Address::of(&parts, &config), &config, 1_000).err().map_or("", |e| e.code())
    }

    #[test]
    fn what_is_not_taken_is_named() {
        for (url, header, code_wanted) in [
            ("", ("x-thing", "1"), ""),
            ("", ("authorization", "Basic a:b"), "signature_unsupported"),
            ("", ("authorization", "Bearer a"), "signature_unsupported"),
            ("", ("authorization", ""), "signature_unsupported"),
            ("", ("authorization", "OSS2 AccessKeyId:a,Signature:b"), "signature_unsupported"),
            ("", ("authorization", "AWS a:b"), "signature_unsupported"),
            ("", ("authorization", "AWS4-ECDSA-P256-SHA256 Credential=a"), "signature_unsupported"),
            ("", ("authorization", "OSS4-HMAC-SHA1 Credential=a"), "signature_unsupported"),
            ("", ("authorization", "oss a:b"), "signature_unsupported"),
            ("?x-oss-signature-version=OSS2&x-oss-signature=a", ("x-thing", "1"), "signature_unsupported"),
            ("?x-oss-signature-version=OSS4-HMAC-SHA1&x-oss-signature=a", ("x-thing", "1"), "signature_unsupported"),
            ("?AWSAccessKeyId=a&Signature=b&Expires=9999", ("x-thing", "1"), "signature_unsupported"),
            ("?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", ("x-thing", "1"), "signature_unsupported"),
            ("?X-Amz-Algorithm=AWS4-HMAC-SHA1", ("x-thing", "1"), "signature_unsupported"),
            ("?security-token=a", ("x-thing", "1"), "signature_unsupported"),
            ("?X-Amz-Security-Token=a", ("x-thing", "1"), "signature_unsupported"),
            ("", ("x-oss-security-token", "a"), "signature_unsupported"),
            ("", ("x-amz-security-token", "a"), "signature_unsupported"),
            ("?Signature=a", ("x-thing", "1"), "access_denied"),
            ("?x-oss-signature=a", ("x-thing", "1"), "signature_unsupported"),
            ("?X-Amz-Signature=a", ("x-thing", "1"), "access_denied"),
            ("?x-amz-signature=a", ("x-thing", "1"), "bad_arg"),
            ("?X-Oss-Signature=a", ("x-thing", "1"), "bad_arg"),
            ("?auth_key=a", ("x-thing", "1"), "bad_arg"),
            ("?kid=limn-dev&s=a", ("authorization", "OSS a:b"), "bad_arg"),
            ("?kid=limn-dev&s=a&OSSAccessKeyId=b", ("x-thing", "1"), "bad_arg"),
            ("?X-Amz-Signature=a&x-oss-signature=b", ("x-thing", "1"), "bad_arg"),
        ] {
            assert_eq!(code(url, &[header]), code_wanted, "{url} {header:?}");
        }
    }

    #[test]
    fn parameters_of_schemes() {
        for name in ["s", "kid", "exp", "ct", "len", "sha256", "OSSAccessKeyId", "Expires", "Signature", "auth_key", "x-id"] {
            assert!(is_parameter(name), "{name}");
        }
        for name in ["x-oss-signature-version", "x-oss-credential", "X-Amz-Signature", "x-amz-checksum-crc32c", "security-token"] {
            assert!(is_parameter(name), "{name}");
        }
        for name in ["w", "x-oss-process", "x-oss-acl", "response-content-type", "S", "x-amz-acl", "X-Amz-Meta"] {
            assert!(!is_parameter(name), "{name}");
        }
    }
}
