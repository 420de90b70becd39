//! Storage nodes: the tables `LIMN_NODE_…`.

use super::{bad, table, yes};
use crate::Result;
use serde::Deserialize;
use std::collections::BTreeMap;

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

pub(super) fn parse_nodes(tables: &[(&str, &str)]) -> Result<BTreeMap<String, Node>> {
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
