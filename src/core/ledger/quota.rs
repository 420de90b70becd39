//! Whether what is asked for fits into what a bucket or a user may hold, and who keeps count.
//!
//! A bucket whose ledger is one shard counts in its own ledger. What lies in several ledgers, a sharded bucket or all that
//! a user stored, is counted by an account: a Durable Object that is asked before each upload and told afterwards what each
//! ledger holds. It is told sums, not changes, so that a word that is lost or comes twice does no harm.

use crate::config::Quota;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Share of a bound from which on an upload is warned, per cent.
const WARN_PER_CENT: u64 = 90;

/// `totals` is what each user's objects in this ledger come to; `due` are accounts that are to be told; `minutes` are
/// uploads of the present minute. In an account, `held` is what each ledger holds, and `taken`
/// are uploads that were let in and are not told as held yet.
pub const TABLES: &[&str] = &[
    "ALTER TABLE pending ADD COLUMN user TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE pending ADD COLUMN part INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE pending ADD COLUMN joins TEXT",
    "CREATE TABLE totals (user TEXT PRIMARY KEY, bytes INTEGER NOT NULL, objects INTEGER NOT NULL)",
    "INSERT INTO totals (user, bytes, objects) SELECT user, SUM(length), COUNT(*) FROM objects GROUP BY user",
    "CREATE TABLE due (account TEXT PRIMARY KEY, times INTEGER NOT NULL)",
    "CREATE TABLE minutes (minute INTEGER PRIMARY KEY, uploads INTEGER NOT NULL)",
    "CREATE TABLE held (
        ledger TEXT PRIMARY KEY, word INTEGER NOT NULL, bytes INTEGER NOT NULL, objects INTEGER NOT NULL)",
    "CREATE TABLE taken (
        ledger TEXT NOT NULL, version TEXT NOT NULL, bytes INTEGER NOT NULL, objects INTEGER NOT NULL, PRIMARY KEY (ledger, version))",
];

/// Bytes and objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Bytes.
    pub bytes: u64,
    /// Objects.
    pub objects: u64,
}

impl Amount {
    /// Both together.
    pub fn plus(self, more: Amount) -> Amount {
        Amount { bytes: self.bytes + more.bytes, objects: self.objects + more.objects }
    }

    /// What is left without a part of it.
    pub fn minus(self, part: Amount) -> Amount {
        Amount { bytes: self.bytes.saturating_sub(part.bytes), objects: self.objects.saturating_sub(part.objects) }
    }
}

/// What an account counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// A bucket in several shards, by its name.
    Bucket(String),
    /// A user, by its name.
    User(String),
}

impl Account {
    /// The name of its Durable Object; no bucket's ledger has such a one.
    pub fn ledger_name(&self) -> String {
        match self {
            Account::Bucket(name) => format!("~b/{name}"),
            Account::User(name) => format!("~u/{name}"),
        }
    }

    /// The account of a Durable Object's name; none for a ledger.
    pub fn of_ledger_name(name: &str) -> Option<Account> {
        let (kind, name) = name.strip_prefix('~')?.split_once('/')?;
        match kind {
            "b" => Some(Account::Bucket(name.into())),
            "u" => Some(Account::User(name.into())),
            _ => None,
        }
    }

    /// How a refusal and a warning call it.
    pub fn word(&self) -> &'static str {
        match self {
            Account::Bucket(_) => "bucket",
            Account::User(_) => "user",
        }
    }
}

/// An upload that wants in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The ledger that asks, by the name of its Durable Object.
    pub ledger: String,
    /// The upload's version.
    pub version: String,
    /// What it adds.
    pub asked: Amount,
    /// What goes when it is committed: the object of the same key.
    pub freed: Amount,
    /// Whether it counts among the uploads of its minute.
    pub counts: bool,
}

/// What a ledger holds of what an account counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The ledger, by the name of its Durable Object.
    pub ledger: String,
    /// Grows with each word of a ledger; an older one is not listened to.
    pub number: u64,
    /// Committed objects, and parts of multipart uploads.
    pub held: Amount,
    /// Uploads under way.
    pub pending: Vec<String>,
    /// The last version that the ledger had made: what it says of uploads holds up to this one.
    pub last: String,
}

/// Whether this much more fits: `held` is all there is, uploads under way among it; `freed` is a part of it. The words of
/// warning where a bound is near.
///
/// # Errors
/// `quota_exceeded`.
pub fn admit(quota: &Quota, of: &str, held: Amount, asked: Amount, freed: Amount) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    let bounds = [
        ("bytes", quota.bytes, held.bytes, asked.bytes, freed.bytes),
        ("objects", quota.objects, held.objects, asked.objects, freed.objects),
    ];
    for (what, most, held, asked, freed) in bounds {
        let Some(most) = most else { continue };
        let after = held.saturating_sub(freed).saturating_add(asked);
        if after > most && asked > 0 {
            return Err(Error::QuotaExceeded(format!(
                "The quota of the {of} is {most} {what}; {held} are stored or being stored, and {asked} more came."
            )));
        }
        let share = after.saturating_mul(100) / most.max(1);
        if share >= WARN_PER_CENT {
            warnings.push(format!("{of};{what}={share}"));
        }
    }
    Ok(warnings)
}

/// Whether one upload more fits into the present minute, in which there were so many.
///
/// # Errors
/// `rate_limited`.
pub fn admit_minute(quota: &Quota, of: &str, uploads: u64) -> Result<()> {
    match quota.uploads_per_minute {
        Some(most) if uploads >= most => {
            Err(Error::RateLimited(format!("The {of} takes {most} uploads a minute, and has taken as many; try again in the next one.")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn amount(bytes: u64, objects: u64) -> Amount {
        Amount { bytes, objects }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_what_is_near_is_warned() {
        let quota = Quota { bytes: Some(1_000), objects: Some(10), ..Quota::default() };
        let ask = |held, asked, freed| admit(&quota, "bucket", held, asked, freed);
        assert_eq!(ask(amount(0, 0), amount(800, 1), amount(0, 0)).unwrap(), Vec::<String>::new());
        assert_eq!(ask(amount(100, 8), amount(800, 1), amount(0, 0)).unwrap(), ["bucket;bytes=90", "bucket;objects=90"]);
        assert_eq!(ask(amount(1_000, 10), amount(900, 1), amount(900, 1)).unwrap(), ["bucket;bytes=100", "bucket;objects=100"]);
        for (asked, word) in [(amount(901, 1), "1000 bytes"), (amount(1, 3), "10 objects")] {
            let e = ask(amount(100, 8), asked, amount(0, 0)).unwrap_err();
            assert_eq!((e.status(), e.code()), (507, "quota_exceeded"));
            assert!(e.to_string().contains(word), "{e}");
        }
        // A quota that was lowered refuses what adds, and nothing else.
        assert!(ask(amount(5_000, 5), amount(0, 1), amount(0, 0)).is_ok());
        assert!(admit(&Quota::default(), "user", amount(u64::MAX, 1), amount(u64::MAX, 1), amount(0, 0)).is_ok());
    }

    #[test]
    fn a_minute_has_so_many_uploads() {
        let quota = Quota { uploads_per_minute: Some(3), ..Quota::default() };
        assert!(admit_minute(&quota, "user", 2).is_ok() && admit_minute(&Quota::default(), "user", 99).is_ok());
        assert_eq!(admit_minute(&quota, "user", 3).unwrap_err().status(), 429);
    }

    #[test]
    fn an_account_is_known_by_its_name() {
        for account in [Account::Bucket("demo".into()), Account::User("a/b~c".into())] {
            assert_eq!(Account::of_ledger_name(&account.ledger_name()), Some(account));
        }
        assert_eq!([Account::of_ledger_name("demo"), Account::of_ledger_name("demo#1"), Account::of_ledger_name("-")], [None, None, None]);
    }

    proptest! {
        /// However uploads of few keys are let in, committed, given up and deleted: what is committed never exceeds the bound.
        #[test]
        fn the_bound_holds(steps in prop::collection::vec((0u8..4, 0usize..4, 1u64..60), 0..200)) {
            let quota = Quota { bytes: Some(100), objects: Some(3), ..Quota::default() };
            let mut objects: HashMap<usize, u64> = HashMap::new();
            let mut pending: Vec<(usize, u64)> = Vec::new();
            for (step, key, bytes) in steps {
                match step {
                    0 | 1 => {
                        let held = amount(objects.values().sum::<u64>() + pending.iter().map(|p| p.1).sum::<u64>(), (objects.len() + pending.len()) as u64);
                        let freed = objects.get(&key).map_or(amount(0, 0), |old| amount(*old, 1));
                        if admit(&quota, "bucket", held, amount(bytes, 1), freed).is_ok() {
                            pending.push((key, bytes));
                        }
                    }
                    2 if !pending.is_empty() => {
                        let (key, bytes) = pending.remove(key % pending.len());
                        objects.insert(key, bytes);
                    }
                    3 if bytes % 2 == 0 => drop(objects.remove(&key)),
                    3 if !pending.is_empty() => drop(pending.remove(key % pending.len())),
                    _ => {}
                }
                prop_assert!(objects.values().sum::<u64>() <= 100 && objects.len() <= 3, "{objects:?}");
            }
        }
    }
}
