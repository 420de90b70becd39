//! Storage nodes: the tables `LIMN_NODE_…` and the secrets `LIMN_CREDENTIALS_…`.

use super::remote::{Addressing, Remote};
use super::{bad, credentials, table, yes, Credentials};
use crate::place::Place;
use crate::Result;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What speaks for a node's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// An R2 bucket, by the name of its binding.
    R2,
    /// A web server, read-only, by its URL.
    Http,
    /// A bucket behind S3's API.
    S3,
    /// A bucket behind OSS's API.
    Oss,
}

impl NodeKind {
    /// Whether it is spoken to over HTTP with signed requests.
    pub fn is_remote(self) -> bool {
        matches!(self, NodeKind::S3 | NodeKind::Oss)
    }
}

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeTable {
    name: String,
    kind: NodeKind,
    #[serde(default)]
    binding: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    bucket: String,
    region: Option<String>,
    addressing: Option<Addressing>,
    #[serde(default)]
    prefix: String,
    #[serde(default = "yes")]
    managed: bool,
    place: Option<Value>,
    weight: Option<f64>,
    #[serde(default)]
    drain: bool,
}

/// One place where originals lie.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name in buckets' `nodes`, in the ledger's rows and in `/-/health`: 1 to 63 of letters, digits
    /// and `-`, `_`, `.`.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// R2: the binding's name.
    pub binding: String,
    /// HTTP: `https://host[/path]`, without query.
    pub url: String,
    /// S3 and OSS: the API's URL, without a slash at its end.
    pub endpoint: String,
    /// S3 and OSS: the name of the bucket there.
    pub bucket: String,
    /// S3 and OSS: the region that signatures name.
    pub region: String,
    /// S3 and OSS: where the bucket's name stands in URLs.
    pub addressing: Addressing,
    /// S3 and OSS: whose name requests are signed in; none reads as a stranger.
    pub credentials: Option<Credentials>,
    /// Unmanaged: what stands before every key.
    pub prefix: String,
    /// True: Limn fills it, under the ledger. False: keys are read as they are.
    pub managed: bool,
    /// Where it stands; unknown: it is farther than every known place.
    pub place: Option<Place>,
    /// Its share of the keys, as against the other nodes' weights; above 0, at most 1,000.
    pub weight: f64,
    /// Whether it takes no new objects and gives up those that it has.
    pub drain: bool,
}

/// The greatest weight.
const MAX_WEIGHT: f64 = 1_000.0;

pub(super) fn parse_nodes(tables: &[(&str, &str)]) -> Result<BTreeMap<String, Node>> {
    let mut nodes = BTreeMap::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_NODE_")) {
        let node = parse_node(name, table(name, json)?)?;
        if let Some(twin) = nodes.insert(node.name.clone(), node) {
            return Err(bad(name, &format!("name: the node {:?} is set twice", twin.name)));
        }
    }
    credentials::give(tables, &mut nodes)?;
    let lacks = |n: &&Node| n.managed && n.kind.is_remote() && n.credentials.is_none();
    match nodes.values().find(lacks) {
        Some(node) => Err(bad(&format!("node {:?}", node.name), "a managed s3 or oss node needs a secret LIMN_CREDENTIALS_…")),
        None => Ok(nodes),
    }
}

fn parse_node(name: &str, t: NodeTable) -> Result<Node> {
    // Names stand in lists within rows and before a NUL in what placement hashes.
    if !(1..=63).contains(&t.name.len()) || !t.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return Err(bad(name, "name: 1 to 63 letters, digits, dots, - and _ are wanted"));
    }
    match t.kind {
        NodeKind::R2 if t.binding.is_empty() => return Err(bad(name, "binding: the name of an R2 binding is wanted")),
        NodeKind::Http if t.managed => return Err(bad(name, "managed: an http node is read-only, write managed = false")),
        NodeKind::Http if plain_url(&t.url).is_none() => {
            return Err(bad(name, "url: an http or https URL without user, query and fragment is wanted"));
        }
        _ => {}
    }
    if t.managed && !t.prefix.is_empty() {
        return Err(bad(name, "prefix: only an unmanaged node has one"));
    }
    let weight = t.weight.unwrap_or(1.0);
    if !(weight > 0.0 && weight <= MAX_WEIGHT) {
        return Err(bad(name, "weight: a number above 0 and up to 1000 is wanted"));
    }
    let place = t.place.map(|value| parse_place(name, &value)).transpose()?;
    let remote = Remote { endpoint: t.endpoint, bucket: t.bucket, region: t.region, addressing: t.addressing };
    let remote = remote.check(name, t.kind)?;
    Ok(Node {
        name: t.name,
        kind: t.kind,
        binding: t.binding,
        url: t.url,
        endpoint: remote.endpoint,
        bucket: remote.bucket,
        region: remote.region.unwrap_or_default(),
        addressing: remote.addressing.unwrap_or(Addressing::Path),
        credentials: None,
        prefix: t.prefix,
        managed: t.managed,
        place,
        weight,
        drain: t.drain,
    })
}

/// An http or https URL with a host and nothing secret or variable in it.
pub(super) fn plain_url(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (bare && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// `[LAT, LON]` or a region's word.
fn parse_place(table: &str, value: &Value) -> Result<Place> {
    let place = match value {
        Value::String(word) => Place::of_region(word),
        Value::Array(pair) => match pair.as_slice() {
            [lat, lon] => lat.as_f64().zip(lon.as_f64()).and_then(|(lat, lon)| Place::new(lat, lon)),
            _ => None,
        },
        _ => None,
    };
    let words = || Place::regions().collect::<Vec<_>>().join(", ");
    place.ok_or_else(|| bad(table, &format!("place: [LATITUDE, LONGITUDE] in degrees or one of {} is wanted", words())))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A node by its table.
    pub(crate) fn node(json: &str) -> Result<Node> {
        parse_node("LIMN_NODE_X", table("LIMN_NODE_X", json)?)
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let n = node(r#"{"name":"t","kind":"s3","endpoint":"https://s3.example/","bucket":"pics"}"#).unwrap();
        assert_eq!((n.endpoint.as_str(), n.region.as_str(), n.addressing), ("https://s3.example", "us-east-1", Addressing::Path));
        assert_eq!((n.weight, n.drain, n.place, n.managed), (1.0, false, None, true));
        for (more, want) in [
            (r#""place":"weur""#, Place::of_region("weur")),
            (r#""place":[-90,180]"#, Place::new(-90.0, 180.0)),
            (r#""place":[1.5,2]"#, Place::new(1.5, 2.0)),
        ] {
            let n = node(&format!(r#"{{"name":"t","kind":"r2","binding":"B",{more}}}"#)).unwrap();
            assert!(n.place == want && want.is_some(), "{more}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (more, word) in [
            (r#""place":"europe""#, "place"),
            (r#""place":[91,0]"#, "place"),
            (r#""place":[1]"#, "place"),
            (r#""place":["1","2"]"#, "place"),
            (r#""place":{"lat":1}"#, "place"),
            (r#""weight":0"#, "weight"),
            (r#""weight":-1"#, "weight"),
            (r#""weight":1000.5"#, "weight"),
            (r#""endpoint":"https://x""#, "endpoint"),
            (r#""bucket":"x""#, "endpoint"),
            (r#""region":"x""#, "endpoint"),
            (r#""weigth":1"#, "weigth"),
        ] {
            let e = node(&format!(r#"{{"name":"t","kind":"r2","binding":"B",{more}}}"#)).unwrap_err();
            assert!(e.to_string().contains(word), "{more}: {e}");
        }
        for name in ["", "a,b", "a b", "ü", &"x".repeat(64)] {
            let e = node(&serde_json::json!({ "name": name, "kind": "r2", "binding": "B" }).to_string()).unwrap_err();
            assert!(e.to_string().contains("name"), "{e}");
        }
    }
}
