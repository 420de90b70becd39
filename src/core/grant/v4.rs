//! What the two V4 schemes share: credential with scope, chain of keys, windows of time.

use super::signature::signer_of;
use super::stamp;
use crate::config::{AccessKey, Config};
use crate::hash::{self, Form, Mac};
use crate::parts::Parts;
use crate::percent;
use crate::sort;
use crate::{Error, Result};

/// How far a signed header's date may be from the server's, seconds (product.md 8).
pub(super) const SKEW_SECONDS: u64 = 15 * 60;
/// How far ahead of the server's clock a URL's start may lie, seconds (product.md 8).
pub(super) const START_SECONDS: u64 = 60;
/// The longest life of a URL or a form, seconds: a week, in both schemes.
pub(super) const MAX_LIFE_SECONDS: u64 = 604_800;

/// The names by which the two schemes differ.
pub(super) struct Names {
    /// The algorithm, as it stands in requests and in the text to sign.
    pub algorithm: &'static str,
    /// What stands before the secret in the first key of the chain.
    pub prefix: &'static str,
    /// The scope's service.
    pub service: &'static str,
    /// The scope's end.
    pub terminator: &'static str,
}

/// OSS V4.
pub(super) const OSS: Names = Names { algorithm: "OSS4-HMAC-SHA256", prefix: "aliyun_v4", service: "oss", terminator: "aliyun_v4_request" };
/// AWS Signature Version 4 for S3.
pub(super) const S3: Names = Names { algorithm: "AWS4-HMAC-SHA256", prefix: "AWS4", service: "s3", terminator: "aws4_request" };

/// Who signs, as tools and tests do.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// Id of the access key.
    pub key_id: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// The scope's region; any is taken.
    pub region: &'a str,
    /// The start, unix seconds.
    pub now: u64,
}

impl Names {
    fn scope(&self, day: &str, region: &str) -> String {
        format!("{day}/{region}/{}/{}", self.service, self.terminator)
    }

    /// The credential of a signer: id and scope.
    pub(super) fn credential(&self, by: &Signer) -> Credential {
        let date = stamp::format(by.now);
        let day = date.get(..8).unwrap_or_default();
        Credential { key_id: by.key_id.into(), scope: self.scope(day, by.region), date }
    }

    /// Reads `ID/DAY/REGION/SERVICE/END`. `date` is the stamp beside it, whose day must be the scope's.
    ///
    /// # Errors
    /// `access_denied` for another shape, day or service; the region is free.
    pub(super) fn parse_credential(&self, text: &str, date: &str) -> Result<Credential> {
        let wanted = || {
            Error::AccessDenied(format!(
                "The credential must be ID/YYYYMMDD/REGION/{}/{}, of the day of the date.",
                self.service, self.terminator
            ))
        };
        let [id, day, region, service, end] = text.split('/').collect::<Vec<_>>()[..] else { return Err(wanted()) };
        let plain = !region.is_empty() && region.len() <= 64 && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain || id.is_empty() || date.get(..8) != Some(day) || service != self.service || end != self.terminator {
            return Err(wanted());
        }
        Ok(Credential { key_id: id.into(), scope: self.scope(day, region), date: date.into() })
    }

    /// The day's key.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub(super) fn key(&self, secret: &[u8], credential: &Credential) -> Result<Mac> {
        let mut scope = credential.scope.split('/');
        let first = [self.prefix.as_bytes(), secret].concat();
        let start = Mac::sha256(&first, scope.next().unwrap_or_default().as_bytes())?;
        scope.try_fold(start, |key, step| key.then(step.as_bytes()))
    }

    /// The text to sign of a canonical request.
    fn text(&self, credential: &Credential, canonical: &str) -> String {
        format!("{}\n{}\n{}\n{}", self.algorithm, credential.date, credential.scope, hash::hex(&hash::sha256(canonical.as_bytes())))
    }

    /// The signature of a canonical request.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub(super) fn sign(&self, secret: &str, credential: &Credential, canonical: &str) -> Result<Mac> {
        self.key(secret.as_bytes(), credential)?.then(self.text(credential, canonical).as_bytes())
    }

    /// Whose secret signed this canonical request; returns the day's key of that secret.
    ///
    /// # Errors
    /// `bad_signature`; the id of an unknown key reads the same to users of Limn's own codes.
    pub(super) fn verify(&self, config: &Config, credential: &Credential, canonical: &str, given: &str) -> Result<Mac> {
        let text = self.text(credential, canonical);
        self.verify_text(config, credential, &text, given)
    }

    /// As [`verify`](Names::verify), of the text itself.
    pub(super) fn verify_text(&self, config: &Config, credential: &Credential, text: &str, given: &str) -> Result<Mac> {
        let key: &AccessKey = config.key(&credential.key_id).ok_or(Error::UnknownAccessKey)?;
        let signs = |secret: &[u8]| Ok(self.key(secret, credential)?.then(text.as_bytes())?.matches(given, Form::Hex));
        self.key(signer_of(key, signs)?, credential)
    }
}

/// An access key's id, the scope and the date of a signature.
pub(super) struct Credential {
    pub key_id: String,
    /// `DAY/REGION/SERVICE/END`.
    pub scope: String,
    /// The stamp.
    pub date: String,
}

impl Credential {
    /// As it stands in a request.
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.key_id, self.scope)
    }
}

/// Checks the date of a signed header.
///
/// # Errors
/// `access_denied` for what is no date, `clock_skewed`.
pub(super) fn check_header_date(date: &str, now: u64) -> Result<()> {
    let sent = stamp::parse(date).ok_or_else(|| Error::AccessDenied("The request's date must be there, as YYYYMMDDTHHMMSSZ.".into()))?;
    match sent.abs_diff(now) > SKEW_SECONDS {
        true => Err(Error::ClockSkewed),
        false => Ok(()),
    }
}

/// When a signed URL begins and ends.
pub(super) struct Window {
    start: u64,
    /// The end, unix seconds.
    pub end: u64,
}

impl Window {
    /// Reads a URL's date and its life in seconds.
    ///
    /// # Errors
    /// `bad_arg`.
    pub(super) fn parse(name: &str, date: &str, expires: &str) -> Result<Window> {
        let refuse = |name: &str, wanted: &str, came: &str| crate::params::args::refuse(name, wanted, came);
        let start = stamp::parse(date).ok_or_else(|| refuse("the signature's date", "YYYYMMDDTHHMMSSZ", date))?;
        let plain = (1..=6).contains(&expires.len()) && expires.bytes().all(|b| b.is_ascii_digit());
        let life = expires.parse().ok().filter(|life| plain && (1..=MAX_LIFE_SECONDS).contains(life));
        let life: u64 = life.ok_or_else(|| refuse(name, "seconds, 1 to 604800", expires))?;
        Ok(Window { start, end: start + life })
    }

    /// # Errors
    /// `link_expired`, `access_denied` before its time.
    pub(super) fn check(&self, now: u64) -> Result<()> {
        if now > self.end {
            return Err(Error::LinkExpired);
        }
        match self.start > now + START_SECONDS {
            true => Err(Error::AccessDenied("The signed right has not begun yet.".into())),
            false => Ok(()),
        }
    }
}

/// The query, all but `without`, encoded and sorted; `empty` is what follows a name without a value.
pub(super) fn canonical_query(parts: &Parts, without: &str, empty: &str) -> String {
    let encoded = |(name, value): &(String, String)| (percent::encode(name, ""), percent::encode(value, ""));
    let mut query: Vec<(String, String)> = parts.query.iter().filter(|(n, _)| n != without).map(encoded).collect();
    sort::all(&mut query);
    let pair = |(name, value): (String, String)| match value.is_empty() {
        true => format!("{name}{empty}"),
        false => format!("{name}={value}"),
    };
    query.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A list of header names, `a;b`: lower case, ascending, each once.
///
/// # Errors
/// `bad_arg`.
pub(super) fn header_names(text: &str) -> Result<Vec<&str>> {
    let names: Vec<&str> = text.split(';').collect();
    let plain = |n: &&str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase() && b != b':');
    match names.iter().all(plain) && names.windows(2).all(|pair| matches!(pair, [a, b] if a < b)) {
        true => Ok(names),
        false => Err(Error::BadArg("The list of signed headers must be lower case, ascending, each once, joined by ;.".into())),
    }
}

/// `name:value` LF of a header, trimmed.
///
/// # Errors
/// `access_denied` for a header that is not there.
pub(super) fn header_line(parts: &Parts, name: &str) -> Result<String> {
    let value = match (parts.header(name), name) {
        (Some(value), _) => value.trim(),
        (None, "host") => &parts.authority,
        _ => return Err(Error::AccessDenied(format!("The header {name} is signed and did not come."))),
    };
    Ok(format!("{name}:{value}\n"))
}

/// The fields of an Authorization header behind its algorithm: `Name=value`, joined by commas.
///
/// # Errors
/// `bad_arg` for a field that is unknown, doubled or no field.
pub(super) fn fields<'h>(rest: &'h str, known: &[&str]) -> Result<Vec<(&'h str, &'h str)>> {
    let mut out: Vec<(&str, &str)> = Vec::new();
    for field in rest.split(',').map(str::trim) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        if !known.contains(&name) || out.iter().any(|(n, _)| *n == name) {
            return Err(Error::BadArg(format!("The Authorization header must hold {}, each once.", known.join(", "))));
        }
        out.push((name, value));
    }
    Ok(out)
}

/// The value of a field.
///
/// # Errors
/// `access_denied` when it is missing.
pub(super) fn field<'h>(fields: &[(&'h str, &'h str)], name: &str) -> Result<&'h str> {
    fields
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, v)| *v)
        .ok_or_else(|| Error::AccessDenied(format!("The Authorization header lacks {name}.")))
}
