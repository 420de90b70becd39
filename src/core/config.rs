//! Every setting, its default and its bounds, parsed once from the Worker's variables.
//!
//! A table of `wrangler.toml` arrives as one variable, JSON text: `LIMN` is the site, `LIMN_NODE_…` a
//! storage node, `LIMN_BUCKET_…` a bucket, `LIMN_STYLES_…` a set of styles. A secret `LIMN_KEY_…` is an
//! access key. Names after the prefix only tell the tables apart; each carries its own `name`.

use crate::grant::referer::Pattern;
use crate::params::{self, Fallback, Program};
use crate::plan::Quality;
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where this deployment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Anywhere.
    #[default]
    Production,
    /// On this machine only: any other host is refused.
    Development,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Site {
    mode: Mode,
}

/// What speaks for a node's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// An R2 bucket, by the name of its binding.
    R2,
    /// A web server, read-only, by its URL.
    Http,
}

/// One place where originals lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its name in buckets' `nodes` and in `/-/health`.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// R2: the binding's name.
    #[serde(default)]
    pub binding: String,
    /// HTTP: `https://host[/path]`, without query.
    #[serde(default)]
    pub url: String,
    /// Unmanaged: what stands before every key.
    #[serde(default)]
    pub prefix: String,
    /// True: Limn fills it, under the ledger. False: keys are read as they are.
    #[serde(default = "yes")]
    pub managed: bool,
}

/// Who may read a bucket without a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everybody.
    PublicRead,
    /// Nobody.
    #[default]
    Private,
}

/// Who may ask for a transformation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Parameters {
    /// Only a request whose signature covers the parameters.
    #[default]
    Signed,
    /// Everybody who may read.
    Open,
}

/// What a bucket takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Any object; one that is declared or named as an image must be that image.
    #[default]
    Any,
    /// Images alone.
    Images,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefererTable {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default = "yes")]
    allow_empty: bool,
}

/// A bucket's Referer rule.
#[derive(Debug, Clone)]
pub struct RefererRule {
    /// If not empty, one of these must match.
    pub allow: Vec<Pattern>,
    /// None of these may match.
    pub deny: Vec<Pattern>,
    /// Whether a request without a Referer passes.
    pub allow_empty: bool,
}

/// A watermark registered under a short name; a URL's own keys override its settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Key of the mark's image, in the same bucket.
    pub key: String,
    /// Per cent of the main image that it is fitted to, 1 to 100; absent: its natural size.
    pub scale: Option<u8>,
    /// Where it stands, as `wmg`.
    pub gravity: Option<String>,
    /// Margin from the side, as `wmx`.
    pub x: Option<String>,
    /// Margin from top or bottom, as `wmy`.
    pub y: Option<String>,
    /// Per cent, 0 to 100.
    pub opacity: Option<u8>,
}

/// The bounds of one bucket's images and uploads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest upload and largest source, in bytes. Default 20 MiB; at most 100 MiB, what the platform accepts.
    pub max_bytes: u64,
    /// Largest source in pixels, all frames together. Default and most: 250 million.
    pub max_pixels: u64,
    /// Most frames of a source. Default 1,000.
    pub max_frames: u32,
    /// Memory that one transformation may need beside the compressed source. Default 64 MiB; at most 80.
    pub max_memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_bytes: 20 << 20, max_pixels: 250_000_000, max_frames: 1_000, max_memory_bytes: 64 << 20 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketTable {
    name: String,
    nodes: Vec<String>,
    #[serde(default)]
    access: Access,
    #[serde(default)]
    parameters: Parameters,
    #[serde(default)]
    content: Content,
    referer: Option<RefererTable>,
    #[serde(default = "exclamation")]
    delimiter: String,
    #[serde(default)]
    styles: Vec<String>,
    #[serde(default)]
    marks: HashMap<String, Mark>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    fonts: HashMap<String, String>,
    #[serde(default)]
    fallbacks: HashMap<String, String>,
    #[serde(default)]
    linear: bool,
    #[serde(default)]
    style_override: bool,
    #[serde(default)]
    legacy: bool,
    #[serde(default)]
    protect: Vec<String>,
    #[serde(default)]
    auto_format: bool,
    quality: Option<u8>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default = "one_day")]
    ttl_seconds: u64,
    #[serde(default = "one_minute")]
    source_fresh_seconds: u64,
}

/// A bucket's settings.
#[derive(Debug)]
pub struct Bucket {
    /// Its name: 3 to 63 of a-z, 0-9 and `-`.
    pub name: String,
    /// The node that holds its originals.
    pub node: Node,
    /// Who may read without a signature.
    pub access: Access,
    /// Who may transform.
    pub parameters: Parameters,
    /// What it takes.
    pub content: Content,
    /// Its Referer rule, if it has one.
    pub referer: Option<RefererRule>,
    /// What separates a key from a style's name in a path; empty: nothing does.
    pub delimiter: String,
    /// Styles by name.
    pub styles: HashMap<String, Program>,
    /// Marks by name.
    pub marks: HashMap<String, Mark>,
    /// Keys of font files, by name.
    pub fonts: HashMap<String, String>,
    /// Keys of the objects shown when an image cannot be made, by name.
    pub fallbacks: HashMap<String, String>,
    /// Whether resizing adds light instead of gamma-encoded values.
    pub linear: bool,
    /// Whether keys beside `p` override the style's own.
    pub style_override: bool,
    /// Whether the older `@` form of OSS is read.
    pub legacy: bool,
    /// Extensions whose objects strangers see through styles alone.
    pub protect: Vec<String>,
    /// Bounds.
    pub limits: Limits,
    /// Whether `f` absent means `f=auto` for short parameters.
    pub auto_format: bool,
    /// Quality where neither the URL nor the source says one.
    pub quality: Option<u8>,
    /// Parameters that are dropped before anything else; a `*` at the end matches any rest.
    pub ignore: Vec<String>,
    /// How long a client may keep a reply, in seconds.
    pub ttl_seconds: u64,
    /// Unmanaged HTTP nodes: how long a source's validators are believed, in seconds.
    pub source_fresh_seconds: u64,
}

impl Bucket {
    /// True when a shared cache must not answer for this bucket by itself.
    pub fn is_protected(&self) -> bool {
        self.access == Access::Private || self.referer.is_some()
    }

    /// True when a parameter of this name is to be dropped.
    pub fn ignores(&self, name: &str) -> bool {
        self.ignore.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        })
    }

    /// The fallback of this name.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn fallback(&self, name: &str) -> Result<Fallback> {
        match (name, self.fallbacks.get(name)) {
            ("redirect", _) => Ok(Fallback::Redirect),
            (_, Some(key)) => Ok(Fallback::Object(key.clone())),
            _ => Err(params::args::refuse("default", "redirect or a fallback that the bucket registers", name)),
        }
    }

    /// Whether strangers see this object through styles alone.
    pub fn is_source_protected(&self, key: &str) -> bool {
        let extension = key.rsplit_once('.').map_or("", |(_, e)| e);
        self.protect.iter().any(|p| p.eq_ignore_ascii_case(extension))
    }

    /// The encoder's quality where a plan says none.
    pub fn default_quality(&self) -> Quality {
        self.quality.map_or(Quality::Default, Quality::Absolute)
    }
}

/// What an access key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Hash)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Action {
    Read,
    List,
    Write,
    Delete,
    Purge,
    Usage,
    Admin,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantTable {
    actions: Vec<Action>,
    #[serde(default = "star")]
    bucket: String,
    #[serde(default)]
    prefix: String,
}

/// An access key: up to two live secrets, its user and what it may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// Public id.
    pub id: String,
    /// One secret, or two while rotating.
    pub secrets: Vec<String>,
    /// Whose key it is.
    pub user: String,
    grants: Vec<GrantTable>,
}

impl AccessKey {
    /// Whether the key may do `action` on `bucket`/`key`.
    pub fn may(&self, action: Action, bucket: &str, key: &str) -> bool {
        self.grants.iter().any(|g| g.actions.contains(&action) && (g.bucket == "*" || g.bucket == bucket) && key.starts_with(&g.prefix))
    }
}

/// All settings of a deployment.
#[derive(Debug)]
pub struct Config {
    /// Where it runs.
    pub mode: Mode,
    /// Nodes by name.
    pub nodes: BTreeMap<String, Node>,
    buckets: HashMap<String, Bucket>,
    keys: HashMap<String, AccessKey>,
}

/// Keys that only a development deployment may hold.
const DEVELOPMENT_KEYS: [&str; 2] = ["limn-dev", "limn-reader"];
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
        tables.sort_unstable();
        let count = tables.iter().filter(|(n, _)| !n.starts_with("LIMN_KEY_")).count();
        if count > MAX_TABLES {
            return Err(bad("wrangler.toml", &format!("holds {count} tables, at most {MAX_TABLES} are allowed")));
        }
        for (name, json) in &tables {
            if json.len() > MAX_TABLE_BYTES {
                return Err(bad(name, &format!("is {} bytes long, at most {MAX_TABLE_BYTES} are allowed", json.len())));
            }
        }
        let site: Site = match tables.iter().find(|(n, _)| *n == "LIMN") {
            Some((name, json)) => table(name, json)?,
            None => Site::default(),
        };
        let nodes = parse_nodes(&tables)?;
        let styles = parse_styles(&tables)?;
        let mut buckets = HashMap::new();
        for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_BUCKET_")) {
            let bucket = parse_bucket(name, table(name, json)?, &nodes, &styles)?;
            if let Some(twin) = buckets.insert(bucket.name.clone(), bucket) {
                return Err(bad(name, &format!("name: the bucket {:?} is set twice", twin.name)));
            }
        }
        let keys = parse_keys(&tables, site.mode)?;
        Ok(Config { mode: site.mode, nodes, buckets, keys })
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

    /// The access key of this id.
    pub fn key(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }
}

fn is_ours(name: &str) -> bool {
    name == "LIMN" || ["LIMN_NODE_", "LIMN_BUCKET_", "LIMN_STYLES_", "LIMN_KEY_"].iter().any(|p| name.starts_with(p))
}

fn bad(table: &str, what: &str) -> Error {
    Error::Misconfigured(format!("{table}: {what}."))
}

fn table<T: for<'d> Deserialize<'d>>(name: &str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| match name.starts_with("LIMN_KEY_") {
        // The parser's message may quote the text, which is a secret here.
        true => {
            bad(name, &format!("is not a JSON access key (id, secrets, user, grants); look at line {} column {}", e.line(), e.column()))
        }
        false => bad(name, e.to_string().trim_end_matches('.')),
    })
}

fn parse_nodes(tables: &[(&str, &str)]) -> Result<BTreeMap<String, Node>> {
    let mut nodes = BTreeMap::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_NODE_")) {
        let node: Node = table(name, json)?;
        match node.kind {
            NodeKind::R2 if node.binding.is_empty() => return Err(bad(name, "binding: the name of an R2 binding is wanted")),
            NodeKind::Http if node.managed => return Err(bad(name, "managed: an http node is read-only, write managed = false")),
            NodeKind::Http => {
                let url = url::Url::parse(&node.url).map_err(|_| bad(name, "url: an absolute http or https URL is wanted"))?;
                let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
                if !matches!(url.scheme(), "http" | "https") || !plain {
                    return Err(bad(name, "url: an http or https URL without user, query and fragment is wanted"));
                }
            }
            NodeKind::R2 => {}
        }
        if node.managed && !node.prefix.is_empty() {
            return Err(bad(name, "prefix: only an unmanaged node has one"));
        }
        if let Some(twin) = nodes.insert(node.name.clone(), node) {
            return Err(bad(name, &format!("name: the node {:?} is set twice", twin.name)));
        }
    }
    Ok(nodes)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StylesTable {
    name: String,
    styles: HashMap<String, String>,
}

fn parse_styles(tables: &[(&str, &str)]) -> Result<HashMap<String, HashMap<String, Program>>> {
    let mut sets = HashMap::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_STYLES_")) {
        let set: StylesTable = table(name, json)?;
        let mut programs = HashMap::new();
        for (style, text) in set.styles {
            if !params::style::is_name(&style) {
                return Err(bad(name, &format!("styles: {style:?} is no style name; 1 to 63 of A-Z a-z 0-9 _ . - are wanted")));
            }
            let program = params::style::parse_body(&text)
                .map_err(|e| bad(name, &format!("styles.{style}: {}", e.to_string().trim_end_matches('.'))))?;
            programs.insert(style, program);
        }
        sets.insert(set.name, programs);
    }
    Ok(sets)
}

fn parse_bucket(
    name: &str,
    b: BucketTable,
    nodes: &BTreeMap<String, Node>,
    sets: &HashMap<String, HashMap<String, Program>>,
) -> Result<Bucket> {
    if !crate::route::is_bucket_name(&b.name) {
        return Err(bad(name, &format!("name: {:?} is no bucket name; 3 to 63 of a-z 0-9 and inner - are wanted", b.name)));
    }
    let node = match b.nodes.as_slice() {
        [one] => nodes.get(one).ok_or_else(|| bad(name, &format!("nodes: there is no node {one:?}")))?.clone(),
        _ => return Err(bad(name, "nodes: exactly one node is wanted")),
    };
    let mut styles = HashMap::new();
    for set in &b.styles {
        let programs = sets.get(set).ok_or_else(|| bad(name, &format!("styles: there is no set of styles {set:?}")))?;
        styles.extend(programs.clone());
    }
    if b.quality.is_some_and(|q| !(1..=100).contains(&q)) {
        return Err(bad(name, "quality: a number from 1 to 100 is wanted"));
    }
    if !["", "!", "-", "_", "/"].contains(&b.delimiter.as_str()) {
        return Err(bad(name, "delimiter: one of ! - _ / or an empty text is wanted"));
    }
    let l = &b.limits;
    for (key, value, max) in [
        ("max_bytes", l.max_bytes, 100 << 20),
        ("max_pixels", l.max_pixels, 250_000_000),
        ("max_frames", u64::from(l.max_frames), 100_000),
        ("max_memory_bytes", l.max_memory_bytes, 80 << 20),
    ] {
        if value == 0 || value > max {
            return Err(bad(name, &format!("limits.{key}: 1 to {max} is wanted, {value} came")));
        }
    }
    let keys = b.fonts.iter().map(|f| ("fonts", f)).chain(b.fallbacks.iter().map(|f| ("fallbacks", f)));
    for (table, (entry, key)) in keys {
        crate::route::check_key(key).map_err(|_| bad(name, &format!("{table}.{entry}: an object key is wanted, {key:?} came")))?;
    }
    let referer = b.referer.map(|r| parse_referer(name, r)).transpose()?;
    Ok(Bucket {
        name: b.name,
        node,
        access: b.access,
        parameters: b.parameters,
        content: b.content,
        referer,
        delimiter: b.delimiter,
        styles,
        marks: b.marks,
        fonts: b.fonts,
        fallbacks: b.fallbacks,
        linear: b.linear,
        style_override: b.style_override,
        legacy: b.legacy,
        protect: b.protect,
        limits: b.limits,
        auto_format: b.auto_format,
        quality: b.quality,
        ignore: b.ignore,
        ttl_seconds: b.ttl_seconds,
        source_fresh_seconds: b.source_fresh_seconds,
    })
}

fn parse_referer(name: &str, table: RefererTable) -> Result<RefererRule> {
    let patterns = |list: Vec<String>| -> Result<Vec<Pattern>> {
        let parse = |text: String| Pattern::parse(&text).ok_or_else(|| bad(name, &format!("referer: {text:?} is no host pattern")));
        list.into_iter().map(parse).collect()
    };
    Ok(RefererRule { allow: patterns(table.allow)?, deny: patterns(table.deny)?, allow_empty: table.allow_empty })
}

fn parse_keys(tables: &[(&str, &str)], mode: Mode) -> Result<HashMap<String, AccessKey>> {
    let mut keys = HashMap::new();
    let mut secrets = HashSet::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_KEY_")) {
        let key: AccessKey = table(name, json)?;
        if !(1..=2).contains(&key.secrets.len()) || key.secrets.iter().any(|s| s.len() < 8) {
            return Err(bad(name, "secrets: one or two texts of at least 8 characters are wanted"));
        }
        if mode != Mode::Development && DEVELOPMENT_KEYS.contains(&key.id.as_str()) {
            return Err(bad(name, &format!("the key {:?} is for development only", key.id)));
        }
        if key.secrets.iter().any(|s| !secrets.insert(s.clone())) {
            return Err(bad(name, "secrets: a secret serves two keys"));
        }
        if let Some(twin) = keys.insert(key.id.clone(), key) {
            return Err(bad(name, &format!("id: the key {:?} is set twice", twin.id)));
        }
    }
    Ok(keys)
}

fn yes() -> bool {
    true
}

fn exclamation() -> String {
    "!".into()
}

fn star() -> String {
    "*".into()
}

fn one_day() -> u64 {
    86_400
}

fn one_minute() -> u64 {
    60
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A development deployment with the buckets `demo` (open), `vault` (private) and `club` (Referer rule).
    pub(crate) fn sample() -> Config {
        Config::parse(SAMPLE).unwrap()
    }

    const SAMPLE: [(&str, &str); 9] = [
        ("LIMN", r#"{"mode":"development"}"#),
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
        assert_eq!(c.mode, Mode::Development);
        assert!(c.bucket("demo").unwrap().ignores("utm_source") && !c.bucket("demo").unwrap().ignores("fbclidx"));
        assert!(c.bucket("club").unwrap().is_protected() && !c.bucket("demo").unwrap().is_protected());
        assert_eq!(c.bucket("nope").unwrap_err().code(), "no_such_bucket");
        assert!(
            c.key("limn-reader").unwrap().may(Action::Read, "demo", "a") && !c.key("limn-reader").unwrap().may(Action::Write, "demo", "a")
        );
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
