//! The deployment's counters, summed over isolates and data centres.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::ledger::call::Counted;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Stored {
    name: String,
    value: u64,
    updated: u64,
}

impl Ledger {
    pub(super) fn count(&self, counts: &BTreeMap<String, u64>, now: u64) -> Answer<()> {
        for (name, count) in counts {
            self.sql.run(
                "INSERT INTO sums (name, value, updated) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET value = value + excluded.value, updated = excluded.updated",
                [T(name), N(*count), N(now)],
            )?;
        }
        Ok(())
    }

    pub(super) fn counted(&self) -> Answer<Counted> {
        let stored: Vec<Stored> = self.sql.all("SELECT name, value, updated FROM sums ORDER BY name", [])?;
        let updated = stored.iter().map(|s| s.updated).max().unwrap_or(0);
        Ok(Counted { sums: stored.into_iter().map(|s| (s.name, s.value)).collect(), updated })
    }
}
