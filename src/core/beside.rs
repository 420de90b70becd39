//! Headers that stand on every answer of a bucket, a refusal too, beside what the answer itself says.

use crate::config::Bucket;
use crate::cors;
use crate::params::hints;
use crate::parts::{Method, Parts};

/// Names and values; [`varied`] joins a `vary` to one that is there.
pub fn headers(bucket: &Bucket, parts: &Parts) -> Vec<(&'static str, String)> {
    // What a preflight may say is all in its own answer.
    if parts.method == Method::Options {
        return Vec::new();
    }
    let mut headers = cors::of_answer(&bucket.cors, parts);
    if let Some(origins) = &bucket.timing_allow_origin {
        headers.push(("timing-allow-origin", origins.clone()));
    }
    if bucket.client_hints && matches!(parts.method, Method::Get | Method::Head) {
        headers.push(("accept-ch", hints::ACCEPT_CH.into()));
        let names = hints::consulted(parts, bucket);
        if !names.is_empty() {
            headers.push(("vary", names.join(", ")));
        }
    }
    headers
}

/// A `Vary` with more names in it; none stands twice.
pub fn varied(present: Option<&str>, more: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in present.into_iter().chain([more]).flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    #[test]
    fn nothing_is_said_that_the_bucket_does_not_set() {
        let config = sample();
        let mut bucket = Bucket::made("demo", "", &[&config.nodes["a"]]).unwrap();
        let headers_of = |bucket: &Bucket, method: &str| {
            let sent = [("origin".to_string(), "https://a".to_string())];
            let parts = Parts::new(method, "http://h/demo/a.jpg?w=100", sent).unwrap();
            headers(bucket, &parts).iter().map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>()
        };
        assert_eq!(headers_of(&bucket, "GET"), [""; 0]);
        (bucket.timing_allow_origin, bucket.client_hints) = (Some("*".into()), true);
        assert_eq!(headers_of(&bucket, "GET"), ["timing-allow-origin: *", "accept-ch: Sec-CH-DPR, Sec-CH-Width", "vary: Sec-CH-DPR, DPR"]);
        assert_eq!(headers_of(&bucket, "PUT"), ["timing-allow-origin: *"]);
        assert_eq!(headers_of(&bucket, "OPTIONS"), [""; 0]);
    }

    #[test]
    fn vary_names_each_header_once() {
        assert_eq!(varied(None, "Origin"), "Origin");
        assert_eq!(varied(Some("Accept"), "Origin, accept"), "Accept, Origin");
    }
}
