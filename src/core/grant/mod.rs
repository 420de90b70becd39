//! Who may do what: a request becomes a [`Grant`], or nothing is read.
//!
//! One file a scheme. A signature that is there must be right, even where none is needed.

pub mod native;
pub mod oss_v1;
pub mod referer;

use crate::config::{Access, Action, Bucket, Config, Parameters};
use crate::params::Ask;
use crate::parts::Parts;
use crate::route::ObjectPath;
use crate::{Error, Result};

/// The right to do one thing to one object. Its fields are private: without a call of [`admit`] there
/// is no grant, and without a grant no bytes.
#[derive(Debug)]
pub struct Grant<'c> {
    bucket: &'c Bucket,
    key: String,
    user: Option<String>,
    expires: Option<u64>,
    signed: Signed,
    promise: UploadPromise,
}

/// How a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Not at all.
    No,
    /// Limn's own scheme.
    Native,
    /// OSS V1 in the URL.
    OssV1,
    /// OSS V1 in the Authorization header.
    OssV1Header,
}

/// What a signature says of an upload's body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadPromise {
    /// `ct`: its content type.
    pub content_type: Option<String>,
    /// `len`: its length in bytes.
    pub length: Option<u64>,
    /// `sha256`: its digest, lower-case hex.
    pub sha256: Option<String>,
}

/// What a verified signature tells.
struct Signature {
    scheme: Signed,
    key_id: String,
    expires: Option<u64>,
    promise: UploadPromise,
}

impl<'c> Grant<'c> {
    /// The bucket.
    pub fn bucket(&self) -> &'c Bucket {
        self.bucket
    }

    /// The object's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Who signed.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// When the right ends, unix seconds.
    pub fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// How the request was signed.
    pub fn signed(&self) -> Signed {
        self.signed
    }

    /// What the signature says of an upload's body.
    pub fn promise(&self) -> &UploadPromise {
        &self.promise
    }
}

/// What a request wants of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// GET and HEAD: the object, or what the ask makes of it.
    Read(&'a Ask),
    /// PUT.
    Write,
    /// DELETE.
    Delete,
}

/// Admits a request or refuses it. Nothing but the request, the settings and the time is looked at.
///
/// # Errors
/// `signature_required`, `bad_signature`, `link_expired`, `access_denied`, `referer_refused`,
/// `not_implemented` for schemes that are not built yet, `bad_arg` for broken signature parameters.
pub fn admit<'c>(parts: &Parts, path: &ObjectPath, wish: Wish, config: &'c Config, now: u64) -> Result<Grant<'c>> {
    let signature = verify(parts, config, now)?;
    let bucket = config.bucket(&path.bucket)?;
    if let Some(signature) = &signature {
        let action = match wish {
            Wish::Read(_) => Action::Read,
            Wish::Write => Action::Write,
            Wish::Delete => Action::Delete,
        };
        let key = config.key(&signature.key_id).ok_or(Error::UnknownAccessKey)?;
        if !key.may(action, &path.bucket, &path.key) {
            return Err(Error::AccessDenied(format!("The access key lacks the grant {action:?} on this object.")));
        }
        let asks_for_plan = matches!(wish, Wish::Read(ask) if ask.explain);
        if asks_for_plan && !key.may(Action::Admin, &path.bucket, &path.key) {
            return Err(Error::AccessDenied("The access key lacks the grant Admin, which explain needs.".into()));
        }
        let by_header = signature.scheme == Signed::OssV1Header;
        if signature.expires.is_none() && !by_header && (bucket.access == Access::Private || !matches!(wish, Wish::Read(_))) {
            return Err(Error::BadArg("exp must be there: unix seconds at which the signed right ends.".into()));
        }
    }
    let scheme = signature.as_ref().map_or(Signed::No, |s| s.scheme);
    match wish {
        Wish::Read(ask) => {
            may_read(bucket, &path.key, ask, scheme)?;
            if ask.explain && scheme == Signed::No {
                return Err(unsigned("explain"));
            }
            // A signed header comes from a tool, not from a page (OSS).
            if let Some(rule) = bucket.referer.as_ref().filter(|_| scheme != Signed::OssV1Header) {
                referer::check(rule, parts.header("referer"))?;
            }
        }
        Wish::Write | Wish::Delete if scheme == Signed::No => return Err(unsigned("Writing")),
        Wish::Write | Wish::Delete => {}
    }
    let (key_id, expires, promise) = match signature {
        Some(s) => (Some(s.key_id), s.expires, s.promise),
        None => (None, None, UploadPromise::default()),
    };
    let user = key_id.and_then(|id| config.key(&id)).map(|k| k.user.clone());
    Ok(Grant { bucket, key: path.key.clone(), user, expires, signed: scheme, promise })
}

fn may_read(bucket: &Bucket, key: &str, ask: &Ask, scheme: Signed) -> Result<()> {
    if bucket.access == Access::Private && scheme == Signed::No {
        return Err(unsigned("This bucket"));
    }
    if scheme == Signed::No && bucket.is_source_protected(key) && !ask.by_style {
        return Err(Error::AccessDenied("This bucket shows such objects through styles only.".into()));
    }
    if ask.is_plain() || scheme == Signed::Native || bucket.parameters == Parameters::Open {
        return Ok(());
    }
    // V1 signs x-oss-process but no short parameter (reference: signatures.md 1).
    match scheme {
        Signed::OssV1 | Signed::OssV1Header if ask.only_oss => Ok(()),
        Signed::OssV1 | Signed::OssV1Header => {
            Err(Error::AccessDenied("An OSS V1 signature does not cover short parameters; sign with Limn's own scheme.".into()))
        }
        _ => Err(unsigned("Transforming")),
    }
}

fn unsigned(what: &str) -> Error {
    Error::SignatureRequired(format!("{what} needs a valid signature."))
}

/// Finds and verifies the signature, if there is one.
fn verify(parts: &Parts, config: &Config, now: u64) -> Result<Option<Signature>> {
    let native = native::PARAMS.iter().any(|p| parts.param(p).is_some());
    let oss = oss_v1::PARAMS.iter().any(|p| parts.param(p).is_some());
    match (native, oss, parts.header("authorization").is_some()) {
        (false, false, false) => Ok(None),
        (true, false, false) => native::verify(parts, config, now).map(Some),
        (false, true, false) => oss_v1::verify(parts, config, now).map(Some),
        (false, false, true) => oss_v1::verify_header(parts, config, now).map(Some),
        _ => Err(Error::BadArg("The request carries more than one signature; one is wanted.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::parts::Method;

    fn read(url: &str, headers: &[(&str, &str)], now: u64) -> Result<()> {
        let config = sample();
        let parts =
            Parts::new("GET", &format!("http://localhost{url}"), headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap();
        let crate::route::Route::Object(path) = crate::route::Route::parse(&parts, &config).unwrap() else { panic!() };
        let nothing = Ask::nothing();
        let ask = config.bucket(&path.bucket).map_or(Ok(nothing), |b| Ask::parse(&parts, &path, b)).unwrap();
        admit(&parts, &path, Wish::Read(&ask), &config, now).map(|_| ())
    }

    fn signed(method: Method, target: &str, id: &str, secret: &str) -> String {
        let parts = Parts::new(method.as_str(), &format!("http://localhost{target}&kid={id}"), []).unwrap();
        format!("{target}&kid={id}&s={}", native::sign(&parts, secret.as_bytes()).unwrap())
    }

    #[test]
    fn strangers() {
        for (url, code) in [
            ("/demo/a.jpg", ""),
            ("/demo/a.jpg?w=200", ""),
            ("/vault/a.jpg", "signature_required"),
            ("/shop/a.jpg", ""),
            ("/shop/a.jpg?w=200", "signature_required"),
            ("/shop/a.jpg?p=thumb", "signature_required"),
            ("/shop/a.jpg?v=1", "signature_required"),
            ("/nope/a.jpg", "no_such_bucket"),
            ("/club/a.jpg", "referer_refused"),
            ("/demo/a.jpg?s=x", "bad_signature"),
            ("/demo/a.jpg?kid=limn-dev", "bad_signature"),
        ] {
            let got = read(url, &[], 0).err().map_or("", |e| e.code());
            assert_eq!(got, code, "{url}");
        }
        assert_eq!(read("/demo/a.jpg", &[("authorization", "Basic a:b")], 0).unwrap_err().code(), "not_implemented");
        assert_eq!(read("/demo/a.jpg", &[("authorization", "OSS a:b")], 0).unwrap_err().code(), "bad_arg");
        assert!(read("/club/a.jpg", &[("referer", "https://www.example.com/x")], 0).is_ok());
    }

    #[test]
    fn a_signed_read_is_admitted_until_it_ends_and_not_when_altered() {
        let url = signed(Method::Get, "/vault/cat.jpg?exp=100&w=200", "limn-dev", "limn-dev-secret");
        assert!(read(&url, &[], 100).is_ok());
        assert_eq!(read(&url, &[], 101).unwrap_err().code(), "link_expired");
        for altered in [
            url.replace("w=200", "w=201"),
            url.replace("cat", "dog"),
            url.replace("exp=100", "exp=999"),
            url.replace("limn-dev&", "limn-reader&"),
            url.replace("/vault/", "/demo/"),
        ] {
            assert_eq!(read(&altered, &[], 50).unwrap_err().code(), "bad_signature", "{altered}");
        }
        // The older of two live secrets still signs.
        assert!(read(&signed(Method::Get, "/vault/cat.jpg?exp=100", "limn-reader", "an-older-secret"), &[], 1).is_ok());
        // A private bucket wants an end.
        assert_eq!(read(&signed(Method::Get, "/vault/cat.jpg?w=1", "limn-dev", "limn-dev-secret"), &[], 1).unwrap_err().code(), "bad_arg");
    }

    #[test]
    fn a_reader_cannot_write_and_a_get_signature_is_no_put() {
        let config = sample();
        let path = ObjectPath { bucket: "vault".into(), key: "cat.jpg".into(), style: None, legacy: None };
        let put = |url: &str| {
            let parts = Parts::new("PUT", &format!("http://localhost{url}"), []).unwrap();
            admit(&parts, &path, Wish::Write, &config, 1).err().map_or("", |e| e.code())
        };
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?exp=9", "limn-dev", "limn-dev-secret")), "");
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?exp=9", "limn-reader", "limn-reader-secret")), "access_denied");
        assert_eq!(put(&signed(Method::Get, "/vault/cat.jpg?exp=9", "limn-dev", "limn-dev-secret")), "bad_signature");
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?v=9", "limn-dev", "limn-dev-secret")), "bad_arg");
        assert_eq!(put("/vault/cat.jpg"), "signature_required");
    }
}
