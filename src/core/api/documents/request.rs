//! Documents that clients send.

use crate::api::conditions::WriteCondition;
use crate::api::multipart::{self, Named, MAX_NUMBER};
use crate::api::read::{document, elements, text};
use crate::parts::Parts;
use crate::{Error, Result};
use roxmltree::Node;

/// Most bytes of a document, which the Worker reads whole: 10,000 parts and 1,000 keys of the longest fit.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most keys of one deletion.
const MAX_KEYS: usize = 1_000;

/// A deletion of many objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// Keys as they came, not yet checked: one that is not legal fails alone.
    pub objects: Vec<Doomed>,
    /// Whether only failures are to be told.
    pub quiet: bool,
}

/// An object that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// Its key.
    pub key: String,
    /// What must hold: S3's clients may name an ETag.
    pub condition: WriteCondition,
}

impl Delete {
    /// Reads `Delete`.
    ///
    /// # Errors
    /// `malformed_xml`; `not_implemented` for versions and for conditions other than an ETag, since to pass
    /// over them would delete too much.
    pub fn read(body: &[u8]) -> Result<Delete> {
        parse(body, "Delete", |root| {
            let objects = elements(root, "Object").map(doomed).collect::<Result<Vec<_>>>()?;
            if objects.is_empty() || objects.len() > MAX_KEYS {
                return Err(Error::MalformedXml(format!("Delete must have 1 to {MAX_KEYS} elements Object.")));
            }
            Ok(Delete { objects, quiet: text(root, "Quiet").is_some_and(|t| t.trim().eq_ignore_ascii_case("true")) })
        })
    }
}

fn doomed(object: Node<'_, '_>) -> Result<Doomed> {
    let key = text(object, "Key").filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Error::MalformedXml("Each Object must have a Key.".into()))?;
    let version = text(object, "VersionId").unwrap_or_default();
    let other = ["LastModifiedTime", "Size"].into_iter().any(|name| text(object, name).is_some());
    if other || !matches!(version.as_str(), "" | "null") {
        return Err(Error::NotImplemented(
            "An Object may have a Key and an ETag; versions and other conditions are not known here.".into(),
        ));
    }
    Ok(Doomed { key, condition: WriteCondition { matches: text(object, "ETag"), ..WriteCondition::default() } })
}

/// Reads `CompleteMultipartUpload`; `None` where OSS's `x-oss-complete-all: yes` asks for all parts instead.
///
/// # Errors
/// `malformed_xml`; `bad_arg` for a part's number.
pub fn complete(parts: &Parts, body: &[u8]) -> Result<Option<Vec<Named>>> {
    if parts.header("x-oss-complete-all").is_some_and(|v| v.eq_ignore_ascii_case("yes")) {
        return match body.is_empty() {
            true => Ok(None),
            false => Err(Error::BadArg("x-oss-complete-all goes without a body.".into())),
        };
    }
    let named = |part: Node<'_, '_>| match (text(part, "PartNumber"), text(part, "ETag")) {
        (Some(number), Some(etag)) => Ok(Named { number: multipart::number(number.trim())?, etag: etag.trim().trim_matches('"').into() }),
        _ => Err(Error::MalformedXml("Each Part must have PartNumber and ETag.".into())),
    };
    parse(body, "CompleteMultipartUpload", |root| {
        let parts = elements(root, "Part").map(named).collect::<Result<Vec<_>>>()?;
        match parts.is_empty() || parts.len() > usize::from(MAX_NUMBER) {
            true => Err(Error::MalformedXml(format!("CompleteMultipartUpload must have 1 to {MAX_NUMBER} elements Part."))),
            false => Ok(Some(parts)),
        }
    })
}

/// Checks `CreateBucketConfiguration`, which may be absent. Any location is taken, since SDKs name the
/// region that they are set up for; where bytes lie is a matter of the bucket's nodes.
///
/// # Errors
/// `malformed_xml`; `bad_arg` for a storage class that is not there.
pub fn create_bucket(body: &[u8]) -> Result<()> {
    if body.is_empty() {
        return Ok(());
    }
    parse(body, "CreateBucketConfiguration", |root| match text(root, "StorageClass") {
        Some(class) if !class.trim().eq_ignore_ascii_case("standard") => Err(Error::BadArg("The storage class must be Standard.".into())),
        _ => Ok(()),
    })
}

/// Reads a document with this root.
fn parse<T>(body: &[u8], root: &str, read: impl FnOnce(Node<'_, '_>) -> Result<T>) -> Result<T> {
    let malformed = || Error::MalformedXml(format!("The body must be an XML document {root} of at most {MAX_BYTES} bytes."));
    read(document(body, MAX_BYTES, root).ok_or_else(malformed)?.root_element())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(headers: &[(&str, &str)]) -> Parts {
        Parts::new("POST", "http://h/b/k", headers.iter().map(|(n, v)| (n.to_string(), v.to_string()))).unwrap()
    }

    #[test]
    fn what_clients_send_is_read() {
        let boto3 = b"<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>x &amp;<![CDATA[<]]></Key></Object><Object><Key>y</Key><ETag>\"ab\"</ETag></Object></Delete>";
        let delete = Delete::read(boto3).unwrap();
        let keys: Vec<_> = delete.objects.iter().map(|o| (o.key.as_str(), o.condition.matches.as_deref())).collect();
        assert_eq!((keys, delete.quiet), (vec![("x &<", None), ("y", Some("\"ab\""))], false));
        let oss2 = "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<Delete><Quiet>true</Quiet><Object><Key> 图<!-- c -->x</Key></Object></Delete>";
        let delete = Delete::read(oss2.as_bytes()).unwrap();
        assert_eq!((delete.objects[0].key.as_str(), delete.quiet), (" 图x", true));
        let body = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"ab\"</ETag><ChecksumCRC32>x</ChecksumCRC32></Part></CompleteMultipartUpload>";
        let parts = complete(&post(&[]), body).unwrap().unwrap();
        assert_eq!(parts, [Named { number: 1, etag: "ab".into() }]);
        assert_eq!(complete(&post(&[("x-oss-complete-all", "yes")]), b"").unwrap(), None);
        for body in [
            &b""[..],
            b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
            b"<CreateBucketConfiguration><StorageClass>Standard</StorageClass></CreateBucketConfiguration>",
        ] {
            create_bucket(body).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let many = format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(1_001));
        let deep = "<Delete>".repeat(150_000);
        let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><Delete><Object><Key>&b;</Key></Object></Delete>";
        for (body, code) in [
            ("", "malformed_xml"),
            ("<Delete>", "malformed_xml"),
            ("<Delete></Delete>", "malformed_xml"),
            ("<Deleted><Object><Key>k</Key></Object></Deleted>", "malformed_xml"),
            ("<Delete><Object></Object></Delete>", "malformed_xml"),
            ("<Delete><Object><Key>k</Key><VersionId>3</VersionId></Object></Delete>", "not_implemented"),
            ("<Delete><Object><Key>k</Key><Size>3</Size></Object></Delete>", "not_implemented"),
            (many.as_str(), "malformed_xml"),
            (deep.as_str(), "malformed_xml"),
            (bomb, "malformed_xml"),
        ] {
            assert_eq!(Delete::read(body.as_bytes()).unwrap_err().code(), code, "{:.60}", body);
        }
        assert_eq!(Delete::read(b"<Delete>\xff</Delete>").unwrap_err().code(), "malformed_xml");
        assert_eq!(Delete::read(&vec![b' '; MAX_BYTES + 1]).unwrap_err().code(), "malformed_xml");
        for body in ["<CompleteMultipartUpload/>", "<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>", ""] {
            assert_eq!(complete(&post(&[]), body.as_bytes()).unwrap_err().code(), "malformed_xml", "{body}");
        }
        assert_eq!(complete(&post(&[("x-oss-complete-all", "yes")]), b"<a/>").unwrap_err().code(), "bad_arg");
        assert!(create_bucket(b"<CreateBucketConfiguration><StorageClass>Archive</StorageClass></CreateBucketConfiguration>").is_err());
    }
}
