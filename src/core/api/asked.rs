//! What a request asks for in the headers of its dialect.

use super::acl;
use crate::parts::Parts;
use crate::{Error, Result};

/// The value of a header, or of the query parameter that stands for it: signers of S3 links move `x-amz-*`
/// headers into the query, where their signature covers them.
pub fn asked<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    let moved = || {
        let found = parts.query.iter().find(|(n, _)| name.starts_with("x-amz-") && n.eq_ignore_ascii_case(name));
        found.filter(|_| is_s3_link(parts)).map(|(_, v)| v.as_str())
    };
    parts.header(name).or_else(moved)
}

/// Whether S3's signature stands in the query, and so covers all of it.
pub fn is_s3_link(parts: &Parts) -> bool {
    parts.param("X-Amz-Signature").is_some()
}

/// `x-oss-` or `x-amz-`: what begins the headers that the request's signature covers. Limn's own scheme covers
/// none, and each cloud's only its own. A request carries one signature, which was verified before.
fn covered_prefix(parts: &Parts) -> Option<&'static str> {
    let authorization = parts.header("authorization").unwrap_or("");
    let has = |name: &str| parts.param(name).is_some();
    if authorization.starts_with("OSS") || has("OSSAccessKeyId") || has("x-oss-signature") {
        Some("x-oss-")
    } else if authorization.starts_with("AWS") || is_s3_link(parts) {
        Some("x-amz-")
    } else {
        None
    }
}

/// The value of a header of the cloud whose scheme signed the request: `x-oss-NAME` or `x-amz-NAME`.
///
/// # Errors
/// `access_denied` where the header is there in words that the signature does not cover: whoever holds a
/// signed link could otherwise make another request of it.
pub fn covered<'a>(parts: &'a Parts, name: &str) -> Result<Option<&'a str>> {
    let prefix = covered_prefix(parts);
    for other in ["x-oss-", "x-amz-"].into_iter().filter(|p| Some(*p) != prefix) {
        if parts.header(&format!("{other}{name}")).is_some() {
            return Err(Error::AccessDenied(format!("The header {other}{name} came and is not signed.")));
        }
    }
    Ok(prefix.and_then(|prefix| asked(parts, &format!("{prefix}{name}"))))
}

/// The value of a header that both clouds have, each with its own prefix: `x-oss-NAME` or `x-amz-NAME`.
pub fn of_either<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.header(&format!("x-oss-{name}")).or_else(|| asked(parts, &format!("x-amz-{name}")))
}

/// Headers that ask a write for what is not done here. The object would be stored, but not as its owner
/// wants it, so each is a refusal.
const REFUSED: [(&str, &str); 15] = [
    ("x-oss-tagging", "Objects have no tags"),
    ("x-amz-tagging", "Objects have no tags"),
    ("x-oss-callback", "Callbacks are not made"),
    ("x-oss-symlink-target", "Symbolic links are not kept"),
    ("x-oss-object-worm-mode", "Objects cannot be locked"),
    ("x-oss-server-side-data-encryption", "Encryption is a matter of the nodes"),
    ("x-oss-server-side-encryption-key-id", "Encryption keys are a matter of the nodes"),
    ("x-amz-server-side-encryption-aws-kms-key-id", "Encryption keys are a matter of the nodes"),
    ("x-amz-server-side-encryption-context", "Encryption keys are a matter of the nodes"),
    ("x-amz-website-redirect-location", "Objects do not redirect"),
    ("x-amz-write-offset-bytes", "Objects are not appended to"),
    ("x-amz-object-lock-mode", "Objects cannot be locked"),
    ("x-amz-object-lock-retain-until-date", "Objects cannot be locked"),
    ("x-amz-object-lock-legal-hold", "Objects cannot be locked"),
    ("x-amz-bucket-object-lock-enabled", "Objects cannot be locked"),
];

/// Refuses a write whose headers ask for what is not done: locks, tags, callbacks, other storage classes,
/// encryption with keys of one's own, access of its own.
///
/// `AES256` is taken: users set it because policies of other stores demand it, and the nodes' stores encrypt
/// at rest with keys of theirs. It is not confirmed in the answer, since a node may be told otherwise.
///
/// # Errors
/// `not_implemented`; `bad_arg` for a storage class; those of [`acl::check_form`].
pub fn check_write(parts: &Parts) -> Result<()> {
    check_read(parts)?;
    acl::check_form(parts)?;
    for (name, why) in REFUSED {
        match asked(parts, name) {
            None | Some("") => {}
            Some(value) if value.eq_ignore_ascii_case("false") => {}
            Some(_) => return Err(Error::NotImplemented(format!("{why}; {name} is not taken."))),
        }
    }
    if let Some(class) = of_either(parts, "storage-class") {
        if !class.eq_ignore_ascii_case("standard") {
            return Err(Error::BadArg("The storage class must be Standard; where bytes lie is a matter of the bucket's nodes.".into()));
        }
    }
    match of_either(parts, "server-side-encryption") {
        None | Some("AES256") => Ok(()),
        Some(_) => Err(Error::NotImplemented("Server-side encryption must be AES256; keys are a matter of the nodes.".into())),
    }
}

/// Refuses a read with an encryption key of the client's own.
///
/// # Errors
/// `not_implemented`.
pub fn check_read(parts: &Parts) -> Result<()> {
    let keyed = ["x-amz-server-side-encryption-customer-", "x-amz-copy-source-server-side-encryption-customer-"];
    let named = |prefix: &&str| {
        parts.headers_with_prefix(prefix).next().is_some() || parts.query.iter().any(|(n, _)| n.to_ascii_lowercase().starts_with(prefix))
    };
    match keyed.iter().any(named) {
        true => Err(Error::NotImplemented("Encryption with a key of the client's is not done here.".into())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(query: &str, headers: &[(&str, &str)]) -> Parts {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        Parts::new("PUT", &format!("http://h/b/k{query}"), headers).unwrap()
    }

    #[test]
    fn what_a_write_may_ask_for() {
        for (name, value, want) in [
            ("x-oss-storage-class", "Standard", None),
            ("x-amz-storage-class", "STANDARD", None),
            ("x-amz-storage-class", "GLACIER", Some("bad_arg")),
            ("x-amz-server-side-encryption", "AES256", None),
            ("x-amz-server-side-encryption", "aws:kms", Some("not_implemented")),
            ("x-oss-server-side-encryption", "KMS", Some("not_implemented")),
            ("x-amz-server-side-encryption-customer-key", "x", Some("not_implemented")),
            ("x-amz-tagging", "", None),
            ("x-amz-tagging", "a=b", Some("not_implemented")),
            ("x-oss-callback", "e30=", Some("not_implemented")),
            ("x-amz-bucket-object-lock-enabled", "false", None),
            ("x-amz-bucket-object-lock-enabled", "true", Some("not_implemented")),
        ] {
            let got = check_write(&put("", &[(name, value)])).err().map(|e| e.code());
            assert_eq!(got, want, "{name}: {value}");
        }
    }

    #[test]
    fn a_signed_link_may_carry_the_headers_of_s3_in_its_query() {
        assert_eq!(asked(&put("?X-Amz-Acl=private&X-Amz-Signature=s", &[]), "x-amz-acl"), Some("private"));
        assert_eq!(asked(&put("?X-Amz-Acl=private&OSSAccessKeyId=a&Signature=s", &[]), "x-amz-acl"), None);
        assert_eq!(asked(&put("?x-oss-object-acl=private", &[]), "x-oss-object-acl"), None);
        assert!(check_write(&put("?x-amz-tagging=a%3Db&X-Amz-Signature=s", &[])).is_err());
        assert!(check_read(&put("?x-amz-server-side-encryption-customer-algorithm=AES256", &[])).is_err());
    }

    #[test]
    fn a_header_counts_where_its_own_clouds_signature_covers_it() {
        const OSS: &[(&str, &str)] = &[("x-oss-a", "1")];
        const S3: &[(&str, &str)] = &[("x-amz-a", "2")];
        for (query, authorization, headers, want) in [
            ("", "OSS a:b", OSS, Ok(Some("1"))),
            ("", "OSS4-HMAC-SHA256 a", OSS, Ok(Some("1"))),
            ("?OSSAccessKeyId=a&Signature=b&Expires=1", "", OSS, Ok(Some("1"))),
            ("?x-oss-signature=b", "", OSS, Ok(Some("1"))),
            ("", "AWS4-HMAC-SHA256 a", S3, Ok(Some("2"))),
            ("?X-Amz-Signature=b&x-amz-a=3", "", &[], Ok(Some("3"))),
            ("?OSSAccessKeyId=a&Signature=b&x-amz-a=3", "", &[], Ok(None)),
            ("", "OSS a:b", S3, Err("access_denied")),
            ("", "AWS4-HMAC-SHA256 a", OSS, Err("access_denied")),
            ("?X-Amz-Signature=b", "", OSS, Err("access_denied")),
            ("?kid=a&s=b", "", OSS, Err("access_denied")),
            ("?kid=a&s=b", "", S3, Err("access_denied")),
            ("?kid=a&s=b", "", &[], Ok(None)),
        ] {
            let mut all = headers.to_vec();
            all.extend((!authorization.is_empty()).then_some(("authorization", authorization)));
            let parts = put(query, &all);
            assert_eq!(covered(&parts, "a").map_err(|e| e.code()), want, "{query} {all:?}");
        }
    }
}
