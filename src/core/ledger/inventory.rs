//! What a bucket's ledger knows of its objects: who stored which, and where it lies. For `/-/objects/{bucket}`.

use super::Row;
use crate::admin::only;
use crate::parts::Parts;
use crate::sort;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// One index more, for the objects of one user.
pub const TABLES: &[&str] = &["CREATE INDEX objects_by_user ON objects (user, key)"];

/// Most objects of an answer, and how many where nothing is said.
const MAX_OBJECTS: usize = 1_000;
const OBJECTS: usize = 100;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Whose objects; everybody's if absent.
    pub user: Option<String>,
    /// What their keys begin with.
    pub prefix: String,
    /// The key behind which the list begins.
    pub after: String,
    /// Most objects, 1 to 1,000.
    pub max: usize,
}

impl Query {
    /// As the request says: `user`, `prefix`, `after`, `max`.
    ///
    /// # Errors
    /// `bad_arg`, `unknown_param`.
    pub fn of(parts: &Parts) -> Result<Query> {
        only(parts, &["user", "prefix", "after", "max"])?;
        let text = |name| parts.param(name).unwrap_or("").to_string();
        let max = match parts.param("max") {
            None => OBJECTS,
            Some(text) => {
                let bad = || Error::BadArg(format!("max: 1 to {MAX_OBJECTS} is wanted, {text:?} came."));
                text.parse().ok().filter(|max| (1..=MAX_OBJECTS).contains(max)).ok_or_else(bad)?
            }
        };
        Ok(Query { user: parts.param("user").map(Into::into), prefix: text("prefix"), after: text("after"), max })
    }
}

/// An object with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The object's key.
    pub key: String,
    /// What the ledger holds of it.
    pub row: Row,
}

impl Item {
    /// As the answer tells it.
    pub fn json(&self) -> serde_json::Value {
        let row = &self.row;
        serde_json::json!({
            "key": self.key,
            "user": row.user,
            "bytes": row.length,
            "content_type": row.content_type,
            "etag": row.etag,
            "sha256": row.sha256,
            "version": row.version,
            "stored": row.stored / 1_000,
            "nodes": row.holders().collect::<Vec<_>>(),
        })
    }
}

/// The first `max` items of all shards' first `max + 1`, and the key behind which there are more.
pub fn merge(max: usize, shards: Vec<Vec<Item>>) -> (Vec<Item>, Option<String>) {
    let mut all: Vec<Item> = shards.into_iter().flatten().collect();
    sort::by(&mut all, |a, b| a.key.cmp(&b.key));
    let more = all.len() > max;
    all.truncate(max);
    let next = all.last().filter(|_| more).map(|item| item.key.clone());
    (all, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_one_list() {
        let item = |key: &str| {
            Item {
            key: key.into(),
            row: serde_json::from_str(r#"{"version":"1","sha256":"","etag":"","crc64":"","length":1,"content_type":"","meta":{},"user":"u","nodes":"a,b","stored":5000}"#).unwrap(),
        }
        };
        let keys = |max, shards: &[&[&str]]| {
            let (items, next) = merge(max, shards.iter().map(|s| s.iter().map(|key| item(key)).collect()).collect());
            (items.into_iter().map(|i| i.key).collect::<Vec<_>>().join(""), next)
        };
        assert_eq!(keys(2, &[&["a", "d", "e"], &["b"]]), ("ab".into(), Some("b".into())));
        assert_eq!(keys(4, &[&["a", "d", "e"], &["b"]]), ("abde".into(), None));
        assert_eq!(item("a").json()["nodes"], serde_json::json!(["a", "b"]));
    }

    #[test]
    fn what_is_asked_is_read_or_refused() {
        let of = |query: &str| Query::of(&Parts::new("GET", &format!("https://x/-/objects/demo?{query}"), []).unwrap());
        assert_eq!(
            of("user=ann&max=7&prefix=a/&after=a/b").unwrap(),
            Query { user: Some("ann".into()), prefix: "a/".into(), after: "a/b".into(), max: 7 }
        );
        assert_eq!(of("").unwrap(), Query { max: 100, ..Query::default() });
        for query in ["max=0", "max=1001", "max=x", "users=a"] {
            assert_eq!(of(query).unwrap_err().status(), 400, "{query}");
        }
    }
}
