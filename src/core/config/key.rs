//! Access keys: the secrets `LIMN_KEY_…`.

use super::bucket::Bucket;
use super::site::Mode;
use super::{bad, table};
use crate::Result;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

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
    /// Whether its user may make buckets through the object API; such a key may do all but `admin` on
    /// the buckets that its user made.
    #[serde(default)]
    pub create_buckets: bool,
    grants: Vec<GrantTable>,
}

impl AccessKey {
    /// Whether the key may do `action` on an object of a bucket; `key` is a prefix for `List`.
    pub fn may(&self, action: Action, bucket: &Bucket, key: &str) -> bool {
        let own = bucket.made && self.create_buckets && bucket.owner == self.user && action != Action::Admin;
        own || self.grants_any(action, |g| (g.bucket == "*" || g.bucket == bucket.name) && key.starts_with(&g.prefix))
    }

    /// Whether the key may do `action` anywhere at all.
    pub fn may_anywhere(&self, action: Action) -> bool {
        self.grants_any(action, |_| true)
    }

    /// Whether the bucket shows in the key's list of buckets.
    pub fn sees(&self, bucket: &Bucket) -> bool {
        self.may(Action::List, bucket, "") || self.grants_any(Action::List, |g| g.bucket == bucket.name)
    }

    fn grants_any(&self, action: Action, fits: impl Fn(&GrantTable) -> bool) -> bool {
        self.grants.iter().any(|g| g.actions.contains(&action) && fits(g))
    }
}

/// Keys that only a development deployment may hold.
const DEVELOPMENT_KEYS: [&str; 2] = ["limn-dev", "limn-reader"];

pub(super) fn parse_keys(tables: &[(&str, &str)], mode: Mode) -> Result<HashMap<String, AccessKey>> {
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

fn star() -> String {
    "*".into()
}
