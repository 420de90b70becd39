//! Buckets: the tables `LIMN_BUCKET_…`.

use super::cors;
use super::limits::Limits;
use super::node::Node;
use super::placement::{Asked, Rule as Placement};
use super::quota::Quota;
use super::referer::{RefererRule, RefererTable};
use super::site::host_name;
use super::{bad, table};
use crate::cors::Rule;
use crate::ledger::shard::MAX_SHARDS;
use crate::params::{self, Fallback, Program};
use crate::plan::Quality;
use crate::upload::normalise::Normalise;
use crate::Result;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

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
    /// Everybody who may read, but sizes and qualities only on the bucket's steps.
    Ladder,
    /// Styles alone.
    StylesOnly,
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

/// The steps of a bucket whose parameters are `ladder`; an empty list allows any value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ladder {
    /// Widths in pixels, after `dpr`.
    pub w: Vec<u32>,
    /// Heights in pixels, after `dpr`.
    pub h: Vec<u32>,
    /// Qualities, 1 to 100.
    pub q: Vec<u32>,
}

/// URLs signed the way of Alibaba's CDN, type A (reference: signatures.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cdn {
    /// Id of the access key whose secrets are the CDN's private keys.
    pub key: String,
    /// How long a URL is good after its time stamp, seconds.
    #[serde(default = "half_an_hour")]
    pub valid_seconds: u64,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketTable {
    pub(super) name: String,
    nodes: Vec<String>,
    replicas: Option<usize>,
    quorum: Option<usize>,
    shards: Option<u32>,
    #[serde(default)]
    placement: Vec<Placement>,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    ladder: Ladder,
    cdn: Option<Cdn>,
    #[serde(default)]
    public_list: bool,
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
    #[serde(default = "one_minute")]
    stale_while_revalidate_seconds: u64,
    #[serde(default = "one_day")]
    stale_if_error_seconds: u64,
    #[serde(default = "five")]
    row_fresh_seconds: u64,
    #[serde(default = "thirty")]
    row_stale_seconds: u64,
    cors: Option<serde_json::Value>,
    #[serde(default)]
    timing_allow_origin: Vec<String>,
    #[serde(default)]
    cache_tags: bool,
    #[serde(default)]
    client_hints: bool,
    #[serde(default)]
    normalise: Normalise,
    #[serde(default)]
    premade: Vec<String>,
    #[serde(default)]
    quota: Quota,
}

/// A bucket's settings.
#[derive(Debug)]
pub struct Bucket {
    /// Its name: 3 to 63 of a-z, 0-9 and `-`.
    pub name: String,
    /// The user whose bucket it is; empty: nobody's in particular.
    pub owner: String,
    /// Whether it was made through the object API instead of by settings.
    pub made: bool,
    /// The first of its nodes.
    pub node: Node,
    /// Where its originals may lie, 1 to 16; all managed or none.
    pub nodes: Vec<Node>,
    /// Copies of each object, 1 to the number of nodes.
    pub replicas: usize,
    /// Verified copies before an upload is acknowledged, 1 to `replicas`.
    pub quorum: usize,
    /// In how many Durable Objects its ledger lies, 1 to 64. It cannot be changed once there are objects: keys
    /// would be looked for where they are not.
    pub shards: u32,
    /// Prefixes whose objects lie on nodes of their own; the longest that fits wins.
    pub placement: Vec<Placement>,
    /// Host names that lead to it.
    pub hosts: Vec<String>,
    /// Steps of a `ladder`.
    pub ladder: Ladder,
    /// URLs signed for a CDN.
    pub cdn: Option<Cdn>,
    /// Whether strangers may list it.
    pub public_list: bool,
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
    /// Unmanaged HTTP nodes: how long after that they are used once more while they are asked anew.
    pub stale_while_revalidate_seconds: u64,
    /// Unmanaged HTTP nodes: how long they are used where the origin fails.
    pub stale_if_error_seconds: u64,
    /// How long a ledger's row is believed without asking, seconds.
    pub row_fresh_seconds: u64,
    /// How long it is used once more while it is renewed, seconds from when it was asked for.
    pub row_stale_seconds: u64,
    /// Which pages of other origins may read it.
    pub cors: Vec<Rule>,
    /// The value of `Timing-Allow-Origin`.
    pub timing_allow_origin: Option<String>,
    /// Whether answers carry `Cache-Tag`.
    pub cache_tags: bool,
    /// Whether what a browser says of its screen stands for what a URL leaves open.
    pub client_hints: bool,
    /// What becomes of images before they are stored.
    pub normalise: Normalise,
    /// Styles whose variants are made as soon as an image is stored.
    pub premade: Vec<String>,
    /// What it may hold, and how fast it may be filled and read.
    pub quota: Quota,
}

impl Bucket {
    /// A bucket that a user made through the object API: private, with every default.
    ///
    /// # Errors
    /// `misconfigured` for a name that is none.
    pub fn made(name: &str, owner: &str, nodes: &[&Node]) -> Result<Bucket> {
        let names: Vec<&str> = nodes.iter().map(|n| n.name.as_str()).collect();
        let json = serde_json::json!({ "name": name, "owner": owner, "nodes": names }).to_string();
        let nodes = nodes.iter().map(|n| (n.name.clone(), Node::clone(n))).collect();
        let bucket = parse_bucket("bucket", table("bucket", &json)?, &nodes, &HashMap::new())?;
        Ok(Bucket { made: true, ..bucket })
    }

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

pub(super) fn parse_bucket(
    name: &str,
    b: BucketTable,
    nodes: &BTreeMap<String, Node>,
    sets: &HashMap<String, HashMap<String, Program>>,
) -> Result<Bucket> {
    if !crate::route::is_bucket_name(&b.name) {
        return Err(bad(name, &format!("name: {:?} is no bucket name; 3 to 63 of a-z 0-9 and inner - are wanted", b.name)));
    }
    let shards = b.shards.unwrap_or(1);
    if !(1..=MAX_SHARDS).contains(&shards) {
        return Err(bad(name, &format!("shards: 1 to {MAX_SHARDS} is wanted, {shards} came")));
    }
    let spread = Asked { nodes: b.nodes, replicas: b.replicas, quorum: b.quorum, placement: b.placement }.check(name, nodes)?;
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
    b.limits.check(name)?;
    b.quota.check(name)?;
    if b.row_fresh_seconds > b.row_stale_seconds || b.row_stale_seconds > 3_600 {
        return Err(bad(name, "row_stale_seconds: from row_fresh_seconds to 3600 is wanted"));
    }
    let keys = b.fonts.iter().map(|f| ("fonts", f)).chain(b.fallbacks.iter().map(|f| ("fallbacks", f)));
    for (table, (entry, key)) in keys {
        crate::route::check_key(key).map_err(|_| bad(name, &format!("{table}.{entry}: an object key is wanted, {key:?} came")))?;
    }
    let referer = b.referer.map(|r| r.check(name)).transpose()?;
    let hosts = b.hosts.iter().map(|h| host_name(h).ok_or_else(|| bad(name, &format!("hosts: {h:?} is no host name"))));
    if (b.parameters == Parameters::Ladder) == (b.ladder == Ladder::default()) {
        return Err(bad(name, "ladder: steps are wanted where parameters is \"ladder\", and only there"));
    }
    if b.ladder.q.iter().any(|q| !(1..=100).contains(q)) || b.ladder.w.iter().chain(&b.ladder.h).any(|s| !(1..=16_384).contains(s)) {
        return Err(bad(name, "ladder: q takes 1 to 100, w and h take 1 to 16384"));
    }
    if b.cdn.is_some() && b.parameters != Parameters::StylesOnly {
        return Err(bad(name, "cdn: such a URL signs no parameter, so parameters = \"styles-only\" is wanted"));
    }
    if b.normalise.max_side.is_some_and(|side| !(1..=16_384).contains(&side)) {
        return Err(bad(name, "normalise.max_side: pixels from 1 to 16384 are wanted"));
    }
    if let Some(style) = b.premade.iter().find(|style| !styles.contains_key(*style)) {
        return Err(bad(name, &format!("premade: the bucket has no style {style:?}")));
    }
    if !spread.node.managed && (b.normalise != Normalise::default() || !b.premade.is_empty()) {
        return Err(bad(name, "normalise, premade: a bucket that takes uploads is wanted; its nodes are read only"));
    }
    if !spread.node.managed && b.quota.bounds_uploads() {
        return Err(bad(name, "quota: a bucket that takes uploads is wanted; its nodes are read only"));
    }
    Ok(Bucket {
        name: b.name,
        owner: b.owner,
        made: false,
        node: spread.node,
        nodes: spread.nodes,
        replicas: spread.replicas,
        quorum: spread.quorum,
        shards,
        placement: spread.placement,
        hosts: hosts.collect::<Result<_>>()?,
        ladder: b.ladder,
        cdn: b.cdn,
        public_list: b.public_list,
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
        stale_while_revalidate_seconds: b.stale_while_revalidate_seconds,
        stale_if_error_seconds: b.stale_if_error_seconds,
        row_fresh_seconds: b.row_fresh_seconds,
        row_stale_seconds: b.row_stale_seconds,
        cors: b.cors.map_or(Ok(Vec::new()), |rules| cors::parse(name, rules))?,
        timing_allow_origin: cors::parse_timing(name, &b.timing_allow_origin)?,
        cache_tags: b.cache_tags,
        client_hints: b.client_hints,
        normalise: b.normalise,
        premade: b.premade,
        quota: b.quota,
    })
}

fn exclamation() -> String {
    "!".into()
}

fn one_day() -> u64 {
    86_400
}

fn five() -> u64 {
    5
}

fn thirty() -> u64 {
    30
}

fn half_an_hour() -> u64 {
    1_800
}

fn one_minute() -> u64 {
    60
}
