//! Rules about storage nodes: where a blob lies, when an origin's answer may be believed, and when a copy
//! that was written is known to be whole.

use crate::codec::ending;
use crate::config::{Node, NodeKind};
use crate::outbound::Payload;
use crate::upload::Digested;
use crate::{hash, percent, Error, Result};

/// Where the bytes of a managed object's version lie on every node that holds it.
pub fn blob_key(bucket: &str, version: &str) -> String {
    format!("{bucket}/{version}")
}

/// Where an unmanaged node keeps a key: under its prefix, unchanged.
pub fn unmanaged_key(node: &Node, key: &str) -> String {
    format!("{}{key}", node.prefix)
}

/// The URL of a key on an HTTP node. The host is the configured one, whatever the key holds.
pub fn origin_url(node: &Node, key: &str) -> String {
    format!("{}/{}", node.url.trim_end_matches('/'), percent::encode(&unmanaged_key(node, key), "/"))
}

/// What an HTTP origin said of a body, before it is read.
#[derive(Debug, Clone, Default)]
pub struct OriginHead {
    /// HTTP status.
    pub status: u16,
    /// Content-Length, if it stands there.
    pub length: Option<u64>,
    /// Content-Encoding, if it stands there.
    pub encoding: Option<String>,
    /// ETag as sent.
    pub etag: Option<String>,
    /// Last-Modified as sent.
    pub modified: Option<String>,
    /// Content-Type as sent.
    pub content_type: Option<String>,
}

impl OriginHead {
    /// Whether the body may be read at all.
    ///
    /// # Errors
    /// `no_such_key` for a definite 404 or 410, `origin_failed` for everything that is not a plain 200 (a
    /// redirect is not followed: it could lead into a private network), `image_too_large` for a body
    /// beyond `max_bytes`.
    pub fn check(&self, max_bytes: u64) -> Result<()> {
        match self.status {
            200 => {}
            404 | 410 => return Err(Error::NoSuchKey),
            300..=399 => return Err(Error::OriginFailed("The origin answered with a redirect, which is not followed.".into())),
            _ => return Err(Error::OriginFailed("The origin did not answer with the object.".into())),
        }
        if self.encoding.as_deref().is_some_and(|e| !e.eq_ignore_ascii_case("identity")) {
            return Err(Error::OriginFailed("The origin encoded the object, though it was asked not to.".into()));
        }
        match self.length {
            Some(length) if length > max_bytes => Err(too_large(max_bytes)),
            _ => Ok(()),
        }
    }

    /// Whether the body that came is the whole object.
    ///
    /// # Errors
    /// `origin_failed` for a body of another length than announced, or, without an announced length, one
    /// that does not end as its format does; `image_too_large`.
    pub fn check_body(&self, body: &[u8], max_bytes: u64) -> Result<()> {
        if body.len() as u64 > max_bytes {
            return Err(too_large(max_bytes));
        }
        let cut = || Error::OriginFailed("The origin's answer was cut short.".into());
        if self.length.is_some_and(|length| length != body.len() as u64) {
            return Err(cut());
        }
        // A single-part S3 ETag is the body's MD5, a free checksum; other ETags of that shape would not
        // match, so only a match is trusted and a mismatch says nothing.
        match self.md5_matches(body) || ending::is_whole(body) {
            true => Ok(()),
            false => Err(cut()),
        }
    }

    fn md5_matches(&self, body: &[u8]) -> bool {
        let etag = self.etag.as_deref().unwrap_or("").trim_matches('"');
        etag.len() == 32 && etag.eq_ignore_ascii_case(&hash::hex(&hash::md5(body)))
    }

    /// The version of the source: its validators if it has any, else the digest of its bytes. A weak ETag
    /// tells versions apart as well as a cache needs.
    pub fn version(&self, body: &[u8]) -> String {
        match (&self.etag, &self.modified) {
            (Some(etag), _) => format!("etag:{etag}"),
            (None, Some(modified)) => format!("modified:{modified}:{}", body.len()),
            (None, None) => format!("sha256:{}", hash::hex(&hash::sha256(body))),
        }
    }
}

/// What is known of a blob's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How many.
    pub length: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
    /// MD5, if it is known.
    pub md5: Option<[u8; 16]>,
    /// CRC-64/XZ, if it is known.
    pub crc64: Option<u64>,
}

impl Known {
    /// Of a body that came in.
    pub fn of(digested: &Digested) -> Known {
        let Digested { length, sha256, md5, crc64, .. } = digested;
        Known { length: *length, sha256: *sha256, md5: Some(*md5), crc64: Some(*crc64) }
    }
}

/// What a node answered to a PUT.
#[derive(Debug, Clone, Copy, Default)]
pub struct PutAnswer<'a> {
    /// HTTP status.
    pub status: u16,
    /// ETag as sent.
    pub etag: Option<&'a str>,
    /// `x-amz-checksum-sha256`, base64.
    pub sha256: Option<&'a str>,
    /// `x-oss-hash-crc64ecma`, decimal.
    pub crc64: Option<&'a str>,
}

/// Whether the answer shows that the node holds these very bytes; if not, the copy must be read back. A
/// checksum that the node computed decides alone; else an ETag that is the body's MD5 does, or that S3
/// took a body whose SHA-256 was signed, since it refuses any other. An ETag of another value says nothing:
/// encrypting nodes make up their own.
pub fn verified(kind: NodeKind, payload: Payload, answer: &PutAnswer, ours: &Known) -> bool {
    if !(200..=299).contains(&answer.status) {
        return false;
    }
    let checksums = [
        answer.sha256.map(|theirs| theirs == hash::base64(&ours.sha256)),
        answer.crc64.zip(ours.crc64).map(|(theirs, ours)| theirs.trim() == ours.to_string()),
    ];
    if checksums.iter().any(Option::is_some) {
        return !checksums.contains(&Some(false));
    }
    let etag = answer.etag.unwrap_or("").trim_matches('"');
    let signed = kind == NodeKind::S3 && payload == Payload::Sha256(ours.sha256);
    // A node that names no ETag is none: a page of some other server's would be taken for it.
    signed && !etag.is_empty() || ours.md5.is_some_and(|md5| etag.eq_ignore_ascii_case(&hash::hex(&md5)))
}

fn too_large(max_bytes: u64) -> Error {
    Error::ImageTooLarge(format!("The source is larger than the {max_bytes} bytes that are allowed."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::node::tests::node as of;

    fn node() -> Node {
        of(r#"{"name":"o","kind":"http","url":"https://origin.example/base/","prefix":"img/","managed":false}"#).unwrap()
    }

    #[test]
    fn a_key_cannot_leave_its_origin() {
        for (key, url) in [
            ("a b/ü.jpg", "https://origin.example/base/img/a%20b/%C3%BC.jpg"),
            ("@evil.com/x", "https://origin.example/base/img/%40evil.com/x"),
            ("x?y#z", "https://origin.example/base/img/x%3Fy%23z"),
            ("a%2fb", "https://origin.example/base/img/a%252fb"),
        ] {
            assert_eq!(origin_url(&node(), key), url);
        }
    }

    #[test]
    fn only_a_plain_and_whole_answer_is_believed() {
        let head = |status| OriginHead { status, ..Default::default() };
        for (status, code) in [
            (404, "no_such_key"),
            (410, "no_such_key"),
            (302, "origin_failed"),
            (206, "origin_failed"),
            (500, "origin_failed"),
            (403, "origin_failed"),
        ] {
            assert_eq!(head(status).check(9).unwrap_err().code(), code, "{status}");
        }
        assert_eq!(OriginHead { length: Some(10), ..head(200) }.check(9).unwrap_err().code(), "image_too_large");
        assert_eq!(OriginHead { encoding: Some("gzip".into()), ..head(200) }.check(9).unwrap_err().code(), "origin_failed");
        assert!(OriginHead { length: Some(9), ..head(200) }.check(9).is_ok());
        assert_eq!(OriginHead { length: Some(4), ..head(200) }.check_body(b"abc", 9).unwrap_err().code(), "origin_failed");
        assert_eq!(head(200).check_body(b"\xff\xd8\xff\xe0 cut", 99).unwrap_err().code(), "origin_failed");
        assert!(head(200).check_body(b"\xff\xd8\xff\xe0\0\x02 whole \xff\xd9", 99).is_ok());
        assert_eq!(head(200).check_body(b"RIFF\x20\0\0\0WEBPVP8 ", 99).unwrap_err().code(), "origin_failed");
        let md5 = Some("\"900150983cd24fb0d6963f7d28e17f72\"".to_string());
        assert!(OriginHead { etag: md5, ..head(200) }.check_body(b"abc", 9).is_ok());
    }

    #[test]
    fn a_copy_is_verified_by_what_the_node_says_of_it() {
        let mut digests = crate::upload::Digests::default();
        digests.update(b"123456789");
        let ours = Known::of(&digests.finish());
        let (signed, unsigned) = (Payload::Sha256(ours.sha256), Payload::Unsigned);
        let (md5, upper) = ("\"25f9e794323b453885f5181f1b624d0b\"", "\"25F9E794323B453885F5181F1B624D0B\"");
        let (sha256, crc64) = (hash::base64(&ours.sha256), "11051210869376104954");
        let plain = PutAnswer { status: 200, ..Default::default() };
        let (s3, oss) = (NodeKind::S3, NodeKind::Oss);
        for (kind, payload, answer, want) in [
            (s3, signed, plain, false),
            (s3, signed, PutAnswer { etag: Some("\"any\""), ..plain }, true),
            (s3, Payload::Sha256([0; 32]), plain, false),
            (s3, unsigned, plain, false),
            (oss, signed, plain, false),
            (oss, unsigned, plain, false),
            (s3, unsigned, PutAnswer { etag: Some(md5), ..plain }, true),
            (oss, unsigned, PutAnswer { etag: Some(upper), ..plain }, true),
            (s3, unsigned, PutAnswer { etag: Some("\"25f9e794323b453885f5181f1b624d0b-1\""), ..plain }, false),
            (s3, signed, PutAnswer { etag: Some("\"00000000000000000000000000000000\""), ..plain }, true),
            (s3, unsigned, PutAnswer { sha256: Some(&sha256), ..plain }, true),
            (s3, signed, PutAnswer { sha256: Some("AAAA"), etag: Some(md5), ..plain }, false),
            (oss, unsigned, PutAnswer { crc64: Some(crc64), ..plain }, true),
            (oss, unsigned, PutAnswer { crc64: Some("1"), etag: Some(upper), ..plain }, false),
            (s3, signed, PutAnswer { status: 412, ..plain }, false),
            (oss, unsigned, PutAnswer { status: 409, crc64: Some(crc64), ..plain }, false),
        ] {
            assert_eq!(verified(kind, payload, &answer, &ours), want, "{kind:?} {payload:?} {answer:?}");
        }
    }
}
