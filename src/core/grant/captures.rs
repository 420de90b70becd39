//! Requests that real SDKs sent, found by `LIMN_FIXTURES` (folder `clients`); without it nothing is tried.

use super::*;
use crate::dialect::Dialect;
use crate::upload::Intake;
use serde_json::Value;
use std::path::PathBuf;

fn config() -> Config {
    Config::parse([
        ("LIMN", r#"{"mode":"development","endpoint":"oss.example.test"}"#),
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
        ("LIMN_BUCKET_A", r#"{"name":"photos","nodes":["a"],"hosts":["img.example.test"]}"#),
        (
            "LIMN_KEY_A",
            r#"{"id":"LTAI5tTestAccessKey01","secrets":["another-secret","TestSecretKey0123456789abcdefABCD"],"user":"a","grants":[]}"#,
        ),
        ("LIMN_KEY_B", r#"{"id":"AKIATESTKEY000000001","secrets":["TestSecretKey0123456789abcdefABCDEFGH0123"],"user":"b","grants":[]}"#),
    ])
    .unwrap()
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("LIMN_FIXTURES").map(|f| PathBuf::from(f).join("clients"));
    if folder.is_none() {
        eprintln!("LIMN_FIXTURES is not set: no client's request was tried.");
    }
    folder
}

fn checked(method: &str, url: &str, headers: Vec<(String, String)>) -> Result<Option<Signature>> {
    let config = config();
    let parts = Parts::new(method, url, headers)?;
    let address = Address::of(&parts, &config);
    let date = ["x-oss-date", "x-amz-date", "date"].iter().find_map(|n| parts.header(n));
    let date = date.or(parts.param("x-oss-date")).or(parts.param("X-Amz-Date"));
    let dated = date.and_then(|d| stamp::parse(d).or(crate::http_date::parse(d)));
    signature::verify(&parts, &address, &config, dated.unwrap_or(1_795_471_200))
}

/// Takes off the frames of HTTP itself.
fn unframed(mut wire: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = wire.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&wire[..end]).unwrap(), 16).unwrap();
        out.extend_from_slice(&wire[end + 2..end + 2 + size]);
        wire = &wire[end + 4 + size..];
        if size == 0 {
            break;
        }
    }
    out
}

#[test]
fn requests_with_signed_headers() {
    let Some(folder) = folder() else { return };
    let (mut verified, mut refused, mut bodies) = (0, 0, 0);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "txt") && !f.ends_with("pip-freeze.txt")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(file).unwrap();
        let marks: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i..].starts_with(b"### request")).collect();
        for (i, from) in marks.iter().enumerate() {
            let section = &bytes[*from..*marks.get(i + 1).unwrap_or(&bytes.len())];
            let start = section.iter().position(|b| *b == b'\n').unwrap() + 1;
            let blank = section.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            let end = section.windows(8).position(|w| w == b"\n### end").unwrap();
            let head = std::str::from_utf8(&section[start..blank]).unwrap();
            let body = &section[(blank + 4).min(end)..end];
            let mut lines = head.lines();
            let [method, target, _] = lines.next().unwrap().split(' ').collect::<Vec<_>>()[..] else { panic!("{name}") };
            let headers: Vec<(String, String)> = lines.map(|l| l.split_once(": ").unwrap()).map(|(a, b)| (a.into(), b.into())).collect();
            let host = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("host")).unwrap().1.clone();
            let url = format!("http://{host}{target}");
            let parts = Parts::new(method, &url, headers.clone()).unwrap();
            match checked(method, &url, headers) {
                Ok(signature) => {
                    verified += 1;
                    let promise = signature.expect(&name).promise;
                    let framed = parts.header("transfer-encoding").is_some();
                    // The recorder stopped within this one's frames.
                    if !name.contains("stream_with_length") {
                        let wire = if framed { unframed(body) } else { body.to_vec() };
                        let mut intake = Intake::new(&parts, 1 << 20, &promise).unwrap();
                        let mut out = Vec::new();
                        intake.push(&wire, &mut out).unwrap();
                        intake.finish().unwrap_or_else(|e| panic!("{name}: {e}"));
                        bodies += 1;
                    }
                }
                Err(e) => {
                    assert!(name.contains("v2_") || name.contains("sigv2"), "{name}: {e}");
                    assert_eq!(e.code(), "signature_unsupported", "{name}");
                    assert_ne!(Dialect::of(&parts), Dialect::Limn);
                    refused += 1;
                }
            }
        }
    }
    println!("{verified} requests verified with {bodies} bodies, {refused} of schemes that are not taken");
    assert!(verified > 70 && refused > 5);
}

#[test]
fn signed_urls() {
    let Some(folder) = folder() else { return };
    let mut verified = 0;
    for file in ["oss2", "ali-oss", "boto3", "aws-sdk-js"] {
        let text = std::fs::read_to_string(folder.join(format!("{file}_signed_urls.json"))).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        for entry in json["urls"].as_array().unwrap() {
            let (name, Some(url)) = (entry["name"].as_str().unwrap(), entry["url"].as_str()) else { continue };
            let method = if name.contains("PUT") { "PUT" } else { "GET" };
            // What each library was told to sign.
            let typed = method == "PUT" && file != "aws-sdk-js";
            let headers = if typed { vec![("content-type".to_string(), "image/jpeg".to_string())] } else { vec![] };
            // A signature by IP names no bucket in its path.
            let url = if file == "ali-oss" { url.replace("127.0.0.1:8787", "img.example.test:8787") } else { url.into() };
            let got = checked(method, &url, headers);
            if name.starts_with("v2") || name.starts_with("sigv2") {
                assert_eq!(got.unwrap_err().code(), "signature_unsupported", "{file} {name}");
                continue;
            }
            assert!(matches!(got, Ok(Some(_))), "{file} {name}: {got:?}");
            verified += 1;
        }
    }
    assert!(verified > 25);
}
