//! What `POST /-/upload/{bucket}` asks for, and the key that it comes to.

use super::pattern::{Filling, Pattern, DEFAULT};
use super::safe;
use crate::api::conditions::WriteCondition;
use crate::codec::Format;
use crate::config::Bucket;
use crate::grant::{signature, Caller, Covers, Scheme, UploadPromise};
use crate::parts::Parts;
use crate::{hash, percent, Error, Result};

/// Longest `nonce`, bytes.
const MAX_NONCE: usize = 64;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How the key is made.
    pub pattern: Pattern,
    /// Whether an object of that name may be replaced.
    pub overwrite: bool,
}

impl Asked {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `bad_arg`, `unknown_param`.
    pub fn of(parts: &Parts, bucket: &Bucket) -> Result<Asked> {
        let mut asked = Asked { pattern: Pattern::parse(parts.param("name").unwrap_or(DEFAULT))?, overwrite: false };
        for (name, value) in &parts.query {
            match name.as_str() {
                "name" => {}
                "overwrite" => {
                    asked.overwrite = match value.as_str() {
                        "1" => true,
                        "0" => false,
                        _ => return Err(Error::BadArg(format!("overwrite: 1 or 0 is wanted; {value:?} came."))),
                    }
                }
                // It tells tokens apart that are alike otherwise, and nothing else.
                "nonce" if (1..=MAX_NONCE).contains(&value.len()) => {}
                "nonce" => return Err(Error::BadArg(format!("nonce: 1 to {MAX_NONCE} bytes are wanted; {} came.", value.len()))),
                name if signature::is_parameter(name) || bucket.ignores(name) => {}
                _ => return Err(Error::UnknownParam(format!("The parameter {name} is not known; name, overwrite and nonce are."))),
            }
        }
        Ok(asked)
    }

    /// What must hold of the object that is there, beside what the request's headers say.
    pub fn condition(&self, of_headers: WriteCondition) -> WriteCondition {
        let free = self.overwrite || self.pattern.is_by_content();
        WriteCondition { forbid_overwrite: of_headers.forbid_overwrite || !free, ..of_headers }
    }
}

/// Whether the request carries a token, which is for one use; otherwise a tool signed its headers.
///
/// # Errors
/// `signature_required` of a stranger and for schemes that could be used again or leave parameters open.
pub fn is_token(caller: &Caller) -> Result<bool> {
    match caller.scheme() {
        Some(Scheme::Native) => Ok(true),
        Some(scheme) if scheme.is_header() && scheme.covers() == Covers::Everything => Ok(false),
        _ => Err(Error::SignatureRequired(
            "An upload to /-/upload needs Limn's own signature with exp, or an Authorization header of OSS V4 or AWS Signature Version 4."
                .into(),
        )),
    }
}

/// How an upload's key is made once the ledger has given it a version.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The pattern.
    pub pattern: &'a Pattern,
    /// The client's file name.
    pub file: Option<&'a str>,
    /// Unix seconds.
    pub now: u64,
}

impl Naming<'_> {
    /// The key of bytes of this type and digest.
    ///
    /// # Errors
    /// As [`Pattern::fill`]; `upload_not_an_image` where the pattern itself names another format.
    pub fn key(&self, version: &str, content_type: &str, sha256: Option<&[u8; 32]>) -> Result<String> {
        let sha256 = sha256.map(|digest| hash::hex(digest));
        let ext = safe::extension(content_type);
        let key = self.pattern.fill(&Filling { now: self.now, version, sha256: sha256.as_deref(), ext, file: self.file })?;
        let named = key.rsplit_once('.').and_then(|(_, ext)| Format::from_extension(&ext.to_ascii_lowercase()));
        match named.is_some_and(|format| format.mime() != content_type) {
            true => {
                Err(Error::UploadNotAnImage(format!("name: {key:?} names another format than the upload is, which is {content_type}.")))
            }
            false => Ok(key),
        }
    }
}

/// The name of `Content-Disposition`'s file: RFC 6266's `filename*`, else its `filename`.
pub fn file_of(disposition: &str) -> Option<String> {
    let parameters =
        || disposition.split(';').skip(1).filter_map(|p| p.split_once('=')).map(|(n, v)| (n.trim().to_ascii_lowercase(), v.trim()));
    let extended = parameters().find(|(n, _)| n == "filename*").and_then(|(_, v)| {
        let (charset, rest) = v.split_once('\'')?;
        let (_, encoded) = rest.split_once('\'')?;
        percent::decode(encoded, percent::Plus::Literal).ok().filter(|_| charset.eq_ignore_ascii_case("utf-8"))
    });
    extended.or_else(|| parameters().find(|(n, _)| n == "filename").map(|(_, v)| v.trim_matches('"').to_string())).filter(|f| !f.is_empty())
}

/// Holds a form's file to what was signed of it; the form around it is the browser's.
///
/// # Errors
/// `access_denied`, `bad_digest`.
pub fn hold(promise: &UploadPromise, length: u64, content_type: &str, sha256: &[u8; 32]) -> Result<()> {
    if promise.length.is_some_and(|l| l != length) {
        return Err(Error::AccessDenied("The file's length is not the one that was signed.".into()));
    }
    if promise.content_type.as_deref().is_some_and(|ct| ct != content_type) {
        return Err(Error::AccessDenied("The file's content type is not the one that was signed.".into()));
    }
    match promise.sha256.as_deref().is_some_and(|s| !s.eq_ignore_ascii_case(&hash::hex(sha256))) {
        true => Err(Error::BadDigest("The file's sha256 is not the one that was signed.".into())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::config::tests::sample;
    use crate::grant::{identify, native};

    fn asked(query: &str) -> Result<Asked> {
        let parts = Parts::new("POST", &format!("http://h/-/upload/demo?{query}"), []).unwrap();
        Asked::of(&parts, sample().bucket("demo").unwrap())
    }

    #[test]
    fn parameters() {
        for (query, code) in [
            ("", ""),
            ("name=a.jpg&overwrite=1&kid=a&s=b&exp=1&ct=a&len=1&sha256=a&nonce=7&utm_source=a", ""),
            ("overwrite=yes", "bad_arg"),
            ("overwrite=", "bad_arg"),
            ("nonce=", "bad_arg"),
            ("name=%7Bx%7D", "bad_arg"),
            ("w=200", "unknown_param"),
            ("Name=a", "unknown_param"),
        ] {
            assert_eq!(asked(query).err().map_or("", |e| e.code()), code, "{query}");
        }
        let forbids = |query: &str| asked(query).unwrap().condition(WriteCondition::default()).forbid_overwrite;
        assert_eq!(["name=a", "name=a&overwrite=1", "name=%7Bsha256%7D", ""].map(forbids), [true, false, false, true]);
    }

    #[test]
    fn only_what_is_for_one_use_or_signed_whole_is_taken() {
        let config = sample();
        let with = |url: &str| {
            let parts = Parts::new("POST", &format!("http://localhost{url}"), []).unwrap();
            identify(&parts, &Address::of(&parts, &config), &config, 1).and_then(|caller| is_token(&caller))
        };
        assert_eq!(with("/-/upload/demo").unwrap_err().code(), "signature_required");
        let target = "/-/upload/demo?exp=9&kid=limn-dev";
        let parts = Parts::new("POST", &format!("http://localhost{target}"), []).unwrap();
        assert_eq!(with(&format!("{target}&s={}", native::sign(&parts, b"limn-dev-secret").unwrap())), Ok(true));
    }

    #[test]
    fn a_key_that_names_another_format_is_refused() {
        let key = |pattern: &str, content_type: &str| {
            let pattern = Pattern::parse(pattern).unwrap();
            Naming { pattern: &pattern, file: None, now: 0 }.key("v", content_type, None)
        };
        assert_eq!(key("a/{version}.{ext}", "image/png").as_deref(), Ok("a/v.png"));
        assert_eq!(key("a.jpeg", "image/jpeg").as_deref(), Ok("a.jpeg"));
        assert_eq!(key("a.txt", "image/jpeg").as_deref(), Ok("a.txt"));
        assert_eq!(key("a.jpg", "image/png").unwrap_err().code(), "upload_not_an_image");
        assert_eq!(key("a.jpg", "text/plain").unwrap_err().code(), "upload_not_an_image");
        assert_eq!(key("{sha256}", "text/plain").unwrap_err().code(), "internal");
    }

    #[test]
    fn file_names_of_a_header() {
        for (header, want) in [
            ("attachment; filename=\"my cat.jpg\"", Some("my cat.jpg")),
            ("attachment; filename=cat.jpg", Some("cat.jpg")),
            ("attachment; filename=\"a.jpg\"; filename*=UTF-8''%E5%9B%BE.png", Some("图.png")),
            ("attachment; filename*=latin1''a", None),
            ("inline", None),
            ("attachment; filename=\"\"", None),
        ] {
            assert_eq!(file_of(header).as_deref(), want, "{header}");
        }
    }
}
