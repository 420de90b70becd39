//! Who may do what: a request becomes a [`Caller`], a caller gets a [`Grant`], or nothing is read.
//!
//! `signature` tells who asks, one file a scheme; this file what they may do.

pub mod cdn_a;
pub mod chunks;
pub mod form;
pub mod form_sign;
pub mod ladder;
pub mod native;
pub mod oss_v1;
pub mod oss_v4;
mod policy;
pub mod referer;
mod refused;
pub mod signature;
pub mod sigv4;
pub mod stamp;
mod v4;

pub use chunks::ChunkSigner;
pub use signature::{Covers, Scheme, Signature, UploadPromise};
pub use v4::Signer;

use crate::address::Address;
use crate::config::{Access, AccessKey, Action, Bucket, Config, Ladder, Parameters};
use crate::params::{Ask, Program};
use crate::parts::Parts;
use crate::{Error, Result};

/// Who asks: nobody known, or the holder of an access key.
#[derive(Debug)]
pub struct Caller<'a> {
    parts: &'a Parts,
    key: Option<&'a AccessKey>,
    signature: Option<Signature>,
}

/// The right to do one thing to one object. Its fields are private: without a call of
/// [`Caller::admit`] there is no grant, and without a grant no bytes.
#[derive(Debug)]
pub struct Grant<'b> {
    bucket: &'b Bucket,
    key: String,
    user: Option<String>,
    scheme: Option<Scheme>,
    expires: Option<u64>,
    ladder: bool,
    promise: UploadPromise,
}

impl<'b> Grant<'b> {
    /// The bucket.
    pub fn bucket(&self) -> &'b Bucket {
        self.bucket
    }

    /// The object's key; of a list its prefix.
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

    /// How the request was signed, if it was.
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The steps that sizes and qualities must be on.
    pub fn ladder(&self) -> Option<&'b Ladder> {
        self.ladder.then_some(&self.bucket.ladder)
    }

    /// What the signature says of an upload's body.
    pub fn promise(&self) -> &UploadPromise {
        &self.promise
    }
}

/// The word of who stored an image, by which its bucket's own styles are made of it behind the answer.
#[derive(Debug, Clone)]
pub struct Maker {
    key: String,
    user: Option<String>,
    scheme: Option<Scheme>,
}

impl Grant<'_> {
    /// For the object of this key, which this grant let be written.
    pub fn maker(&self, key: &str) -> Maker {
        Maker { key: key.into(), user: self.user.clone(), scheme: self.scheme }
    }
}

impl Maker {
    /// The object's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The right to have them made; nothing of it goes out to anybody.
    pub fn grant<'b>(&self, bucket: &'b Bucket) -> Grant<'b> {
        let Maker { key, user, scheme } = self.clone();
        Grant { bucket, key, user, scheme, expires: None, ladder: false, promise: UploadPromise::default() }
    }
}

/// What a request wants of a bucket or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// GET and HEAD: the object, or what the ask makes of it.
    Read(&'a Ask),
    /// Storing an object.
    Write,
    /// Storing an object that a node holds already.
    Import,
    /// Deleting an object.
    Delete,
    /// The names under a prefix, which stands for the key.
    List,
    /// What is known of the bucket itself: its place, its rules, its styles.
    Describe,
    /// Deleting the bucket.
    DeleteBucket,
}

/// Finds out who asks. Nothing but the request, the settings and the time is looked at.
///
/// # Errors
/// As [`signature::verify`].
pub fn identify<'a>(parts: &'a Parts, address: &Address, config: &'a Config, now: u64) -> Result<Caller<'a>> {
    let signature = signature::verify(parts, address, config, now)?;
    let key = signature.as_ref().map(|s| config.key(&s.key_id).ok_or(Error::UnknownAccessKey)).transpose()?;
    Ok(Caller { parts, key, signature })
}

impl<'a> Caller<'a> {
    /// Who signed a form's policy.
    ///
    /// # Errors
    /// `bad_signature` for a key that is not known any more.
    pub fn of_form(parts: &'a Parts, config: &'a Config, form: &form::FormGrant) -> Result<Caller<'a>> {
        let key = config.key(&form.signature.key_id).ok_or(Error::UnknownAccessKey)?;
        Ok(Caller { parts, key: Some(key), signature: Some(form.signature.clone()) })
    }

    /// The access key; none of a stranger.
    pub fn key(&self) -> Option<&'a AccessKey> {
        self.key
    }

    /// The access key.
    ///
    /// # Errors
    /// `signature_required` of a stranger.
    pub fn known(&self) -> Result<&'a AccessKey> {
        self.key.ok_or_else(|| unsigned("This request"))
    }

    /// What the signature says of the request's body.
    pub fn promise(&self) -> UploadPromise {
        self.signature.as_ref().map(|s| s.promise.clone()).unwrap_or_default()
    }

    /// Refuses a signature without an end, as on Limn's own routes.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn ends(&self) -> Result<()> {
        match self.signature.as_ref().is_some_and(|s| s.expires.is_none() && !s.scheme.is_header()) {
            true => Err(endless()),
            false => Ok(()),
        }
    }

    /// How the request was signed, if it was.
    pub fn scheme(&self) -> Option<Scheme> {
        self.signature.as_ref().map(|s| s.scheme)
    }

    /// Refuses strangers at a private bucket's door, before anything in it is looked for.
    ///
    /// # Errors
    /// `signature_required`.
    pub fn enter(&self, bucket: &Bucket) -> Result<()> {
        match bucket.access == Access::Private && self.key.is_none() {
            true => Err(unsigned("This bucket")),
            false => Ok(()),
        }
    }

    /// Admits the caller to one thing or refuses it.
    ///
    /// # Errors
    /// `signature_required`, `access_denied`, `referer_refused`, `bad_arg` where an end is wanted and none
    /// was signed.
    pub fn admit<'b>(&self, bucket: &'b Bucket, key: &str, wish: Wish) -> Result<Grant<'b>> {
        self.enter(bucket)?;
        let (action, name) = match wish {
            Wish::Read(_) => (Action::Read, "read"),
            Wish::Write => (Action::Write, "write"),
            Wish::Import => (Action::Admin, "admin"),
            Wish::Delete | Wish::DeleteBucket => (Action::Delete, "delete"),
            Wish::List | Wish::Describe => (Action::List, "list"),
        };
        if let Some(access) = self.key {
            if !access.may(action, bucket, key) {
                return Err(Error::AccessDenied(format!("The access key lacks the grant {name:?} here.")));
            }
            if matches!(wish, Wish::Read(ask) if ask.explain) && !access.may(Action::Admin, bucket, key) {
                return Err(Error::AccessDenied("The access key lacks the grant \"admin\", which explain needs.".into()));
            }
            if bucket.access == Access::Private || !matches!(wish, Wish::Read(_)) {
                self.ends()?;
            }
        }
        let mut ladder = false;
        match wish {
            Wish::Read(ask) => {
                ladder = self.may_read(bucket, key, ask)?;
                // A signed header comes from a tool, not from a page (OSS).
                if let Some(rule) = bucket.referer.as_ref().filter(|_| !self.scheme().is_some_and(Scheme::is_header)) {
                    referer::check(rule, self.parts.header("referer"))?;
                }
            }
            // Its signature is for one object of one path.
            Wish::List | Wish::Describe if self.scheme().is_some_and(|s| s.covers() == Covers::Path) => {
                return Err(Error::AccessDenied("A link of the CDN opens objects alone.".into()));
            }
            Wish::List if self.key.is_none() && bucket.public_list => {}
            Wish::List | Wish::Describe if self.key.is_none() => return Err(unsigned("Listing this bucket")),
            Wish::Write | Wish::Import | Wish::Delete | Wish::DeleteBucket if self.key.is_none() => return Err(unsigned("Writing")),
            _ => {}
        }
        Ok(Grant {
            bucket,
            key: key.into(),
            user: self.key.map(|k| k.user.clone()),
            scheme: self.scheme(),
            expires: self.signature.as_ref().and_then(|s| s.expires),
            ladder,
            promise: self.promise(),
        })
    }

    /// Whether the bucket's steps apply.
    fn may_read(&self, bucket: &Bucket, key: &str, ask: &Ask) -> Result<bool> {
        let covers = self.signature.as_ref().map(|s| s.scheme.covers());
        if covers == Some(Covers::Everything) {
            return Ok(false);
        }
        if ask.explain {
            return Err(unsigned("explain"));
        }
        if covers != Some(Covers::OssParams) && bucket.is_source_protected(key) && !ask.by_style {
            return Err(Error::AccessDenied("This bucket shows such objects through styles only.".into()));
        }
        if covers == Some(Covers::OssParams) && ask.only_oss {
            return Ok(false);
        }
        if ask.is_plain() {
            return Ok(false);
        }
        match bucket.parameters {
            Parameters::Open => Ok(false),
            // V1 signs x-oss-process but no short parameter (reference: signatures.md 1).
            _ if covers == Some(Covers::OssParams) => Err(Error::AccessDenied(
                "An OSS V1 signature does not cover short parameters; sign with OSS V4 or Limn's own scheme.".into(),
            )),
            Parameters::Ladder => Ok(!ask.by_style),
            // A cache buster would make as many variants as any parameter.
            Parameters::StylesOnly if (ask.by_style || ask.program == Program::None) && ask.buster.is_none() => Ok(false),
            Parameters::StylesOnly => {
                Err(Error::AccessDenied("This bucket makes images through its styles only, unless the parameters are signed.".into()))
            }
            Parameters::Signed => Err(unsigned("Transforming")),
        }
    }
}

fn endless() -> Error {
    Error::BadArg("exp must be there: unix seconds at which the signed right ends.".into())
}

fn unsigned(what: &str) -> Error {
    Error::SignatureRequired(format!("{what} needs a valid signature."))
}

#[cfg(test)]
mod captures;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::parts::Method;

    fn read(url: &str, headers: &[(&str, &str)], now: u64) -> Result<()> {
        let config = sample();
        let parts =
            Parts::new("GET", &format!("http://localhost{url}"), headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap();
        let address = Address::of(&parts, &config);
        let caller = identify(&parts, &address, &config, now)?;
        let crate::route::Route::Object(path) = crate::route::Route::parse(&address, &config).unwrap() else { panic!() };
        let bucket = config.bucket(&path.bucket)?;
        caller.enter(bucket)?;
        let ask = Ask::parse(&parts, &path, bucket).unwrap();
        caller.admit(bucket, &path.key, Wish::Read(&ask)).map(|_| ())
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
        assert_eq!(read("/demo/a.jpg", &[("authorization", "Basic a:b")], 0).unwrap_err().code(), "signature_unsupported");
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
        let put = |url: &str| {
            let parts = Parts::new("PUT", &format!("http://localhost{url}"), []).unwrap();
            let caller = identify(&parts, &Address::of(&parts, &config), &config, 1);
            let admitted = caller.and_then(|c| c.admit(config.bucket("vault").unwrap(), "cat.jpg", Wish::Write).map(|_| ()));
            admitted.err().map_or("", |e| e.code())
        };
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?exp=9", "limn-dev", "limn-dev-secret")), "");
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?exp=9", "limn-reader", "limn-reader-secret")), "access_denied");
        assert_eq!(put(&signed(Method::Get, "/vault/cat.jpg?exp=9", "limn-dev", "limn-dev-secret")), "bad_signature");
        assert_eq!(put(&signed(Method::Put, "/vault/cat.jpg?v=9", "limn-dev", "limn-dev-secret")), "bad_arg");
        assert_eq!(put("/vault/cat.jpg"), "signature_required");
    }
}
