//! OSS signature version 4 (`OSS4-HMAC-SHA256`), in the URL or the Authorization header (reference:
//! signatures.md 2). It covers the method, bucket and key, every parameter and the headers that matter.

use super::v4::{self, Credential, Signer, Window, OSS};
use super::{Scheme, Signature, UploadPromise};
use crate::address::Address;
use crate::config::Config;
use crate::parts::Parts;
use crate::sort;
use crate::{percent, Error, Result};

/// Parameters of the scheme, beside the token that is refused.
pub const PARAMS: [&str; 6] =
    ["x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-additional-headers", "x-oss-signature"];

fn is_default_header(name: &str) -> bool {
    name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
}

/// The canonical request. `additional` lists further signed headers, `a;b` or empty.
fn canonical(parts: &Parts, address: &Address, additional: &str) -> Result<String> {
    let mut names: Vec<&str> = parts.headers_with_prefix("").map(|(n, _)| n).filter(|n| is_default_header(n)).collect();
    if !additional.is_empty() {
        let more = v4::header_names(additional)?;
        if more.iter().any(|n| is_default_header(n)) {
            return Err(Error::BadArg("x-oss-…, content-type and content-md5 are signed anyway and no additional headers.".into()));
        }
        names.extend(more);
    }
    sort::all(&mut names);
    let headers = names.into_iter().map(|n| v4::header_line(parts, n)).collect::<Result<String>>()?;
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{additional}\n{}",
        parts.method.as_str(),
        percent::encode(&address.resource(), "/"),
        v4::canonical_query(parts, "x-oss-signature", ""),
        parts.header("x-oss-content-sha256").unwrap_or("UNSIGNED-PAYLOAD"),
    ))
}

pub(super) fn verify(parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Signature> {
    if parts.param("x-oss-signature-version") != Some(OSS.algorithm) {
        return Err(Error::SchemeRefused(format!("x-oss-signature-version must be {}.", OSS.algorithm)));
    }
    let param = |name: &str| parts.param(name).ok_or_else(|| Error::AccessDenied(format!("The signature's {name} is missing.")));
    let date = param("x-oss-date")?;
    let window = Window::parse("x-oss-expires", date, param("x-oss-expires")?)?;
    let credential = OSS.parse_credential(param("x-oss-credential")?, date)?;
    let canonical = canonical(parts, address, parts.param("x-oss-additional-headers").unwrap_or(""))?;
    OSS.verify(config, &credential, &canonical, param("x-oss-signature")?)?;
    window.check(now)?;
    signed(Scheme::OssV4, credential, Some(window.end), parts)
}

/// `Authorization: OSS4-HMAC-SHA256 Credential=…[,AdditionalHeaders=a;b],Signature=…`; `rest` is what
/// stands behind the algorithm.
pub(super) fn verify_header(rest: &str, parts: &Parts, address: &Address, config: &Config, now: u64) -> Result<Signature> {
    let fields = v4::fields(rest, &["Credential", "AdditionalHeaders", "Signature"])?;
    let date = parts.header("x-oss-date").unwrap_or("");
    v4::check_header_date(date, now)?;
    let credential = OSS.parse_credential(v4::field(&fields, "Credential")?, date)?;
    let canonical = canonical(parts, address, v4::field(&fields, "AdditionalHeaders").unwrap_or(""))?;
    OSS.verify(config, &credential, &canonical, v4::field(&fields, "Signature")?)?;
    signed(Scheme::OssV4Header, credential, None, parts)
}

fn signed(scheme: Scheme, credential: Credential, expires: Option<u64>, parts: &Parts) -> Result<Signature> {
    let sha256 = parts.header("x-oss-content-sha256").filter(|s| *s != "UNSIGNED-PAYLOAD").map(Into::into);
    Ok(Signature { scheme, key_id: credential.key_id, expires, promise: UploadPromise { sha256, ..UploadPromise::default() } })
}

/// The parameters that sign a URL for `expires` seconds, in order; the signature is the last. `additional`
/// lists further headers to sign, `a;b` or empty.
///
/// # Errors
/// `bad_arg` for headers that cannot be signed.
pub fn presign(parts: &Parts, address: &Address, by: &Signer, expires: u64, additional: &str) -> Result<Vec<(String, String)>> {
    let credential = OSS.credential(by);
    let mut own: Vec<(String, String)> = vec![
        ("x-oss-signature-version".into(), OSS.algorithm.into()),
        ("x-oss-credential".into(), credential.text()),
        ("x-oss-date".into(), credential.date.clone()),
        ("x-oss-expires".into(), expires.to_string()),
    ];
    if !additional.is_empty() {
        own.push(("x-oss-additional-headers".into(), additional.into()));
    }
    let mut whole = parts.clone();
    whole.query.extend(own.iter().cloned());
    let signature = OSS.sign(by.secret, &credential, &canonical(&whole, address, additional)?)?.hex();
    own.push(("x-oss-signature".into(), signature));
    Ok(own)
}

/// The headers that sign a request: date, payload, Authorization.
///
/// # Errors
/// `bad_arg` for headers that cannot be signed.
pub fn authorize(parts: &Parts, address: &Address, by: &Signer, additional: &str) -> Result<Vec<(String, String)>> {
    let credential = OSS.credential(by);
    let mut own: Vec<(String, String)> = vec![("x-oss-date".into(), credential.date.clone())];
    if parts.header("x-oss-content-sha256").is_none() {
        own.push(("x-oss-content-sha256".into(), "UNSIGNED-PAYLOAD".into()));
    }
    let whole = parts.clone().with_headers(own.iter().cloned());
    let signature = OSS.sign(by.secret, &credential, &canonical(&whole, address, additional)?)?.hex();
    let listed = if additional.is_empty() { String::new() } else { format!(",AdditionalHeaders={additional}") };
    own.push(("authorization".into(), format!("{} Credential={}{listed},Signature={signature}", OSS.algorithm, credential.text())));
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::{signature, stamp};

    const PLAIN: &str = "x-oss-process=image%2Fresize,w_200";

    fn by<'a>(key_id: &'a str, secret: &'a str, now: &str) -> Signer<'a> {
        Signer { key_id, secret, region: "cn-hangzhou", now: stamp::parse(now).unwrap() }
    }

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> (Parts, Address) {
        let parts = Parts::new(method, url, headers.iter().map(|(a, b)| (a.to_string(), b.to_string()))).unwrap();
        let address = Address::of(&parts, &crate::config::tests::sample());
        (parts, address)
    }

    #[test]
    fn the_vectors_of_the_reference() {
        let target = "1234+-/123/1.txt?param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2";
        let headers = [("content-type", "text/plain"), ("x-oss-head1", "value"), ("user-agent", "x")];
        let (parts, address) = request("PUT", &format!("http://h/bucket/{target}"), &headers);
        let signed = authorize(&parts, &address, &by("ak", "sk", "20231216T162057Z"), "").unwrap();
        assert!(signed.last().unwrap().1.ends_with("Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"));
        for (additional, want) in [
            ("", "1e4eff37680bb08d4066fc0f02f580f274612c2fe55e10ce37a560b8066d02f3"),
            ("host", "2e055bbc46b873b4b6dd44a42a1d0760fd9b2da2f7de82bba5f2b657a038da8a"),
        ] {
            let (parts, address) = request("GET", &format!("http://bucket.oss-cn-hangzhou.aliyuncs.com/key?{PLAIN}"), &[]);
            let signed = presign(&parts, &address, &by("ak", "sk", "20231217T025437Z"), 599, additional).unwrap();
            assert_eq!(signed.last().unwrap().1, want);
        }
    }

    fn url(expires: u64) -> String {
        let (parts, address) = request("GET", &format!("http://h/vault/a.jpg?{PLAIN}"), &[]);
        let signed = presign(&parts, &address, &by("limn-dev", "limn-dev-secret", "20231217T025437Z"), expires, "").unwrap();
        let query: Vec<String> = signed.iter().map(|(n, v)| format!("{n}={}", percent::encode(v, ""))).collect();
        format!("http://h/vault/a.jpg?{PLAIN}&{}", query.join("&"))
    }

    fn code(url: &str, headers: &[(&str, &str)], now: &str) -> &'static str {
        let (parts, address) = request("GET", url, headers);
        let config = crate::config::tests::sample();
        signature::verify(&parts, &address, &config, stamp::parse(now).unwrap()).err().map_or("", |e| e.code())
    }

    #[test]
    fn a_url_begins_and_ends() {
        let good = url(600);
        for (now, want) in [
            ("20231217T025437Z", ""),
            ("20231217T025337Z", ""),
            ("20231217T025336Z", "access_denied"),
            ("20231217T030437Z", ""),
            ("20231217T030438Z", "link_expired"),
        ] {
            assert_eq!(code(&good, &[], now), want, "{now}");
        }
        for expires in [0, 604_801] {
            assert_eq!(code(&url(expires), &[], "20231217T025437Z"), "bad_arg");
        }
        for (from, to, want) in [
            ("x-oss-expires=600", "x-oss-expires=601", "bad_signature"),
            ("x-oss-expires=600", "x-oss-expires=0600", "bad_signature"),
            ("x-oss-expires=600", "x-oss-expires=+600", "bad_arg"),
            ("x-oss-expires=600&", "", "access_denied"),
            ("w_200", "w_201", "bad_signature"),
            ("cn-hangzhou", "cn-beijing", "bad_signature"),
            ("2Foss%2F", "2Fs3%2F", "access_denied"),
            ("20231217%2F", "20231218%2F", "access_denied"),
            ("limn-dev", "limn-reader", "bad_signature"),
            ("limn-dev", "nobody", "bad_signature"),
            ("&x-oss-date", "&w=300&x-oss-date", "bad_signature"),
            ("&x-oss-date", "&x-oss-additional-headers=host&x-oss-date", "bad_signature"),
            ("&x-oss-date", "&x-oss-additional-headers=range&x-oss-date", "access_denied"),
            ("&x-oss-date", "&x-oss-additional-headers=Host&x-oss-date", "bad_arg"),
        ] {
            assert!(good.contains(from), "{from}");
            assert_eq!(code(&good.replace(from, to), &[], "20231217T025437Z"), want, "{from} {to}");
        }
        assert_eq!(code(&good, &[("x-oss-meta-a", "b")], "20231217T025437Z"), "bad_signature");
    }

    #[test]
    fn a_header_is_fresh_and_exact() {
        let (parts, address) = request("GET", "http://h/vault/a.jpg?w=2", &[]);
        let signed = authorize(&parts, &address, &by("limn-reader", "an-older-secret", "20231217T025437Z"), "host").unwrap();
        let headers: Vec<(&str, &str)> = signed.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        for (now, want) in
            [("20231217T025437Z", ""), ("20231217T030937Z", ""), ("20231217T030938Z", "clock_skewed"), ("20231217T023936Z", "clock_skewed")]
        {
            assert_eq!(code("http://h/vault/a.jpg?w=2", &headers, now), want, "{now}");
        }
        assert_eq!(code("http://h/vault/a.jpg?w=3", &headers, "20231217T025437Z"), "bad_signature");
        assert_eq!(code("http://i/vault/a.jpg?w=2", &headers, "20231217T025437Z"), "bad_signature");
        for (from, to, want) in [
            (",AdditionalHeaders=host", "", "bad_signature"),
            (",Signature", ",Extra=1,Signature", "bad_arg"),
            (",Signature", ",AdditionalHeaders=host,Signature", "bad_arg"),
        ] {
            let altered = signed.last().unwrap().1.replace(from, to);
            let headers = [headers[0], headers[1], ("authorization", altered.as_str())];
            assert_eq!(code("http://h/vault/a.jpg?w=2", &headers, "20231217T025437Z"), want, "{from} {to}");
        }
    }
}
