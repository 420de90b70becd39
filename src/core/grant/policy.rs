//! The policy of a browser's form upload: JSON with an end and conditions on the form's fields (S3: "POST
//! policy"; OSS: PostObject, reference: signatures.md 4).

use super::stamp;
use crate::{Error, Result};
use serde_json::Value;

/// A policy.
#[derive(Debug)]
pub(super) struct Policy {
    /// When it ends, unix seconds.
    pub expiration: u64,
    /// Fewest and most bytes of the file, if it says so.
    pub length: Option<(u64, u64)>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// The field, lower case.
    field: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Is(String),
    StartsWith(String),
    In(Vec<String>),
    NotIn(Vec<String>),
}

fn malformed(what: &str) -> Error {
    Error::MalformedForm(format!("The policy {what}."))
}

/// Numbers stand for their digits, as browsers send them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn bytes(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Policy {
    /// Reads a policy's JSON, whose signature was right.
    ///
    /// # Errors
    /// `malformed_form`.
    pub(super) fn parse(json: &[u8]) -> Result<Policy> {
        let json: Value = serde_json::from_slice(json).map_err(|_| malformed("is not JSON"))?;
        let expiration = json.get("expiration").and_then(Value::as_str).and_then(stamp::parse_extended);
        let expiration = expiration.ok_or_else(|| malformed("needs an expiration such as 2026-11-23T22:00:00.000Z"))?;
        let conditions = json.get("conditions").and_then(Value::as_array).ok_or_else(|| malformed("needs a list of conditions"))?;
        let mut policy = Policy { expiration, length: None, rules: Vec::new() };
        for condition in conditions {
            match condition {
                Value::Object(pairs) => {
                    for (field, value) in pairs {
                        let value = text(value).ok_or_else(|| malformed(&format!("wants something odd of {field:?}")))?;
                        policy.rules.push(Rule { field: field.to_ascii_lowercase(), test: Test::Is(value) });
                    }
                }
                Value::Array(list) => policy.list(list)?,
                _ => return Err(malformed("holds a condition that is neither an object nor a list")),
            }
        }
        Ok(policy)
    }

    fn list(&mut self, list: &[Value]) -> Result<()> {
        let odd = || malformed("holds a condition that is not understood");
        let [name, field, value] = list else { return Err(odd()) };
        let name = name.as_str().ok_or_else(odd)?.to_ascii_lowercase();
        if name == "content-length-range" {
            let (min, max) = (bytes(field).ok_or_else(odd)?, bytes(value).ok_or_else(odd)?);
            let (least, most) = self.length.unwrap_or((0, u64::MAX));
            self.length = Some((least.max(min), most.min(max)));
            return Ok(());
        }
        let field = field.as_str().and_then(|f| f.strip_prefix('$')).ok_or_else(odd)?.to_ascii_lowercase();
        let words = || value.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
        let test = match name.as_str() {
            "eq" => text(value).map(Test::Is),
            "starts-with" => text(value).map(Test::StartsWith),
            "in" => words().map(Test::In),
            "not-in" => words().map(Test::NotIn),
            _ => None,
        };
        self.rules.push(Rule { field, test: test.ok_or_else(odd)? });
        Ok(())
    }

    /// Whether a condition speaks of a field (lower case).
    pub(super) fn names(&self, field: &str) -> bool {
        self.rules.iter().any(|r| r.field == field)
    }

    /// Holds every condition against the fields; one that did not come is empty.
    ///
    /// # Errors
    /// `policy_refused`.
    pub(super) fn check<'f>(&self, value_of: impl Fn(&str) -> &'f str) -> Result<()> {
        self.rules.iter().try_for_each(|rule| rule.check(value_of(&rule.field)))
    }

    /// Holds the exclusions against the key that a file's name has filled: what is excluded is the name
    /// that results, while the other conditions are on the field as it stood.
    ///
    /// # Errors
    /// `policy_refused`.
    pub(super) fn check_filled(&self, key: &str) -> Result<()> {
        let exclusions = self.rules.iter().filter(|r| r.field == "key" && matches!(r.test, Test::NotIn(_)));
        exclusions.into_iter().try_for_each(|rule| rule.check(key))
    }
}

impl Rule {
    fn check(&self, value: &str) -> Result<()> {
        let holds = match &self.test {
            Test::Is(wanted) => value == wanted,
            Test::StartsWith(start) => value.starts_with(start),
            Test::In(words) => words.iter().any(|w| w == value),
            Test::NotIn(words) => words.iter().all(|w| w != value),
        };
        match holds {
            true => Ok(()),
            false => Err(Error::PolicyRefused(format!("The form's field {:?} is not what its policy allows.", self.field))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(conditions: &str) -> Result<Policy> {
        Policy::parse(format!(r#"{{"expiration":"2026-11-23T22:00:00Z","conditions":{conditions}}}"#).as_bytes())
    }

    #[test]
    fn conditions_hold_or_not() {
        let value_of = |name: &str| match name {
            "key" => "up/a.jpg",
            "content-type" => "image/jpeg",
            "success_action_status" => "201",
            _ => "",
        };
        for (condition, holds) in [
            (r#"[{"key":"up/a.jpg"}]"#, true),
            (r#"[{"KEY":"up/a.jpg"}]"#, true),
            (r#"[{"key":"up/b.jpg"}]"#, false),
            (r#"[{"success_action_status":201}]"#, true),
            (r#"[["eq","$key","up/a.jpg"]]"#, true),
            (r#"[["eq","$key","up/a"]]"#, false),
            (r#"[["starts-with","$key","up/"]]"#, true),
            (r#"[["starts-with","$Key","down/"]]"#, false),
            (r#"[["starts-with","$x-amz-meta-a",""]]"#, true),
            (r#"[["starts-with","$x-amz-meta-a","b"]]"#, false),
            (r#"[["in","$content-type",["image/png","image/jpeg"]]]"#, true),
            (r#"[["in","$content-type",["image/png"]]]"#, false),
            (r#"[["not-in","$content-type",["image/png"]]]"#, true),
            (r#"[["not-in","$content-type",["image/jpeg"]]]"#, false),
            (r#"[{"key":"up/a.jpg"},["eq","$content-type","x"]]"#, false),
            ("[]", true),
        ] {
            assert_eq!(policy(condition).unwrap().check(value_of).is_ok(), holds, "{condition}");
        }
    }

    #[test]
    fn ranges_narrow_and_nonsense_is_refused() {
        let p = policy(r#"[["content-length-range",1,100],["content-length-range","5","200"]]"#).unwrap();
        assert_eq!(p.length, Some((5, 100)));
        for bad in [
            r#"["eq"]"#,
            r#"[["eq","key","a"]]"#,
            r#"[["eq","$key"]]"#,
            r#"[["matches","$key","a"]]"#,
            r#"[["content-length-range",-1,5]]"#,
            r#"[["content-length-range",1.5,5]]"#,
            r#"[{"key":["a"]}]"#,
            r#"[["in","$key","a"]]"#,
            "{}",
            "null",
        ] {
            assert_eq!(policy(bad).unwrap_err().code(), "malformed_form", "{bad}");
        }
        for bad in
            ["", "{}", r#"{"conditions":[]}"#, r#"{"expiration":"soon","conditions":[]}"#, r#"{"expiration":"2026-11-23T22:00:00Z"}"#]
        {
            assert_eq!(Policy::parse(bad.as_bytes()).unwrap_err().code(), "malformed_form", "{bad}");
        }
    }
}
