//! `limn sign`: a URL or a form signed by any of the schemes that Limn verifies.

use limn_core::address::Address;
use limn_core::grant::{cdn_a, form_sign, native, oss_v1, oss_v4, sigv4, Signer};
use limn_core::parts::Parts;
use limn_core::percent;
use std::time::{SystemTime, UNIX_EPOCH};

/// The schemes.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Limn's own: method, path and every parameter.
    Native,
    /// OSS V1: no short parameter is covered.
    OssV1,
    /// OSS V4.
    OssV4,
    /// AWS Signature Version 4.
    S3,
    /// Alibaba CDN, type A: the path alone; for buckets with a `cdn` setting.
    CdnA,
    /// Fields of an OSS PostObject form (V4).
    FormOss,
    /// Fields of an OSS PostObject form (V1).
    FormOssV1,
    /// Fields of an S3 POST form.
    FormS3,
}

/// Arguments of `limn sign`.
#[derive(clap::Args)]
pub struct Args {
    /// The URL; of a form the bucket's. Native: with exp where the bucket is private or the method writes,
    /// or with --expires.
    url: String,
    /// How it is signed.
    #[arg(long, value_enum, default_value = "native")]
    kind: Kind,
    /// The access key's id.
    #[arg(long)]
    key: String,
    /// The environment variable that holds the secret: an argument would be seen by others.
    #[arg(long, default_value = "LIMN_SECRET")]
    secret_env: String,
    /// The method that is signed; GET signs HEAD too in Limn's own scheme.
    #[arg(long, default_value = "GET")]
    method: String,
    /// Seconds from now until the right ends; 3600 where the kind needs an end and none is given.
    #[arg(long)]
    expires: Option<u64>,
    /// The bucket, where the host names it; else the path's first segment is.
    #[arg(long)]
    bucket: Option<String>,
    /// The region in the scope of the V4 kinds; Limn takes any.
    #[arg(long, default_value = "auto")]
    region: String,
    /// The Content-Type that an upload will be sent with: the cloud kinds sign it.
    #[arg(long)]
    content_type: Option<String>,
    /// Forms: the field key; ${filename} stands for the file's name.
    #[arg(long, default_value = "${filename}")]
    object: String,
    /// Forms: most bytes of the file.
    #[arg(long)]
    max_bytes: Option<u64>,
    /// Forms: a further field that the policy fixes, NAME=VALUE; may be repeated.
    #[arg(long = "field")]
    fields: Vec<String>,
}

/// The signed URL, or a form's fields as JSON.
pub fn run(args: &Args) -> Result<String, String> {
    let secret = std::env::var(&args.secret_env)
        .map_err(|_| format!("the environment variable {} must hold the secret of {}", args.secret_env, args.key))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|e| e.to_string())?.as_secs();
    sign(args, &secret, now)
}

fn sign(args: &Args, secret: &str, now: u64) -> Result<String, String> {
    let said = |e: limn_core::Error| e.to_string();
    let by = Signer { key_id: &args.key, secret, region: &args.region, now };
    let life = args.expires.unwrap_or(3_600);
    let content_type = args.content_type.iter().map(|t| ("content-type".to_string(), t.clone()));
    let parts = Parts::new(&args.method, &args.url, content_type).map_err(said)?;
    let address = address(&parts, args.bucket.as_deref());
    let own = match args.kind {
        Kind::Native => {
            let mut own = Vec::new();
            if let (Some(life), None) = (args.expires, parts.param("exp")) {
                own.push(("exp".to_string(), (now + life).to_string()));
            }
            own.push(("kid".into(), args.key.clone()));
            let mut whole = parts;
            whole.query.extend(own.iter().cloned());
            own.push(("s".into(), native::sign(&whole, secret.as_bytes()).map_err(said)?));
            own
        }
        Kind::OssV1 => {
            let end = (now + life).to_string();
            let signature = oss_v1::sign(&parts, &address, &end, secret.as_bytes()).map_err(said)?;
            vec![("OSSAccessKeyId".into(), args.key.clone()), ("Expires".into(), end), ("Signature".into(), signature)]
        }
        Kind::OssV4 => oss_v4::presign(&parts, &address, &by, life, "").map_err(said)?,
        Kind::S3 => {
            let headers = if args.content_type.is_some() { "content-type;host" } else { "host" };
            sigv4::presign(&parts, &by, life, headers).map_err(said)?
        }
        Kind::CdnA => vec![(cdn_a::PARAM.into(), cdn_a::sign(&parts.raw_path, now, "0", "0", secret))],
        Kind::FormOss => return post(args, form_sign::Kind::OssV4, &address.bucket, life, &by),
        Kind::FormOssV1 => return post(args, form_sign::Kind::OssV1, &address.bucket, life, &by),
        Kind::FormS3 => return post(args, form_sign::Kind::S3, &address.bucket, life, &by),
    };
    let query: Vec<String> = own.iter().map(|(n, v)| format!("{}={}", percent::encode(n, ""), percent::encode(v, ""))).collect();
    let join = if args.url.contains('?') { '&' } else { '?' };
    Ok(format!("{}{join}{}", args.url, query.join("&")))
}

/// Bucket and key; settings, which may map hosts to buckets, are not at hand here.
fn address(parts: &Parts, bucket: Option<&str>) -> Address {
    let path = parts.path.strip_prefix('/').unwrap_or(&parts.path);
    match bucket {
        Some(bucket) => Address { bucket: bucket.into(), key: path.into(), by_host: true },
        None => {
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            Address { bucket: bucket.into(), key: key.into(), by_host: false }
        }
    }
}

fn post(args: &Args, kind: form_sign::Kind, bucket: &str, life: u64, by: &Signer) -> Result<String, String> {
    let pair =
        |f: &String| f.split_once('=').map(|(n, v)| (n.to_string(), v.to_string())).ok_or(format!("--field {f}: NAME=VALUE is wanted"));
    let fields: Vec<(String, String)> = args.fields.iter().map(pair).collect::<Result<_, _>>()?;
    let draft = form_sign::Draft { bucket, key: &args.object, expires: life, max_bytes: args.max_bytes, fields: &fields };
    let signed = form_sign::sign(kind, &draft, by).map_err(|e| e.to_string())?;
    let object: serde_json::Map<String, serde_json::Value> = signed.into_iter().map(|(n, v)| (n, v.into())).collect();
    Ok(serde_json::json!({ "url": args.url, "fields": object }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use limn_core::config::Config;
    use limn_core::grant::{form, signature};

    const NOW: u64 = 1_790_000_000;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn line(words: &[&str]) -> Args {
        Line::parse_from(["sign"].iter().chain(words)).args
    }

    fn config() -> Config {
        Config::parse([
            ("LIMN", r#"{"mode":"development"}"#),
            ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
            (
                "LIMN_BUCKET_A",
                r#"{"name":"stall","nodes":["a"],"parameters":"styles-only","cdn":{"key":"limn-dev"},"hosts":["img.example.com"]}"#,
            ),
            ("LIMN_KEY_A", r#"{"id":"limn-dev","secrets":["limn-dev-secret"],"user":"dev","grants":[]}"#),
        ])
        .unwrap()
    }

    #[test]
    fn a_signed_url_is_the_published_vector() {
        let args = line(&["http://h/vault/cat.jpg?w=200&exp=1790000000", "--key", "limn-dev"]);
        let signed = sign(&args, "limn-dev-secret", 1).unwrap();
        assert!(signed.ends_with("&kid=limn-dev&s=dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA"), "{signed}");
    }

    #[test]
    fn every_kind_of_url_verifies() {
        let config = config();
        for kind in ["native", "oss-v1", "oss-v4", "s3", "cdn-a"] {
            for (url, more) in [
                ("http://h:8787/stall/a%20b.jpg?x-oss-process=style%2Fthumb", &[][..]),
                ("http://h/stall/a.jpg", &[]),
                ("http://img.example.com/a.jpg?p=x", &["--bucket", "stall"]),
            ] {
                let words = [&[url, "--kind", kind, "--key", "limn-dev", "--expires", "600"], more].concat();
                let signed = sign(&line(&words), "limn-dev-secret", NOW).unwrap();
                let verify = |now| {
                    let parts = Parts::new("GET", &signed, []).unwrap();
                    signature::verify(&parts, &Address::of(&parts, &config), &config, now)
                };
                assert!(matches!(verify(NOW + 600), Ok(Some(_))), "{signed}");
                let end = if kind == "cdn-a" { 1_800 } else { 600 };
                assert_eq!(verify(NOW + end + 1).unwrap_err().code(), "link_expired", "{signed}");
            }
        }
    }

    #[test]
    fn an_upload_signs_its_type() {
        let config = config();
        for kind in ["oss-v1", "oss-v4", "s3"] {
            let words = ["http://h/stall/a.jpg", "--kind", kind, "--key", "limn-dev", "--method", "PUT", "--content-type", "image/jpeg"];
            let signed = sign(&line(&words), "limn-dev-secret", NOW).unwrap();
            for (content_type, right) in [("image/jpeg", true), ("image/png", false)] {
                let parts = Parts::new("PUT", &signed, [("content-type".to_string(), content_type.to_string())]).unwrap();
                assert_eq!(signature::verify(&parts, &Address::of(&parts, &config), &config, NOW).is_ok(), right, "{signed}");
            }
        }
    }

    #[test]
    fn every_kind_of_form_verifies() {
        for kind in ["form-oss", "form-oss-v1", "form-s3"] {
            let words = [
                "http://h/stall",
                "--kind",
                kind,
                "--key",
                "limn-dev",
                "--object",
                "up/${filename}",
                "--max-bytes",
                "99",
                "--field",
                "success_action_status=201",
            ];
            let json: serde_json::Value = serde_json::from_str(&sign(&line(&words), "limn-dev-secret", NOW).unwrap()).unwrap();
            let fields = json["fields"].as_object().unwrap().iter();
            let fields: Vec<(String, String)> = fields.map(|(n, v)| (n.clone(), v.as_str().unwrap().into())).collect();
            let grant = form::verify(&fields, "stall", &config(), NOW + 3_600).unwrap();
            assert_eq!((grant.status, grant.length, grant.key("a.jpg").unwrap()), (201, Some((0, 99)), "up/a.jpg".into()));
            assert_eq!(form::verify(&fields, "stall", &config(), NOW + 3_601).unwrap_err().code(), "link_expired");
        }
    }
}
