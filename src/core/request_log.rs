//! One line a request: what an operator may know of it. Nothing of the client stands in it, nor a key or a query.

use crate::address::Address;
use crate::config::{Config, Log};
use crate::parts::{Method, Parts};
use crate::route::Route;
use crate::verdict;
use serde_json::{json, Map, Value};

/// What the line tells.
#[derive(Debug)]
pub struct Entry<'a> {
    /// As in `x-limn-request-id`.
    pub id: &'a str,
    /// The route's name; `none` where the URL leads nowhere.
    pub route: &'static str,
    /// The bucket, if it is one of the deployment's.
    pub bucket: Option<String>,
    /// None: one that Limn does not read.
    pub method: Option<Method>,
    /// Of the answer.
    pub status: u16,
    /// As in `x-limn-error`.
    pub error: Option<&'a str>,
    /// As in `Cache-Status`.
    pub cache: &'a str,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// How long the request waited for storage, caches and bodies, as far as the platform's clock tells: it stands
    /// still while code runs.
    pub waited_ms: u64,
}

/// What is known of an answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answered<'a> {
    /// Its status.
    pub status: u16,
    /// Its `x-limn-error`.
    pub error: Option<&'a str>,
    /// Its `Cache-Status`.
    pub cache: &'a str,
    /// Its `Content-Length`.
    pub length: Option<u64>,
    /// See [`Entry::waited_ms`].
    pub waited_ms: u64,
}

impl Log {
    /// Whether such an answer leaves a line.
    pub fn wants(self, answered: &Answered) -> bool {
        match self {
            Log::Off => false,
            Log::All => true,
            Log::Errors => match answered.error {
                // Whoever asks too much is told so, in OSS's and S3's words by a 503.
                Some("rate_limited" | "too_many_variants") => false,
                Some("bad_signature" | "policy_refused") => true,
                _ => answered.status >= 500,
            },
        }
    }
}

impl<'a> Entry<'a> {
    /// Puts together what may be told; `parts` is none of a URL that is none.
    pub fn of(id: &'a str, parts: Option<&Parts>, config: Option<&Config>, answered: Answered<'a>) -> Entry<'a> {
        let route = parts.zip(config).and_then(|(parts, config)| Route::parse(&Address::of(parts, config), config).ok());
        // A name that anybody made up is not for the log.
        let is_ours =
            |name: &&str| config.is_some_and(|c| c.bucket(name).is_ok() || (c.makes_buckets() && answered.error != Some("no_such_bucket")));
        let bucket = route.as_ref().and_then(Route::bucket).filter(is_ours).map(Into::into);
        let bodiless = parts.is_some_and(|p| p.method == Method::Head) || matches!(answered.status, 204 | 304);
        Entry {
            id,
            route: route.as_ref().map_or("none", Route::name),
            bucket,
            method: parts.map(|p| p.method),
            status: answered.status,
            error: answered.error,
            cache: answered.cache,
            bytes: answered.length.filter(|_| !bodiless).unwrap_or(0),
            waited_ms: answered.waited_ms,
        }
    }

    /// The line, as JSON; what is not there is left out.
    pub fn line(&self) -> String {
        let mut cache = Map::new();
        for (tier, verdict) in verdict::told(self.cache) {
            cache.insert(tier.into(), verdict.into());
        }
        let mut line = json!({
            "limn": "request",
            "id": self.id,
            "route": self.route,
            "bucket": self.bucket,
            "method": self.method.map(Method::as_str),
            "status": self.status,
            "error": self.error,
            "cache": if cache.is_empty() { Value::Null } else { cache.into() },
            "bytes": self.bytes,
            "waited_ms": self.waited_ms,
        });
        if let Some(fields) = line.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        line.to_string()
    }

    /// The tier that answered and how, `limn-l1 hit`; empty where no cache was asked.
    pub fn answered_by(&self) -> String {
        verdict::told(self.cache).next().map(|(tier, verdict)| format!("{tier} {verdict}")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    fn entry<'a>(method: &str, url: &str, answered: Answered<'a>) -> Entry<'a> {
        Entry::of("0f", Some(&Parts::new(method, url, []).unwrap()), Some(&sample()), answered)
    }

    #[test]
    fn a_line_tells_what_happened_and_nobody() {
        let cache = "limn-l2; hit, limn-l1; fwd=uri-miss, limn-l0; fwd=uri-miss";
        let hit = Answered { status: 200, cache, length: Some(1_234), waited_ms: 7, ..Answered::default() };
        let made = entry("GET", "https://h/demo/a/secret.jpg?w=9&kid=me&s=SIGNATURE", hit);
        assert_eq!(
            made.line(),
            r#"{"bucket":"demo","bytes":1234,"cache":{"limn-l0":"uri-miss","limn-l1":"uri-miss","limn-l2":"hit"},"id":"0f","limn":"request","method":"GET","route":"object","status":200,"waited_ms":7}"#
        );
        assert_eq!(made.answered_by(), "limn-l2 hit");
    }

    #[test]
    fn what_a_stranger_made_up_is_left_out() {
        let refused = Answered { status: 404, error: Some("no_such_bucket"), length: Some(99), ..Answered::default() };
        let line = entry("HEAD", "https://h/anna-smith/a.jpg", refused).line();
        assert_eq!(
            line,
            r#"{"bytes":0,"error":"no_such_bucket","id":"0f","limn":"request","method":"HEAD","route":"object","status":404,"waited_ms":0}"#
        );
        let nowhere = Entry::of("0f", None, None, Answered { status: 400, ..Answered::default() });
        assert_eq!((nowhere.route, nowhere.bucket), ("none", None));
    }

    #[test]
    fn errors_are_faults_and_forgeries() {
        let wants = |log: Log, status, error| log.wants(&Answered { status, error, ..Answered::default() });
        for (status, error, wanted) in [
            (200, None, false),
            (404, Some("no_such_key"), false),
            (403, Some("signature_required"), false),
            (403, Some("link_expired"), false),
            (403, Some("bad_signature"), true),
            (403, Some("policy_refused"), true),
            (502, Some("origin_failed"), true),
            (507, Some("quota_exceeded"), true),
            (503, Some("rate_limited"), false),
        ] {
            assert_eq!(wants(Log::Errors, status, error), wanted, "{status} {error:?}");
            assert!(wants(Log::All, status, error) && !wants(Log::Off, status, error));
        }
    }
}
