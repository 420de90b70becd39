//! Secrets beside the settings: a file of them, or stand-ins for those that only the platform knows.

use serde_json::{json, Value};
use std::path::Path;

/// Reads `NAME=value` lines, as `.dev.vars` has them, or the JSON object that `wrangler secret bulk` takes.
///
/// # Errors
/// A sentence that shows no value.
pub fn read(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    if text.trim_start().starts_with('{') {
        let all: std::collections::BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|e| format!("a JSON object of texts is wanted; look at line {}", e.line()))?;
        return Ok(all.into_iter().collect());
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines
        .map(|(at, line)| {
            let (name, value) = line.split_once('=').ok_or_else(|| format!("NAME=value is wanted in line {}", at + 1))?;
            Ok((name.trim().to_string(), bare(value.trim()).to_string()))
        })
        .collect()
}

fn bare(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('\'').or_else(|| within('"')).unwrap_or(value)
}

/// A secret that the settings call for: in words, and one that stands for it while the settings are read.
pub struct Wanted {
    /// What it is.
    pub words: String,
    /// Name and value.
    pub stand_in: (String, String),
}

/// What the tables call for and `there` does not hold.
pub fn wanted(tables: &[(String, String)], there: &[(String, String)]) -> Vec<Wanted> {
    let mut all = Vec::new();
    let has = |prefix: &str, field: &str, value: &str| {
        let fits = |(name, json): &&(String, String)| {
            name.starts_with(prefix) && serde_json::from_str::<Value>(json).is_ok_and(|table| table[field] == value)
        };
        there.iter().any(|pair| fits(&pair))
    };
    for (name, json) in tables {
        let Ok(table) = serde_json::from_str::<Value>(json) else { continue };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        if name.starts_with("LIMN_NODE_") {
            let node = text(&table["name"]);
            let is_remote = table["kind"] == "s3" || table["kind"] == "oss";
            if is_remote && table["managed"] != false && !has("LIMN_CREDENTIALS_", "node", &node) {
                let secret = name.replacen("NODE", "CREDENTIALS", 1);
                let value = json!({ "node": node, "id": "id", "secret": "stand-in" }).to_string();
                all.push(Wanted { words: format!("{secret}: the access key of the node {node:?}"), stand_in: (secret, value) });
            }
        }
        if name.starts_with("LIMN_BUCKET_") && table["cdn"]["key"].is_string() {
            let key = text(&table["cdn"]["key"]);
            let secret = format!("LIMN_KEY_{}", key.to_ascii_uppercase().replace('-', "_"));
            if !has("LIMN_KEY_", "id", &key) && !all.iter().any(|w: &Wanted| w.stand_in.0 == secret) {
                let value = json!({ "id": key, "secrets": [format!("stand-in {key}")], "user": "-", "grants": [] }).to_string();
                all.push(Wanted { words: format!("{secret}: the access key {key:?} of a bucket's cdn"), stand_in: (secret, value) });
            }
        }
        if name == "LIMN" && table["zone"].is_string() && !there.iter().any(|(name, _)| name == "ZONE_TOKEN") {
            let words = "ZONE_TOKEN: what may purge the zone's cache".to_string();
            all.push(Wanted { words, stand_in: ("ZONE_TOKEN".into(), "-".into()) });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn both_kinds_of_file_are_read() {
        let wanted = vec![pair("LIMN_KEY_A", r#"{"id":"a"}"#), pair("METRICS_TOKEN", "x=y")];
        assert_eq!(parse("# keys\nLIMN_KEY_A='{\"id\":\"a\"}'\n\nMETRICS_TOKEN=x=y\n").unwrap(), wanted);
        assert_eq!(parse(r#"{"METRICS_TOKEN":"x=y","LIMN_KEY_A":"{\"id\":\"a\"}"}"#).unwrap(), wanted);
        assert_eq!(parse("A=1\nhunter2").unwrap_err(), "NAME=value is wanted in line 2");
        assert!(!parse(r#"{"A":{"hunter2":1}}"#).unwrap_err().contains("hunter2"));
    }

    #[test]
    fn what_the_settings_call_for_is_named_once() {
        let tables = [
            pair("LIMN", r#"{"zone":"abc"}"#),
            pair("LIMN_NODE_T", r#"{"name":"tokyo","kind":"s3"}"#),
            pair("LIMN_NODE_O", r#"{"name":"old","kind":"oss","managed":false}"#),
            pair("LIMN_BUCKET_X", r#"{"name":"x","cdn":{"key":"cdn-a"}}"#),
            pair("LIMN_BUCKET_Y", r#"{"name":"y","cdn":{"key":"cdn-a"}}"#),
        ];
        let names = |there: &[(String, String)]| -> Vec<String> { wanted(&tables, there).into_iter().map(|w| w.stand_in.0).collect() };
        assert_eq!(names(&[]), ["ZONE_TOKEN", "LIMN_CREDENTIALS_T", "LIMN_KEY_CDN_A"]);
        let there = [pair("ZONE_TOKEN", "t"), pair("LIMN_CREDENTIALS_X", r#"{"node":"tokyo"}"#), pair("LIMN_KEY_Z", r#"{"id":"cdn-a"}"#)];
        assert!(names(&there).is_empty());
    }
}
