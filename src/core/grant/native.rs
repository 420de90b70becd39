//! Limn's own signature: HMAC-SHA256 over method, path and every parameter, as `s` in the URL.
//!
//! Text: `limn1` LF `read` (GET, HEAD) or the method LF the path LF the sorted query without `s`; path
//! and query percent-encoded to RFC 3986 unreserved, so that no field can hold a separator.

use super::signature::signer_of;
use super::{Scheme, Signature, UploadPromise};
use crate::config::Config;
use crate::hash::{Form, Mac};
use crate::parts::{Method, Parts};
use crate::sort;
use crate::{percent, Error, Result};

/// Parameters that make a request one of this scheme.
pub const PARAMS: [&str; 3] = ["s", "kid", "exp"];

/// The text that is signed.
pub fn text_to_sign(parts: &Parts) -> String {
    let verb = match parts.method {
        Method::Get | Method::Head => "read",
        other => other.as_str(),
    };
    let encoded = |(name, value): &(String, String)| (percent::encode(name, ""), percent::encode(value, ""));
    let mut query: Vec<(String, String)> = parts.query.iter().filter(|(n, _)| n != "s").map(encoded).collect();
    sort::all(&mut query);
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("limn1\n{verb}\n{}\n{}", percent::encode(&parts.path, "/"), query.join("&"))
}

/// The value of `s` for a request.
///
/// # Errors
/// As [`Mac::sha256`].
pub fn sign(parts: &Parts, secret: &[u8]) -> Result<String> {
    Ok(Mac::sha256(secret, text_to_sign(parts).as_bytes())?.base64url())
}

pub(super) fn verify(parts: &Parts, config: &Config, now: u64) -> Result<Signature> {
    let (Some(given), Some(key_id)) = (parts.param("s"), parts.param("kid")) else { return Err(Error::BadSignature) };
    let key = config.key(key_id).ok_or(Error::UnknownAccessKey)?;
    let text = text_to_sign(parts);
    signer_of(key, |secret| Ok(Mac::sha256(secret, text.as_bytes())?.matches(given, Form::Base64Url)))?;
    let seconds = |name: &str| -> Result<Option<u64>> {
        let Some(text) = parts.param(name) else { return Ok(None) };
        let plain = !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain).map(Some).ok_or_else(|| crate::params::args::refuse(name, "a whole number", text))
    };
    let expires = seconds("exp")?;
    if expires.is_some_and(|exp| now > exp) {
        return Err(Error::LinkExpired);
    }
    let promise = UploadPromise {
        content_type: parts.param("ct").map(Into::into),
        length: seconds("len")?,
        sha256: parts.param("sha256").map(Into::into),
        ..UploadPromise::default()
    };
    Ok(Signature { scheme: Scheme::Native, key_id: key_id.into(), expires, promise })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors() {
        for (method, url, text, s) in [
            (
                "GET",
                "/vault/cat.jpg?w=200&kid=limn-dev&exp=1790000000",
                "limn1\nread\n/vault/cat.jpg\nexp=1790000000&kid=limn-dev&w=200",
                "dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA",
            ),
            (
                "HEAD",
                "/vault/a%20b/%E5%9B%BE+1.png?kid=limn-dev&exp=1790000000&w=320&wmt=%C2%A9+Acme",
                "limn1\nread\n/vault/a%20b/%E5%9B%BE%2B1.png\nexp=1790000000&kid=limn-dev&w=320&wmt=%C2%A9%20Acme",
                "vvSixfKAdF5GJwuwEcCJsLqEEnzwybXMS23-QMe-12Y",
            ),
            (
                "PUT",
                "/vault/cat.jpg?exp=1790000000&kid=limn-dev&s=whatever",
                "limn1\nPUT\n/vault/cat.jpg\nexp=1790000000&kid=limn-dev",
                "CBUKIDDoZdItVG7kfDGwFMQNRefWs7jwjBiBeVPqm9I",
            ),
        ] {
            let parts = Parts::new(method, &format!("http://h{url}"), []).unwrap();
            assert_eq!(text_to_sign(&parts), text);
            assert_eq!(sign(&parts, b"limn-dev-secret").unwrap(), s);
        }
    }

    #[test]
    fn only_the_whole_signature_counts() {
        let config = crate::config::tests::sample();
        let base = "http://h/vault/cat.jpg?w=200&kid=limn-dev&exp=1790000000";
        let s = "dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA";
        let try_with = |s: &str| verify(&Parts::new("GET", &format!("{base}&s={s}"), []).unwrap(), &config, 1).map(|_| ());
        assert!(try_with(s).is_ok());
        for bad in [&s[..42], &format!("{s}="), "", &s.to_lowercase(), &s.replace('_', "/"), &format!("{s}A")] {
            assert_eq!(try_with(bad), Err(Error::BadSignature), "{bad}");
        }
    }

    #[test]
    fn an_end_is_plain_digits() {
        let config = crate::config::tests::sample();
        for exp in ["-1", "1e9", "1.5", "", "99999999999999999999", "0x10"] {
            let unsigned = format!("http://h/vault/a?kid=limn-dev&exp={exp}");
            let s = sign(&Parts::new("GET", &unsigned, []).unwrap(), b"limn-dev-secret").unwrap();
            let got = verify(&Parts::new("GET", &format!("{unsigned}&s={s}"), []).unwrap(), &config, 1);
            assert_eq!(got.err().map(|e| e.code()), Some("bad_arg"), "{exp}");
        }
    }
}
