//! Rows of objects: read, committed, deleted, listed.

use super::sql::Bind::{N, O, T};
use super::{Answer, Ledger};
use limn_core::api::conditions::WriteCondition;
use limn_core::api::list::{self, Bound, Entry, Listing, Query};
use limn_core::api::meta::Meta;
use limn_core::ledger::call::{Seen, Sum};
use limn_core::ledger::inventory::{self, Item};
use limn_core::ledger::{schema, shard, version_text, Row};
use limn_core::Error;
use serde::Deserialize;

/// A row as it lies in the table.
#[derive(Deserialize)]
struct Stored {
    version: String,
    sha256: String,
    etag: String,
    crc64: String,
    length: u64,
    content_type: String,
    meta: String,
    user: String,
    nodes: String,
    stored: u64,
}

#[derive(Deserialize)]
struct Keyed {
    key: String,
    #[serde(flatten)]
    stored: Stored,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

impl From<Stored> for Row {
    fn from(s: Stored) -> Self {
        Row {
            version: s.version,
            sha256: s.sha256,
            etag: s.etag,
            crc64: s.crc64,
            length: s.length,
            content_type: s.content_type,
            meta: serde_json::from_str::<Meta>(&s.meta).unwrap_or_default(),
            user: s.user,
            nodes: s.nodes,
            stored: s.stored,
        }
    }
}

impl Ledger {
    /// The object that a blob is, with its key.
    pub(super) fn of_version(&self, version: &str) -> worker::Result<Option<(String, Row)>> {
        let key: Option<Key> = self.sql.first("SELECT key FROM objects WHERE version = ?", [T(version)])?;
        let Some(Key { key }) = key else { return Ok(None) };
        Ok(self.stored(&key)?.map(|row| (key, row)))
    }

    fn stored(&self, key: &str) -> worker::Result<Option<Row>> {
        Ok(self.sql.first::<Stored, 1>("SELECT * FROM objects WHERE key = ?", [T(key)])?.map(Into::into))
    }

    pub(super) fn look(&self, keys: &[String]) -> Answer<Vec<Seen>> {
        keys.iter().map(|key| Ok(Seen { row: self.stored(key)?, generation: self.generation(key)? })).collect()
    }

    pub(super) fn next_version(&self, now: u64) -> worker::Result<String> {
        let suffix = shard::version_suffix(&self.state.id().name().unwrap_or_default());
        Ok(version_text(self.sql.number(schema::NEXT_VERSION, [N(now)])?) + &suffix)
    }

    /// Makes a stored blob the object, unless something later or a condition forbids it.
    pub(super) fn commit(&self, key: &str, row: &Row, only_if: &WriteCondition, failed: &[String], now: u64) -> Answer<()> {
        let refused = match self.stored(key)? {
            _ if self.is_closed()? => Some(Error::NoSuchBucket(self.bucket_name().unwrap_or_default())),
            Some(old) if old.version > row.version => Some(Error::Conflict("A later upload of the same key was stored first.".into())),
            Some(old) if old.version == row.version => return Ok(()),
            _ if self.is_deleted(key, &row.version)? => Some(Error::Conflict("The key was deleted while the upload was under way.".into())),
            old => {
                let refused = only_if.holds(old.as_ref()).err();
                if refused.is_none() {
                    if let Some(old) = &old {
                        self.drop_blob(&old.version, &old.nodes, now)?;
                    }
                    self.count_row(Some(row), old.as_ref())?;
                }
                refused
            }
        };
        if let Some(error) = refused {
            self.discard(std::slice::from_ref(&row.version), now)?;
            return Err(error.into());
        }
        let meta = serde_json::to_string(&row.meta).map_err(|e| worker::Error::from(e.to_string()))?;
        self.sql.run(
            "INSERT OR REPLACE INTO objects (key, version, sha256, etag, crc64, length, content_type, meta, user, nodes, stored)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                T(key),
                T(&row.version),
                T(&row.sha256),
                T(&row.etag),
                T(&row.crc64),
                N(row.length),
                T(&row.content_type),
                T(&meta),
                T(&row.user),
                T(&row.nodes),
                N(row.stored),
            ],
        )?;
        self.sql.run("DELETE FROM pending WHERE version = ?", [T(&row.version)])?;
        self.settle(key, row, failed, now)?;
        Ok(())
    }

    /// Whether the key was deleted after this version was reserved.
    fn is_deleted(&self, key: &str, version: &str) -> worker::Result<bool> {
        Ok(self.sql.number("SELECT COUNT(*) AS value FROM tombstones WHERE key = ? AND version > ?", [T(key), T(version)])? > 0)
    }

    pub(super) fn delete(&self, keys: &[String], only_if: &WriteCondition, now: u64) -> Answer<()> {
        for key in keys {
            let row = self.stored(key)?;
            if self.sql.number("SELECT COUNT(*) AS value FROM pending WHERE key = ?", [T(key)])? > 0 {
                let version = self.next_version(now)?;
                self.sql.run("INSERT OR REPLACE INTO tombstones (key, version) VALUES (?, ?)", [T(key), T(&version)])?;
            }
            if !only_if.is_empty() {
                only_if.holds(row.as_ref())?;
            }
            if let Some(row) = row {
                self.drop_blob(&row.version, &row.nodes, now)?;
                self.count_row(None, Some(&row))?;
                self.sql.run("DELETE FROM objects WHERE key = ?", [T(key)])?;
                self.sql.run("DELETE FROM variants WHERE key = ?", [T(key)])?;
            }
        }
        Ok(())
    }

    pub(super) fn list(&self, query: &Query) -> Answer<Listing> {
        let page = |bound: &Bound, limit: usize| -> worker::Result<Vec<Entry>> {
            let sign = if bound.inclusive { ">=" } else { ">" };
            let statement = format!(
                "SELECT key, etag, length, stored, user FROM objects WHERE key {sign} ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key LIMIT ?3"
            );
            self.sql.all(&statement, [T(&bound.from), O(bound.until.as_deref()), N(limit as u64)])
        };
        Ok(list::collect(query, page)?)
    }

    /// Objects with their rows, one more than is asked for.
    pub(super) fn inventory(&self, query: &inventory::Query) -> Answer<Vec<Item>> {
        let until = list::successor(&query.prefix);
        // Said by itself, a user is found by the index.
        let of = if query.user.is_some() { "user = ?4" } else { "?4 IS NULL" };
        let statement =
            format!("SELECT * FROM objects WHERE key >= ?1 AND key > ?2 AND (?3 IS NULL OR key < ?3) AND {of} ORDER BY key LIMIT ?5");
        let found: Vec<Keyed> = self
            .sql
            .all(&statement, [T(&query.prefix), T(&query.after), O(until.as_deref()), O(query.user.as_deref()), N(query.max as u64 + 1)])?;
        Ok(found.into_iter().map(|Keyed { key, stored }| Item { key, row: stored.into() }).collect())
    }

    pub(super) fn sum(&self) -> Answer<Sum> {
        let sum = "SELECT COALESCE(SUM(objects), 0) AS objects, COALESCE(SUM(bytes), 0) AS bytes, (SELECT COUNT(*) FROM uploads) AS uploads FROM totals";
        Ok(self.sql.first(sum, [])?.ok_or(Error::Internal)?)
    }

    pub(super) fn note_variant(&self, key: &str, version: &str, plan: &str, most: u32) -> Answer<()> {
        let of = || [T(key), T(version), T(plan)];
        let known = "SELECT COUNT(*) AS value FROM variants WHERE key = ? AND version = ? AND plan = ?";
        if self.sql.number(known, of())? > 0 {
            return Ok(());
        }
        if self.sql.number("SELECT COUNT(*) AS value FROM variants WHERE key = ? AND version = ?", [T(key), T(version)])? >= u64::from(most)
        {
            return Err(Error::TooManyVariants(format!(
                "Unsigned requests have had {most} variants made of this object already, which is the most that its bucket allows; sign the request."
            ))
            .into());
        }
        self.sql.run("DELETE FROM variants WHERE key = ? AND version <> ?", [T(key), T(version)])?;
        Ok(self.sql.run("INSERT INTO variants (key, version, plan) VALUES (?, ?, ?)", of())?)
    }
}
