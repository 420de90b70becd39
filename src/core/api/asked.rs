//! What a request asks for in the headers of its dialect.

use super::acl;
use crate::parts::Parts;
use crate::{Error, Result};

/// The value of a header, or of the query parameter that stands for it: signers of links move `x-amz-*`
/// headers into the query, and S3 reads them there as if they were headers.
pub fn asked<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    let moved = || parts.query.iter().find(|(n, _)| name.starts_with("x-amz-") && n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    parts.header(name).or_else(moved)
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
        assert_eq!(asked(&put("?X-Amz-Acl=private", &[]), "x-amz-acl"), Some("private"));
        assert_eq!(asked(&put("?x-oss-object-acl=private", &[]), "x-oss-object-acl"), None);
        assert!(check_write(&put("?x-amz-tagging=a%3Db", &[])).is_err());
        assert!(check_read(&put("?x-amz-server-side-encryption-customer-algorithm=AES256", &[])).is_err());
    }
}
