//! What Limn signs with towards a node: the secrets `LIMN_CREDENTIALS_…`.

use super::{bad, table, Node};
use crate::Result;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    node: String,
    id: String,
    secret: String,
}

/// An access key of a node. It never shows its secret by `Debug`.
#[derive(Clone)]
pub struct Credentials {
    /// Public id.
    pub id: String,
    pub(crate) secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Gives every node its credentials.
pub(super) fn give(tables: &[(&str, &str)], nodes: &mut BTreeMap<String, Node>) -> Result<()> {
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_CREDENTIALS_")) {
        let t: Table = table(name, json)?;
        // The id stands before a slash in signed headers, where a comma ends a field.
        let plain = !t.id.is_empty() && t.id.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b',');
        if !plain || t.secret.is_empty() {
            return Err(bad(name, "id, secret: an access key of the node is wanted"));
        }
        let node = nodes.get_mut(&t.node).ok_or_else(|| bad(name, &format!("node: there is no node {:?}", t.node)))?;
        if !node.kind.is_remote() {
            return Err(bad(name, &format!("node: {:?} is neither an s3 nor an oss node", t.node)));
        }
        if node.credentials.replace(Credentials { id: t.id, secret: t.secret }).is_some() {
            return Err(bad(name, &format!("node: the node {:?} has credentials already", t.node)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const NODE: (&str, &str) = ("LIMN_NODE_T", r#"{"name":"tokyo","kind":"s3","endpoint":"https://s3.example","bucket":"pics"}"#);

    fn with(credentials: &[(&str, &str)]) -> crate::Result<Config> {
        let r2 = ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#);
        Config::parse([NODE, r2].into_iter().chain(credentials.iter().copied()))
    }

    #[test]
    fn a_node_gets_its_own() {
        let config = with(&[("LIMN_CREDENTIALS_T", r#"{"node":"tokyo","id":"AK","secret":"hunter2-hunter2"}"#)]).unwrap();
        let credentials = config.nodes["tokyo"].credentials.clone().unwrap();
        assert_eq!((credentials.id.as_str(), credentials.secret.as_str()), ("AK", "hunter2-hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_is_named_and_never_shown() {
        let name = "LIMN_CREDENTIALS_T";
        let good = (name, r#"{"node":"tokyo","id":"AK","secret":"hunter2"}"#);
        for (given, word) in [
            (vec![], "LIMN_CREDENTIALS_"),
            (vec![(name, r#"{"node":"kyoto","id":"AK","secret":"hunter2"}"#)], "\"kyoto\""),
            (vec![(name, r#"{"node":"a","id":"AK","secret":"hunter2"}"#)], "neither"),
            (vec![good, ("LIMN_CREDENTIALS_U", good.1)], "already"),
            (vec![(name, r#"{"node":"tokyo","id":"A/K","secret":"hunter2"}"#)], "id"),
            (vec![(name, r#"{"node":"tokyo","id":"AK","secret":""}"#)], "secret"),
            (vec![(name, r#"{"node":"tokyo","id":"AK","secret":["hunter2"]}"#)], "JSON"),
            (vec![(name, r#"{"node":"tokyo","id":"AK","secret":"x","hunter2":"y"}"#)], "JSON"),
        ] {
            let e = with(&given).unwrap_err().to_string();
            assert!(e.contains(word) && !e.contains("hunter2"), "{e}");
        }
    }

    #[test]
    fn a_stranger_may_read_what_is_not_managed() {
        let open = NODE.1.replace("\"kind\"", "\"managed\":false,\"prefix\":\"img/\",\"kind\"");
        let config = Config::parse([("LIMN_NODE_T", open.as_str())]).unwrap();
        assert!(config.nodes["tokyo"].credentials.is_none());
    }
}
