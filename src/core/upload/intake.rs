//! The way of a body from the wire to storage: unframed, measured, hashed, held to every promise.

use super::chunked::Decoder;
use super::digests::{Digested, Digests};
use super::promises::{bytes, checksum, number, sha256s, Framing, Wanted};
use crate::grant::UploadPromise;
use crate::parts::Parts;
use crate::{hash, Error, Result};

/// A body on its way: an object or a part. Errors end it: after one, nothing of it may be kept.
///
/// Not for the XML of a CompleteMultipartUpload, whose `x-amz-checksum-…` speaks of the object.
pub struct Intake {
    max_bytes: u64,
    /// Bytes that are to be stored, if it was announced how many.
    length: Option<u64>,
    /// Bytes on the wire, if it was announced how many, and those that came.
    wire: (Option<u64>, u64),
    decoder: Option<Decoder>,
    digests: Digests,
    wanted: Wanted,
}

impl Intake {
    /// Reads what the request says of its body. `max_bytes`: the bucket's limit.
    ///
    /// # Errors
    /// `upload_too_large`, `access_denied` (not what was signed), `bad_arg`, `signature_unsupported`,
    /// `bad_digest` for a malformed digest, `length_required` for `aws-chunked` without
    /// `x-amz-decoded-content-length` (as S3). A plain body without `Content-Length` has an unknown length.
    pub fn new(parts: &Parts, max_bytes: u64, promise: &UploadPromise) -> Result<Intake> {
        let on_wire = number(parts, "content-length")?;
        let framing = Framing::of(parts)?;
        let length = match framing {
            Framing::Plain => on_wire,
            _ => Some(number(parts, "x-amz-decoded-content-length")?.ok_or(Error::LengthRequired)?),
        };
        if let Some(length) = length.filter(|l| *l > max_bytes) {
            return Err(too_large(length, max_bytes));
        }
        if promise.length.is_some_and(|promised| length.is_some_and(|l| l != promised)) {
            return Err(Error::AccessDenied("The upload's length is not the one that was signed.".into()));
        }
        if promise.content_type.as_deref().is_some_and(|ct| Some(ct) != parts.header("content-type")) {
            return Err(Error::AccessDenied("The upload's content type is not the one that was signed.".into()));
        }
        let (checksum, trailer) = checksum(parts, framing)?;
        let decoder = match framing {
            Framing::Plain => None,
            Framing::Unsigned => Some(None),
            Framing::Signed => {
                let none = || Error::BadArg("Signed chunks need an AWS Signature Version 4 in the Authorization header.".into());
                Some(Some(promise.chunks.clone().ok_or_else(none)?))
            }
        };
        let decoder = decoder.map(|signer| Decoder::new(length.unwrap_or(0), signer, trailer));
        let digests = match &checksum {
            Some((header, _)) => Digests::with_checksum(header).ok_or(Error::Internal)?,
            None => Digests::default(),
        };
        let wanted = Wanted {
            sha256: sha256s(parts, promise)?,
            md5: parts.header("content-md5").map(|text| bytes("Content-MD5", text, 16)).transpose()?,
            crc64: number(parts, "x-oss-hash-crc64ecma")?,
            checksum: checksum.and_then(|(_, value)| value),
        };
        // A length that was signed binds even where none is announced.
        let length = length.or(promise.length);
        Ok(Intake { max_bytes, length, wire: (on_wire, 0), decoder, digests, wanted })
    }

    /// For bytes that come from a node: nothing is promised of them but their length.
    pub fn of_length(length: u64) -> Intake {
        Intake {
            max_bytes: length,
            length: Some(length),
            wire: (None, 0),
            decoder: None,
            digests: Digests::default(),
            wanted: Wanted::default(),
        }
    }

    /// As [`of_length`](Intake::of_length), of bytes whose MD5 the node tells.
    pub fn of_node(length: u64, md5: Option<[u8; 16]>) -> Intake {
        let wanted = Wanted { md5: md5.map(Into::into), ..Wanted::default() };
        Intake { wanted, ..Intake::of_length(length) }
    }

    /// Decoded length if it was announced.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Takes bytes off the wire; appends what is to be stored to `out`.
    ///
    /// # Errors
    /// As soon as something is wrong: `upload_too_large`, `bad_digest` (more than announced), `bad_arg`
    /// (framing), `bad_signature` (of a chunk).
    pub fn push(&mut self, wire: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let from = out.len();
        self.wire.1 += wire.len() as u64;
        match &mut self.decoder {
            Some(decoder) => decoder.push(wire, out)?,
            None => out.extend_from_slice(wire),
        }
        self.digests.update(out.get(from..).unwrap_or_default());
        let came = self.digests.length();
        if came > self.max_bytes {
            return Err(too_large(came, self.max_bytes));
        }
        match self.length {
            Some(length) if came > length => Err(counted(length, came)),
            _ => Ok(()),
        }
    }

    /// All came: every promise must hold.
    ///
    /// # Errors
    /// `bad_digest` and, of the framing, `bad_arg`.
    pub fn finish(self) -> Result<Digested> {
        let came = self.digests.length();
        if let Some(length) = self.length.filter(|l| *l != came) {
            return Err(counted(length, came));
        }
        if let (Some(announced), came) = self.wire {
            if announced != came {
                return Err(counted(announced, came));
            }
        }
        let trailers = self.decoder.map(Decoder::finish).transpose()?.unwrap_or_default();
        let digested = self.digests.finish();
        let sha256 = hash::hex(&digested.sha256);
        if let Some((name, _)) = self.wanted.sha256.iter().find(|(_, s)| !s.eq_ignore_ascii_case(&sha256)) {
            return Err(lies(name));
        }
        if self.wanted.md5.is_some_and(|md5| md5 != digested.md5) {
            return Err(lies("Content-MD5"));
        }
        if self.wanted.crc64.is_some_and(|crc| crc != digested.crc64) {
            return Err(lies("x-oss-hash-crc64ecma"));
        }
        if let Some((header, value)) = &digested.checksum {
            let trailer = trailers.iter().find(|(name, _)| name == header).map(|(_, v)| v);
            if self.wanted.checksum.as_ref().or(trailer) != Some(value) {
                return Err(lies(header));
            }
        }
        Ok(digested)
    }
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").field("length", &self.length).field("came", &self.digests.length()).finish_non_exhaustive()
    }
}

fn lies(name: &str) -> Error {
    Error::BadDigest(format!("The upload's {name} is not that of the body that came."))
}

fn counted(announced: u64, came: u64) -> Error {
    Error::BadDigest(format!("The upload announced {announced} bytes; {came} came."))
}

fn too_large(length: u64, max: u64) -> Error {
    Error::UploadTooLarge(format!("The upload has {length} bytes or more; at most {max} are allowed."))
}

#[cfg(test)]
mod tests {
    use super::super::content_encoding;
    use super::*;

    const BODY: &[u8] = b"\xff\xd8\xff\xe0fakejpegxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    fn parts(headers: &[(&str, &str)]) -> Parts {
        Parts::new("PUT", "http://h/demo/x", headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap()
    }

    fn take(headers: &[(&str, &str)], wire: &[u8], promise: &UploadPromise) -> Result<(Vec<u8>, Digested)> {
        let mut intake = Intake::new(&parts(headers), 100, promise)?;
        let mut out = Vec::new();
        for piece in wire.chunks(5) {
            intake.push(piece, &mut out)?;
        }
        intake.finish().map(|digested| (out, digested))
    }

    #[test]
    fn each_promise_is_held() {
        let sha256 = hash::hex(&hash::sha256(BODY));
        let upper = sha256.to_uppercase();
        let other = hash::hex(&hash::sha256(b""));
        for (name, value, code) in [
            ("content-length", "52", ""),
            ("content-length", "51", "bad_digest"),
            ("content-length", "53", "bad_digest"),
            ("content-length", "101", "upload_too_large"),
            ("content-length", "x", "bad_arg"),
            ("content-length", "-1", "bad_arg"),
            ("content-md5", "btjjF8B7RSFIges0WDn+VQ==", ""),
            ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "bad_digest"),
            ("content-md5", "btjjF8B7RSFIges0WDn+VQ", "bad_digest"),
            ("content-md5", "AAAA", "bad_digest"),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD", ""),
            ("x-amz-content-sha256", &sha256, ""),
            ("x-amz-content-sha256", &upper, ""),
            ("x-amz-content-sha256", &other, "bad_digest"),
            ("x-amz-content-sha256", "abc", "bad_arg"),
            ("x-oss-content-sha256", "UNSIGNED-PAYLOAD", ""),
            ("x-oss-content-sha256", &other, "bad_digest"),
            ("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "signature_unsupported"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "length_required"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "bad_arg"),
            ("x-amz-trailer", "x-amz-checksum-crc32", "bad_arg"),
            ("content-encoding", "gzip", ""),
            ("content-encoding", "aws-chunked", "bad_arg"),
            ("x-amz-checksum-crc32", "usmEIg==", ""),
            ("x-amz-checksum-crc32", "AAAAAA==", "bad_digest"),
            ("x-amz-checksum-crc32", "usmEIg", "bad_digest"),
            ("x-amz-checksum-sha512", "AAAA", "bad_arg"),
            ("x-amz-checksum-mode", "ENABLED", ""),
            ("x-oss-hash-crc64ecma", "1", "bad_digest"),
            ("x-oss-hash-crc64ecma", "x", "bad_arg"),
            ("expect", "100-continue", ""),
        ] {
            let got = take(&[(name, value)], BODY, &UploadPromise::default()).err().map_or("", |e| e.code());
            assert_eq!(got, code, "{name}: {value}");
        }
        let digested = take(&[("x-amz-checksum-crc32", "usmEIg==")], BODY, &UploadPromise::default()).unwrap().1;
        let crc64 = digested.crc64.to_string();
        assert_eq!(digested.checksum, Some(("x-amz-checksum-crc32".into(), "usmEIg==".into())));
        assert!(take(&[("x-oss-hash-crc64ecma", &crc64)], BODY, &UploadPromise::default()).is_ok());
        assert_eq!(take(&[], &[0; 101], &UploadPromise::default()).unwrap_err().code(), "upload_too_large");
        let two = [("x-amz-checksum-crc32", "usmEIg=="), ("x-amz-checksum-sha1", "AAAA")];
        assert_eq!(take(&two, BODY, &UploadPromise::default()).unwrap_err().code(), "bad_arg");
    }

    #[test]
    fn what_was_signed_binds() {
        let promise = |length, sha256: Option<&str>, content_type: Option<&str>| UploadPromise {
            length,
            sha256: sha256.map(Into::into),
            content_type: content_type.map(Into::into),
            chunks: None,
        };
        let sha256 = hash::hex(&hash::sha256(BODY));
        for (promise, code) in [
            (promise(Some(52), Some(&sha256), Some("image/jpeg")), ""),
            (promise(Some(51), None, None), "access_denied"),
            (promise(None, Some("00"), None), "bad_digest"),
            (promise(None, None, Some("image/png")), "access_denied"),
        ] {
            let headers = [("content-length", "52"), ("content-type", "image/jpeg")];
            assert_eq!(take(&headers, BODY, &promise).err().map_or("", |e| e.code()), code, "{promise:?}");
        }
        assert_eq!(take(&[], BODY, &promise(Some(51), None, None)).unwrap_err().code(), "bad_digest");
    }

    #[test]
    fn a_framed_body_is_stored_without_its_frame() {
        let wire = [b"34\r\n".as_slice(), BODY, b"\r\n0\r\nx-amz-checksum-crc32:usmEIg==\r\n\r\n"].concat();
        let headers = |trailer: &'static str, length: &'static str| {
            [
                ("content-encoding", "aws-chunked,gzip"),
                ("transfer-encoding", "chunked"),
                ("x-amz-trailer", trailer),
                ("x-amz-decoded-content-length", length),
                ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ]
        };
        let right = headers("x-amz-checksum-crc32", "52");
        let (out, digested) = take(&right, &wire, &UploadPromise::default()).unwrap();
        assert_eq!((out.as_slice(), digested.length), (BODY, 52));
        assert_eq!(digested.checksum.unwrap().1, "usmEIg==");
        assert_eq!(content_encoding(&parts(&right)).as_deref(), Some("gzip"));
        assert_eq!(content_encoding(&parts(&[("content-encoding", "aws-chunked")])), None);
        for (headers, code) in [
            (headers("x-amz-checksum-crc32", "51"), "bad_digest"),
            (headers("x-amz-checksum-crc32", "53"), "bad_digest"),
            (headers("x-amz-checksum-crc32", "101"), "upload_too_large"),
            (headers("x-amz-checksum-crc32c", "52"), "bad_arg"),
            (headers("x-amz-meta-a", "52"), "bad_arg"),
        ] {
            assert_eq!(take(&headers, &wire, &UploadPromise::default()).unwrap_err().code(), code, "{headers:?}");
        }
        let mut altered = wire.clone();
        altered[20] = b'y';
        assert_eq!(take(&right, &altered, &UploadPromise::default()).unwrap_err().code(), "bad_digest");
        let mut framed = Intake::new(&parts(&right), 100, &UploadPromise::default()).unwrap();
        assert_eq!(framed.length(), Some(52));
        assert_eq!(framed.push(b"zz\r\n", &mut Vec::new()).unwrap_err().code(), "bad_arg");
    }

    #[test]
    fn signed_chunks_need_a_signer() {
        let headers = [("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("x-amz-decoded-content-length", "5")];
        assert_eq!(take(&headers, b"", &UploadPromise::default()).unwrap_err().code(), "bad_arg");
    }
}
