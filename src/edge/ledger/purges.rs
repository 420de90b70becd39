//! Purges: generations counted up at once, derived images deleted afterwards.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::key::Key;
use limn_core::purge::{scopes, Purge};
use serde::Deserialize;

/// How many purges are remembered for whoever looks into what happened.
const REMEMBERED: u64 = 1_000;
/// Binding of the store of derived images.
const DERIVED: &str = "DERIVED";
/// Most pages of derived images, of a thousand each, that one alarm deletes.
const PAGES: usize = 20;

#[derive(Deserialize)]
struct Waiting {
    scope: String,
    before: u64,
}

impl Ledger {
    /// The sum over an object's scopes.
    pub(super) fn generation(&self, key: &str) -> worker::Result<u64> {
        let mut sum = 0;
        for scope in scopes(key) {
            sum += self.sql.number("SELECT COALESCE(SUM(generation), 0) AS value FROM generations WHERE scope = ?", [T(&scope)])?;
        }
        Ok(sum)
    }

    pub(super) fn purge(&self, purge: &Purge, user: &str, now: u64) -> Answer<()> {
        for scope in purge.scopes() {
            self.sql.run(
                "INSERT INTO generations (scope, generation) VALUES (?, 1) ON CONFLICT (scope) DO UPDATE SET generation = generation + 1",
                [T(&scope)],
            )?;
            self.sql.run("INSERT OR REPLACE INTO reclaim (scope, before) VALUES (?, ?)", [T(&scope), N(now)])?;
        }
        let what = serde_json::to_string(purge).map_err(|e| worker::Error::from(e.to_string()))?;
        self.sql.run("INSERT INTO purges (at, user, what) VALUES (?, ?, ?)", [N(now), T(user), T(&what)])?;
        let rest = "DELETE FROM purges WHERE rowid <= (SELECT MAX(rowid) FROM purges) - ?";
        Ok(self.sql.run(rest, [N(REMEMBERED)])?)
    }

    /// Deletes derived images that a purge has put out of reach; true when some are left. What is written
    /// under an old generation after this stays until the store's own lifecycle rule takes it.
    pub(super) async fn reclaim(&self) -> worker::Result<bool> {
        let waiting: Vec<Waiting> = self.sql.all("SELECT scope, before FROM reclaim LIMIT 10", [])?;
        let (Ok(store), Some(name)) = (self.env.bucket(DERIVED), self.bucket_name()) else {
            self.sql.run("DELETE FROM reclaim", [])?;
            return Ok(false);
        };
        let mut pages = 0;
        for Waiting { scope, before } in waiting {
            let prefix = match scope.strip_prefix('=') {
                Some(file) => Key::store_prefix(&name, file),
                None => format!("{name}/{scope}"),
            };
            let mut cursor = None;
            loop {
                let mut list = store.list().prefix(prefix.clone());
                if let Some(cursor) = cursor.take() {
                    list = list.cursor(cursor);
                }
                let page = list.execute().await?;
                let old: Vec<String> = page.objects().iter().filter(|o| o.uploaded().as_millis() <= before).map(|o| o.key()).collect();
                if !old.is_empty() {
                    store.delete_multiple(old).await?;
                }
                pages += 1;
                match page.cursor().filter(|_| page.truncated()) {
                    Some(_) if pages >= PAGES => return Ok(true),
                    Some(next) => cursor = Some(next),
                    None => break,
                }
            }
            self.sql.run("DELETE FROM reclaim WHERE scope = ? AND before = ?", [T(&scope), N(before)])?;
        }
        Ok(self.sql.number("SELECT COUNT(*) AS value FROM reclaim", [])? > 0)
    }
}
