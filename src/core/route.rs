//! Which of Limn's doors a request knocks at.

use crate::address::Address;
use crate::config::{Bucket, Config};
use crate::grant::signature;
use crate::page;
use crate::params::style;
use crate::parts::Parts;
use crate::{Error, Result};

/// Where a request leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// `/-/health`: names and states of nodes.
    Health,
    /// `/-/ops.json`: the operation table.
    Ops,
    /// `/-/metrics`: counters.
    Metrics,
    /// `/-/purge`: what was made of some objects is out of reach.
    Purge,
    /// `/-/upload/{bucket}`: a file is stored under a name that Limn makes; the bucket's name, as `Bucket`.
    Upload(String),
    /// `/-/nodes`: storage nodes, and jobs that move or check what lies on them.
    Nodes,
    /// `/-/usage/{bucket}`: what a bucket holds and what its traffic was.
    Usage(String),
    /// `/-/objects/{bucket}`: who stored which object, and where it lies.
    Inventory(String),
    /// `/-/import/{bucket}`: keys of a node that Limn only reads become objects.
    Import(String),
    /// `/` of a browser without credentials: the page.
    Page,
    /// `/-/www/{file}`: a file of the page, by its name.
    PageFile(String),
    /// `/robots.txt`: nothing here is to be crawled into.
    Robots,
    /// `/`: the service.
    Service,
    /// A bucket as a whole: its name, legal, not necessarily there.
    Bucket(String),
    /// An object, or an image made from it.
    Object(ObjectPath),
}

/// An object's address in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPath {
    /// Bucket name, legal, not necessarily there.
    pub bucket: String,
    /// Key, checked by [`check_key`].
    pub key: String,
    /// The style named behind the bucket's delimiter.
    pub style: Option<String>,
    /// What stands behind `@`, where the bucket reads OSS's older form.
    pub legacy: Option<String>,
}

impl ObjectPath {
    /// The whole key, for requests in which a style's delimiter means nothing.
    pub fn whole_key(&self, bucket: &Bucket) -> String {
        match (&self.style, &self.legacy) {
            (Some(style), _) => format!("{}{}{style}", self.key, bucket.delimiter),
            (None, Some(legacy)) => format!("{}@{legacy}", self.key),
            (None, None) => self.key.clone(),
        }
    }
}

impl Route {
    /// What the log calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Route::Health => "health",
            Route::Ops => "ops",
            Route::Metrics => "metrics",
            Route::Purge => "purge",
            Route::Upload(_) => "upload",
            Route::Nodes => "nodes",
            Route::Usage(_) => "usage",
            Route::Inventory(_) => "objects",
            Route::Import(_) => "import",
            Route::Page | Route::PageFile(_) => "page",
            Route::Robots => "robots",
            Route::Service => "service",
            Route::Bucket(_) => "bucket",
            Route::Object(_) => "object",
        }
    }

    /// The bucket that it leads to, which need not be there.
    pub fn bucket(&self) -> Option<&str> {
        match self {
            Route::Upload(name) | Route::Usage(name) | Route::Inventory(name) | Route::Import(name) | Route::Bucket(name) => Some(name),
            Route::Object(path) => Some(&path.bucket),
            _ => None,
        }
    }

    /// As [`parse`](Self::parse); a browser that knocks at the service without credentials is led to the page.
    ///
    /// # Errors
    /// As `parse`.
    pub fn of(parts: &Parts, address: &Address, config: &Config) -> Result<Route> {
        let is_signed = parts.header("authorization").is_some() || parts.query.iter().any(|(name, _)| signature::is_parameter(name));
        match Route::parse(address, config)? {
            Route::Service if config.site.shows_page() && !is_signed && page::is_asked(parts) => Ok(Route::Page),
            route => Ok(route),
        }
    }

    /// Reads the address.
    ///
    /// # Errors
    /// `malformed_url` for a key that is not allowed, `bad_bucket_name`,
    /// `no_such_key` for an unknown reserved path.
    pub fn parse(address: &Address, config: &Config) -> Result<Route> {
        match (address.by_host, address.bucket.as_str(), address.key.as_str()) {
            (true, _, path) | (false, path, "") if path == "robots.txt" => return Ok(Route::Robots),
            (true, _, path) | (false, path, "") if path == "favicon.ico" => return Err(Error::NoSuchKey),
            (true, _, path) if path.starts_with("-/") => return reserved(path.strip_prefix("-/").unwrap_or(path), config),
            (false, "-", path) => return reserved(path, config),
            (false, "", "") => return Ok(Route::Service),
            _ => {}
        }
        let (bucket, key) = (address.bucket.as_str(), address.key.as_str());
        if !is_bucket_name(bucket) {
            return Err(Error::BadBucketName(bucket.chars().take(63).collect()));
        }
        if key.is_empty() {
            return Ok(Route::Bucket(bucket.into()));
        }
        check_key(key)?;
        let (key, legacy) = match config.bucket(bucket).map(|b| b.legacy) {
            Ok(true) => key.rsplit_once('@').filter(|(key, _)| !key.is_empty()).map_or((key, None), |(key, rest)| (key, Some(rest))),
            _ => (key, None),
        };
        let (key, style) = match config.bucket(bucket) {
            Ok(b) if legacy.is_none() => split_style(key, &b.delimiter),
            _ => (key, None),
        };
        Ok(Route::Object(ObjectPath {
            bucket: bucket.into(),
            key: key.into(),
            style: style.map(Into::into),
            legacy: legacy.map(Into::into),
        }))
    }
}

fn reserved(path: &str, config: &Config) -> Result<Route> {
    if let Some(file) = path.strip_prefix("www/").filter(|file| config.site.shows_page() && page::content_type(file).is_some()) {
        return Ok(Route::PageFile(file.into()));
    }
    match path {
        "health" => Ok(Route::Health),
        "ops.json" => Ok(Route::Ops),
        "metrics" => Ok(Route::Metrics),
        "purge" => Ok(Route::Purge),
        "nodes" => Ok(Route::Nodes),
        _ => match path.split_once('/').map(|(what, name)| (what, name.strip_suffix('/').unwrap_or(name))) {
            Some(("upload" | "import" | "usage" | "objects", name)) if !is_bucket_name(name) => {
                Err(Error::BadBucketName(name.chars().take(63).collect()))
            }
            Some(("upload", name)) => Ok(Route::Upload(name.into())),
            Some(("objects", name)) => Ok(Route::Inventory(name.into())),
            Some(("usage", name)) => Ok(Route::Usage(name.into())),
            Some(("import", name)) => Ok(Route::Import(name.into())),
            _ => Err(Error::NoSuchKey),
        },
    }
}

/// Whether `name` follows the rules that OSS and S3 share: 3 to 63 of a-z, 0-9 and `-`, with a letter
/// or digit at both ends.
pub fn is_bucket_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=63).contains(&name.len()) && name.bytes().all(legal) && !name.starts_with('-') && !name.ends_with('-')
}

/// Refuses keys that some store, cache or client would read as another key.
///
/// # Errors
/// `malformed_url` for more than 1,024 bytes, NUL and other control characters, `\`, a segment `.` or
/// `..`, an empty inner segment or a leading `/`. One trailing `/` (a folder marker) is legal.
pub fn check_key(key: &str) -> Result<()> {
    let refuse = |what: &str| Err(Error::MalformedUrl(format!("The object key {what}.")));
    if key.len() > 1_024 {
        return refuse("is longer than 1024 bytes");
    }
    if key.chars().any(|c| c.is_control() || c == '\\') {
        return refuse("holds a control character or a backslash");
    }
    let inner = key.strip_suffix('/').unwrap_or(key);
    for segment in inner.split('/') {
        match segment {
            "" => return refuse("holds an empty segment"),
            "." | ".." => return refuse("holds a segment . or .."),
            _ => {}
        }
    }
    Ok(())
}

/// `cat.jpg!thumb` → `cat.jpg`, `thumb`. A suffix with a dot is part of the key (`wow!.jpg`), since
/// style names that look like extensions would hide such objects.
fn split_style<'a>(key: &'a str, delimiter: &str) -> (&'a str, Option<&'a str>) {
    if delimiter.is_empty() {
        return (key, None);
    }
    match key.rsplit_once(delimiter) {
        Some((object, name)) if !object.is_empty() && style::is_name(name) && !name.contains('.') => (object, Some(name)),
        _ => (key, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    fn route(path: &str) -> Result<Route> {
        let parts = crate::parts::Parts::new("GET", &format!("http://localhost{path}"), []).unwrap();
        Route::parse(&Address::of(&parts, &sample()), &sample())
    }

    fn object(key: &str, style: Option<&str>) -> Route {
        Route::Object(ObjectPath { bucket: "demo".into(), key: key.into(), style: style.map(Into::into), legacy: None })
    }

    #[test]
    fn paths_lead_where_they_say() {
        for (path, want) in [
            ("/-/health", Route::Health),
            ("/-/upload/demo", Route::Upload("demo".into())),
            ("/-/nodes", Route::Nodes),
            ("/-/import/demo", Route::Import("demo".into())),
            ("/robots.txt", Route::Robots),
            ("/", Route::Service),
            ("/demo", Route::Bucket("demo".into())),
            ("/demo/", Route::Bucket("demo".into())),
            ("/demo/cat.jpg", object("cat.jpg", None)),
            ("/demo/a/b%2Fc.jpg", object("a/b/c.jpg", None)),
            ("/demo/folder/", object("folder/", None)),
            ("/demo/cat.jpg!thumb", object("cat.jpg", Some("thumb"))),
            ("/demo/a!b!thumb", object("a!b", Some("thumb"))),
            ("/demo/wow!.jpg", object("wow!.jpg", None)),
            ("/demo/a%2520b", object("a%20b", None)),
        ] {
            assert_eq!(route(path).unwrap(), want, "{path}");
        }
    }

    #[test]
    fn the_page_is_for_browsers_without_credentials_where_it_is_set() {
        let led = |site: &str, url: &str, headers: &[(&str, &str)]| {
            let config = Config::parse([("LIMN", site)]).unwrap();
            let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
            let parts = Parts::new("GET", &format!("http://localhost{url}"), headers).unwrap();
            Route::of(&parts, &Address::of(&parts, &config), &config).map_err(|e| e.code())
        };
        let html = ("accept", "text/html,*/*;q=0.8");
        let (on, off) = (r#"{"page":true}"#, r#"{"mode":"development","page":false}"#);
        for site in [on, r#"{"mode":"development"}"#] {
            assert_eq!(led(site, "/", &[html]), Ok(Route::Page));
            assert_eq!(led(site, "/?utm_source=x", &[html]), Ok(Route::Page));
            assert_eq!(led(site, "/-/www/page/main.js", &[]), Ok(Route::PageFile("page/main.js".into())));
            assert_eq!(led(site, "/", &[]), Ok(Route::Service));
            assert_eq!(led(site, "/", &[html, ("authorization", "OSS a:b")]), Ok(Route::Service));
            assert_eq!(led(site, "/?kid=a&exp=1&s=x", &[html]), Ok(Route::Service));
            assert_eq!(led(site, "/-/www/fonts/sans.ttf", &[]), Err("no_such_key"));
            assert_eq!(led(site, "/demo", &[html]), Ok(Route::Bucket("demo".into())));
        }
        for site in [off, "{}"] {
            assert_eq!(led(site, "/", &[html]), Ok(Route::Service));
            assert_eq!(led(site, "/-/www/page/main.js", &[]), Err("no_such_key"));
        }
    }

    #[test]
    fn keys_that_could_mean_another_key_are_refused() {
        for path in
            ["/demo//a", "/demo/a//b", "/demo/a%2F..%2Fb", "/demo/%2e%2e%2fa", "/demo/a%5Cb", "/demo/a%00b", "/demo/a%0Ab", "/demo/%2Fa"]
        {
            // The URL parser resolves plain dot segments; what is left must be refused here.
            match route(path) {
                Err(e) => assert!(["malformed_url", "bad_bucket_name"].contains(&e.code()), "{path}: {e:?}"),
                Ok(r) => panic!("{path} led to {r:?}"),
            }
        }
        assert!(check_key(&"k".repeat(1_025)).is_err());
    }

    #[test]
    fn bucket_names() {
        for (name, legal) in [
            ("demo", true),
            ("a-1", true),
            ("ab", false),
            ("Demo", false),
            ("-ab", false),
            ("ab-", false),
            ("a.b", false),
            (&*"a".repeat(64), false),
        ] {
            assert_eq!(is_bucket_name(name), legal, "{name}");
        }
    }
}
