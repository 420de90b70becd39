//! Browser form uploads: the signature over the policy, the policy over the fields. OSS PostObject with V1
//! and V4, S3 POST with Signature Version 4 (reference: signatures.md 4).

use super::policy::Policy;
use super::signature::signer_of;
use super::v4::{self, OSS, S3};
use super::{refused, stamp, Scheme, Signature, UploadPromise};
use crate::config::Config;
use crate::hash::{self, Form, Mac};
use crate::{Error, Result};

/// The right to store one form's file.
#[derive(Debug)]
pub struct FormGrant {
    /// Who signed the policy; its end is the policy's.
    pub signature: Signature,
    /// Fewest and most bytes of the file, if the policy says so.
    pub length: Option<(u64, u64)>,
    /// The answer's status: 200, 201 or 204.
    pub status: u16,
    /// Where the browser is sent afterwards, an http or https URL.
    pub redirect: Option<String>,
    fields: Vec<(String, String)>,
    policy: Policy,
}

impl FormGrant {
    /// A field's value; `name` in lower case.
    pub fn field(&self, name: &str) -> Option<&str> {
        find(&self.fields, name)
    }

    /// All fields that came before the file, names in lower case.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The object's key for a file of this name.
    ///
    /// # Errors
    /// `malformed_form`, `policy_refused`.
    pub fn key(&self, filename: &str) -> Result<String> {
        let key = key(&self.fields, filename)?;
        self.policy.check_filled(&key).map(|()| key)
    }
}

/// The object's key: the field `key`, in which `${filename}` stands for the file's name without its path.
///
/// # Errors
/// `malformed_form` without a key.
pub fn key(fields: &[(String, String)], filename: &str) -> Result<String> {
    let key = fields.iter().find(|(n, _)| n.eq_ignore_ascii_case("key")).map(|(_, v)| v.as_str()).unwrap_or("");
    let name = filename.rsplit(['/', '\\']).next().unwrap_or("");
    let key = key.replace("${filename}", name);
    match key.is_empty() {
        true => Err(Error::MalformedForm("The form needs the field key.".into())),
        false => Ok(key),
    }
}

fn find<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// What stands in no policy: the signature itself and what S3 tells to ignore.
fn is_exempt(field: &str) -> bool {
    ["policy", "file", "x-amz-signature", "x-oss-signature", "signature"].contains(&field) || field.starts_with("x-ignore-")
}

/// Verifies the fields that came before the file. `address_bucket` is the bucket that the form was sent to.
///
/// # Errors
/// `signature_required` without a signature, `bad_signature`, `signature_unsupported`, `link_expired`,
/// `policy_refused`, `malformed_form`, `access_denied` for an incomplete signature, `bad_arg` for two.
pub fn verify(fields: &[(String, String)], address_bucket: &str, config: &Config, now: u64) -> Result<FormGrant> {
    let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| (n.to_ascii_lowercase(), v.clone())).collect();
    let twice = fields.iter().enumerate().find(|(i, (name, _))| fields.iter().skip(i + 1).any(|(n, _)| n == name));
    if let Some((_, (name, _))) = twice {
        return Err(Error::MalformedForm(format!("The form's field {name:?} stands twice.")));
    }
    let has = |names: &[&str]| names.iter().any(|n| find(&fields, n).is_some());
    if has(&["awsaccesskeyid"]) {
        return Err(refused::aws_v2());
    }
    if has(&["x-oss-security-token", "x-amz-security-token", "security-token"]) {
        return Err(Error::TokenRefused);
    }
    let v1 = has(&["ossaccesskeyid", "signature"]);
    let v4 = has(&["x-oss-signature-version", "x-oss-credential", "x-oss-signature"]);
    let s3 = has(&["x-amz-algorithm", "x-amz-credential", "x-amz-signature"]);
    let (scheme, key_id) = match (v1, v4, s3) {
        (true, false, false) => (Scheme::OssForm, verify_v1(&fields, config)?),
        (false, true, false) => (
            Scheme::OssForm,
            verify_v4(&OSS, ["x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-signature"], &fields, config, now)?,
        ),
        (false, false, true) => (
            Scheme::S3Form,
            verify_v4(&S3, ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"], &fields, config, now)?,
        ),
        (false, false, false) => return Err(Error::SignatureRequired("A form upload needs a policy and its signature.".into())),
        _ => return Err(Error::BadArg("The form carries more than one signature; one is wanted.".into())),
    };
    let text = find(&fields, "policy").unwrap_or("");
    let json = hash::from_base64(text).ok_or_else(|| Error::MalformedForm("The policy is not base64.".into()))?;
    let policy = Policy::parse(&json)?;
    if now > policy.expiration {
        return Err(Error::LinkExpired);
    }
    check_coverage(&policy, &fields, scheme, v4)?;
    if find(&fields, "bucket").is_some_and(|b| b != address_bucket) {
        return Err(Error::PolicyRefused("The form's field \"bucket\" is not the bucket that it was sent to.".into()));
    }
    policy.check(|name| if name == "bucket" { address_bucket } else { find(&fields, name).unwrap_or("") })?;
    let redirect = find(&fields, "success_action_redirect").or(find(&fields, "redirect"));
    let is_web = |text: &&str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let status = match find(&fields, "success_action_status") {
        Some("200") => 200,
        Some("201") => 201,
        _ => 204,
    };
    Ok(FormGrant {
        signature: Signature { scheme, key_id, expires: Some(policy.expiration), promise: UploadPromise::default() },
        length: policy.length,
        status,
        redirect: redirect.filter(is_web).map(Into::into),
        fields,
        policy,
    })
}

/// S3 wants every field under a condition, and the bucket; OSS wants those of its V4 signature.
fn check_coverage(policy: &Policy, fields: &[(String, String)], scheme: Scheme, v4: bool) -> Result<()> {
    let names: Vec<&str> = match (scheme, v4) {
        (Scheme::S3Form, _) => fields.iter().map(|(n, _)| n.as_str()).filter(|n| !is_exempt(n)).chain(["bucket"]).collect(),
        (_, true) => vec!["x-oss-signature-version", "x-oss-credential", "x-oss-date"],
        _ => vec![],
    };
    match names.into_iter().find(|n| !policy.names(n)) {
        Some(name) => Err(Error::PolicyRefused(format!("The policy holds no condition on {name:?}."))),
        None => Ok(()),
    }
}

fn wanted<'f>(fields: &'f [(String, String)], name: &str) -> Result<&'f str> {
    find(fields, name).ok_or_else(|| Error::AccessDenied(format!("The form lacks the field {name:?}.")))
}

/// Base64 HMAC-SHA1 over the policy's base64 text; returns the key's id.
fn verify_v1(fields: &[(String, String)], config: &Config) -> Result<String> {
    let (id, policy, given) = (wanted(fields, "ossaccesskeyid")?, wanted(fields, "policy")?, wanted(fields, "signature")?);
    let key = config.key(id).ok_or(Error::UnknownAccessKey)?;
    signer_of(key, |secret| Ok(Mac::sha1(secret, policy.as_bytes())?.matches(given, Form::Base64)))?;
    Ok(id.into())
}

/// Hex HMAC-SHA256 with the day's key over the policy's base64 text; returns the key's id.
fn verify_v4(
    names: &v4::Names,
    [algorithm, credential, date, signature]: [&str; 4],
    fields: &[(String, String)],
    config: &Config,
    now: u64,
) -> Result<String> {
    if wanted(fields, algorithm)? != names.algorithm {
        return Err(Error::SchemeRefused(format!("The form's {algorithm} must be {}.", names.algorithm)));
    }
    let (date, policy, given) = (wanted(fields, date)?, wanted(fields, "policy")?, wanted(fields, signature)?);
    let credential = names.parse_credential(wanted(fields, credential)?, date)?;
    names.verify_text(config, &credential, policy, given)?;
    let made = stamp::parse(date).ok_or_else(|| Error::AccessDenied("The form's date must be YYYYMMDDTHHMMSSZ.".into()))?;
    if now > made + v4::MAX_LIFE_SECONDS {
        return Err(Error::LinkExpired);
    }
    match made > now + v4::SKEW_SECONDS {
        true => Err(Error::ClockSkewed),
        false => Ok(credential.key_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::form_sign::{sign, Draft, Kind};
    use crate::grant::Signer;

    const NOW: u64 = 1_795_471_800;

    fn config() -> Config {
        crate::config::tests::sample()
    }

    fn by(secret: &str) -> Signer<'_> {
        Signer { key_id: "limn-reader", secret, region: "cn-hangzhou", now: NOW }
    }

    fn signed(kind: Kind, secret: &str) -> Vec<(String, String)> {
        let more = [("success_action_status".to_string(), "201".to_string())];
        let draft = Draft { bucket: "demo", key: "up/${filename}", expires: 60, max_bytes: Some(1_000), fields: &more };
        sign(kind, &draft, &by(secret)).unwrap()
    }

    const KINDS: [Kind; 3] = [Kind::OssV1, Kind::OssV4, Kind::S3];

    fn code(fields: &[(String, String)], bucket: &str, now: u64) -> &'static str {
        verify(fields, bucket, &config(), now).err().map_or("", |e| e.code())
    }

    #[test]
    fn what_is_signed_is_taken_until_it_ends() {
        for kind in KINDS {
            for secret in ["limn-reader-secret", "an-older-secret"] {
                let fields = signed(kind, secret);
                let grant = verify(&fields, "demo", &config(), NOW + 60).unwrap();
                assert_eq!((grant.length, grant.status, grant.signature.key_id.as_str()), (Some((0, 1_000)), 201, "limn-reader"));
                assert_eq!(grant.key("C:\\pictures\\cat.jpg").unwrap(), "up/cat.jpg");
                assert_eq!(code(&fields, "demo", NOW + 61), "link_expired");
                assert_eq!(code(&fields, "vault", NOW), "policy_refused");
            }
            assert_eq!(code(&signed(kind, "a-wrong-secret"), "demo", NOW), "bad_signature");
        }
    }

    #[test]
    fn altered_forms_are_refused() {
        for kind in KINDS {
            let good = signed(kind, "limn-reader-secret");
            let s3 = kind == Kind::S3;
            for (name, value, want) in [
                ("key", "down/a.jpg", "policy_refused"),
                ("success_action_status", "200", "policy_refused"),
                ("x-amz-meta-more", "a", if s3 { "policy_refused" } else { "" }),
                ("x-ignore-me", "a", ""),
                ("bucket", "vault", "policy_refused"),
                ("AWSAccessKeyId", "a", "signature_unsupported"),
                ("x-amz-security-token", "a", "signature_unsupported"),
            ] {
                let mut fields: Vec<_> = good.iter().filter(|(n, _)| n != name).cloned().collect();
                fields.push((name.into(), value.into()));
                assert_eq!(code(&fields, "demo", NOW), want, "{kind:?} {name}");
            }
            for i in 0..good.len() {
                let mut fields = good.clone();
                fields.push((good[i].0.to_uppercase(), good[i].1.clone()));
                assert_eq!(code(&fields, "demo", NOW), "malformed_form", "{kind:?} {}", good[i].0);
                let mut fields = good.clone();
                fields.remove(i);
                assert_ne!(code(&fields, "demo", NOW), "", "{kind:?} without {}", good[i].0);
            }
            let mut renamed = good.clone();
            renamed.iter_mut().for_each(|(n, _)| *n = n.to_uppercase());
            assert_eq!(code(&renamed, "demo", NOW), "");
        }
        let both: Vec<_> = [signed(Kind::OssV4, "limn-reader-secret"), signed(Kind::S3, "limn-reader-secret")].concat();
        let mut seen = std::collections::HashSet::new();
        let both: Vec<_> = both.into_iter().filter(|(n, _)| seen.insert(n.clone())).collect();
        assert_eq!(code(&both, "demo", NOW), "bad_arg");
        assert_eq!(code(&[("key".into(), "a".into())], "demo", NOW), "signature_required");
    }

    #[test]
    fn what_boto3_makes() {
        // clients/boto3_signed_urls.json, presigned_post.
        let config = Config::parse([(
            "LIMN_KEY_B",
            r#"{"id":"AKIATESTKEY000000001","secrets":["TestSecretKey0123456789abcdefABCDEFGH0123"],"user":"b","grants":[]}"#,
        )])
        .unwrap();
        let fields = [
            ("key", "up/${filename}"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", "AKIATESTKEY000000001/20261123/auto/s3/aws4_request"),
            ("x-amz-date", "20261123T221016Z"),
            ("policy", "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjNUMjI6MTE6MTZaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAicGhvdG9zIn0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJ1cC8iXSwgeyJ4LWFtei1hbGdvcml0aG0iOiAiQVdTNC1ITUFDLVNIQTI1NiJ9LCB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQVRFU1RLRVkwMDAwMDAwMDEvMjAyNjExMjMvYXV0by9zMy9hd3M0X3JlcXVlc3QifSwgeyJ4LWFtei1kYXRlIjogIjIwMjYxMTIzVDIyMTAxNloifV19"),
            ("x-amz-signature", "b10dcc71dbd956c82c93158582ba25acbd89161a0204f9b4b60b465bd9d1b0a9"),
        ];
        let fields: Vec<(String, String)> = fields.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        let now = stamp::parse("20261123T221016Z").unwrap();
        assert_eq!(verify(&fields, "photos", &config, now).unwrap().key("a.jpg").unwrap(), "up/a.jpg");
        assert_eq!(verify(&fields, "photos", &config, now + 61).unwrap_err(), Error::LinkExpired);
        assert_eq!(verify(&fields, "others", &config, now).unwrap_err().code(), "policy_refused");
    }

    #[test]
    fn an_excluded_name_is_excluded_when_filled() {
        let policy = r#"{"expiration":"2026-11-24T00:00:00Z","conditions":[["not-in","$key",["up/secret.txt"]]]}"#;
        let policy = hash::base64(policy.as_bytes());
        let signature = Mac::sha1(b"limn-reader-secret", policy.as_bytes()).unwrap().base64();
        let fields = [("OSSAccessKeyId", "limn-reader"), ("Signature", &signature), ("policy", &policy), ("key", "up/${filename}")];
        let fields: Vec<(String, String)> = fields.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        let grant = verify(&fields, "demo", &config(), NOW).unwrap();
        assert_eq!((grant.key("a.txt").is_ok(), grant.status), (true, 204));
        assert_eq!(grant.key("secret.txt").unwrap_err().code(), "policy_refused");
    }
}
