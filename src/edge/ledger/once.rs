//! Uploads that happen once: what a token or an Idempotency-Key was used for is written where the object is.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::api::conditions::WriteCondition;
use limn_core::ledger::once::{Done, Mark};
use serde::Deserialize;

#[derive(Deserialize)]
struct Used {
    fingerprint: String,
    done: String,
}

impl Ledger {
    /// What was done under one of the marks before; a refusal where it was another upload.
    pub(super) fn recall(&self, marks: &[Mark], now: u64) -> Answer<Option<Done>> {
        let mut found = None;
        for mark in marks {
            let used = "SELECT fingerprint, done FROM once WHERE id = ? AND until >= ?";
            if let Some(Used { fingerprint, done }) = self.sql.first(used, [T(&mark.id), N(now / 1_000)])? {
                mark.check(&fingerprint)?;
                let done = serde_json::from_str(&done).map_err(|e| worker::Error::from(e.to_string()))?;
                found = found.or(Some(done));
            }
        }
        Ok(found)
    }

    /// Commits and uses the marks up. Nothing in here waits: of two that come at once the second finds what the
    /// first has written.
    pub(super) fn commit_once(&self, done: Done, only_if: &WriteCondition, failed: &[String], marks: &[Mark], now: u64) -> Answer<Done> {
        match self.recall(marks, now) {
            Ok(None) => {}
            // Whatever was stored for this one is garbage, unless it is this very commit, told twice.
            Ok(Some(before)) if before.row.version == done.row.version => return Ok(before),
            earlier => {
                self.discard(std::slice::from_ref(&done.row.version), now)?;
                return earlier.map(|before| before.unwrap_or(done));
            }
        }
        let text = serde_json::to_string(&done).map_err(|e| worker::Error::from(e.to_string()))?;
        self.commit(&done.key, &done.row, only_if, failed, now)?;
        for mark in marks {
            self.sql.run(
                "INSERT OR REPLACE INTO once (id, fingerprint, done, until) VALUES (?, ?, ?, ?)",
                [T(&mark.id), T(&mark.fingerprint), T(&text), N(mark.until)],
            )?;
        }
        self.sql.run("DELETE FROM once WHERE until < ?", [N(now / 1_000)])?;
        Ok(done)
    }
}
