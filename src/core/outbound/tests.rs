//! What Limn signs, its own verifier and the vectors of the reference accept.

use super::*;
use crate::config::{node::tests::node, tests::sample, Credentials};
use crate::grant::{signature, stamp, Scheme};

const NOW: u64 = 1_369_353_600;

fn of(kind: &str, endpoint: &str, bucket: &str, more: &str) -> Node {
    let json = format!(r#"{{"name":"t","kind":"{kind}","endpoint":"{endpoint}","bucket":"{bucket}"{more}}}"#);
    let credentials = Some(Credentials { id: "limn-dev".into(), secret: "limn-dev-secret".into() });
    Node { credentials, ..node(&json).unwrap() }
}

/// Path and host style of either kind, leading to the sample's own buckets.
fn nodes() -> Vec<Node> {
    vec![
        of("s3", "http://127.0.0.1:8787", "vault", ""),
        of("s3", "https://img.example.com", "vault", r#","addressing":"host","region":"eu-west-1""#),
        of("oss", "http://127.0.0.1:8787", "vault", ""),
        of("oss", "https://img.example.com", "vault", ""),
        of("oss", "https://oss-cn-beijing.aliyuncs.com", "vault", ""),
    ]
}

fn header<'s>(signed: &'s Signed, name: &str) -> Option<&'s str> {
    signed.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// What Limn, asked by itself, makes of the request.
fn verify(signed: &Signed, now: u64) -> Result<(signature::Signature, Address)> {
    let config = sample();
    let parts = Parts::new(signed.method.as_str(), &signed.url, signed.headers.iter().cloned())?;
    let address = Address::of(&parts, &config);
    Ok((signature::verify(&parts, &address, &config, now)?.expect("a signature"), address))
}

fn put(payload: Payload, existing: Existing) -> Put<'static> {
    Put { payload, content_type: "image/jpeg", md5: Some(hash::md5(b"x")), checksum: Some(hash::sha256(b"x")), existing }
}

#[test]
fn every_request_verifies() {
    let sha256 = hash::sha256(b"x");
    for node in nodes() {
        for key in ["vault/01HV.a-b_c~d", "a b/图+1%2F.png", "x?y#z&=;@:!$'()*,", "a//b", "dir/"] {
            for wanted in [
                Wanted::get(key, None),
                Wanted::get(key, Some((5, 9))),
                Wanted::head(key),
                Wanted::delete(key),
                Wanted::put(key, &node, &put(Payload::Unsigned, Existing::Replaced)),
                Wanted::put(key, &node, &put(Payload::Unsigned, Existing::Kept)),
                Wanted::put(key, &node, &put(Payload::Sha256(sha256), Existing::Kept)),
            ] {
                let signed = sign(&node, &wanted, NOW).unwrap();
                let (signature, address) = verify(&signed, NOW + 60).unwrap_or_else(|e| panic!("{node:?} {signed:?}: {e}"));
                assert_eq!((address.bucket.as_str(), address.key.as_str()), ("vault", key));
                let s3 = node.kind == NodeKind::S3;
                assert_eq!(signature.scheme, if s3 { Scheme::SigV4Header } else { Scheme::OssV4Header });
                if wanted.payload == Some(Payload::Sha256(sha256)) {
                    assert_eq!(signature.promise.sha256, s3.then(|| hash::hex(&sha256)));
                }
                assert_eq!(verify(&signed, NOW + 901).unwrap_err(), Error::ClockSkewed);
            }
        }
    }
}

#[test]
fn every_page_of_a_list_verifies() {
    for node in nodes() {
        for (prefix, page, max) in
            [("", Page::First, 1_000), ("a b/图+", Page::After("a b/图+1&=.png"), 0), ("p", Page::Token("1/ab+c=="), 5_000)]
        {
            let signed = sign(&node, &Wanted::list(prefix, page, max), NOW).unwrap();
            let (_, address) = verify(&signed, NOW).unwrap_or_else(|e| panic!("{node:?} {signed:?}: {e}"));
            assert_eq!((address.bucket.as_str(), address.key.as_str()), ("vault", ""));
            assert!(signed.url.contains(if max == 0 { "max-keys=1&" } else { "max-keys=1000" }), "{}", signed.url);
        }
    }
}

#[test]
fn what_matters_is_signed() {
    for (node, names) in [
        (&nodes()[0], &["content-md5", "content-type", "if-none-match", "x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm"][..]),
        (&nodes()[2], &["content-md5", "content-type", "x-oss-forbid-overwrite"][..]),
    ] {
        let signed = sign(node, &Wanted::put("k", node, &put(Payload::Unsigned, Existing::Kept)), NOW).unwrap();
        for name in names {
            let mut altered = signed.clone();
            altered.headers.iter_mut().filter(|(n, _)| n == name).for_each(|(_, v)| v.push('x'));
            assert_ne!(altered, signed, "{name}");
            assert_eq!(verify(&altered, NOW).unwrap_err().code(), "bad_signature", "{name}");
        }
        let mut altered = signed.clone();
        altered.method = Method::Delete;
        assert_eq!(verify(&altered, NOW).unwrap_err().code(), "bad_signature");
    }
}

#[test]
fn urls() {
    let nodes = nodes();
    for (node, url) in [
        (&nodes[0], "http://127.0.0.1:8787/vault/a%20b/%E5%9B%BE.png"),
        (&nodes[1], "https://vault.img.example.com/a%20b/%E5%9B%BE.png"),
        (&nodes[4], "https://vault.oss-cn-beijing.aliyuncs.com/a%20b/%E5%9B%BE.png"),
        (&of("s3", "https://x.example:9/s/s3/", "pics", ""), "https://x.example:9/s/s3/pics/a%20b/%E5%9B%BE.png"),
    ] {
        assert_eq!(sign(node, &Wanted::get("a b/图.png", None), NOW).unwrap().url, url);
    }
    for key in ["", "..", "a/../b", "./a", "a/."] {
        assert_eq!(sign(&nodes[0], &Wanted::get(key, None), NOW).unwrap_err().code(), "malformed_url", "{key}");
    }
    let other = node(r#"{"name":"t","kind":"r2","binding":"B"}"#).unwrap();
    assert_eq!(sign(&other, &Wanted::get("k", None), NOW).unwrap_err().code(), "misconfigured");
}

#[test]
fn a_stranger_is_not_signed() {
    let stranger = Node { credentials: None, ..nodes().remove(0) };
    let signed = sign(&stranger, &Wanted::get("k", Some((0, 0))), NOW).unwrap();
    let want = [("accept-encoding", "identity"), ("range", "bytes=0-0")].map(|(n, v)| (n.to_string(), v.to_string()));
    assert_eq!(signed.headers, want);
}

#[test]
fn the_vectors_of_the_reference() {
    // "GET Bucket (List Objects)" of "Examples: Signature Calculations in AWS Signature Version 4".
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_string();
    let credentials = Some(Credentials { id: "AKIAIOSFODNN7EXAMPLE".into(), secret });
    let aws = Node { credentials, ..of("s3", "https://s3.amazonaws.com", "examplebucket", r#","addressing":"host""#) };
    let query = vec![("max-keys", "2".into()), ("prefix", "J".into())];
    let signed = sign(&aws, &Wanted { query, ..Wanted::list("", Page::First, 2) }, NOW).unwrap();
    assert_eq!(signed.url, "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
    let end = "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
    assert!(header(&signed, "authorization").unwrap().ends_with(end), "{signed:?}");
    // signatures.md 2, vector (a).
    let credentials = Some(Credentials { id: "ak".into(), secret: "sk".into() });
    let oss = Node { credentials, ..of("oss", "https://oss-cn-hangzhou.aliyuncs.com", "bucket", "") };
    let pair = |(name, value): (&'static str, &str)| (name, value.to_string());
    let query = [("param1", "value1"), ("+param1", "value3"), ("|param1", "value4"), ("+param2", ""), ("|param2", ""), ("param2", "")];
    let wanted = Wanted {
        query: query.map(pair).into(),
        headers: [("content-type", "text/plain"), ("x-oss-head1", "value")].map(pair).into(),
        ..Wanted::put("1234+-/123/1.txt", &oss, &put(Payload::Unsigned, Existing::Replaced))
    };
    let signed = sign(&oss, &wanted, stamp::parse("20231216T162057Z").unwrap()).unwrap();
    let end = "Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe";
    assert!(header(&signed, "authorization").unwrap().ends_with(end), "{signed:?}");
    assert_eq!(header(&signed, "x-oss-content-sha256"), Some(UNSIGNED));
}

#[test]
fn the_digest_of_nothing() {
    assert_eq!(hash::hex(&hash::sha256(b"")), EMPTY_SHA256);
}
