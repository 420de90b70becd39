//! Users whose uploads are bounded over all buckets: the tables `LIMN_USER_…`.

use super::quota::Quota;
use super::{bad, table};
use crate::ledger::MAX_BUCKETS;
use crate::Result;
use serde::Deserialize;
use std::collections::HashMap;

/// A user, as access keys name it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// As `user` of an access key.
    pub name: String,
    /// What all that it stored may come to.
    #[serde(default)]
    pub quota: Quota,
    /// How many buckets it may make, 0 to 1,000.
    #[serde(default = "ten")]
    pub buckets: u64,
}

fn ten() -> u64 {
    MAX_BUCKETS
}

pub(super) fn parse_users(tables: &[(&str, &str)]) -> Result<HashMap<String, User>> {
    let mut users = HashMap::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_USER_")) {
        let user: User = table(name, json)?;
        user.quota.check(name)?;
        if user.name.is_empty() {
            return Err(bad(name, "name: the user of an access key is wanted"));
        }
        if user.quota.downloads_per_minute.is_some() {
            return Err(bad(name, "quota.downloads_per_minute: a bucket's quota alone holds it, since strangers download too"));
        }
        if user.buckets > 1_000 {
            return Err(bad(name, &format!("buckets: 0 to 1000 is wanted, {} came", user.buckets)));
        }
        if let Some(twin) = users.insert(user.name.clone(), user) {
            return Err(bad(name, &format!("name: the user {:?} is set twice", twin.name)));
        }
    }
    Ok(users)
}
