//! An account: what several ledgers hold together, held to the quota of a user or of a sharded bucket.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::config::Quota;
use limn_core::ledger::quota::{admit, Account, Amount, Claim, Word};
use limn_core::Error;

/// What a ledger told, and what was let in since.
const ALL: &str = "SELECT (SELECT COALESCE(SUM(bytes), 0) FROM held) + (SELECT COALESCE(SUM(bytes), 0) FROM taken) AS bytes,
     (SELECT COALESCE(SUM(objects), 0) FROM held) + (SELECT COALESCE(SUM(objects), 0) FROM taken) AS objects";

impl Ledger {
    fn quota_of_account(&self) -> Answer<(Quota, &'static str)> {
        let config = crate::settings::load(&self.env).map_err(|_| Error::Unavailable("The settings cannot be read.".into()))?;
        let account = Account::of_ledger_name(&self.state.id().name().unwrap_or_default()).ok_or(Error::Internal)?;
        let quota = match &account {
            Account::User(name) => config.user(name).map(|user| user.quota),
            Account::Bucket(name) => config.bucket(name).ok().map(|bucket| bucket.quota),
        };
        Ok((quota.unwrap_or_default(), account.word()))
    }

    pub(super) fn held(&self) -> Answer<Amount> {
        Ok(self.sql.first(ALL, [])?.unwrap_or_default())
    }

    /// Lets an upload in. Looked up before it is measured: who asks again gets what it got (faults.md F17).
    pub(super) fn take(&self, claim: &Claim, now: u64) -> Answer<Vec<String>> {
        let known = "SELECT COUNT(*) AS value FROM taken WHERE ledger = ? AND version = ?";
        if self.sql.number(known, [T(&claim.ledger), T(&claim.version)])? > 0 {
            return Ok(Vec::new());
        }
        let (quota, word) = self.quota_of_account()?;
        let warnings = admit(&quota, word, self.held()?, claim.asked, claim.freed)?;
        if claim.counts {
            self.count_upload(&quota, word, now)?;
        }
        self.sql.run(
            "INSERT INTO taken (ledger, version, bytes, objects) VALUES (?, ?, ?, ?)",
            [T(&claim.ledger), T(&claim.version), N(claim.asked.bytes), N(claim.asked.objects)],
        )?;
        Ok(warnings)
    }

    /// Hears what a ledger holds: of uploads up to the last one that it knows, those count that it says are under way.
    pub(super) fn hear(&self, word: &Word) -> Answer<()> {
        let newer = "SELECT COUNT(*) AS value FROM held WHERE ledger = ? AND word >= ?";
        if self.sql.number(newer, [T(&word.ledger), N(word.number)])? > 0 {
            return Ok(());
        }
        self.sql.run(
            "INSERT OR REPLACE INTO held (ledger, word, bytes, objects) VALUES (?, ?, ?, ?)",
            [T(&word.ledger), N(word.number), N(word.held.bytes), N(word.held.objects)],
        )?;
        let pending = serde_json::to_string(&word.pending).map_err(|e| worker::Error::from(e.to_string()))?;
        let over = "DELETE FROM taken WHERE ledger = ?1 AND version <= ?2 AND version NOT IN (SELECT value FROM json_each(?3))";
        Ok(self.sql.run(over, [T(&word.ledger), T(&word.last), T(&pending)])?)
    }
}
