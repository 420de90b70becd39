//! Referer rules: which pages may show a bucket's images.

use crate::config::RefererRule;
use crate::{Error, Result};
use std::fmt;
use url::Url;

/// A pattern: `[scheme://]host[:port][/path-prefix]`. `*` (any run) and `?` (one character) in the host
/// match within the host only. `example.com` is that host; `*.example.com` its subdomains and itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    scheme: Option<String>,
    host: String,
    port: Option<u16>,
    path: String,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        f.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

impl Pattern {
    /// Reads a pattern; `None` when it has no host or holds a user, query or fragment.
    pub fn parse(text: &str) -> Option<Pattern> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https" | "*"), rest)) => (Some(scheme).filter(|s| *s != "*"), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (host, None),
        };
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._*?".contains(&b) || !b.is_ascii();
        if host.is_empty() || !host.bytes().all(legal) || path.contains(['?', '#']) {
            return None;
        }
        let path = path.trim_end_matches('*').to_string();
        Some(Pattern { scheme: scheme.map(Into::into), host: to_ascii(host), port, path })
    }

    fn matches(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let host = host.trim_end_matches('.');
        self.scheme.as_deref().is_none_or(|s| s == url.scheme())
            && self.port.is_none_or(|p| url.port_or_known_default() == Some(p))
            && url.path().starts_with(&self.path)
            && (wild(self.host.as_bytes(), host.as_bytes()) || self.host.strip_prefix("*.") == Some(host))
    }
}

/// International names are compared in the form that browsers send.
fn to_ascii(host: &str) -> String {
    let lower = host.to_lowercase();
    match lower.is_ascii() {
        true => lower,
        // Labels with wildcards stay as they are; the others are made ASCII one by one.
        false => lower.split('.').map(|label| punycode(label).unwrap_or_else(|| label.to_string())).collect::<Vec<_>>().join("."),
    }
}

fn punycode(label: &str) -> Option<String> {
    let wild = label.contains(['*', '?']);
    (!wild && !label.is_ascii()).then(|| idna::punycode::encode_str(label)).flatten().map(|puny| format!("xn--{puny}"))
}

/// `*` matches any run, `?` one byte.
fn wild(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || Some(c) == text.get(t) => (p, t) = (p + 1, t + 1),
            _ => match retry {
                Some((star, from)) => {
                    (p, t) = (star + 1, from + 1);
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}

/// Applies a rule to the Referer header. A value that is no http(s) URL with a host is refused.
///
/// # Errors
/// `referer_refused`.
pub fn check(rule: &RefererRule, referer: Option<&str>) -> Result<()> {
    let Some(referer) = referer.filter(|r| !r.is_empty()) else {
        return if rule.allow_empty { Ok(()) } else { Err(Error::RefererRefused) };
    };
    let url = Url::parse(referer).map_err(|_| Error::RefererRefused)?;
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let listed = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(&url));
    match web && !listed(&rule.deny) && (rule.allow.is_empty() || listed(&rule.allow)) {
        true => Ok(()),
        false => Err(Error::RefererRefused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(allow: &[&str], deny: &[&str], allow_empty: bool) -> RefererRule {
        let patterns = |list: &[&str]| list.iter().map(|p| Pattern::parse(p).unwrap()).collect();
        RefererRule { allow: patterns(allow), deny: patterns(deny), allow_empty }
    }

    #[test]
    fn hosts_match_at_dots_and_tricks_do_not() {
        let r = rule(&["*.example.com"], &[], false);
        for (referer, passes) in [
            ("https://www.example.com/a?b", true),
            ("http://example.com", true),
            ("https://EXAMPLE.com:8443/", true),
            ("https://a.b.example.com./x", true),
            ("https://notexample.com/", false),
            ("https://example.com.evil.com/", false),
            ("https://evil.com/?https://www.example.com/", false),
            ("https://evil.com/#www.example.com", false),
            ("https://www.example.com@evil.com/", false),
            ("https://www.example.com:pw@www.example.com/", false),
            ("//www.example.com/", false),
            ("www.example.com", false),
            ("null", false),
            ("about:blank", false),
            ("data:text/html,www.example.com", false),
            ("https://www.example.com\\@evil.com/", true), // a URL parser reads the host before the backslash
            ("https://evil.com\\.example.com/", false),
            ("", false),
        ] {
            assert_eq!(check(&r, Some(referer)).is_ok(), passes, "{referer}");
        }
        assert!(check(&r, None).is_err());
    }

    #[test]
    fn patterns_may_hold_scheme_port_and_path() {
        for (pattern, referer, passes) in [
            ("example.com", "https://example.com/x", true),
            ("example.com", "https://www.example.com/x", false),
            ("http://*.example.com", "http://a.example.com/", true),
            ("http://*.example.com", "https://a.example.com/", false),
            ("https://example.com/shop/", "https://example.com/shop/1", true),
            ("https://example.com/shop/", "https://example.com/shopping", false),
            ("example.com:8080", "http://example.com:8080/", true),
            ("example.com:80", "http://example.com/", true),
            ("img-?.example.com", "http://img-1.example.com/", true),
            ("img-?.example.com", "http://img-12.example.com/", false),
            ("*", "https://anything.org/", true),
            ("bücher.example", "https://xn--bcher-kva.example/", true),
            ("*a*b*c", "http://xaybzc/", true),
        ] {
            assert_eq!(check(&rule(&[pattern], &[], false), Some(referer)).is_ok(), passes, "{pattern} {referer}");
        }
        for bad in ["", "https://", "ftp://a", "a b", "user@host", "http://a/?q"] {
            assert_eq!(Pattern::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn deny_wins_and_empty_is_a_choice() {
        let r = rule(&["*.example.com"], &["bad.example.com"], true);
        assert!(check(&r, None).is_ok() && check(&r, Some("")).is_ok());
        assert!(check(&r, Some("https://bad.example.com/")).is_err());
        assert!(check(&r, Some("https://good.example.com/")).is_ok());
        let only_deny = rule(&[], &["bad.example.com"], true);
        assert!(check(&only_deny, Some("https://other.org/")).is_ok());
        assert!(check(&only_deny, Some("https://bad.example.com/")).is_err());
    }

    #[test]
    fn many_stars_end_soon() {
        let pattern = Pattern::parse(&"*a".repeat(100)).unwrap();
        assert!(!wild(pattern.host.as_bytes(), "a".repeat(90).as_bytes()));
    }
}
