//! What is looked at before a body is stored: whether it is what it says it is.

use crate::codec::sniff::{self, Sniffed};
use crate::codec::{self, Colour, Format, Header, Want};
use crate::config::{Bucket, Content};
use crate::image::Size;
use crate::kit::Kit;
use crate::{Error, Result};

/// What a long body is, as far as its beginning tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An image, or what claims to be one: it must be looked at whole.
    Image,
    /// Anything else, with the type that it will be served with.
    Opaque(String),
}

/// Tells from the first bytes whether the rest must be seen before the body may be stored.
///
/// # Errors
/// As [`inspect`], where the beginning is enough to refuse it.
pub fn kind(head: &[u8], declared: Option<&str>, key: &str, bucket: &Bucket) -> Result<Kind> {
    match sniff::sniff(head) {
        Sniffed::Known(_) => Ok(Kind::Image),
        _ => inspect(head, declared, key, bucket, &Kit::default()).map(Kind::Opaque),
    }
}

/// Looks at what a body is, and whether that is what it is named and declared as; the answer is the type
/// that it will be served with.
///
/// # Errors
/// `upload_not_an_image`, `format_unsupported`, `image_too_large`, `image_corrupt`; `busy` where the kit has no room.
pub fn inspect(body: &[u8], declared: Option<&str>, key: &str, bucket: &Bucket, kit: &Kit) -> Result<String> {
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
            match decodes(body, kit) {
                Err(error @ (Error::Busy | Error::NoMemory(_))) => Err(error),
                // It only begins like one, and nobody said that it is one: it goes out as the bytes that it is.
                Err(_) if !claims_image && bucket.content == Content::Any => Ok(opaque(declared)),
                decoded => decoded.map(|()| format.mime().into()),
            }
        }
        Sniffed::Recognised(name) if bucket.content == Content::Images => {
            Err(Error::FormatUnsupported(format!("The upload is {name}, which Limn does not decode.")))
        }
        Sniffed::Recognised(name) if named.is_none() => Ok(sniff::recognised_mime(name).unwrap_or("application/octet-stream").into()),
        _ if claims_image || bucket.content == Content::Images => {
            Err(Error::UploadNotAnImage("The upload is named or declared as an image, or must be one, and is none.".into()))
        }
        _ => Ok(opaque(declared)),
    }
}

/// The type of what is no image: as declared, if that is a type at all.
fn opaque(declared: Option<&str>) -> String {
    declared.filter(|d| is_media_type(d)).unwrap_or("application/octet-stream").into()
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
    if bytes > kit.room.get() {
        return Err(Error::Busy);
    }
    let want = Want { size: smallest, exact: None, part: None, colour: Colour::Srgb };
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

    fn put(key: &str, declared: Option<&str>, body: &[u8]) -> Result<String> {
        inspect(body, declared, key, sample().bucket("demo").unwrap(), &Kit::default())
    }

    #[test]
    fn the_type_is_by_content() {
        let jpeg = jpeg();
        for (key, declared, kind) in [
            ("a.jpg", None, Ok("image/jpeg")),
            ("a", Some("application/octet-stream"), Ok("image/jpeg")),
            ("a.JPG", Some("image/jpg"), Ok("image/jpeg")),
            ("a.png", None, Err("upload_not_an_image")),
            ("a", Some("image/png"), Err("upload_not_an_image")),
        ] {
            assert_eq!(put(key, declared, &jpeg).as_deref().map_err(|e| e.code()), kind, "{key}");
        }
        for (key, declared, body, kind) in [
            ("a.txt", Some("text/plain; charset=utf-8"), "hello", Ok("text/plain; charset=utf-8")),
            ("a.bin", Some("nonsense"), "hello", Ok("application/octet-stream")),
            ("a.jpg", None, "<html>hello</html>", Err("upload_not_an_image")),
            ("a.html", Some("image/jpeg"), "<html></html>", Err("upload_not_an_image")),
        ] {
            assert_eq!(put(key, declared, body.as_bytes()).as_deref().map_err(|e| e.code()), kind, "{key}");
        }
        let cut = &jpeg[..jpeg.len() - 20];
        for (key, declared) in [("a.jpg", None), ("a", Some("image/jpeg"))] {
            assert_eq!(put(key, declared, cut).unwrap_err().code(), "image_corrupt");
        }
        assert_eq!(put("a.bin", None, cut).unwrap(), "application/octet-stream");
        assert_eq!(put("a", Some("application/x-thing"), cut).unwrap(), "application/x-thing");
    }

    #[test]
    fn a_long_image_is_known_by_its_beginning() {
        let config = sample();
        let bucket = config.bucket("demo").unwrap();
        assert_eq!(kind(&jpeg()[..100], None, "a.bin", bucket), Ok(Kind::Image));
        assert_eq!(kind(b"hello", Some("text/plain"), "a", bucket), Ok(Kind::Opaque("text/plain".into())));
        assert_eq!(kind(b"hello", None, "a.jpg", bucket).unwrap_err().code(), "upload_not_an_image");
    }
}
