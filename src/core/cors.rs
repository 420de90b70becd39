//! Which pages of other origins may read a bucket: rules as OSS and S3 keep them (Fetch standard, CORS).
//!
//! Nothing of it is part of a cache key: an answer is kept without these headers, which are put on it anew
//! each time it goes out.

use crate::parts::{Method, Parts};
use crate::reply::Head;
use crate::{Error, Result};

/// A text with at most one `*`, which stands for any run of characters; case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wild {
    start: String,
    end: Option<String>,
}

impl Wild {
    /// Reads a pattern; `None` for an empty one, white space, or a second `*`.
    pub fn parse(text: &str) -> Option<Wild> {
        let lower = text.to_ascii_lowercase();
        let (start, end) = lower.split_once('*').map_or((lower.as_str(), None), |(start, end)| (start, Some(end)));
        let legal = !lower.is_empty() && lower.bytes().all(|b| b.is_ascii_graphic()) && !end.is_some_and(|end| end.contains('*'));
        legal.then(|| Wild { start: start.into(), end: end.map(Into::into) })
    }

    /// Whether it is `*` alone.
    pub fn is_any(&self) -> bool {
        self.start.is_empty() && self.end.as_deref() == Some("")
    }

    /// Whether a text is what the pattern says.
    pub fn matches(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        match &self.end {
            None => text == self.start,
            Some(end) => text.strip_prefix(self.start.as_str()).is_some_and(|rest| rest.ends_with(end.as_str())),
        }
    }
}

impl std::fmt::Display for Wild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.start)?;
        self.end.as_ref().map_or(Ok(()), |end| write!(f, "*{end}"))
    }
}

/// One rule. Of several the first that a request meets holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Origins of pages.
    pub origins: Vec<Wild>,
    /// What they may do.
    pub methods: Vec<Method>,
    /// Headers that they may send.
    pub headers: Vec<Wild>,
    /// Headers that they may read, beside those that any page may.
    pub expose: Vec<String>,
    /// How long a browser may remember the answer to a preflight, seconds.
    pub max_age_seconds: u32,
    /// Whether a page may send cookies and HTTP authentication.
    pub credentials: bool,
}

impl Rule {
    fn allows(&self, origin: &str, method: Option<Method>) -> bool {
        method.is_some_and(|method| self.methods.contains(&method)) && self.origins.iter().any(|o| o.matches(origin))
    }

    /// Whether the answer is the same for every origin, and for none.
    fn is_open(&self) -> bool {
        !self.credentials && self.origins.iter().any(Wild::is_any)
    }

    fn allowed_origin(&self, origin: &str) -> String {
        if self.is_open() {
            "*".into()
        } else {
            origin.into()
        }
    }
}

/// The answer to a preflight request, from the rules alone: browsers send no credentials with it.
///
/// # Errors
/// `bad_arg` for an OPTIONS that is no preflight, `cors_refused` where no rule matches.
pub fn preflight(rules: &[Rule], parts: &Parts) -> Result<Head> {
    let (Some(origin), Some(method)) = (parts.header("origin"), parts.header("access-control-request-method")) else {
        return Err(Error::BadArg("OPTIONS needs the headers Origin and Access-Control-Request-Method.".into()));
    };
    if rules.is_empty() {
        return Err(Error::CorsRefused("This bucket has no CORS rules.".into()));
    }
    let asked = parts.header("access-control-request-headers").unwrap_or("");
    let headers: Vec<&str> = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let known = Method::parse(method).ok();
    let may_send = |rule: &&Rule| headers.iter().all(|name| rule.headers.iter().any(|h| h.matches(name)));
    let Some(rule) = rules.iter().filter(|rule| rule.allows(origin, known)).find(may_send) else {
        return Err(Error::CorsRefused("No CORS rule of this bucket allows this origin, method and headers together.".into()));
    };
    let methods: Vec<&str> = rule.methods.iter().map(|m| m.as_str()).collect();
    let mut head = Head::new(204)
        .with("access-control-allow-origin", rule.allowed_origin(origin))
        .with("access-control-allow-methods", methods.join(", "))
        .with("access-control-max-age", rule.max_age_seconds.to_string())
        .with("cache-control", "no-store")
        .with("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    if !headers.is_empty() {
        head = head.with("access-control-allow-headers", headers.join(", "));
    }
    if rule.credentials {
        head = head.with("access-control-allow-credentials", "true");
    }
    Ok(head)
}

/// The headers that any other answer carries, a refusal too: a page must be able to read why.
///
/// Where a rule lets in every origin, its headers go out to requests without an Origin as well: a cache may
/// give what an `<img>` fetched to a script that needs them.
pub fn of_answer(rules: &[Rule], parts: &Parts) -> Vec<(&'static str, String)> {
    let Some(first) = rules.iter().find(|rule| rule.methods.contains(&parts.method)) else { return Vec::new() };
    let (mut headers, rule) = match (first.is_open(), parts.header("origin")) {
        (true, _) => (Vec::new(), Some(first)),
        (false, origin) => {
            let rule = origin.and_then(|origin| rules.iter().find(|rule| rule.allows(origin, Some(parts.method))));
            (vec![("vary", "Origin".to_string())], rule)
        }
    };
    if let Some(rule) = rule {
        headers.push(("access-control-allow-origin", rule.allowed_origin(parts.header("origin").unwrap_or("*"))));
        if !rule.expose.is_empty() {
            headers.push(("access-control-expose-headers", rule.expose.join(", ")));
        }
        if rule.credentials {
            headers.push(("access-control-allow-credentials", "true".into()));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::cors::parse;

    fn rules(json: &str) -> Vec<Rule> {
        parse("t", serde_json::from_str(json).unwrap()).unwrap()
    }

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        Parts::new(method, "http://h/b/k", headers.iter().map(|(n, v)| (n.to_string(), v.to_string()))).unwrap()
    }

    fn told(rules: &[Rule], method: &str, headers: &[(&str, &str)]) -> String {
        of_answer(rules, &parts(method, headers)).iter().map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>().join("; ")
    }

    const SITE: &str = r#"{"origins":["https://*.example.com","http://localhost:*"],"methods":["GET","PUT"],"headers":["x-oss-*","Content-Type"],"expose":["etag"],"max_age_seconds":60}"#;

    #[test]
    fn patterns_hold_one_star() {
        for (pattern, text, want) in [
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "HTTPS://A.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://a.example.com.evil.org", false),
            ("https://*.example.com", "http://a.example.com", false),
            ("https://a*a", "https://a", false),
            ("*", "null", true),
            ("https://a", "https://ab", false),
        ] {
            assert_eq!(Wild::parse(pattern).unwrap().matches(text), want, "{pattern} {text}");
        }
        assert!(["", "a b", "https://*.*.org"].iter().all(|bad| Wild::parse(bad).is_none()));
    }

    #[test]
    fn a_preflight_needs_one_rule_that_allows_all_of_it() {
        let ask = |origin: &str, method: &str, headers: &str| {
            let sent = [("origin", origin), ("access-control-request-method", method), ("access-control-request-headers", headers)];
            preflight(&rules(SITE), &parts("OPTIONS", &sent))
        };
        let head = ask("https://a.example.com", "PUT", "content-type, X-OSS-Meta-A").unwrap();
        assert_eq!(head.header("access-control-allow-origin"), Some("https://a.example.com"));
        assert_eq!(head.header("access-control-allow-methods"), Some("GET, PUT"));
        assert_eq!(head.header("access-control-allow-headers"), Some("content-type, X-OSS-Meta-A"));
        assert_eq!((head.status, head.header("access-control-max-age")), (204, Some("60")));
        for (origin, method, headers) in [
            ("https://example.org", "PUT", ""),
            ("https://a.example.com", "DELETE", ""),
            ("https://a.example.com", "PATCH", ""),
            ("https://a.example.com", "PUT", "content-type, authorization"),
        ] {
            assert_eq!(ask(origin, method, headers).unwrap_err().cloud(), (403, "AccessForbidden"), "{origin} {method} {headers}");
        }
        assert_eq!(preflight(&rules(SITE), &parts("OPTIONS", &[])).unwrap_err().code(), "bad_arg");
        let sent = [("origin", "https://a"), ("access-control-request-method", "GET")];
        assert_eq!(preflight(&[], &parts("OPTIONS", &sent)).unwrap_err().code(), "cors_refused");
    }

    #[test]
    fn an_answer_names_the_origin_and_varies_by_it_or_is_open_to_all() {
        let site = rules(SITE);
        let good = [("origin", "http://localhost:3000")];
        assert_eq!(
            told(&site, "GET", &good),
            "vary: Origin; access-control-allow-origin: http://localhost:3000; access-control-expose-headers: etag"
        );
        assert_eq!(told(&site, "GET", &[("origin", "https://evil.org")]), "vary: Origin");
        assert_eq!(told(&site, "GET", &[]), "vary: Origin");
        assert_eq!(told(&site, "DELETE", &good), "");
        let open = rules(r#"{"origins":["*"]}"#);
        assert_eq!(told(&open, "GET", &good), "access-control-allow-origin: *");
        assert_eq!(told(&open, "HEAD", &[]), "access-control-allow-origin: *");
        assert_eq!(told(&open, "PUT", &good), "");
        let both = rules(r#"[{"origins":["https://a"],"credentials":true},{"origins":["*"]}]"#);
        assert_eq!(
            told(&both, "GET", &[("origin", "https://a")]),
            "vary: Origin; access-control-allow-origin: https://a; access-control-allow-credentials: true"
        );
        assert_eq!(told(&both, "GET", &[("origin", "https://b")]), "vary: Origin; access-control-allow-origin: *");
    }
}
