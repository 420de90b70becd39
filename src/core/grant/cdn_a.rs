//! URLs signed the way of Alibaba's CDN, type A: `auth_key=TIME-RAND-UID-MD5` (reference: signatures.md 4).
//!
//! For migration only: the MD5 covers the path and the time, no parameter and no method. So it serves
//! reads of objects alone, on buckets that name the key for it and make images through styles only.

use super::signature::signer_of;
use super::{Scheme, Signature, UploadPromise};
use crate::address::Address;
use crate::config::Config;
use crate::hash::{Form, Mac};
use crate::parts::{Method, Parts};
use crate::{Error, Result};

/// The parameter that makes a request one of this scheme.
pub const PARAM: &str = "auth_key";

fn mac(raw_path: &str, stamp: &str, private_key: &[u8]) -> Mac {
    Mac::keyed_md5(&[format!("{raw_path}-{stamp}-").as_bytes(), private_key].concat())
}

/// The value of `auth_key` for a path as it stands on the wire, made at `time` (unix seconds). `rand` and
/// `uid` are letters and digits.
pub fn sign(raw_path: &str, time: u64, rand: &str, uid: &str, private_key: &str) -> String {
    let stamp = format!("{time:010}-{rand}-{uid}");
    format!("{stamp}-{}", mac(raw_path, &stamp, private_key.as_bytes()).hex())
}

pub(super) fn verify(parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Signature> {
    let cdn = config.bucket(&address.bucket).ok().and_then(|b| b.cdn.as_ref());
    let cdn = cdn.ok_or_else(|| Error::BadArg("This bucket takes no auth_key.".into()))?;
    if !matches!(parts.method, Method::Get | Method::Head) || address.key.is_empty() {
        return Err(Error::AccessDenied("An auth_key lets an object be read and nothing else.".into()));
    }
    let value = parts.param(PARAM).unwrap_or("");
    let [time, rand, uid, given] = value.split('-').collect::<Vec<_>>()[..] else { return Err(Error::BadSignature) };
    let word = |w: &str| (1..=100).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_alphanumeric());
    let digits = time.len() == 10 && time.bytes().all(|b| b.is_ascii_digit());
    let time: u64 = time.parse().ok().filter(|_| digits && word(rand) && word(uid)).ok_or(Error::BadSignature)?;
    let key = config.key(&cdn.key).ok_or(Error::UnknownAccessKey)?;
    let stamp = value.get(..value.len() - given.len() - 1).unwrap_or_default();
    signer_of(key, |secret| Ok(mac(&parts.raw_path, stamp, secret).matches(given, Form::Hex)))?;
    let end = time.saturating_add(cdn.valid_seconds);
    match now > end {
        true => Err(Error::LinkExpired),
        false => Ok(Signature { scheme: Scheme::CdnA, key_id: cdn.key.clone(), expires: Some(end), promise: UploadPromise::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example() {
        let key = sign("/video/standard/1K.html", 1_444_435_200, "0", "0", "aliyuncdnexp1234");
        assert_eq!(key, "1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f");
    }

    fn code(method: &str, url: &str, now: u64) -> &'static str {
        let config = crate::config::tests::sample();
        let parts = Parts::new(method, &format!("http://h{url}"), []).unwrap();
        verify(&parts, &Address::of(&parts, &config), &config, now).err().map_or("", |e| e.code())
    }

    #[test]
    fn it_reads_one_path_for_half_an_hour() {
        let good = sign("/stall/a%20b.jpg", 1_444_435_200, "r4nd", "0", "aliyuncdnexp1234");
        let url = format!("/stall/a%20b.jpg?p=thumb&auth_key={good}");
        assert_eq!((code("GET", &url, 1_444_435_200), code("HEAD", &url, 1_444_437_000)), ("", ""));
        assert_eq!(code("GET", &url, 1_444_437_001), "link_expired");
        assert_eq!(code("PUT", &url, 1_444_435_200), "access_denied");
        for altered in [
            url.replace("a%20b", "a%20c"),
            url.replace("a%20b", "a+b"),
            url.replace("1444435200", "1444435201"),
            url.replace("1444435200", "01444435200"),
            url.replace("r4nd-0", "r4nd0-"),
            url.replace("r4nd-0", "r4n-d0"),
            url.replace("-0-", "--"),
            url.to_uppercase().replace("/STALL/A%20B.JPG?P=THUMB&AUTH_KEY", "/stall/a%20b.jpg?p=thumb&auth_key"),
            url[..url.len() - 1].to_string(),
            format!("{url}0"),
            "/stall/a.jpg?auth_key=".into(),
        ] {
            assert_eq!(code("GET", &altered, 1_444_435_200), "bad_signature", "{altered}");
        }
        assert_eq!(code("GET", &format!("/demo/a.jpg?auth_key={good}"), 1_444_435_200), "bad_arg");
        let list = sign("/stall/", 1_444_435_200, "0", "0", "aliyuncdnexp1234");
        assert_eq!(code("GET", &format!("/stall/?list-type=2&auth_key={list}"), 1_444_435_200), "access_denied");
    }
}
