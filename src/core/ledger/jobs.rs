//! Work on all objects of a bucket: what a job is, how it is told, and its table.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A step of the ledger's [schema](super::schema). `jobs` holds the last job of each kind, of which at most one
/// runs; its row is the truth, so that a job survives whatever runs it. `copies.since` tells when a copy was
/// wanted first.
pub const TABLES: &[&str] = &[
    "CREATE TABLE jobs (
        kind TEXT PRIMARY KEY, state TEXT NOT NULL, last_key TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL,
        moving INTEGER NOT NULL, good INTEGER NOT NULL, wrong INTEGER NOT NULL, missing INTEGER NOT NULL,
        unreachable INTEGER NOT NULL, lost INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER)",
    "ALTER TABLE copies ADD COLUMN since INTEGER NOT NULL DEFAULT 0",
];

/// Objects of a rebalance that one alarm looks at.
pub const ROWS_AT_A_TIME: u64 = 200;
/// Copies that may wait, never tried, before a rebalance wants more.
pub const BACKLOG: u64 = 500;
/// How long a job waits for the copies that it wants, milliseconds.
pub const PAUSE_MS: u64 = 500;
/// Objects that one alarm of a scrub reads, and the bytes and milliseconds after which it stops: other work of
/// the alarm must not wait for long.
pub const SCRUBBED_AT_A_TIME: u64 = 100;
/// As above, bytes over all copies.
pub const SCRUBBED_BYTES: u64 = 256 << 20;
/// As above, milliseconds.
pub const SCRUB_MS: u64 = 10_000;

/// The kinds of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Objects are brought to their homes.
    Rebalance,
    /// Copies are read and compared.
    Scrub,
}

impl Kind {
    /// As in the table.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Rebalance => "rebalance",
            Kind::Scrub => "scrub",
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The alarm goes on with it.
    Running,
    /// It went over all objects.
    Done,
    /// It was told to end.
    Stopped,
}

/// A job and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What it does.
    pub kind: Kind,
    /// Whether it goes on.
    pub state: State,
    /// The last key that it is done with.
    pub last_key: String,
    /// Objects when it began.
    pub total: u64,
    /// Objects that it is done with.
    pub done: u64,
    /// Objects that were not where they belong.
    pub moving: u64,
    /// Copies that are as they should be.
    pub good: u64,
    /// Copies of other bytes.
    pub wrong: u64,
    /// Copies that their node does not hold.
    pub missing: u64,
    /// Copies whose node did not answer.
    pub unreachable: u64,
    /// Objects of which no good copy was found though every node answered.
    pub lost: u64,
    /// Unix milliseconds.
    pub started: u64,
    /// Unix milliseconds.
    pub ended: Option<u64>,
}

/// What of one node a bucket's ledger names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Objects that it holds.
    pub objects: u64,
    /// Parts of multipart uploads that it holds.
    pub parts: u64,
    /// Uploads under way that may be written to it.
    pub uploads: u64,
    /// Copies that it is to get.
    pub wanted: u64,
    /// Since when the oldest of them has been wanted, unix milliseconds.
    pub wanted_since: Option<u64>,
    /// Blobs on it that wait to be deleted.
    pub garbage: u64,
}

impl Holding {
    /// Whether anything but garbage names the node.
    pub fn is_named(&self) -> bool {
        self.objects + self.parts + self.uploads + self.wanted > 0
    }
}

/// Where a bucket's blobs lie, and its jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// Objects.
    pub objects: u64,
    /// By name of the node; it need not stand in the settings any more.
    pub nodes: BTreeMap<String, Holding>,
    /// The last job of each kind.
    pub jobs: Vec<Job>,
}

impl Census {
    /// That of another shard of the same bucket, added; each shard has jobs of its own.
    pub fn join(mut self, other: Census) -> Census {
        self.objects += other.objects;
        self.jobs.extend(other.jobs);
        for (name, theirs) in other.nodes {
            let ours = self.nodes.entry(name).or_default();
            ours.objects += theirs.objects;
            ours.parts += theirs.parts;
            ours.uploads += theirs.uploads;
            ours.wanted += theirs.wanted;
            ours.garbage += theirs.garbage;
            ours.wanted_since = ours.wanted_since.into_iter().chain(theirs.wanted_since).min();
        }
        self
    }

    /// Adds a count to each node of a list as rows hold it.
    pub fn add(&mut self, list: &str, count: impl Fn(&mut Holding)) {
        for name in super::names(list) {
            count(self.nodes.entry(name.to_string()).or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_census_counts_each_node_of_a_list() {
        let mut census = Census::default();
        census.add("a,b", |h| h.objects += 3);
        census.add("b", |h| h.objects += 2);
        census.add("", |h| h.objects += 9);
        census.add("c", |h| h.garbage += 1);
        let counts: Vec<(&str, u64, bool)> = census.nodes.iter().map(|(n, h)| (n.as_str(), h.objects, h.is_named())).collect();
        assert_eq!(counts, [("a", 3, true), ("b", 5, true), ("c", 0, false)]);
    }

    #[test]
    fn kinds_are_told_by_their_names() {
        for kind in [Kind::Rebalance, Kind::Scrub] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
