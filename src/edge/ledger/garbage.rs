//! Blobs that no row names: noted, and deleted once no reader can be on its way to them.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::ledger::{GARBAGE_AGE_MS, PENDING_AGE_MS, UPLOAD_AGE_MS};
use serde::Deserialize;

#[derive(Deserialize)]
struct Orphan {
    version: String,
    node: String,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

impl Ledger {
    /// Gives reserved versions back.
    pub(super) fn discard(&self, versions: &[String], now: u64) -> Answer<()> {
        for version in versions {
            self.sql.run(
                "INSERT OR IGNORE INTO garbage (version, node, since) SELECT version, node, ? FROM pending WHERE version = ?",
                [N(now), T(version)],
            )?;
            self.sql.run("DELETE FROM pending WHERE version = ?", [T(version)])?;
        }
        Ok(())
    }

    pub(super) fn garbage(&self, version: &str, node: &str, now: u64) -> worker::Result<()> {
        self.sql.run("INSERT OR IGNORE INTO garbage (version, node, since) VALUES (?, ?, ?)", [T(version), T(node), N(now)])
    }

    /// Ends uploads that nobody came back to, and deletes blobs that no row has named for an hour.
    pub(super) async fn collect_garbage(&self, now: u64) -> worker::Result<()> {
        self.sql.run(
            "INSERT OR IGNORE INTO garbage (version, node, since) SELECT version, node, reserved FROM pending WHERE reserved < ?",
            [N(now.saturating_sub(PENDING_AGE_MS))],
        )?;
        self.sql.run("DELETE FROM pending WHERE version IN (SELECT version FROM garbage)", [])?;
        let old = now.saturating_sub(UPLOAD_AGE_MS);
        for upload in self.sql.all::<Id, 1>("SELECT id FROM uploads WHERE begun < ? LIMIT 100", [N(old)])? {
            self.forget_upload(&upload.id, now)?;
        }
        self.sql.run("DELETE FROM completed WHERE ended < ?", [N(now.saturating_sub(PENDING_AGE_MS))])?;
        let orphans = "SELECT version, node FROM garbage WHERE since < ? LIMIT 500";
        for orphan in self.sql.all::<Orphan, 1>(orphans, [N(now.saturating_sub(GARBAGE_AGE_MS))])? {
            if self.remove_blob(&orphan).await {
                self.sql.run("DELETE FROM garbage WHERE version = ?", [T(&orphan.version)])?;
            }
        }
        let left = "SELECT (SELECT COUNT(*) FROM garbage) + (SELECT COUNT(*) FROM pending) + (SELECT COUNT(*) FROM uploads)
             + (SELECT COUNT(*) FROM completed) AS value";
        match self.sql.number(left, [])? {
            0 => Ok(()),
            _ => self.wake(now).await,
        }
    }

    /// True when the blob is gone.
    async fn remove_blob(&self, orphan: &Orphan) -> bool {
        let Ok(config) = crate::settings::load(&self.env) else { return false };
        let Some(node) = config.nodes.get(&orphan.node) else { return false };
        let Ok(bucket) = self.env.bucket(&node.binding) else { return false };
        let Some(name) = self.state.id().name() else { return false };
        bucket.delete(limn_core::node::blob_key(&name, &orphan.version)).await.is_ok()
    }

    /// Sees to it that the garbage is collected some time.
    pub(super) async fn wake(&self, now: u64) -> worker::Result<()> {
        match self.state.storage().get_alarm().await? {
            Some(_) => Ok(()),
            None => self.wake_at(now + GARBAGE_AGE_MS).await,
        }
    }

    /// As [`wake`](Self::wake), at a time; an earlier alarm stays.
    pub(super) async fn wake_at(&self, at: u64) -> worker::Result<()> {
        let storage = self.state.storage();
        match storage.get_alarm().await? {
            Some(earlier) if earlier as u64 <= at => Ok(()),
            _ => storage.set_alarm(at as i64).await,
        }
    }
}
