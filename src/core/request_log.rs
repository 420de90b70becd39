//! One line a request: what an operator may know of it. Nothing of the client stands in it, nor a key or a query.

use crate::address::Address;
use crate::config::{Config, Log};
use crate::parts::{Method, Parts};
use crate::route::Route;
use crate::trace::{Sample, Steps};
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
    /// What was noted on the way.
    pub notes: &'a Notes,
}

/// What only those know who did the work: noted while a request is answered.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The node that served the bytes, or those that took them.
    pub nodes: Option<String>,
    /// Pixels of the source and of the result, all frames, where this request had an image made.
    pub pixels: Option<(u64, u64)>,
    /// Of a request that is traced.
    pub sample: Option<Sample>,
    /// What its steps took.
    pub steps: Steps,
}

impl Notes {
    /// Notes a node; of several that a read goes to, the first holds what was asked for.
    pub fn note_node(&mut self, name: &str) {
        self.nodes.get_or_insert_with(|| name.into());
    }
}

/// What is known of an answer.
#[derive(Debug, Clone, Copy)]
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
    /// See [`Entry::notes`].
    pub notes: &'a Notes,
}

impl Log {
    /// Whether such an answer leaves a line; a sampled one does, but where there is no log.
    pub fn wants(self, answered: &Answered) -> bool {
        match self {
            Log::Off => false,
            _ if answered.notes.sample.is_some() => true,
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
            notes: answered.notes,
        }
    }

    /// The line, as JSON; what is not there is left out.
    pub fn line(&self) -> String {
        let mut cache = Map::new();
        for (tier, verdict) in verdict::told(self.cache) {
            cache.insert(tier.into(), verdict.into());
        }
        let steps: Map<String, Value> = self.notes.steps.iter().map(|(name, ms)| (name.into(), ms.into())).collect();
        let mut line = json!({
            "limn": "request",
            "id": self.id,
            "route": self.route,
            "bucket": self.bucket,
            "method": self.method.map(Method::as_str),
            "status": self.status,
            "error": self.error,
            "node": self.notes.nodes,
            "source_pixels": self.notes.pixels.map(|(source, _)| source),
            "pixels": self.notes.pixels.map(|(_, result)| result),
            "trace": self.notes.sample.as_ref().and_then(|sample| sample.trace_id.as_deref()),
            "steps": if steps.is_empty() { Value::Null } else { steps.into() },
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

    static NONE: Notes = Notes { nodes: None, pixels: None, sample: None, steps: Steps::new() };

    fn answered<'a>(status: u16, error: Option<&'a str>) -> Answered<'a> {
        Answered { status, error, cache: "", length: None, waited_ms: 0, notes: &NONE }
    }

    fn entry<'a>(method: &str, url: &str, answered: Answered<'a>) -> Entry<'a> {
        Entry::of("0f", Some(&Parts::new(method, url, []).unwrap()), Some(&sample()), answered)
    }

    #[test]
    fn a_line_tells_what_happened_and_nobody() {
        let cache = "limn-l2; hit, limn-l1; fwd=uri-miss, limn-l0; fwd=uri-miss";
        let hit = Answered { cache, length: Some(1_234), waited_ms: 7, ..answered(200, None) };
        let made = entry("GET", "https://h/demo/a/secret.jpg?w=9&kid=me&s=SIGNATURE", hit);
        assert_eq!(
            made.line(),
            r#"{"bucket":"demo","bytes":1234,"cache":{"limn-l0":"uri-miss","limn-l1":"uri-miss","limn-l2":"hit"},"id":"0f","limn":"request","method":"GET","route":"object","status":200,"waited_ms":7}"#
        );
        assert_eq!(made.answered_by(), "limn-l2 hit");
    }

    #[test]
    fn what_was_noted_is_told() {
        let mut notes = Notes { pixels: Some((12_000_000, 60_000)), ..Notes::default() };
        notes.note_node("r2");
        // A mark's.
        notes.note_node("oss");
        assert_eq!(
            entry("GET", "https://h/demo/a.jpg", Answered { notes: &notes, ..answered(200, None) }).line(),
            r#"{"bucket":"demo","bytes":0,"id":"0f","limn":"request","method":"GET","node":"r2","pixels":60000,"route":"object","source_pixels":12000000,"status":200,"waited_ms":0}"#
        );
    }

    #[test]
    fn a_sample_tells_its_steps_whatever_the_log_is_but_off() {
        let mut notes = Notes { sample: Some(Sample { trace_id: Some("4bf9".into()), asked: false }), ..Notes::default() };
        notes.steps.add("ledger", 3);
        let answered = Answered { notes: &notes, ..answered(200, None) };
        assert!(Log::Errors.wants(&answered) && Log::All.wants(&answered) && !Log::Off.wants(&answered));
        let line: Value = serde_json::from_str(&entry("GET", "https://h/demo/a.jpg", answered).line()).unwrap();
        assert_eq!((line["trace"].as_str(), &line["steps"]), (Some("4bf9"), &json!({ "ledger": 3 })));
    }

    #[test]
    fn what_a_stranger_made_up_is_left_out() {
        let refused = Answered { length: Some(99), ..answered(404, Some("no_such_bucket")) };
        let line = entry("HEAD", "https://h/anna-smith/a.jpg", refused).line();
        assert_eq!(
            line,
            r#"{"bytes":0,"error":"no_such_bucket","id":"0f","limn":"request","method":"HEAD","route":"object","status":404,"waited_ms":0}"#
        );
        let nowhere = Entry::of("0f", None, None, answered(400, None));
        assert_eq!((nowhere.route, nowhere.bucket), ("none", None));
    }

    #[test]
    fn errors_are_faults_and_forgeries() {
        let wants = |log: Log, status, error| log.wants(&answered(status, error));
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
