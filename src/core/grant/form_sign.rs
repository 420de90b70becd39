//! Signing the forms that [`form`](super::form) verifies, for tools and tests.

use super::stamp;
use super::v4::{Signer, OSS, S3};
use crate::hash::{self, Mac};
use crate::Result;
use serde_json::json;

/// The kinds of form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// OSS PostObject, V1.
    OssV1,
    /// OSS PostObject, V4.
    OssV4,
    /// S3 POST, Signature Version 4.
    S3,
}

/// A form to be signed.
#[derive(Debug, Clone, Default)]
pub struct Draft<'a> {
    /// Where it is sent.
    pub bucket: &'a str,
    /// The field `key`; what stands before `${filename}` is what the policy fixes.
    pub key: &'a str,
    /// How long it is good, seconds.
    pub expires: u64,
    /// Most bytes of the file.
    pub max_bytes: Option<u64>,
    /// Further fields, each fixed by the policy as it stands.
    pub fields: &'a [(String, String)],
}

/// The fields of a signed form, in order; the file comes behind them.
///
/// # Errors
/// As [`Mac::sha256`].
pub fn sign(kind: Kind, draft: &Draft, by: &Signer) -> Result<Vec<(String, String)>> {
    let own = match kind {
        Kind::OssV1 => None,
        Kind::OssV4 => Some((&OSS, ["x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-signature"])),
        Kind::S3 => Some((&S3, ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"])),
    };
    let mut fields: Vec<(String, String)> = vec![("key".into(), draft.key.into())];
    fields.extend(draft.fields.iter().cloned());
    let credential = own.as_ref().map(|(names, _)| names.credential(by));
    if let (Some((names, [algorithm, id, date, _])), Some(credential)) = (&own, &credential) {
        fields.push(((*algorithm).into(), names.algorithm.into()));
        fields.push(((*id).into(), credential.text()));
        fields.push(((*date).into(), credential.date.clone()));
    }
    let mut conditions = vec![json!({ "bucket": draft.bucket })];
    for (name, value) in &fields {
        conditions.push(match value.split_once("${filename}") {
            Some((start, _)) if name == "key" => json!(["starts-with", "$key", start]),
            _ => json!(["eq", format!("${name}"), value]),
        });
    }
    if let Some(max) = draft.max_bytes {
        conditions.push(json!(["content-length-range", 0, max]));
    }
    let policy = json!({ "expiration": stamp::format_extended(by.now + draft.expires), "conditions": conditions });
    let policy = hash::base64(policy.to_string().as_bytes());
    match (own, credential) {
        (Some((names, [.., signature])), Some(credential)) => {
            let mac = names.key(by.secret.as_bytes(), &credential)?.then(policy.as_bytes())?;
            fields.extend([("policy".into(), policy), (signature.into(), mac.hex())]);
        }
        _ => {
            let mac = Mac::sha1(by.secret.as_bytes(), policy.as_bytes())?;
            fields.extend([("OSSAccessKeyId".into(), by.key_id.into()), ("policy".into(), policy), ("Signature".into(), mac.base64())]);
        }
    }
    Ok(fields)
}
