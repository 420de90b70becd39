//! Every setting, its default and its bounds, parsed once from the Worker's variables.
//!
//! A table of `wrangler.toml` arrives as one variable, JSON text: `LIMN` is the site, `LIMN_NODE_…` a
//! storage node, `LIMN_BUCKET_…` a bucket, `LIMN_USER_…` a user, `LIMN_STYLES_…` a set of styles. A secret `LIMN_KEY_…` is an
//! access key, a secret `LIMN_CREDENTIALS_…` what Limn itself signs with towards a node. Names after the prefix only tell the tables apart; each carries its own `name`.

mod advice;
mod bucket;
pub(crate) mod cors;
mod credentials;
mod key;
mod limits;
pub(crate) mod node;
mod placement;
mod quota;
mod referer;
mod remote;
mod site;
mod styles;
mod user;

pub use bucket::*;
pub use credentials::Credentials;
pub use key::{AccessKey, Action};
pub use limits::Limits;
pub use node::{Node, NodeKind};
pub use placement::Rule as PlacementRule;
pub use quota::Quota;
pub use referer::RefererRule;
pub use remote::Addressing;
pub use site::{Log, Mode, Site};
pub use user::User;

use crate::sort;
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// All settings of a deployment.
#[derive(Debug)]
pub struct Config {
    /// The deployment as a whole.
    pub site: Site,
    /// Nodes by name.
    pub nodes: BTreeMap<String, Node>,
    buckets: HashMap<String, Bucket>,
    keys: HashMap<String, AccessKey>,
    users: HashMap<String, User>,
}

/// What Cloudflare accepts for one variable, in bytes of JSON.
const MAX_TABLE_BYTES: usize = 5_000;
/// Tables that leave room for secrets within the platform's 64 variables.
const MAX_TABLES: usize = 60;

impl Config {
    /// Parses the variables whose names begin with `LIMN`; others are not Limn's.
    ///
    /// # Errors
    /// `misconfigured`, naming the table, the key and what was wanted. A secret's text never stands in it.
    pub fn parse<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Config> {
        let mut tables: Vec<(&str, &str)> = variables.into_iter().filter(|(n, _)| is_ours(n)).collect();
        sort::all(&mut tables);
        let count = tables.iter().filter(|(n, _)| secret(n).is_none()).count();
        if count > MAX_TABLES {
            return Err(bad("wrangler.toml", &format!("holds {count} tables, at most {MAX_TABLES} are allowed")));
        }
        for (name, json) in &tables {
            if json.len() > MAX_TABLE_BYTES {
                return Err(bad(name, &format!("is {} bytes long, at most {MAX_TABLE_BYTES} are allowed", json.len())));
            }
        }
        let mut site: Site = match tables.iter().find(|(n, _)| *n == "LIMN") {
            Some((name, json)) => table(name, json)?,
            None => Site::default(),
        };
        site.check("LIMN")?;
        let nodes = node::parse_nodes(&tables)?;
        let styles = styles::parse_styles(&tables)?;
        let mut buckets = HashMap::new();
        for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_BUCKET_")) {
            let bucket = bucket::parse_bucket(name, table(name, json)?, &nodes, &styles)?;
            if let Some(twin) = buckets.insert(bucket.name.clone(), bucket) {
                return Err(bad(name, &format!("name: the bucket {:?} is set twice", twin.name)));
            }
        }
        let keys = key::parse_keys(&tables, site.mode)?;
        let users = user::parse_users(&tables)?;
        let config = Config { site, nodes, buckets, keys, users };
        config.check_references()?;
        Ok(config)
    }

    /// What one table says of another.
    fn check_references(&self) -> Result<()> {
        let mut hosts = HashMap::new();
        for bucket in self.buckets.values() {
            let of = format!("bucket {:?}", bucket.name);
            if let Some(cdn) = bucket.cdn.as_ref().filter(|cdn| !self.keys.contains_key(&cdn.key)) {
                return Err(bad(&of, &format!("cdn.key: there is no access key {:?}", cdn.key)));
            }
            for host in &bucket.hosts {
                if let Some(other) = hosts.insert(host, &bucket.name) {
                    return Err(bad(&of, &format!("hosts: {host:?} leads to the bucket {other:?} too")));
                }
            }
        }
        if self.site.nodes.len() > placement::MAX_NODES {
            return Err(bad("LIMN", &format!("nodes: at most {} nodes are wanted", placement::MAX_NODES)));
        }
        match self.site.nodes.iter().find(|name| !self.nodes.get(*name).is_some_and(|n| n.managed)) {
            Some(name) => Err(bad("LIMN", &format!("nodes: there is no managed node {name:?}"))),
            None => Ok(()),
        }
    }

    /// The bucket that a host name is mapped to.
    pub fn bucket_of_host(&self, host: &str) -> Option<&Bucket> {
        self.buckets.values().find(|b| b.hosts.iter().any(|h| h == host))
    }

    /// Where buckets lie that are made through the object API: the site's nodes, else the first managed
    /// one by name; empty when nothing is managed.
    pub fn nodes_of_made(&self) -> Vec<&Node> {
        match self.site.nodes.as_slice() {
            [] => self.nodes.values().find(|n| n.managed).into_iter().collect(),
            names => names.iter().filter_map(|name| self.nodes.get(name)).collect(),
        }
    }

    /// Whether any key may make buckets, so that names beside the settings' can exist.
    pub fn makes_buckets(&self) -> bool {
        self.keys.values().any(|k| k.create_buckets)
    }

    /// The bucket of this name.
    ///
    /// # Errors
    /// `no_such_bucket`.
    pub fn bucket(&self, name: &str) -> Result<&Bucket> {
        self.buckets.get(name).ok_or_else(|| Error::NoSuchBucket(name.to_string()))
    }

    /// All buckets, in no order.
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.buckets.values()
    }

    /// What is set of a user; most have nothing.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    /// The access key of this id.
    pub fn key(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }
}

fn is_ours(name: &str) -> bool {
    let is_table = ["LIMN_NODE_", "LIMN_BUCKET_", "LIMN_STYLES_", "LIMN_USER_"].iter().any(|p| name.starts_with(p));
    name == "LIMN" || is_table || secret(name).is_some()
}

/// What a variable holds whose text must not be shown; none for an open table.
fn secret(name: &str) -> Option<&'static str> {
    match name {
        _ if name.starts_with("LIMN_KEY_") => Some("access key (id, secrets, user, grants)"),
        _ if name.starts_with("LIMN_CREDENTIALS_") => Some("access key of a node (node, id, secret)"),
        _ => None,
    }
}

fn bad(table: &str, what: &str) -> Error {
    Error::Misconfigured(format!("{table}: {what}."))
}

fn table<T: for<'d> Deserialize<'d>>(name: &str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| match secret(name) {
        // The parser's message may quote the text.
        Some(what) => bad(name, &format!("is not a JSON {what}; look at line {} column {}", e.line(), e.column())),
        None => bad(name, e.to_string().trim_end_matches('.')),
    })
}

fn yes() -> bool {
    true
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A development deployment with the buckets `demo` (open), `vault` (private) and `club` (Referer rule).
    pub(crate) fn sample() -> Config {
        Config::parse(SAMPLE).unwrap()
    }

    const SAMPLE: [(&str, &str); 13] = [
        ("LIMN", r#"{"mode":"development","endpoint":"img.example.com"}"#),
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"NODE_A"}"#),
        ("LIMN_STYLES_DEMO", r#"{"name":"demo","styles":{"thumb":"image/resize,w_200","card":"w=400&h=300&fit=cover"}}"#),
        (
            "LIMN_BUCKET_DEMO",
            r#"{"name":"demo","nodes":["a"],"access":"public-read","parameters":"open","styles":["demo"],"ignore":["utm_*","fbclid"],"marks":{"logo":{"key":"marks/logo.png","scale":25}}}"#,
        ),
        ("LIMN_BUCKET_VAULT", r#"{"name":"vault","nodes":["a"]}"#),
        (
            "LIMN_BUCKET_CLUB",
            r#"{"name":"club","nodes":["a"],"access":"public-read","parameters":"open","referer":{"allow":["*.example.com"],"allow_empty":false}}"#,
        ),
        ("LIMN_BUCKET_SHOP", r#"{"name":"shop","nodes":["a"],"access":"public-read","styles":["demo"]}"#),
        (
            "LIMN_BUCKET_PHOTOS",
            r#"{"name":"photos","nodes":["a"],"access":"public-read","parameters":"ladder","ladder":{"w":[200,400,800],"q":[60,80]},"hosts":["images.example.com"],"styles":["demo"]}"#,
        ),
        (
            "LIMN_BUCKET_STALL",
            r#"{"name":"stall","nodes":["a"],"access":"public-read","parameters":"styles-only","styles":["demo"],"cdn":{"key":"cdn"}}"#,
        ),
        ("LIMN_KEY_CDN", r#"{"id":"cdn","secrets":["aliyuncdnexp1234"],"user":"cdn","grants":[{"actions":["read"],"bucket":"stall"}]}"#),
        ("LIMN_KEY_MAKER", r#"{"id":"maker","secrets":["maker-secret"],"user":"mary","create_buckets":true,"grants":[]}"#),
        (
            "LIMN_KEY_DEV",
            r#"{"id":"limn-dev","secrets":["limn-dev-secret"],"user":"dev","grants":[{"actions":["read","list","write","delete","purge","usage","admin"]}]}"#,
        ),
        (
            "LIMN_KEY_READER",
            r#"{"id":"limn-reader","secrets":["limn-reader-secret","an-older-secret"],"user":"dev","grants":[{"actions":["read","list"]}]}"#,
        ),
    ];

    fn with(name: &str, json: &str) -> Result<Config> {
        Config::parse(SAMPLE.iter().copied().filter(|(n, _)| *n != name).chain([(name, json)]))
    }

    #[test]
    fn the_sample_is_read() {
        let c = sample();
        assert_eq!(c.site.mode, Mode::Development);
        let demo = c.bucket("demo").unwrap();
        assert!(c.bucket("demo").unwrap().ignores("utm_source") && !c.bucket("demo").unwrap().ignores("fbclidx"));
        assert!(c.bucket("club").unwrap().is_protected() && !c.bucket("demo").unwrap().is_protected());
        assert_eq!(c.bucket("nope").unwrap_err().code(), "no_such_bucket");
        assert!(c.key("limn-reader").unwrap().may(Action::Read, demo, "a") && !c.key("limn-reader").unwrap().may(Action::Write, demo, "a"));
    }

    #[test]
    fn an_error_names_the_table_and_the_key() {
        for (name, json, words) in [
            ("LIMN_BUCKET_DEMO", r#"{"name":"demo","nodes":["a"],"acess":"private"}"#, "acess"),
            ("LIMN_BUCKET_DEMO", r#"{"name":"Demo","nodes":["a"]}"#, "name"),
            ("LIMN_BUCKET_DEMO", r#"{"name":"demo","nodes":["z"]}"#, "node \"z\""),
            ("LIMN_BUCKET_DEMO", r#"{"name":"demo","nodes":["a"],"quality":0}"#, "quality"),
            ("LIMN_BUCKET_DEMO", r#"{"name":"demo","nodes":["a"],"limits":{"max_pixels":0}}"#, "max_pixels"),
            ("LIMN_BUCKET_TWIN", r#"{"name":"demo","nodes":["a"]}"#, "twice"),
            ("LIMN_NODE_A", r#"{"name":"a","kind":"r2"}"#, "binding"),
            ("LIMN_NODE_B", r#"{"name":"b","kind":"http","managed":false,"url":"file:///etc"}"#, "url"),
            ("LIMN_NODE_B", r#"{"name":"b","kind":"http","url":"https://x"}"#, "managed"),
            ("LIMN_STYLES_DEMO", r#"{"name":"demo","styles":{"bad":"image/resize,w_0"}}"#, "styles.bad"),
            ("LIMN_KEY_DEV", r#"{"id":"limn-dev","secrets":["short"],"user":"dev","grants":[]}"#, "secrets"),
        ] {
            let e = with(name, json).unwrap_err();
            assert_eq!(e.code(), "misconfigured");
            assert!(e.to_string().starts_with(name) && e.to_string().contains(words), "{e}");
        }
    }

    #[test]
    fn a_bad_key_never_shows_its_text() {
        let e = with("LIMN_KEY_DEV", r#"{"id":"x","secrets":"hunter2-hunter2"}"#).unwrap_err();
        assert!(!e.to_string().contains("hunter2"), "{e}");
    }

    #[test]
    fn development_keys_are_refused_in_production() {
        let e = with("LIMN", r#"{"mode":"production"}"#).unwrap_err();
        assert!(e.to_string().contains("development only"), "{e}");
    }

    #[test]
    fn a_table_beyond_what_the_platform_takes_is_refused() {
        let long = format!(r#"{{"name":"demo","nodes":["a"],"ignore":["{}"]}}"#, "x".repeat(5_000));
        assert!(with("LIMN_BUCKET_DEMO", &long).unwrap_err().to_string().contains("bytes long"));
    }
}
