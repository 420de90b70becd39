//! Valid requests of every scheme are admitted; nothing that was made of them by a forger is.

use limn_core::address::Address;
use limn_core::config::Config;
use limn_core::grant::{self, cdn_a, form, form_sign, native, oss_v1, oss_v4, signature, sigv4, Signer, Wish};
use limn_core::params::Ask;
use limn_core::parts::{Method, Parts};
use limn_core::percent;
use limn_core::reply::Representation;
use limn_core::route::Route;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

const NOW: u64 = 1_790_000_000;
const LIFE: u64 = 600;
const SECRETS: [&str; 2] = ["the-newer-secret", "the-older-secret"];

fn config() -> Config {
    Config::parse([
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
        ("LIMN_BUCKET_A", r#"{"name":"vault","nodes":["a"]}"#),
        ("LIMN_BUCKET_B", r#"{"name":"other","nodes":["a"]}"#),
        ("LIMN_BUCKET_C", r#"{"name":"stall","nodes":["a"],"parameters":"styles-only","cdn":{"key":"me","valid_seconds":600}}"#),
        (
            "LIMN_KEY_A",
            r#"{"id":"me","secrets":["the-newer-secret","the-older-secret"],"user":"me","grants":[{"actions":["read","write","delete","list"]}]}"#,
        ),
        ("LIMN_KEY_B", r#"{"id":"you","secrets":["your-own-secret"],"user":"you","grants":[{"actions":["read","write","delete"]}]}"#),
    ])
    .unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    Native,
    OssV1,
    OssV1Header,
    OssV4,
    OssV4Header,
    SigV4,
    SigV4Header,
    CdnA,
}
use Scheme::*;

const SCHEMES: [Scheme; 8] = [Native, OssV1, OssV1Header, OssV4, OssV4Header, SigV4, SigV4Header, CdnA];

impl Scheme {
    fn in_header(self) -> bool {
        matches!(self, OssV1Header | OssV4Header | SigV4Header)
    }
}

/// A request; path and query are percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sent {
    method: &'static str,
    host: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    now: u64,
}

impl Sent {
    fn url(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(n, v)| format!("{n}={v}")).collect();
        format!("http://{}{}?{}", self.host, self.path, query.join("&"))
    }

    fn parts(&self) -> Option<Parts> {
        Parts::new(self.method, &self.url(), self.headers.clone()).ok()
    }

    /// The whole way from the request to the right.
    fn is_admitted(&self, config: &Config) -> bool {
        let Some(parts) = self.parts() else { return false };
        let address = Address::of(&parts, config);
        let Ok(caller) = grant::identify(&parts, &address, config, self.now) else { return false };
        let Ok(Route::Object(path)) = Route::parse(&address, config) else { return false };
        let Ok(bucket) = config.bucket(&path.bucket) else { return false };
        let object = Representation {
            content_type: "image/jpeg".into(),
            etag: "\"e\"".into(),
            length: 9,
            modified: None,
            negotiated: false,
            immutable: false,
            stored: Vec::new(),
        };
        match parts.method {
            Method::Get | Method::Head => {
                let Ok(ask) = Ask::parse(&parts, &path, bucket) else { return false };
                let grant = caller.admit(bucket, &path.key, Wish::Read(&ask));
                grant.is_ok_and(|grant| object.answer(&parts, &grant, self.now).is_ok())
            }
            Method::Put | Method::Post => caller.admit(bucket, &path.key, Wish::Write).is_ok(),
            Method::Delete => caller.admit(bucket, &path.key, Wish::Delete).is_ok(),
            // Answered before anybody is asked who they are; it opens nothing.
            Method::Options => false,
        }
    }
}

/// Signs a request.
fn signed(scheme: Scheme, mut sent: Sent, key_id: &str, secret: &str) -> Sent {
    let by = Signer { key_id, secret, region: "cn-hangzhou", now: NOW };
    let mut parts = sent.parts().unwrap();
    let address = Address::of(&parts, &config());
    let end = (NOW + LIFE).to_string();
    let mut own = Vec::new();
    match scheme {
        Native => {
            own = vec![("kid".to_string(), key_id.to_string()), ("exp".into(), end)];
            parts.query.extend(own.clone());
            own.push(("s".into(), native::sign(&parts, secret.as_bytes()).unwrap()));
        }
        OssV1 => {
            let s = oss_v1::sign(&parts, &address, &end, secret.as_bytes()).unwrap();
            own = vec![("OSSAccessKeyId".into(), key_id.into()), ("Expires".into(), end), ("Signature".into(), s)];
        }
        OssV4 => own = oss_v4::presign(&parts, &address, &by, LIFE, "").unwrap(),
        SigV4 => {
            own = sigv4::presign(&parts, &by, LIFE, if parts.header("content-type").is_some() { "content-type;host" } else { "host" })
                .unwrap()
        }
        CdnA => own = vec![("auth_key".into(), cdn_a::sign(&parts.raw_path, NOW, "r", "0", secret))],
        OssV1Header => {
            let date = limn_core::http_date::format(NOW);
            let s = oss_v1::sign(&parts, &address, &date, secret.as_bytes()).unwrap();
            sent.headers.extend([("date".into(), date), ("authorization".into(), format!("OSS {key_id}:{s}"))]);
        }
        OssV4Header => sent.headers.extend(oss_v4::authorize(&parts, &address, &by, "host").unwrap()),
        SigV4Header => sent.headers.extend(sigv4::authorize(&parts, &by, "UNSIGNED-PAYLOAD").unwrap()),
    }
    sent.query.extend(own.into_iter().map(|(n, v)| (n, percent::encode(&v, ""))));
    sent
}

/// The place of a URL's signature.
fn signature_of(scheme: Scheme, sent: &mut Sent) -> &mut String {
    match scheme.in_header() {
        true => &mut sent.headers.last_mut().unwrap().1,
        false => &mut sent.query.last_mut().unwrap().1,
    }
}

fn other_case(text: &str) -> String {
    let swap = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
}

/// What a forger makes of a valid request, with the name of the trick.
fn forgeries(scheme: Scheme, good: &Sent, secret_of: &str, at: usize) -> Vec<(&'static str, Sent)> {
    let mut out: Vec<(&'static str, Sent)> = Vec::new();
    let mut with = |trick: &'static str, change: &dyn Fn(&mut Sent)| {
        let mut forged = good.clone();
        change(&mut forged);
        if forged != *good {
            out.push((trick, forged));
        }
    };
    for method in ["GET", "HEAD", "PUT", "DELETE", "POST"] {
        let same_right = matches!((good.method, method), ("GET", "HEAD")) && matches!(scheme, Native | CdnA);
        if !same_right {
            with("another method", &|s| s.method = method);
        }
    }
    with("another bucket", &|s| s.path = s.path.replacen("vault", "other", 1).replacen("stall", "other", 1));
    with("another key", &|s| s.path += "x");
    with("another key", &|s| s.path = s.path.replacen("/k", "/j", 1));
    with("another key", &|s| s.path = s.path.replacen("/k", "/sub/k", 1));
    with("case of the key", &|s| s.path = s.path.replace("/k", "/K"));
    with("NFC and NFD", &|s| s.path = s.path.replace("%C3%A9", "e%CC%81"));
    with("plus and space", &|s| s.path = s.path.replace("%20", "+"));
    with("encoded twice", &|s| s.path = s.path.replace('%', "%25"));
    with("encoded twice", &|s| s.query.iter_mut().for_each(|(_, v)| *v = v.replace('%', "%25")));
    with("boundary of path and query", &|s| {
        if let Some((name, value)) = (!s.query.is_empty()).then(|| s.query.remove(0)) {
            s.path += &format!("%3F{name}={value}");
        }
    });
    with("boundary of path and query", &|s| {
        let last = s.path.pop().unwrap();
        s.query.insert(0, (last.to_string(), String::new()));
    });
    if matches!(scheme, SigV4 | SigV4Header | OssV4Header) {
        with("another host", &|s| s.host = "images.example.com");
    }
    for i in 0..good.query.len() {
        with("a value altered", &|s| s.query[i].1 += "0");
        with("a value emptied", &|s| s.query[i].1.clear());
        with("a parameter dropped", &|s| drop(s.query.remove(i)));
        with("a parameter doubled", &|s| {
            let twin = s.query[i].clone();
            s.query.push(twin);
        });
        with("a parameter doubled", &|s| s.query.insert(0, (s.query[i].0.clone(), "1".into())));
        with("case of a name", &|s| s.query[i].0 = other_case(&s.query[i].0));
        with("boundary of name and value", &|s| {
            let (name, value) = s.query[i].clone();
            s.query[i] = (format!("{name}%3D{value}"), String::new());
        });
        if good.query.get(i + 1).is_some_and(|next| next.1 != good.query[i].1) {
            with("reordered with a change", &|s| {
                let (a, b) = (s.query[i].1.clone(), s.query[i + 1].1.clone());
                (s.query[i].1, s.query[i + 1].1) = (b, a);
                s.query.reverse();
            });
            with("semicolon for ampersand", &|s| {
                let (name, value) = s.query.remove(i + 1);
                s.query[i].1 += &format!(";{name}={value}");
            });
            with("boundary of parameters", &|s| {
                let (name, value) = s.query.remove(i + 1);
                s.query[i].1 += &format!("%26{name}%3D{value}");
            });
        }
    }
    for i in 0..good.headers.len() {
        let known = good.headers[i].0 != "authorization";
        with("a header altered", &|s| s.headers[i].1 += "0");
        with("a header dropped", &|s| drop(s.headers.remove(i)));
        if known {
            with("a header emptied", &|s| s.headers[i].1.clear());
        }
    }
    // V1 covers no short parameter: such a read is refused by the bucket's rule, a write does not look at them.
    let extras: &[(&str, &str)] = match (scheme, good.method) {
        (OssV1 | OssV1Header, "PUT" | "DELETE") => &[("acl", ""), ("uploadId", "1"), ("x-oss-process", "a"), ("partNumber", "1")],
        _ => {
            &[("wm", "logo"), ("blur", "9"), ("x-oss-process", "image%2Fresize,w_9"), ("response-content-type", "text%2Fhtml"), ("v", "2")]
        }
    };
    for (name, value) in extras {
        if !good.query.iter().any(|(n, _)| n == name) {
            with("an unsigned parameter", &|s| s.query.push((name.to_string(), value.to_string())));
            with("an unsigned parameter", &|s| s.query.insert(0, (name.to_string(), value.to_string())));
        }
    }
    if !matches!(scheme, Native | CdnA) {
        let prefix = if matches!(scheme, SigV4 | SigV4Header) { "x-amz" } else { "x-oss" };
        with("an unsigned header", &|s| s.headers.push((format!("{prefix}-meta-more"), "1".into())));
        with("an unsigned header", &|s| s.headers.push((format!("{prefix}-security-token"), "1".into())));
    }
    let written = signature_of(scheme, &mut good.clone()).clone();
    let start = written.len()
        - if scheme == Native {
            43
        } else if matches!(scheme, OssV1 | OssV1Header) {
            20
        } else {
            32
        };
    let at = start + at % (written.len() - start);
    let flipped = if written.as_bytes()[at] == b'a' { "b" } else { "a" };
    with("signature altered", &|s| signature_of(scheme, s).replace_range(at..at + 1, flipped));
    with("signature truncated", &|s| signature_of(scheme, s).truncate(written.len() - 1));
    with("signature truncated", &|s| signature_of(scheme, s).truncate(at));
    for more in ["0", "=", "%3D", "%00", "%0A", "+", "A"] {
        with("signature padded", &|s| *signature_of(scheme, s) += more);
    }
    with("case of the signature", &|s| {
        let changed = other_case(&written[start..]);
        signature_of(scheme, s).replace_range(start.., &changed);
    });
    for (from, to) in [
        ("HMAC-SHA256", "HMAC-SHA1"),
        ("OSS4-", "AWS4-"),
        ("AWS4-", "OSS4-"),
        ("AWS4-HMAC-SHA256", "none"),
        ("OSS4-HMAC-SHA256", "OSS2"),
        ("OSS ", "AWS "),
        ("OSS ", "OSS2 "),
        ("%2Foss%2F", "%2Fs3%2F"),
        ("/s3/", "/oss/"),
        ("SignedHeaders=host;", "SignedHeaders="),
        ("AdditionalHeaders=host,", ""),
        ("SignedHeaders=", "SignedHeaders=range;"),
    ] {
        with("algorithm or scope swapped", &|s| s.query.iter_mut().for_each(|(_, v)| *v = v.replace(from, to)));
        with("algorithm or scope swapped", &|s| {
            s.headers.iter_mut().filter(|(n, _)| n == "authorization").for_each(|(_, v)| *v = v.replace(from, to))
        });
    }
    let end = if scheme.in_header() { NOW + 901 } else { NOW + LIFE + 1 };
    for now in [end, end + 86_400, u64::MAX / 2] {
        with("after its end", &|s| s.now = now);
    }
    match scheme {
        OssV4 | SigV4 => with("before its start", &|s| s.now = NOW - 61),
        _ if scheme.in_header() => with("before its start", &|s| s.now = NOW - 901),
        _ => {}
    }
    with("two signatures", &|s| s.headers.push(("authorization".into(), "OSS me:AAAA".into())));
    with("two signatures", &|s| s.query.push(("OSSAccessKeyId".into(), "me".into())));
    with("two signatures", &|s| s.query.push(("kid".into(), "me".into())));
    // An Authorization header beside one: the runtime joins them.
    let bare = Sent { query: good.query.iter().filter(|(n, _)| !signature::is_parameter(n)).cloned().collect(), ..good.clone() };
    let own = ["authorization", "date", "x-oss-date", "x-amz-date", "x-oss-content-sha256", "x-amz-content-sha256"];
    let bare = Sent { headers: bare.headers.iter().filter(|(n, _)| !own.contains(&n.as_str())).cloned().collect(), ..bare };
    out.push(("no signature", bare.clone()));
    for (id, secret) in [("me", "a-retired-secret"), ("you", secret_of), ("me", "your-own-secret"), ("nobody", secret_of), ("me", "")] {
        // The CDN's URL names no key.
        if scheme != CdnA || id == "me" {
            out.push(("another key's or an old secret", signed(scheme, bare.clone(), id, secret)));
        }
    }
    out
}

fn valid() -> impl Strategy<Value = (Scheme, Sent, &'static str, usize)> {
    let key = prop::sample::select(vec!["k.jpg", "k%20a.jpg", "k%C3%A9.jpg", "k/b%2Bc.png", "k%252f.jpg"]);
    let number = 1u32..2_000;
    (
        prop::sample::select(SCHEMES.to_vec()),
        prop::sample::select(vec!["GET", "PUT", "DELETE"]),
        key,
        number,
        prop::sample::select(SECRETS.to_vec()),
        any::<usize>(),
    )
        .prop_map(|(scheme, method, key, n, secret, at)| {
            let method = if scheme == CdnA { "GET" } else { method };
            let query = match (scheme, method) {
                (CdnA, _) | (_, "PUT" | "DELETE") => vec![],
                (OssV1 | OssV1Header, _) => vec![("x-oss-process".to_string(), format!("image%2Fresize%2Cw_{n}"))],
                _ => vec![("w".to_string(), n.to_string()), ("h".into(), "100".into())],
            };
            let typed = method == "PUT" && scheme != Native;
            let headers = if typed { vec![("content-type".to_string(), "image/jpeg".to_string())] } else { vec![] };
            let bucket = if scheme == CdnA { "stall" } else { "vault" };
            let sent = Sent { method, host: "127.0.0.1:8787", path: format!("/{bucket}/{key}"), query, headers, now: NOW };
            (scheme, signed(scheme, sent, "me", secret), secret, at)
        })
}

#[test]
fn no_forged_request_is_admitted() {
    let config = config();
    let tried: RefCell<BTreeMap<&str, HashSet<Sent>>> = RefCell::default();
    let seen: RefCell<BTreeMap<(Scheme, &str), usize>> = RefCell::default();
    let cases = if std::env::var_os("LIMN_TEST_FULL").is_some() { 10_000 } else { 200 };
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let run = runner.run(&valid(), |(scheme, good, secret, at)| {
        prop_assert!(good.is_admitted(&config), "{:?} was not admitted: {:?}", scheme, good);
        *seen.borrow_mut().entry((scheme, good.method)).or_default() += 1;
        for (trick, forged) in forgeries(scheme, &good, secret, at) {
            prop_assert!(!forged.is_admitted(&config), "{}, {:?}: {:?}", trick, scheme, forged);
            tried.borrow_mut().entry(trick).or_default().insert(forged);
        }
        Ok(())
    });
    run.unwrap();
    let (tried, seen) = (tried.into_inner(), seen.into_inner());
    seen.iter().for_each(|((scheme, method), n)| println!("{n:6} valid {method} by {scheme:?}: admitted"));
    tried.iter().for_each(|(trick, set)| println!("{:6} forged: {trick}", set.len()));
    let all: usize = tried.values().map(HashSet::len).sum();
    println!("{all:6} distinct forged requests, none admitted");
    assert!(all >= 200 && seen.len() >= 15, "only {all} requests of {} kinds were tried", seen.len());
}

#[test]
fn no_forged_form_is_admitted() {
    let config = config();
    let mut tried = 0;
    for kind in [form_sign::Kind::OssV1, form_sign::Kind::OssV4, form_sign::Kind::S3] {
        for secret in SECRETS {
            let more = [("success_action_status".to_string(), "201".to_string()), ("content-type".into(), "image/png".into())];
            let draft = form_sign::Draft { bucket: "vault", key: "up/${filename}", expires: LIFE, max_bytes: Some(1_000), fields: &more };
            let by = |key_id, secret| Signer { key_id, secret, region: "auto", now: NOW };
            let good = form_sign::sign(kind, &draft, &by("me", secret)).unwrap();
            let admitted = |fields: &[(String, String)], bucket: &str, now| form::verify(fields, bucket, &config, now).is_ok();
            assert!(admitted(&good, "vault", NOW) && admitted(&good, "vault", NOW + LIFE));
            let mut refuse = |fields: &[(String, String)], bucket: &str, now| {
                assert!(!admitted(fields, bucket, now), "{kind:?} {bucket} {now} {fields:?}");
                tried += 1;
            };
            refuse(&good, "other", NOW);
            refuse(&good, "vault", NOW + LIFE + 1);
            for (id, secret) in [("you", secret), ("me", "your-own-secret"), ("me", "a-retired-secret"), ("nobody", secret)] {
                refuse(&form_sign::sign(kind, &draft, &by(id, secret)).unwrap(), "vault", NOW);
            }
            for i in 0..good.len() {
                for change in [
                    (|v: &str| format!("{v}0")) as fn(&str) -> String,
                    |v| v.chars().skip(1).collect(),
                    |v| v.chars().take(v.len() - 1).collect(),
                    other_case,
                    |_| String::new(),
                    |v| format!(" {v}"),
                ] {
                    let mut forged = good.clone();
                    forged[i].1 = change(&good[i].1);
                    // More behind the fixed start of a key is what its policy allows.
                    if forged[i].1 != good[i].1 && !(good[i].0 == "key" && forged[i].1.starts_with("up/")) {
                        refuse(&forged, "vault", NOW);
                    }
                }
                let mut forged = good.clone();
                forged.remove(i);
                refuse(&forged, "vault", NOW);
                forged.extend([good[i].clone(), good[i].clone()]);
                refuse(&forged, "vault", NOW);
            }
        }
    }
    println!("{tried} forged forms, none admitted");
    assert!(tried >= 200);
}
