//! The ledger: a Durable Object with SQLite that runs the statements of `limn_core::ledger`, one a bucket.

pub mod client;

use limn_core::ledger::{self as rules, Call, Look, Reservation, Row};
use serde::Deserialize;
use std::collections::HashMap;
use worker::{durable_object, Date, DurableObject, Env, Request, Response, SqlStorage, SqlStorageValue, State};

/// The Durable Object.
#[durable_object]
pub struct Ledger {
    sql: SqlStorage,
    state: State,
    env: Env,
}

#[derive(Deserialize)]
struct Keyed {
    key: String,
    #[serde(flatten)]
    row: Row,
}

#[derive(Deserialize)]
struct Value {
    value: u64,
}

#[derive(Deserialize)]
struct Orphan {
    version: String,
    node: String,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let sql = state.storage().sql();
        for statement in rules::SCHEMA {
            if let Err(e) = sql.exec(statement, None) {
                worker::console_error!("ledger schema: {e}");
            }
        }
        Ledger { sql, state, env }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let now = Date::now().as_millis();
        match request.json::<Call>().await? {
            Call::Look { keys } => Response::from_json(&self.look(&keys)?),
            Call::Reserve { key, node, length } => {
                let version = self.reserve(&key, &node, length, now)?;
                self.wake(now).await?;
                Response::from_json(&Reservation { version })
            }
            Call::Commit { key, row } => match self.commit(&key, &row, now)? {
                true => Response::from_json(&row),
                false => Response::error("superseded", 409),
            },
            Call::Release { version } => {
                self.discard(&version, now)?;
                Response::empty()
            }
            Call::Delete { key } => {
                self.delete(&key, now)?;
                self.wake(now).await?;
                Response::empty()
            }
        }
    }

    /// Deletes blobs that no row has named for an hour, and those of uploads that never came to their end.
    async fn alarm(&self) -> worker::Result<Response> {
        let now = Date::now().as_millis();
        self.sql.exec(
            "INSERT OR IGNORE INTO garbage (version, node, since) SELECT version, node, reserved FROM pending WHERE reserved < ?",
            vec![integer(now.saturating_sub(rules::PENDING_AGE_MS))],
        )?;
        self.sql.exec("DELETE FROM pending WHERE version IN (SELECT version FROM garbage)", None)?;
        let orphans: Vec<Orphan> = self
            .sql
            .exec("SELECT version, node FROM garbage WHERE since < ? LIMIT 500", vec![integer(now.saturating_sub(rules::GARBAGE_AGE_MS))])?
            .to_array()?;
        for orphan in orphans {
            if self.remove_blob(&orphan).await {
                self.sql.exec("DELETE FROM garbage WHERE version = ?", vec![text(&orphan.version)])?;
            }
        }
        let left = self.sql.exec("SELECT (SELECT COUNT(*) FROM garbage) + (SELECT COUNT(*) FROM pending) AS value", None)?;
        if left.one::<Value>()?.value > 0 {
            self.wake(now).await?;
        }
        Response::empty()
    }
}

impl Ledger {
    fn look(&self, keys: &[String]) -> worker::Result<Look> {
        let mut rows = HashMap::new();
        for key in keys {
            let found: Vec<Keyed> = self.sql.exec("SELECT * FROM objects WHERE key = ?", vec![text(key)])?.to_array()?;
            rows.extend(found.into_iter().map(|k| (k.key, k.row)));
        }
        let generation = self.sql.exec("SELECT COALESCE(SUM(generation), 0) AS value FROM generations WHERE scope = ''", None)?;
        Ok(Look { rows, generation: generation.one::<Value>()?.value })
    }

    fn reserve(&self, key: &str, node: &str, length: u64, now: u64) -> worker::Result<String> {
        let number = self.sql.exec(rules::NEXT_VERSION, vec![integer(now)])?.one::<Value>()?.value;
        let version = rules::version_text(number);
        self.sql.exec(
            "INSERT INTO pending (version, key, node, length, reserved) VALUES (?, ?, ?, ?, ?)",
            vec![text(&version), text(key), text(node), integer(length), integer(now)],
        )?;
        Ok(version)
    }

    /// False when an upload that was reserved later is the object already.
    fn commit(&self, key: &str, row: &Row, now: u64) -> worker::Result<bool> {
        // Synchronous statements of one event are written together or not at all, and nothing comes between.
        let old: Vec<Keyed> = self.sql.exec("SELECT * FROM objects WHERE key = ?", vec![text(key)])?.to_array()?;
        if old.iter().any(|o| o.row.version > row.version) {
            self.discard(&row.version, now)?;
            return Ok(false);
        }
        for Keyed { row: old, .. } in old.iter().filter(|o| o.row.version != row.version) {
            self.garbage(&old.version, &old.nodes, now)?;
        }
        self.sql.exec(
            "INSERT OR REPLACE INTO objects (key, version, sha256, md5, length, content_type, meta, user, nodes, stored)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                text(key),
                text(&row.version),
                text(&row.sha256),
                text(&row.md5),
                integer(row.length),
                text(&row.content_type),
                text(&row.meta),
                text(&row.user),
                text(&row.nodes),
                integer(row.stored),
            ],
        )?;
        self.sql.exec("DELETE FROM pending WHERE version = ?", vec![text(&row.version)])?;
        Ok(true)
    }

    fn discard(&self, version: &str, now: u64) -> worker::Result<()> {
        self.sql.exec(
            "INSERT OR IGNORE INTO garbage (version, node, since) SELECT version, node, ? FROM pending WHERE version = ?",
            vec![integer(now), text(version)],
        )?;
        self.sql.exec("DELETE FROM pending WHERE version = ?", vec![text(version)])?;
        Ok(())
    }

    fn delete(&self, key: &str, now: u64) -> worker::Result<()> {
        let old: Vec<Keyed> = self.sql.exec("SELECT * FROM objects WHERE key = ?", vec![text(key)])?.to_array()?;
        for Keyed { row, .. } in &old {
            self.garbage(&row.version, &row.nodes, now)?;
        }
        self.sql.exec("DELETE FROM objects WHERE key = ?", vec![text(key)])?;
        Ok(())
    }

    fn garbage(&self, version: &str, node: &str, now: u64) -> worker::Result<()> {
        self.sql
            .exec("INSERT OR IGNORE INTO garbage (version, node, since) VALUES (?, ?, ?)", vec![text(version), text(node), integer(now)])?;
        Ok(())
    }

    /// True when the blob is gone.
    async fn remove_blob(&self, orphan: &Orphan) -> bool {
        let Ok(config) = crate::settings::load(&self.env) else { return false };
        let Some(node) = config.nodes.get(&orphan.node) else { return false };
        let Ok(bucket) = self.env.bucket(&node.binding) else { return false };
        let Some(name) = self.state.id().name() else { return false };
        bucket.delete(limn_core::node::blob_key(&name, &orphan.version)).await.is_ok()
    }

    async fn wake(&self, now: u64) -> worker::Result<()> {
        let storage = self.state.storage();
        match storage.get_alarm().await? {
            Some(_) => Ok(()),
            None => storage.set_alarm((now + rules::GARBAGE_AGE_MS) as i64).await,
        }
    }
}

fn text(value: &str) -> SqlStorageValue {
    SqlStorageValue::from(value.to_string())
}

/// Integers travel as doubles: exact to 2^53, which no length or time reaches.
fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Float(value as f64)
}
