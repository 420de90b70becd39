//! What is looked at before a body is stored: length, digests, and whether it is what it says it is.

use crate::codec::sniff::{self, Sniffed};
use crate::codec::{self, Colour, Format, Header, Want};
use crate::config::{Bucket, Content};
use crate::grant::UploadPromise;
use crate::image::Size;
use crate::kit::Kit;
use crate::parts::Parts;
use crate::{hash, Error, Result};

/// A body that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Lower-case hex.
    pub sha256: String,
    /// Lower-case hex; the object's ETag, as OSS and S3 clients check it.
    pub md5: String,
    /// Bytes.
    pub length: u64,
    /// By content for images, as declared otherwise.
    pub content_type: String,
}

/// Checks what can be checked before the body is read, and returns its length.
///
/// # Errors
/// `length_required`, `upload_too_large`, `access_denied` when it is not what was signed.
pub fn announced_length(parts: &Parts, bucket: &Bucket, promise: &UploadPromise) -> Result<u64> {
    let length: u64 = parts.header("content-length").and_then(|l| l.parse().ok()).ok_or(Error::LengthRequired)?;
    if length > bucket.limits.max_bytes {
        return Err(Error::UploadTooLarge(format!("The upload has {length} bytes; at most {} are allowed.", bucket.limits.max_bytes)));
    }
    if promise.length.is_some_and(|promised| promised != length) {
        return Err(Error::AccessDenied("The upload's length is not the one that was signed.".into()));
    }
    if promise.content_type.as_deref().is_some_and(|ct| Some(ct) != parts.header("content-type")) {
        return Err(Error::AccessDenied("The upload's content type is not the one that was signed.".into()));
    }
    Ok(length)
}

/// Compares a body that was read whole with what was said of it.
///
/// # Errors
/// `bad_digest` for a body that is cut or not the one announced.
pub fn check_promises(body: &[u8], announced: u64, parts: &Parts, promise: &UploadPromise) -> Result<()> {
    if body.len() as u64 != announced {
        return Err(Error::BadDigest(format!("The upload announced {announced} bytes; {} came.", body.len())));
    }
    let sha256 = hash::hex(&hash::sha256(body));
    let lies = |name: &str| Error::BadDigest(format!("The upload's {name} is not that of the body that came."));
    if promise.sha256.as_ref().is_some_and(|s| !s.eq_ignore_ascii_case(&sha256)) {
        return Err(lies("signed sha256"));
    }
    if parts.header("x-amz-content-sha256").is_some_and(|s| s.len() == 64 && !s.eq_ignore_ascii_case(&sha256)) {
        return Err(lies("x-amz-content-sha256"));
    }
    if let Some(given) = parts.header("content-md5") {
        let given = hash::from_base64(given).ok_or_else(|| lies("Content-MD5"))?;
        if given != hash::md5(body) {
            return Err(lies("Content-MD5"));
        }
    }
    Ok(())
}

/// Looks at what a body is, and whether that is what it is named and declared as.
///
/// # Errors
/// `upload_not_an_image`, `format_unsupported`, `image_too_large`, `image_corrupt`.
pub fn inspect(body: &[u8], declared: Option<&str>, key: &str, bucket: &Bucket, kit: &Kit) -> Result<Inspected> {
    let content_type = content_type(body, declared, key, bucket, kit)?;
    let (sha256, md5) = (hash::hex(&hash::sha256(body)), hash::hex(&hash::md5(body)));
    Ok(Inspected { sha256, md5, length: body.len() as u64, content_type })
}

/// The type that the object will be served with, found in its bytes.
///
/// # Errors
/// As [`inspect`].
pub fn content_type(body: &[u8], declared: Option<&str>, key: &str, bucket: &Bucket, kit: &Kit) -> Result<String> {
    let extension = key.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, e)| e.to_ascii_lowercase());
    let named = extension.as_deref().and_then(Format::from_extension);
    let essence = declared.map(|d| d.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
    let claims_image = named.is_some() || essence.as_deref().is_some_and(|e| e.starts_with("image/"));
    match sniff::sniff(body) {
        Sniffed::Known(format) => {
            let contradicts = |claimed: &str| claimed.starts_with("image/") && !same_type(claimed, format.mime());
            if named.is_some_and(|n| n != format) || essence.as_deref().is_some_and(contradicts) {
                return Err(Error::UploadNotAnImage(format!(
                    "The upload is a {} file, which is not what it is named or declared as.",
                    format.name()
                )));
            }
            decodes(body, kit)?;
            Ok(format.mime().into())
        }
        Sniffed::Recognised(name) if bucket.content == Content::Images => {
            Err(Error::FormatUnsupported(format!("The upload is {name}, which Limn does not decode.")))
        }
        Sniffed::Recognised(name) if named.is_none() => Ok(sniff::recognised_mime(name).unwrap_or("application/octet-stream").into()),
        _ if claims_image || bucket.content == Content::Images => {
            Err(Error::UploadNotAnImage("The upload is named or declared as an image, or must be one, and is none.".into()))
        }
        _ => Ok(declared.filter(|d| is_media_type(d)).unwrap_or("application/octet-stream").into()),
    }
}

/// Decodes the whole at the smallest scale: each coded byte is read, few pixels are made.
fn decodes(body: &[u8], kit: &Kit) -> Result<()> {
    let header = Header::read(body, kit)?;
    let smallest = Size::new(1, 1);
    let bytes = header.decode_bytes(smallest);
    if bytes > kit.limits.max_memory_bytes {
        return Err(Error::ImageTooLarge(format!(
            "Checking the {} image needs about {} MB of memory; at most {} MB are allowed.",
            header.size,
            bytes.div_ceil(1 << 20),
            kit.limits.max_memory_bytes >> 20
        )));
    }
    let want = Want { size: smallest, colour: Colour::Srgb };
    codec::decode(body, &header, &want, kit).map(|_| ())
}

/// Names that clients use for the same type.
fn same_type(a: &str, b: &str) -> bool {
    let usual = |t: &str| match t {
        "image/jpg" | "image/pjpeg" => "image/jpeg".to_string(),
        "image/x-png" | "image/apng" => "image/png".into(),
        "image/x-ms-bmp" | "image/x-bmp" => "image/bmp".into(),
        other => other.to_string(),
    };
    usual(a) == usual(b)
}

/// `type/subtype` with optional parameters, in visible ASCII.
fn is_media_type(text: &str) -> bool {
    text.len() <= 255 && text.contains('/') && text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::image::{Color, Image, Layout};

    fn jpeg() -> Vec<u8> {
        let image = Image::filled(Size::new(20, 10), Layout::Rgb, Color::WHITE).unwrap();
        let settings = codec::EncodeSettings::default();
        codec::encode(image, Format::Jpeg, &settings, &Kit::default()).unwrap()
    }

    fn put(key: &str, headers: &[(&str, &str)], body: &[u8], announced: u64) -> Result<Inspected> {
        let config = sample();
        let headers = headers.iter().map(|(a, b)| (a.to_string(), b.to_string()));
        let parts = Parts::new("PUT", "http://h/demo/x", headers).unwrap();
        check_promises(body, announced, &parts, &UploadPromise::default())?;
        inspect(body, parts.header("content-type"), key, config.bucket("demo").unwrap(), &Kit::default())
    }

    #[test]
    fn the_type_is_by_content() {
        let jpeg = jpeg();
        let n = jpeg.len() as u64;
        assert_eq!(put("a.jpg", &[], &jpeg, n).unwrap().content_type, "image/jpeg");
        assert_eq!(put("a", &[("content-type", "application/octet-stream")], &jpeg, n).unwrap().content_type, "image/jpeg");
        assert_eq!(put("a.JPG", &[("content-type", "image/jpg")], &jpeg, n).unwrap().content_type, "image/jpeg");
        assert_eq!(put("a.png", &[], &jpeg, n).unwrap_err().code(), "upload_not_an_image");
        assert_eq!(put("a", &[("content-type", "image/png")], &jpeg, n).unwrap_err().code(), "upload_not_an_image");
        assert_eq!(
            put("a.txt", &[("content-type", "text/plain; charset=utf-8")], b"hello", 5).unwrap().content_type,
            "text/plain; charset=utf-8"
        );
        assert_eq!(put("a.bin", &[("content-type", "nonsense")], b"hello", 5).unwrap().content_type, "application/octet-stream");
        assert_eq!(put("a.jpg", &[], b"<html>hello</html>", 18).unwrap_err().code(), "upload_not_an_image");
        assert_eq!(put("a.html", &[("content-type", "image/jpeg")], b"<html></html>", 13).unwrap_err().code(), "upload_not_an_image");
    }

    #[test]
    fn cut_and_lying_bodies_are_refused() {
        let jpeg = jpeg();
        let n = jpeg.len() as u64;
        let cut = &jpeg[..jpeg.len() - 20];
        assert_eq!(put("a.jpg", &[], cut, n).unwrap_err().code(), "bad_digest");
        assert_eq!(put("a.jpg", &[], cut, n - 20).unwrap_err().code(), "image_corrupt");
        assert_eq!(put("a.jpg", &[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")], &jpeg, n).unwrap_err().code(), "bad_digest");
        let md5 = hash::base64(&hash::md5(&jpeg));
        assert!(put("a.jpg", &[("content-md5", &md5)], &jpeg, n).is_ok());
    }

    #[test]
    fn length_and_promise_are_checked_before_the_body() {
        let config = sample();
        let bucket = config.bucket("demo").unwrap();
        let parts = |len: &str| Parts::new("PUT", "http://h/demo/x", [("content-length".to_string(), len.to_string())]).unwrap();
        let promise = UploadPromise { length: Some(9), ..Default::default() };
        assert_eq!(announced_length(&parts("10"), bucket, &UploadPromise::default()), Ok(10));
        assert_eq!(announced_length(&parts("10"), bucket, &promise).unwrap_err().code(), "access_denied");
        assert_eq!(announced_length(&parts("99999999"), bucket, &promise).unwrap_err().code(), "upload_too_large");
        assert_eq!(announced_length(&parts("x"), bucket, &promise).unwrap_err().code(), "length_required");
    }
}
