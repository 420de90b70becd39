//! A bucket's nodes: which, how many copies, how many before an upload is acknowledged, and the rules that
//! name nodes for a prefix.

use super::{bad, Node};
use crate::Result;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// Most nodes of a bucket.
pub(super) const MAX_NODES: usize = 16;
/// Copies where the bucket says nothing.
const REPLICAS: usize = 3;
/// Copies before an answer where the bucket says nothing.
const QUORUM: usize = 2;

/// Keys under a prefix lie on these nodes and on no other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the key begins with; empty: every key.
    pub prefix: String,
    /// Names of nodes of the bucket.
    pub nodes: Vec<String>,
}

/// What the table says.
pub(super) struct Asked {
    pub nodes: Vec<String>,
    pub replicas: Option<usize>,
    pub quorum: Option<usize>,
    pub placement: Vec<Rule>,
}

/// What holds.
pub(super) struct Spread {
    /// The first of the nodes.
    pub node: Node,
    pub nodes: Vec<Node>,
    pub replicas: usize,
    pub quorum: usize,
    pub placement: Vec<Rule>,
}

impl Asked {
    /// # Errors
    /// `misconfigured`, naming the table and the key.
    pub(super) fn check(self, table: &str, known: &BTreeMap<String, Node>) -> Result<Spread> {
        if self.nodes.len() > MAX_NODES {
            return Err(bad(table, &format!("nodes: 1 to {MAX_NODES} nodes are wanted")));
        }
        once(table, "nodes", &self.nodes)?;
        let find = |name: &String| known.get(name).cloned().ok_or_else(|| bad(table, &format!("nodes: there is no node {name:?}")));
        let nodes: Vec<Node> = self.nodes.iter().map(find).collect::<Result<_>>()?;
        let Some(node) = nodes.first().cloned() else { return Err(bad(table, "nodes: at least one node is wanted")) };
        if nodes.iter().any(|n| n.managed != node.managed) {
            return Err(bad(table, "nodes: all must be managed or none; a bucket has a ledger or it has not"));
        }
        if !node.managed && (self.replicas.is_some() || self.quorum.is_some() || !self.placement.is_empty()) {
            return Err(bad(table, "replicas, quorum and placement: only a bucket on managed nodes has them"));
        }
        let replicas = self.replicas.unwrap_or(REPLICAS.min(nodes.len()));
        if !(1..=nodes.len()).contains(&replicas) {
            return Err(bad(table, &format!("replicas: 1 to {}, the number of nodes, is wanted", nodes.len())));
        }
        let quorum = self.quorum.unwrap_or(QUORUM.min(replicas));
        if !(1..=replicas).contains(&quorum) {
            return Err(bad(table, &format!("quorum: 1 to {replicas}, the number of replicas, is wanted")));
        }
        let mut prefixes = HashSet::new();
        for rule in &self.placement {
            if !prefixes.insert(rule.prefix.as_str()) {
                return Err(bad(table, &format!("placement: the prefix {:?} stands twice", rule.prefix)));
            }
            if rule.nodes.is_empty() {
                return Err(bad(table, &format!("placement: the prefix {:?} names no node", rule.prefix)));
            }
            once(table, "placement", &rule.nodes)?;
            if let Some(stranger) = rule.nodes.iter().find(|name| !self.nodes.contains(name)) {
                return Err(bad(table, &format!("placement: {stranger:?} is none of the bucket's nodes")));
            }
        }
        Ok(Spread { node, nodes, replicas, quorum, placement: self.placement })
    }
}

fn once(table: &str, key: &str, names: &[String]) -> Result<()> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(*name)) {
        Some(twin) => Err(bad(table, &format!("{key}: the node {twin:?} stands twice"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::Result;

    fn config(bucket: &str) -> Result<Config> {
        let bucket = format!(r#"{{"name":"pics",{bucket}}}"#);
        Config::parse([
            ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
            ("LIMN_NODE_B", r#"{"name":"b","kind":"r2","binding":"B"}"#),
            ("LIMN_NODE_C", r#"{"name":"c","kind":"r2","binding":"C"}"#),
            ("LIMN_NODE_D", r#"{"name":"d","kind":"r2","binding":"D"}"#),
            ("LIMN_NODE_W", r#"{"name":"w","kind":"http","url":"https://w.example","managed":false}"#),
            ("LIMN_NODE_X", r#"{"name":"x","kind":"http","url":"https://x.example","managed":false}"#),
            ("LIMN_BUCKET_P", bucket.as_str()),
        ])
    }

    #[test]
    fn defaults_follow_the_number_of_nodes() {
        for (json, nodes, replicas, quorum) in [
            (r#""nodes":["a"]"#, 1, 1, 1),
            (r#""nodes":["b","a"]"#, 2, 2, 2),
            (r#""nodes":["d","c","b","a"]"#, 4, 3, 2),
            (r#""nodes":["d","c","b","a"],"replicas":4"#, 4, 4, 2),
            (r#""nodes":["d","c","b","a"],"replicas":1"#, 4, 1, 1),
            (r#""nodes":["d","c","b","a"],"quorum":3"#, 4, 3, 3),
            (r#""nodes":["x","w"]"#, 2, 2, 2),
        ] {
            let config = config(json).unwrap();
            let bucket = config.bucket("pics").unwrap();
            assert_eq!((bucket.nodes.len(), bucket.replicas, bucket.quorum), (nodes, replicas, quorum), "{json}");
            assert_eq!(bucket.node.name, bucket.nodes[0].name);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let many = format!(r#""nodes":[{}]"#, ["\"a\""; 17].join(","));
        for (json, word) in [
            (r#""nodes":[]"#, "at least one"),
            (many.as_str(), "1 to 16"),
            (r#""nodes":["a","a"]"#, "twice"),
            (r#""nodes":["a","w"]"#, "managed"),
            (r#""nodes":["w"],"replicas":1"#, "managed"),
            (r#""nodes":["w"],"placement":[{"prefix":"","nodes":["w"]}]"#, "managed"),
            (r#""nodes":["a","b"],"replicas":0"#, "replicas: 1 to 2"),
            (r#""nodes":["a","b"],"replicas":3"#, "replicas: 1 to 2"),
            (r#""nodes":["a","b"],"replicas":-1"#, "-1"),
            (r#""nodes":["a","b"],"quorum":0"#, "quorum: 1 to 2"),
            (r#""nodes":["a","b","c"],"replicas":1,"quorum":2"#, "quorum: 1 to 1"),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/","nodes":["c"]}]"#, "\"c\" is none"),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/","nodes":[]}]"#, "names no node"),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/","nodes":["a","a"]}]"#, "twice"),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/","nodes":["a"]},{"prefix":"eu/","nodes":["b"]}]"#, "twice"),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/"}]"#, "nodes"),
        ] {
            let e = config(json).unwrap_err().to_string();
            assert!(e.starts_with("LIMN_BUCKET_P") && e.contains(word), "{json}: {e}");
        }
    }
}
