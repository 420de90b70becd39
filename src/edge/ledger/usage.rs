//! A bucket's traffic by minute, hour and day, and what it holds: added to as isolates tell, told for a bill.

use super::sql::Bind::N;
use super::{Answer, Ledger};
use limn_core::ledger::quota::Amount;
use limn_core::ledger::usage::{self, Share, Usage};
use serde::Deserialize;

impl Ledger {
    pub(super) fn tell_usage(&self, query: &usage::Query) -> Answer<Usage> {
        let rows =
            "SELECT at, reads, writes, bytes_out, bytes_in, bytes, objects FROM usage WHERE span = ? AND at >= ? AND at < ? ORDER BY at";
        Ok(Usage {
            held: self.objects_of(None)?,
            pending: self.pending_of(None)?,
            users: self
                .sql
                .all::<UserTotal, 0>("SELECT user, bytes, objects FROM totals ORDER BY user", [])?
                .into_iter()
                .map(Into::into)
                .collect(),
            rows: self.sql.all::<UsageRow, 3>(rows, [N(query.span), N(query.from), N(query.until)])?.into_iter().map(Into::into).collect(),
        })
    }

    /// Adds traffic to the rows of all spans; tells the reads of the present minute.
    pub(super) fn add_traffic(&self, minute: u64, traffic: &usage::Traffic) -> worker::Result<()> {
        let held = self.objects_of(None)?;
        for span in usage::Span::ALL {
            let add = "INSERT INTO usage (span, at, reads, writes, bytes_out, bytes_in, bytes, objects) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (span, at) DO UPDATE SET reads = reads + excluded.reads, writes = writes + excluded.writes,
                 bytes_out = bytes_out + excluded.bytes_out, bytes_in = bytes_in + excluded.bytes_in, bytes = excluded.bytes, objects = excluded.objects";
            let usage::Traffic { reads, writes, bytes_out, bytes_in } = *traffic;
            let row =
                [N(span.seconds()), N(span.begin(minute)), N(reads), N(writes), N(bytes_out), N(bytes_in), N(held.bytes), N(held.objects)];
            self.sql.run(add, row)?;
            let old = minute.saturating_sub(span.kept_seconds());
            self.sql.run("DELETE FROM usage WHERE span = ? AND at < ?", [N(span.seconds()), N(old)])?;
        }
        Ok(())
    }

    pub(super) fn reads_of_minute(&self, now: u64) -> worker::Result<u64> {
        let reads = "SELECT COALESCE(SUM(reads), 0) AS value FROM usage WHERE span = 60 AND at = ?";
        self.sql.number(reads, [N(usage::Span::Minute.begin(now / 1_000))])
    }
}

#[derive(Deserialize)]
struct UserTotal {
    user: String,
    bytes: u64,
    objects: u64,
}

impl From<UserTotal> for Share {
    fn from(t: UserTotal) -> Share {
        Share { user: t.user, held: Amount { bytes: t.bytes, objects: t.objects } }
    }
}

/// A row as it lies in the table: flattened types cannot be read from one.
#[derive(Deserialize)]
struct UsageRow {
    at: u64,
    reads: u64,
    writes: u64,
    bytes_out: u64,
    bytes_in: u64,
    bytes: u64,
    objects: u64,
}

impl From<UsageRow> for usage::Row {
    fn from(r: UsageRow) -> usage::Row {
        let UsageRow { at, reads, writes, bytes_out, bytes_in, bytes, objects } = r;
        usage::Row { at, traffic: usage::Traffic { reads, writes, bytes_out, bytes_in }, held: Amount { bytes, objects } }
    }
}
