//! Access that a write asks for. Access is a setting of the bucket, so a write may only ask for what its
//! bucket does anyway.

use super::asked::asked;
use crate::parts::Parts;
use crate::{Error, Result};

/// Headers with a canned ACL: of an OSS object, of an OSS bucket, of S3.
const CANNED: [&str; 3] = ["x-oss-object-acl", "x-oss-acl", "x-amz-acl"];

/// Refuses what no bucket does: access for writers, for named users, for any signed-in user.
///
/// # Errors
/// `access_denied`, which is what both clouds answer where their owner has blocked such access;
/// `bad_arg` for a word that is no ACL.
pub fn check_form(parts: &Parts) -> Result<()> {
    if parts.headers_with_prefix("x-amz-grant-").next().is_some() {
        return Err(blocked());
    }
    for word in CANNED.iter().filter_map(|name| asked(parts, name)) {
        match word {
            "private" | "default" | "public-read" | "bucket-owner-full-control" | "bucket-owner-read" => {}
            "public-read-write" | "authenticated-read" | "aws-exec-read" | "log-delivery-write" => return Err(blocked()),
            _ => return Err(Error::BadArg(format!("The ACL {word:?} is not known."))),
        }
    }
    Ok(())
}

/// Refuses access other than the bucket's: `private` where anybody may read, `public-read` where nobody may.
/// Beside it stands [`check_form`], which needs no bucket.
///
/// # Errors
/// `access_denied`; `not_implemented` for an object that is to be private in a public bucket.
pub fn check(parts: &Parts, public: bool) -> Result<()> {
    check_form(parts)?;
    for word in CANNED.iter().filter_map(|name| asked(parts, name)) {
        match (word, public) {
            ("public-read", false) => return Err(blocked()),
            ("private", true) => {
                return Err(Error::NotImplemented(
                    "Everything in this bucket may be read by anybody; store what is private in a private bucket.".into(),
                ))
            }
            _ => {}
        }
    }
    Ok(())
}

fn blocked() -> Error {
    Error::AccessDenied("Access is a setting of the bucket (access in its LIMN_BUCKET_ table); no other is given by an ACL.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_may_ask_for_what_its_bucket_does_anyway() {
        for (name, word, in_private, in_public) in [
            ("x-oss-object-acl", "default", None, None),
            ("x-amz-acl", "bucket-owner-full-control", None, None),
            ("x-amz-acl", "private", None, Some("not_implemented")),
            ("x-amz-acl", "public-read", Some("access_denied"), None),
            ("x-oss-acl", "public-read-write", Some("access_denied"), Some("access_denied")),
            ("x-amz-grant-read", "id=1", Some("access_denied"), Some("access_denied")),
            ("x-amz-acl", "everybody", Some("bad_arg"), Some("bad_arg")),
        ] {
            let parts = Parts::new("PUT", "http://h/b/k", [(name.to_string(), word.to_string())]).unwrap();
            for (public, want) in [(false, in_private), (true, in_public)] {
                assert_eq!(check(&parts, public).err().map(|e| e.code()), want, "{name}: {word}, public {public}");
            }
        }
    }
}
