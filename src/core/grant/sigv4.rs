//! AWS Signature Version 4 for S3, in the URL or the Authorization header (reference: signatures.md 3).
//!
//! Clients that sign `accept-encoding` (some Go SDKs) need it as they sent it; a proxy in front of Limn
//! that rewrites it must hand the original over.

use super::v4::{self, Credential, Signer, Window, S3};
use super::{ChunkSigner, Scheme, Signature, UploadPromise};
use crate::config::Config;
use crate::hash::Mac;
use crate::parts::Parts;
use crate::percent::{self, Plus};
use crate::sort;
use crate::{Error, Result};

/// Parameters that make a request one of this scheme, beside the token that is refused.
pub const PARAMS: [&str; 6] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"];

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The canonical request. `signed` lists the signed headers.
fn canonical(parts: &Parts, signed: &str, payload: &str) -> Result<String> {
    let names = v4::header_names(signed)?;
    if !names.contains(&"host") {
        return Err(Error::AccessDenied("The signature must cover the header host.".into()));
    }
    // S3: "There were headers present in the request which were not signed".
    if let Some((name, _)) = parts.headers_with_prefix("x-amz-").find(|(n, _)| !names.contains(n)) {
        return Err(Error::AccessDenied(format!("The header {name} came and is not signed.")));
    }
    // AWS signs runs of spaces as one; OSS does not.
    let one_space = |line: String| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let headers = names.iter().map(|n| v4::header_line(parts, n).map(one_space)).collect::<Result<String>>()?;
    let segment = |s: &str| percent::decode(s, Plus::Literal).map(|s| percent::encode(&s, ""));
    let path = parts.raw_path.split('/').map(segment).collect::<Result<Vec<_>>>()?.join("/");
    let query = v4::canonical_query(parts, "X-Amz-Signature", "=");
    Ok(format!("{}\n{path}\n{query}\n{headers}\n{signed}\n{payload}", parts.method.as_str()))
}

pub(super) fn verify(parts: &Parts, config: &Config, now: u64) -> Result<Signature> {
    let param = |name: &str| parts.param(name).ok_or_else(|| Error::AccessDenied(format!("The signature's {name} is missing.")));
    let algorithm = param("X-Amz-Algorithm")?;
    if algorithm != S3.algorithm {
        return Err(Error::SchemeRefused(format!("X-Amz-Algorithm must be {}.", S3.algorithm)));
    }
    let date = param("X-Amz-Date")?;
    let window = Window::parse("X-Amz-Expires", date, param("X-Amz-Expires")?)?;
    let credential = S3.parse_credential(param("X-Amz-Credential")?, date)?;
    let payload = parts.param("X-Amz-Content-Sha256").or(parts.header("x-amz-content-sha256")).unwrap_or(UNSIGNED);
    let canonical = canonical(parts, param("X-Amz-SignedHeaders")?, payload)?;
    let given = param("X-Amz-Signature")?;
    let key = S3.verify(config, &credential, &canonical, given)?;
    window.check(now)?;
    signed(Scheme::SigV4, credential, Some(window.end), payload, key, given)
}

/// `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; `rest` is what stands
/// behind the algorithm.
pub(super) fn verify_header(rest: &str, parts: &Parts, config: &Config, now: u64) -> Result<Signature> {
    let fields = v4::fields(rest, &["Credential", "SignedHeaders", "Signature"])?;
    let date = parts.header("x-amz-date").unwrap_or("");
    v4::check_header_date(date, now)?;
    let credential = S3.parse_credential(v4::field(&fields, "Credential")?, date)?;
    let missing = || Error::BadArg("The header x-amz-content-sha256 is missing.".into());
    let payload = parts.header("x-amz-content-sha256").ok_or_else(missing)?;
    let canonical = canonical(parts, v4::field(&fields, "SignedHeaders")?, payload)?;
    let given = v4::field(&fields, "Signature")?;
    let key = S3.verify(config, &credential, &canonical, given)?;
    signed(Scheme::SigV4Header, credential, None, payload, key, given)
}

fn signed(scheme: Scheme, credential: Credential, expires: Option<u64>, payload: &str, key: Mac, seed: &str) -> Result<Signature> {
    let mut promise = UploadPromise::default();
    if payload.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") && scheme == Scheme::SigV4Header {
        promise.chunks = Some(ChunkSigner::new(key, &credential.date, &credential.scope, seed));
    } else if !payload.starts_with("STREAMING-") && payload != UNSIGNED {
        promise.sha256 = Some(payload.into());
    }
    Ok(Signature { scheme, key_id: credential.key_id, expires, promise })
}

/// The parameters that sign a URL for `expires` seconds, in order; the signature is the last. `headers`
/// lists the signed ones, `host` among them.
///
/// # Errors
/// `access_denied` for headers that are to be signed and are not there.
pub fn presign(parts: &Parts, by: &Signer, expires: u64, headers: &str) -> Result<Vec<(String, String)>> {
    let credential = S3.credential(by);
    let mut own: Vec<(String, String)> = vec![
        ("X-Amz-Algorithm".into(), S3.algorithm.into()),
        ("X-Amz-Credential".into(), credential.text()),
        ("X-Amz-Date".into(), credential.date.clone()),
        ("X-Amz-Expires".into(), expires.to_string()),
        ("X-Amz-SignedHeaders".into(), headers.into()),
    ];
    let mut whole = parts.clone();
    whole.query.extend(own.iter().cloned());
    let signature = S3.sign(by.secret, &credential, &canonical(&whole, headers, UNSIGNED)?)?.hex();
    own.push(("X-Amz-Signature".into(), signature));
    Ok(own)
}

/// The headers that sign a request with this `x-amz-content-sha256`: date, payload, Authorization. Host,
/// content-type, content-md5, if-none-match and every `x-amz-` header are signed.
///
/// # Errors
/// As [`Mac::sha256`].
pub fn authorize(parts: &Parts, by: &Signer, payload: &str) -> Result<Vec<(String, String)>> {
    let credential = S3.credential(by);
    let mut own: Vec<(String, String)> =
        vec![("x-amz-date".into(), credential.date.clone()), ("x-amz-content-sha256".into(), payload.into())];
    let whole = parts.clone().with_headers(own.iter().cloned());
    let is_signed = |n: &str| n.starts_with("x-amz-") || ["content-type", "content-md5", "if-none-match"].contains(&n);
    let mut names: Vec<&str> = whole.headers_with_prefix("").map(|(n, _)| n).filter(|n| is_signed(n)).chain(["host"]).collect();
    sort::all(&mut names);
    let names = names.join(";");
    let signature = S3.sign(by.secret, &credential, &canonical(&whole, &names, payload)?)?.hex();
    own.push((
        "authorization".into(),
        format!("{} Credential={}, SignedHeaders={names}, Signature={signature}", S3.algorithm, credential.text()),
    ));
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::grant::{signature, stamp};

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Parts {
        Parts::new(method, url, headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap()
    }

    fn aws() -> Signer<'static> {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        Signer { key_id: "AKIAIOSFODNN7EXAMPLE", secret, region: "us-east-1", now: 1_369_353_600 }
    }

    #[test]
    fn the_examples_of_aws() {
        let parts = request("GET", "https://examplebucket.s3.amazonaws.com/test.txt", &[]);
        let signed = presign(&parts, &aws(), 86_400, "host").unwrap();
        assert_eq!(signed.last().unwrap().1, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
        // "GET Bucket Lifecycle" of "Examples: Signature Calculations in AWS Signature Version 4".
        let empty = crate::hash::hex(&crate::hash::sha256(b""));
        let parts = request("GET", "https://examplebucket.s3.amazonaws.com/?lifecycle", &[]);
        let signed = authorize(&parts, &aws(), &empty).unwrap();
        assert!(signed.last().unwrap().1.ends_with("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    }

    fn code(method: &str, url: &str, headers: &[(&str, &str)], now: &str) -> &'static str {
        let config = crate::config::tests::sample();
        let parts = request(method, url, headers);
        let address = Address::of(&parts, &config);
        signature::verify(&parts, &address, &config, stamp::parse(now).unwrap()).err().map_or("", |e| e.code())
    }

    fn dev(secret: &'static str) -> Signer<'static> {
        Signer { key_id: "limn-reader", secret, region: "auto", now: 1_369_353_600 }
    }

    #[test]
    fn a_url_covers_all_of_its_parts() {
        let base = "http://h:8787/vault/a%2Fb%20c.jpg?w=200&e=";
        let signed = presign(&request("GET", base, &[]), &dev("an-older-secret"), 60, "host").unwrap();
        let query: Vec<String> = signed.iter().map(|(n, v)| format!("{n}={}", percent::encode(v, ""))).collect();
        let good = format!("{base}&{}", query.join("&"));
        for (now, want) in [
            ("20130524T000000Z", ""),
            ("20130523T235900Z", ""),
            ("20130523T235859Z", "access_denied"),
            ("20130524T000100Z", ""),
            ("20130524T000101Z", "link_expired"),
        ] {
            assert_eq!(code("GET", &good, &[], now), want, "{now}");
        }
        for (from, to, want) in [
            ("w=200", "w=201", "bad_signature"),
            ("&e=", "", "bad_signature"),
            ("http://h:8787", "http://h", "bad_signature"),
            ("%2F", "/", "bad_signature"),
            ("SignedHeaders=host", "SignedHeaders=", "bad_arg"),
            ("SignedHeaders=host", "SignedHeaders=range", "access_denied"),
            ("SignedHeaders=host", "SignedHeaders=host%3Bhost", "bad_arg"),
            ("SignedHeaders=host", "SignedHeaders=range%3Bhost", "bad_arg"),
            ("SignedHeaders=host", "SignedHeaders=Host", "bad_arg"),
            ("Expires=60", "Expires=604800", "bad_signature"),
            ("Expires=60", "Expires=604801", "bad_arg"),
            ("&X-Amz-Expires=60", "", "access_denied"),
            ("20130524%2F", "20130525%2F", "access_denied"),
            ("%2Fs3%2F", "%2Foss%2F", "access_denied"),
            ("aws4_request", "aws4_requests", "access_denied"),
            ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", "access_denied"),
        ] {
            let url = good.replacen(from, to, 1);
            assert!(url != good, "{from}");
            assert_eq!(code("GET", &url, &[], "20130524T000000Z"), want, "{from} {to}");
        }
        assert_eq!(code("HEAD", &good, &[], "20130524T000000Z"), "bad_signature");
        assert_eq!(code("GET", &good, &[("x-amz-meta-a", "b")], "20130524T000000Z"), "access_denied");
        assert_eq!(code("GET", &good, &[("content-type", "a/b")], "20130524T000000Z"), "");
        assert_eq!(code("GET", &good, &[("host", "h:8787")], "20130524T000000Z"), "");
        assert_eq!(code("GET", &good, &[("host", "evil")], "20130524T000000Z"), "bad_signature");
    }

    #[test]
    fn a_header_tells_of_the_body() {
        let digest = crate::hash::hex(&crate::hash::sha256(b"x"));
        for payload in [UNSIGNED, &digest, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
            let parts = request("PUT", "http://h/vault/a", &[("content-type", "a/b"), ("x-amz-meta-a", " b   c ")]);
            let own = authorize(&parts, &dev("limn-reader-secret"), payload).unwrap();
            let config = crate::config::tests::sample();
            let verified = |parts: Parts, now| signature::verify(&parts, &Address::of(&parts, &config), &config, now);
            let promise = verified(parts.clone().with_headers(own.clone()), 1_369_353_600 + 900).unwrap().unwrap().promise;
            assert_eq!(promise.sha256.is_some(), payload == digest);
            assert_eq!(promise.chunks.is_some(), payload.starts_with("STREAMING-AWS4"));
            assert_eq!(verified(parts.clone().with_headers(own), 1_369_353_600 + 901).unwrap_err(), Error::ClockSkewed);
            let without =
                parts.with_headers(authorize(&request("PUT", "http://h/vault/a", &[]), &dev("limn-reader-secret"), payload).unwrap());
            assert_eq!(verified(without, 1_369_353_600).unwrap_err().code(), "access_denied");
        }
        assert_eq!(code("GET", "http://h/vault/a", &[("authorization", "AWS4-HMAC-SHA256 x")], "20130524T000000Z"), "bad_arg");
    }
}
