//! Schemes that are recognised and not taken: each is told by name, with what to use instead.

use crate::parts::Parts;
use crate::{Error, Result};

/// Parameters and headers that carry a temporary credential's token.
pub const TOKEN_PARAMS: [&str; 3] = ["security-token", "x-oss-security-token", "X-Amz-Security-Token"];
const TOKEN_HEADERS: [&str; 2] = ["x-oss-security-token", "x-amz-security-token"];

/// Parameters of the schemes that are not taken.
pub const PARAMS: [&str; 3] = ["x-oss-access-key-id", "AWSAccessKeyId", "X-Amz-Region-Set"];

fn scheme(what: &str, instead: &str) -> Error {
    Error::SchemeRefused(format!("{what} is not taken; use {instead}."))
}

pub(super) fn oss_v2() -> Error {
    scheme("OSS signature version 2", "V4 (OSS4-HMAC-SHA256)")
}

pub(super) fn aws_v2() -> Error {
    scheme("AWS Signature Version 2", "V4 (AWS4-HMAC-SHA256; boto3: signature_version=\"s3v4\")")
}

/// Refuses what is recognised and not taken.
///
/// # Errors
/// `signature_unsupported`.
pub(super) fn check(parts: &Parts) -> Result<()> {
    let authorization = parts.header("authorization").unwrap_or("");
    let v4a = || scheme("AWS Signature Version 4A", "V4 (AWS4-HMAC-SHA256)");
    if parts.param("x-oss-signature-version") == Some("OSS2")
        || parts.param("x-oss-access-key-id").is_some()
        || authorization.starts_with("OSS2 ")
    {
        return Err(oss_v2());
    }
    if parts.param("AWSAccessKeyId").is_some() || authorization.starts_with("AWS ") {
        return Err(aws_v2());
    }
    let asymmetric = parts.param("X-Amz-Algorithm").is_some_and(|a| a.starts_with("AWS4-ECDSA"));
    if asymmetric || authorization.starts_with("AWS4-ECDSA") || parts.param("X-Amz-Region-Set").is_some() {
        return Err(v4a());
    }
    let token = TOKEN_PARAMS.iter().any(|p| parts.param(p).is_some()) || TOKEN_HEADERS.iter().any(|h| parts.header(h).is_some());
    match token {
        true => Err(Error::TokenRefused),
        false => Ok(()),
    }
}

/// The refusal of an Authorization header that is of no known scheme.
pub(super) fn unknown_header() -> Error {
    Error::SchemeRefused("This kind of Authorization header is not taken; OSS4-HMAC-SHA256, AWS4-HMAC-SHA256 and OSS are.".into())
}
