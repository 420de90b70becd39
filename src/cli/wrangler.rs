//! What a deployment is given by wrangler's configuration: its settings' tables and its bindings.

use serde_json::{Map, Value};
use std::path::Path;

/// One environment of a configuration.
pub struct Deployment {
    /// Variables by name, as the Worker gets them: a table as JSON, a text as it is.
    pub vars: Vec<(String, String)>,
    section: Value,
    whole: Value,
}

impl Deployment {
    /// Reads a file; `env` as wrangler's `--env`, none for the top level.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(path: &Path, env: Option<&str>) -> Result<Deployment, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let told = |e: String| format!("{}: {}", path.display(), e.trim_end());
        let is_json = path.extension().is_some_and(|e| e == "json");
        let whole: Value = match is_json {
            true => serde_json::from_str(&text).map_err(|e| told(e.to_string()))?,
            false => toml::from_str(&text).map_err(|e| told(e.to_string()))?,
        };
        Deployment::of(whole, env).map_err(told)
    }

    /// As [`read`](Deployment::read), of what a file says.
    ///
    /// # Errors
    /// A sentence.
    pub fn of(whole: Value, env: Option<&str>) -> Result<Deployment, String> {
        let section = match env {
            None => whole.clone(),
            Some(env) => whole["env"].get(env).cloned().ok_or_else(|| {
                let there: Vec<&str> = whole["env"].as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
                let there = if there.is_empty() { "none".into() } else { there.join(", ") };
                format!("there is no environment {env:?}; there is {there}")
            })?,
        };
        // Variables are not inherited from the top level.
        let vars = section["vars"].as_object().cloned().unwrap_or_default();
        let vars = vars.into_iter().map(|(name, value)| (name, text_of(value))).collect();
        Ok(Deployment { vars, section, whole })
    }

    /// Whether an R2 bucket is bound under this name.
    pub fn binds_r2(&self, name: &str) -> bool {
        has(&self.section["r2_buckets"], "binding", name)
    }

    /// Whether a rate limit is bound under this name.
    pub fn binds_limit(&self, name: &str) -> bool {
        has(&self.section["ratelimits"], "name", name)
    }

    /// Whether the class `Ledger` is bound as `LEDGER` and made by a migration, which the top level hands down.
    pub fn has_ledger(&self) -> bool {
        let bound = has(&self.section["durable_objects"]["bindings"], "name", "LEDGER");
        let migrations = self.section["migrations"].as_array().or_else(|| self.whole["migrations"].as_array());
        let made = |m: &Value| m["new_sqlite_classes"].as_array().is_some_and(|names| names.iter().any(|n| n == "Ledger"));
        bound && migrations.is_some_and(|all| all.iter().any(made))
    }

    /// Whether the static files, fonts among them, are within the Worker's reach.
    pub fn has_assets(&self) -> bool {
        let bound = |v: &Value| v["assets"]["binding"] == "ASSETS";
        bound(&self.section) || (self.section["assets"].is_null() && bound(&self.whole))
    }
}

fn has(list: &Value, field: &str, value: &str) -> bool {
    list.as_array().is_some_and(|all| all.iter().any(|one| one[field] == value))
}

/// JSON, whose whole numbers JavaScript writes without a point.
fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => whole_numbers(other).to_string(),
    }
}

fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(n) => match n.as_f64().filter(|f| n.is_f64() && f.fract() == 0.0 && f.abs() < 9e15) {
            Some(f) => Value::from(f as i64),
            None => Value::Number(n),
        },
        Value::Array(all) => all.into_iter().map(whole_numbers).collect(),
        Value::Object(all) => all.into_iter().map(|(name, value)| (name, whole_numbers(value))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
name = "limn"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Ledger"]
[assets]
directory = "www"
binding = "ASSETS"
[vars.LIMN]
mode = "development"
[env.production.vars]
PLAIN = "text"
[env.production.vars.LIMN_NODE_A]
name = "a"
weight = 2.0
place = [48.5, 2]
[[env.production.r2_buckets]]
binding = "NODE_A"
bucket_name = "x"
[[env.production.durable_objects.bindings]]
name = "LEDGER"
class_name = "Ledger"
"#;

    #[test]
    fn an_environment_has_variables_of_its_own() {
        let of = |env| Deployment::of(toml::from_str(FILE).unwrap(), env);
        let it = of(Some("production")).unwrap();
        let table = r#"{"name":"a","place":[48.5,2],"weight":2}"#;
        assert_eq!(it.vars, [("LIMN_NODE_A".to_string(), table.to_string()), ("PLAIN".into(), "text".into())]);
        assert!(it.binds_r2("NODE_A") && !it.binds_r2("DERIVED") && !it.binds_limit("LIMITER") && it.has_ledger() && it.has_assets());
        let top = of(None).unwrap();
        assert_eq!(top.vars, [("LIMN".to_string(), r#"{"mode":"development"}"#.to_string())]);
        assert!(!top.has_ledger());
        assert_eq!(of(Some("stage")).err().unwrap(), "there is no environment \"stage\"; there is production");
    }
}
