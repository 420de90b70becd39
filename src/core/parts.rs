//! A request as the Worker sees it, taken apart once.

use crate::percent::{self, Plus};
use crate::{Error, Result};
use std::collections::HashSet;
use url::Url;

/// The methods that Limn knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Head,
    Put,
    Post,
    Delete,
    /// What a browser asks before it sends another.
    Options,
}

impl Method {
    /// As it stands in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }

    /// Reads it as it stands in a request line.
    ///
    /// # Errors
    /// `method`.
    pub fn parse(text: &str) -> Result<Method> {
        Ok(match text {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "PUT" => Method::Put,
            "POST" => Method::Post,
            "DELETE" => Method::Delete,
            "OPTIONS" => Method::Options,
            other => return Err(Error::Method(format!("The method {other} is not supported."))),
        })
    }
}

/// Method, host, decoded path and query, headers.
#[derive(Debug, Clone)]
pub struct Parts {
    /// What is to be done.
    pub method: Method,
    /// Host name, lower case, without port; IPv6 in brackets.
    pub host: String,
    /// Host as the URL holds it, with its port unless that is the scheme's own; what a `Host` header says.
    pub authority: String,
    /// The path, decoded once; begins with `/`.
    pub path: String,
    /// The path as on the wire, percent-encoded.
    pub raw_path: String,
    /// The query's parameters in order, decoded once; no name stands twice.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Parts {
    /// Takes a request apart. `url` is absolute, as the runtime hands it over.
    ///
    /// # Errors
    /// `malformed_url` (escapes, UTF-8, control characters), `repeated_key` for a parameter that stands
    /// twice, `method`.
    pub fn new(method: &str, url: &str, headers: impl IntoIterator<Item = (String, String)>) -> Result<Parts> {
        let url = Url::parse(url).map_err(|_| Error::MalformedUrl("The URL cannot be read.".into()))?;
        let path = percent::decode(url.path(), Plus::Literal)?;
        let query = parse_query(url.query().unwrap_or(""))?;
        let host = url.host_str().unwrap_or("").to_ascii_lowercase();
        let authority = url.port().map_or(host.clone(), |port| format!("{host}:{port}"));
        let raw_path = url.path().to_string();
        let bare = Parts { method: Method::parse(method)?, host, authority, path, raw_path, query, headers: Vec::new() };
        Ok(bare.with_headers(headers))
    }

    /// The same request with further headers. A name that stands twice is one header, its values joined by
    /// commas (RFC 9110 section 5.3), so that nothing is signed of which only a part is read.
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Parts {
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            match self.headers.iter_mut().find(|(n, _)| *n == name) {
                Some((_, first)) => *first = format!("{first}, {value}"),
                None => self.headers.push((name, value)),
            }
        }
        self
    }

    /// The value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The headers whose name begins with `prefix`, lower-cased.
    pub fn headers_with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.headers.iter().filter(move |(n, _)| n.starts_with(prefix)).map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// True when the host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        let v4 = self.host.parse::<std::net::Ipv4Addr>();
        self.host == "localhost" || self.host == "[::1]" || v4.is_ok_and(|ip| ip.is_loopback())
    }
}

fn parse_query(query: &str) -> Result<Vec<(String, String)>> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (percent::decode(name, Plus::Space)?, percent::decode(value, Plus::Space)?);
        if value.chars().chain(name.chars()).any(char::is_control) {
            return Err(Error::MalformedUrl("The query holds a control character.".into()));
        }
        if !seen.insert(name.clone()) {
            return Err(Error::RepeatedKey(format!("The parameter {name} stands twice; each may stand once.")));
        }
        out.push((name, value));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> Result<Parts> {
        Parts::new("GET", url, [("X-Thing".to_string(), "1".to_string())])
    }

    #[test]
    fn takes_a_url_apart() {
        let p = get("http://LOCALHOST:8787/demo/a%20b%2Fc+d.jpg?w=200&t=a+b&e").unwrap();
        assert_eq!((p.host.as_str(), p.path.as_str()), ("localhost", "/demo/a b/c+d.jpg"));
        assert_eq!(p.query, [("w", "200"), ("t", "a b"), ("e", "")].map(|(a, b)| (a.into(), b.into())));
        assert_eq!(p.header("x-thing"), Some("1"));
    }

    #[test]
    fn a_repeated_parameter_is_named_however_it_is_spelt() {
        for url in ["http://x/a?w=1&w=2", "http://x/a?w=1&%77=1"] {
            let e = get(url).unwrap_err();
            assert_eq!(e.code(), "repeated_key");
            assert!(e.to_string().contains(" w "));
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for (host, is) in [
            ("localhost", true),
            ("127.8.0.1", true),
            ("[::1]", true),
            ("127.0.0.1.example.com", false),
            ("10.0.0.1", false),
            ("localhost.evil.com", false),
        ] {
            assert_eq!(get(&format!("http://{host}/a")).unwrap().is_loopback(), is, "{host}");
        }
    }

    #[test]
    fn unknown_methods_and_control_characters_are_refused() {
        assert_eq!(Parts::new("BREW", "http://x/", []).unwrap_err().code(), "method");
        assert_eq!(get("http://x/a?w=%00").unwrap_err().code(), "malformed_url");
    }
}
