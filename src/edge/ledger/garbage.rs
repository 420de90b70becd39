//! Blobs that no row names: noted, and deleted once no reader can be on its way to them.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use crate::node::{health, store};
use limn_core::ledger::{names, version_text, GARBAGE_AGE_MS, PENDING_AGE_MS, UPLOAD_AGE_MS};
use limn_core::node::blob_key;
use serde::Deserialize;
use worker::ScheduledTime;

#[derive(Deserialize)]
struct Orphan {
    version: String,
    node: String,
}

#[derive(Deserialize)]
struct Pending {
    version: String,
    nodes: String,
    user: String,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

impl Ledger {
    /// Gives reserved versions back.
    pub(super) fn discard(&self, versions: &[String], now: u64) -> Answer<()> {
        for version in versions {
            let pending: Option<Pending> = self.sql.first("SELECT version, nodes, user FROM pending WHERE version = ?", [T(version)])?;
            if let Some(pending) = pending {
                self.drop_pending(&pending, now)?;
            }
        }
        Ok(())
    }

    fn drop_pending(&self, pending: &Pending, now: u64) -> worker::Result<()> {
        self.drop_blob(&pending.version, &pending.nodes, now)?;
        self.sql.run("DELETE FROM pending WHERE version = ?", [T(&pending.version)])?;
        self.note_due(&pending.user)
    }

    /// No row names a blob any more: it goes from the nodes that hold it, and from those that were to.
    pub(super) fn drop_blob(&self, version: &str, nodes: &str, now: u64) -> worker::Result<()> {
        for node in names(nodes) {
            self.garbage(version, node, now)?;
        }
        self.sql.run(
            "INSERT OR IGNORE INTO garbage (version, node, since) SELECT version, node, ? FROM copies WHERE version = ?",
            [N(now), T(version)],
        )?;
        self.sql.run("DELETE FROM copies WHERE version = ?", [T(version)])
    }

    pub(super) fn garbage(&self, version: &str, node: &str, now: u64) -> worker::Result<()> {
        self.sql.run("INSERT OR IGNORE INTO garbage (version, node, since) VALUES (?, ?, ?)", [T(version), T(node), N(now)])
    }

    /// Ends uploads that nobody came back to, and deletes blobs that no row has named for an hour.
    pub(super) async fn collect_garbage(&self, now: u64) -> worker::Result<()> {
        let late = "SELECT version, nodes, user FROM pending WHERE reserved < ? LIMIT 500";
        for pending in self.sql.all::<Pending, 1>(late, [N(now.saturating_sub(PENDING_AGE_MS))])? {
            self.drop_pending(&pending, now.saturating_sub(PENDING_AGE_MS))?;
        }
        // No upload that old is under way any more.
        self.sql.run("DELETE FROM tombstones WHERE version < ?", [T(&version_text(now.saturating_sub(2 * PENDING_AGE_MS)))])?;
        let old = now.saturating_sub(UPLOAD_AGE_MS);
        for upload in self.sql.all::<Id, 1>("SELECT id FROM uploads WHERE begun < ? LIMIT 100", [N(old)])? {
            self.forget_upload(&upload.id, now)?;
        }
        self.sql.run("DELETE FROM completed WHERE ended < ?", [N(now.saturating_sub(PENDING_AGE_MS))])?;
        let orphans = "SELECT version, node FROM garbage WHERE since < ? ORDER BY since LIMIT 500";
        for orphan in self.sql.all::<Orphan, 1>(orphans, [N(now.saturating_sub(GARBAGE_AGE_MS))])? {
            let of = || [T(&orphan.version), T(&orphan.node)];
            match self.remove_blob(&orphan).await {
                true => self.sql.run("DELETE FROM garbage WHERE version = ? AND node = ?", of())?,
                // Behind the others, so that a node that is away holds nothing up.
                false => self
                    .sql
                    .run("UPDATE garbage SET since = ?3 WHERE version = ?1 AND node = ?2", [T(&orphan.version), T(&orphan.node), N(now)])?,
            }
        }
        let left = "SELECT (SELECT COUNT(*) FROM garbage) + (SELECT COUNT(*) FROM pending) + (SELECT COUNT(*) FROM uploads)
             + (SELECT COUNT(*) FROM completed) AS value";
        match self.sql.number(left, [])? {
            0 => Ok(()),
            _ => self.wake(now).await,
        }
    }

    /// True when the blob is gone, or lies where the settings lead nobody any more.
    async fn remove_blob(&self, orphan: &Orphan) -> bool {
        let Ok(config) = crate::settings::load(&self.env) else { return false };
        let Some(node) = config.nodes.get(&orphan.node) else { return true };
        let Some(name) = self.bucket_name() else { return false };
        health::watched(node, store::delete(&self.env, node, &blob_key(&name, &orphan.version))).await.is_ok()
    }

    /// Sees to it that the garbage is collected some time.
    pub(super) async fn wake(&self, now: u64) -> worker::Result<()> {
        self.wake_at(now + GARBAGE_AGE_MS).await
    }

    /// As [`wake`](Self::wake), at a time; an earlier alarm stays.
    pub(super) async fn wake_at(&self, at: u64) -> worker::Result<()> {
        let storage = self.state.storage();
        match storage.get_alarm().await? {
            Some(earlier) if earlier as u64 <= at => Ok(()),
            // A number by itself would be taken for a time from now on.
            _ => storage.set_alarm(ScheduledTime::new(js_sys::Date::new(&(at as f64).into()))).await,
        }
    }
}
