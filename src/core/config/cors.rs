//! A bucket's settings `cors` and `timing_allow_origin`.

use super::bad;
use crate::cors::{Rule, Wild};
use crate::parts::Method;
use crate::Result;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    origins: Vec<String>,
    #[serde(default = "reads")]
    methods: Vec<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    expose: Vec<String>,
    #[serde(default)]
    max_age_seconds: u32,
    #[serde(default)]
    credentials: bool,
}

/// Reads one rule or a list of rules.
pub(crate) fn parse(table: &str, value: Value) -> Result<Vec<Rule>> {
    let rules = match value {
        Value::Array(rules) => rules,
        one => vec![one],
    };
    rules.into_iter().map(|rule| parse_rule(table, rule)).collect()
}

fn parse_rule(table: &str, value: Value) -> Result<Rule> {
    let rule: RuleTable = serde_json::from_value(value).map_err(|e| bad(table, &format!("cors: {e}")))?;
    if rule.origins.is_empty() || rule.methods.is_empty() {
        return Err(bad(table, "cors: a rule needs origins and methods"));
    }
    let origin = |text: &String| {
        let wanted = "an origin like https://www.example.com without a path, with at most one *, or * alone, is wanted";
        origin(text).ok_or_else(|| bad(table, &format!("cors.origins: {wanted}; {text:?} came")))
    };
    let method = |text: &String| match Method::parse(text) {
        Ok(method) if method != Method::Options => Ok(method),
        _ => Err(bad(table, &format!("cors.methods: GET, HEAD, PUT, POST or DELETE is wanted; {text:?} came"))),
    };
    let header = |text: &String| {
        let pattern = Wild::parse(text).filter(|_| is_header(text, true));
        pattern.ok_or_else(|| bad(table, &format!("cors.headers: a header's name with at most one * is wanted; {text:?} came")))
    };
    if let Some(text) = rule.expose.iter().find(|text| !is_header(text, false)) {
        return Err(bad(table, &format!("cors.expose: a header's name is wanted; {text:?} came")));
    }
    // With cookies, "every origin" would let any page on the web act as its reader.
    if rule.credentials && rule.origins.iter().any(|o| ["*", "*://*", "http://*", "https://*"].contains(&o.as_str())) {
        return Err(bad(table, "cors.credentials: true needs origins that are named, not every origin"));
    }
    Ok(Rule {
        origins: rule.origins.iter().map(origin).collect::<Result<_>>()?,
        methods: rule.methods.iter().map(method).collect::<Result<_>>()?,
        headers: rule.headers.iter().map(header).collect::<Result<_>>()?,
        expose: rule.expose,
        max_age_seconds: rule.max_age_seconds,
        credentials: rule.credentials,
    })
}

/// The value of `Timing-Allow-Origin`; the header knows no pattern but `*` alone.
pub(super) fn parse_timing(table: &str, origins: &[String]) -> Result<Option<String>> {
    let legal = |text: &&String| *text == "*" || (!text.contains('*') && origin(text).is_some());
    match origins.iter().find(|text| !legal(text)) {
        Some(text) => Err(bad(table, &format!("timing_allow_origin: an origin without a pattern, or *, is wanted; {text:?} came"))),
        None => Ok((!origins.is_empty()).then(|| origins.join(", "))),
    }
}

/// What browsers send has no path and no closing slash, so a pattern with one would never match.
fn origin(text: &str) -> Option<Wild> {
    let (scheme, host) = text.split_once("://").unwrap_or(("*", text));
    let legal = !scheme.is_empty() && !host.is_empty() && !host.contains(['/', ',', '@', '?', '#']) && !scheme.contains(['/', ',']);
    Wild::parse(text).filter(|_| legal && (text.contains("://") || text.starts_with('*')))
}

fn is_header(text: &str, pattern: bool) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b) || (pattern && b == b'*');
    !text.is_empty() && (text == "*" || text.bytes().all(legal))
}

fn reads() -> Vec<String> {
    vec!["GET".into(), "HEAD".into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_or_several_with_defaults() {
        let one = parse("t", serde_json::json!({ "origins": ["*"] })).unwrap();
        assert_eq!((one.len(), one[0].methods.as_slice(), one[0].max_age_seconds), (1, &[Method::Get, Method::Head][..], 0));
        assert_eq!(parse("t", serde_json::json!([{ "origins": ["*"] }, { "origins": ["https://a"] }])).unwrap().len(), 2);
    }

    #[test]
    fn what_would_never_match_or_lets_everybody_in_is_told() {
        for (rule, word) in [
            (serde_json::json!({}), "origins"),
            (serde_json::json!({ "origins": [] }), "origins"),
            (serde_json::json!({ "origins": ["https://a/"] }), "cors.origins"),
            (serde_json::json!({ "origins": ["example.com"] }), "cors.origins"),
            (serde_json::json!({ "origins": ["null"] }), "cors.origins"),
            (serde_json::json!({ "origins": ["https://*.*.org"] }), "cors.origins"),
            (serde_json::json!({ "origins": ["*"], "methods": ["PATCH"] }), "cors.methods"),
            (serde_json::json!({ "origins": ["*"], "headers": ["x y"] }), "cors.headers"),
            (serde_json::json!({ "origins": ["*"], "expose": ["x-*"] }), "cors.expose"),
            (serde_json::json!({ "origins": ["*"], "credentials": true }), "credentials"),
            (serde_json::json!({ "origins": ["*"], "max_age": 1 }), "max_age"),
        ] {
            let e = parse("LIMN_BUCKET_X", rule.clone()).unwrap_err().to_string();
            assert!(e.starts_with("LIMN_BUCKET_X: cors") && e.contains(word), "{rule} {e}");
        }
    }

    #[test]
    fn timing_is_a_list_without_patterns() {
        let of = |texts: &[&str]| parse_timing("t", &texts.iter().map(|t| t.to_string()).collect::<Vec<_>>());
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(of(&["*"]).unwrap().as_deref(), Some("*"));
        assert_eq!(of(&["https://a", "https://b"]).unwrap().as_deref(), Some("https://a, https://b"));
        assert!(of(&["https://*.a"]).is_err() && of(&["a, b"]).is_err());
    }
}
