//! OSS signature version 1, in the URL or the Authorization header: HMAC-SHA1 over verb, headers and the object's resource.

use super::signature::signer_of;
use super::v4::SKEW_SECONDS;
use super::{Scheme, Signature, UploadPromise};
use crate::address::Address;
use crate::config::Config;
use crate::hash::{Form, Mac};
use crate::parts::Parts;
use crate::sort;
use crate::{Error, Result};

/// Parameters that make a request one of this scheme.
pub const PARAMS: [&str; 3] = ["OSSAccessKeyId", "Expires", "Signature"];

/// Query parameters that are part of the resource (OSS: "sub-resources"), beside every `x-oss-…`.
#[rustfmt::skip]
const SUB_RESOURCES: &[&str] = &[
    "acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "cname", "comp", "continuation-token",
    "cors", "delete", "endTime", "img", "lifecycle", "live", "location", "logging", "objectMeta", "partNumber",
    "position", "qos", "referer", "regionList", "replication", "replicationLocation", "replicationProgress",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "security-token",
    "sequential", "startTime", "stat", "status", "style", "styleName", "symlink", "tagging", "uploadId", "uploads",
    "versionId", "versioning", "versions", "vod", "website",
];

fn is_sub_resource(name: &str) -> bool {
    SUB_RESOURCES.contains(&name) || name.starts_with("x-oss-")
}

/// Refuses what reads the same as another request: V1 signs key and values decoded, so that a key that
/// holds `?acl`, or a value that holds `&acl`, makes the text of a request with that parameter.
fn check_ambiguity(parts: &Parts, address: &Address) -> Result<()> {
    let starts_one = |rest: &str| is_sub_resource(rest.split(['=', '&']).next().unwrap_or(""));
    let key = address.key.match_indices('?').filter_map(|(at, _)| address.key.get(at + 1..)).any(starts_one);
    let odd = |(name, value): &(String, String)| {
        is_sub_resource(name) && (name.contains(['=', '&', '?']) || value.split('&').skip(1).any(starts_one))
    };
    match key || parts.query.iter().any(odd) {
        true => Err(Error::BadArg("An OSS V1 signature cannot tell this key or value from a parameter; sign with OSS V4.".into())),
        false => Ok(()),
    }
}

/// The text that is signed. `date` is the Date line: `Expires` for URLs, the request's date for headers.
fn text_to_sign(parts: &Parts, address: &Address, date: &str) -> String {
    let header = |name: &str| parts.header(name).unwrap_or("").trim().to_string();
    let mut text = format!("{}\n{}\n{}\n{date}\n", parts.method.as_str(), header("content-md5"), header("content-type"));
    let mut headers: Vec<(&str, &str)> = parts.headers_with_prefix("x-oss-").collect();
    sort::all(&mut headers);
    for (name, value) in headers {
        text.push_str(&format!("{name}:{}\n", value.trim()));
    }
    text.push_str(&address.resource());
    let mut resources: Vec<&(String, String)> = parts.query.iter().filter(|(n, _)| is_sub_resource(n)).collect();
    sort::all(&mut resources);
    for (i, (name, value)) in resources.into_iter().enumerate() {
        text.push_str(if i == 0 { "?" } else { "&" });
        text.push_str(name);
        if !value.is_empty() {
            text.push_str(&format!("={value}"));
        }
    }
    text
}

/// The signature of a request that ends at `expires`, or whose header is dated so.
///
/// # Errors
/// As [`Mac::sha1`].
pub fn sign(parts: &Parts, address: &Address, expires: &str, secret: &[u8]) -> Result<String> {
    Ok(Mac::sha1(secret, text_to_sign(parts, address, expires).as_bytes())?.base64())
}

pub(super) fn verify(parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Signature> {
    let [Some(key_id), Some(expires), Some(given)] = PARAMS.map(|p| parts.param(p)) else {
        return Err(Error::AccessDenied("OSSAccessKeyId, Expires and Signature belong together; one is missing.".into()));
    };
    let end = Some(expires).filter(|e| !e.is_empty() && e.len() <= 15 && e.bytes().all(|b| b.is_ascii_digit()));
    let end: u64 = end.and_then(|e| e.parse().ok()).ok_or_else(|| crate::params::args::refuse("Expires", "unix seconds", expires))?;
    // OSS looks at the end first, then at the signature.
    if now > end {
        return Err(Error::LinkExpired);
    }
    matched(parts, address, config, key_id, expires, given)?;
    Ok(Signature { scheme: Scheme::OssV1, key_id: key_id.into(), expires: Some(end), promise: UploadPromise::default() })
}

/// `Authorization: OSS ID:SIGNATURE`, with the request's date in `Date` or `x-oss-date`.
///
/// `rest` is what stands behind `OSS `.
pub(super) fn verify_header(rest: &str, parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Signature> {
    let (key_id, given) =
        rest.split_once(':').ok_or_else(|| Error::AccessDenied("The Authorization header must be OSS ID:SIGNATURE.".into()))?;
    let date = parts.header("date").or(parts.header("x-oss-date")).unwrap_or("");
    let sent = crate::http_date::parse(date).ok_or_else(|| crate::params::args::refuse("Date", "an HTTP date", date))?;
    if sent.abs_diff(now) > SKEW_SECONDS {
        return Err(Error::ClockSkewed);
    }
    matched(parts, address, config, key_id, date, given)?;
    Ok(Signature { scheme: Scheme::OssV1Header, key_id: key_id.into(), expires: None, promise: UploadPromise::default() })
}

/// Whether one of the key's secrets made this signature.
fn matched(parts: &Parts, address: &Address, config: &Config, key_id: &str, date: &str, given: &str) -> Result<()> {
    let key = config.key(key_id).ok_or(Error::UnknownAccessKey)?;
    check_ambiguity(parts, address)?;
    let text = text_to_sign(parts, address, date);
    signer_of(key, |secret| Ok(Mac::sha1(secret, text.as_bytes())?.matches(given, Form::Base64))).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_path(parts: &Parts) -> Address {
        Address::of(parts, &crate::config::tests::sample())
    }

    fn signature(method: &str, bucket: &str, target: &str, headers: &[(&str, &str)], date: &str, secret: &[u8]) -> String {
        let url = format!("http://h/{bucket}/{target}");
        let parts = Parts::new(method, &url, headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap();
        sign(&parts, &by_path(&parts), date, secret).unwrap()
    }

    #[test]
    fn the_published_vectors() {
        let sk = b"sk";
        let headers = [
            ("content-md5", "eB5eJF1ptWaXm4bijSPyxw=="),
            ("content-type", "text/html"),
            ("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT"),
            ("X-OSS-Meta-Magic", "abracadabra"),
            ("x-oss-meta-author", "alice"),
        ];
        assert_eq!(
            signature("PUT", "examplebucket", "nelson?acl", &headers, "Wed, 28 Dec 2022 10:27:41 GMT", sk),
            "/afkugFbmWDQ967j1vr6zygBLQk="
        );
        assert_eq!(signature("GET", "bucket", "key?versionId=versionId", &[], "1699807420", sk), "dcLTea+Yh9ApirQ8o8dOPqtvJXQ=");
        assert_eq!(
            signature("GET", "bucket", "key%2B123?security-token=token&versionId=versionId", &[], "1699808204", sk),
            "jzKYRrM5y6Br0dRFPaTGOsbrDhY="
        );
        assert_eq!(
            signature("GET", "bucket", "key?x-oss-process=image/resize,w_200", &[], "1699807420", sk),
            "PTAL6SFKk1O310UWyz7w2Vsi2Rc="
        );
        assert_eq!(
            signature("GET", "bucket", "a/%E5%9B%BE.png?x-oss-process=style%2Fthumb", &[], "1699807420", sk),
            "lcu4WTtFSpXeAuMoDQaTnyMqB+k="
        );
        assert_eq!(
            signature("GET", "oss-example", "oss-api.jpg", &[], "1141889120", b"OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV"),
            "Bu+HR+/rXK+MoUSQ1i4XFnShWLQ="
        );
    }

    #[test]
    fn what_the_python_sdk_signs() {
        let process = "x-oss-process=image%2Fresize%2Cm_fill%2Cw_320%2Ch_240%2Fquality%2Cq_80%2Fformat%2Cwebp";
        // clients/README: the text, not the secret, is on record; the text is what differs between servers.
        let parts = Parts::new("GET", &format!("http://h/photos/a%2Fb%2Fphoto%201.jpg?{process}"), []).unwrap();
        assert_eq!(
            text_to_sign(&parts, &by_path(&parts), "1795471260"),
            "GET\n\n\n1795471260\n/photos/a/b/photo 1.jpg?x-oss-process=image/resize,m_fill,w_320,h_240/quality,q_80/format,webp"
        );
    }
    #[test]
    fn what_reads_as_another_request_is_refused() {
        for (target, ambiguous) in [
            ("k", false),
            ("k%3F", false),
            ("k%3F.jpg", false),
            ("k%3Facl", true),
            ("k%3Facl=1", true),
            ("k%3Fx-oss-process=a%26b", true),
            ("k?x-oss-process=a%26b", false),
            ("k?x-oss-process=a%26acl", true),
            ("k?x-oss-process=a%26x-oss-z=1", true),
            ("k?x-oss-a%3Db=c", true),
            ("k?response-content-disposition=a%26b.jpg", false),
        ] {
            let parts = Parts::new("GET", &format!("http://h/b/{target}"), []).unwrap();
            assert_eq!(check_ambiguity(&parts, &by_path(&parts)).is_err(), ambiguous, "{target}");
        }
    }
}
