//! Copies of blobs: what a bucket's replicas ask for beyond the quorum that an upload waited for, what a reader
//! found wrong, and what is to move since nodes came, went or drain.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use crate::bucket;
use crate::node::{health, store};
use futures_util::{stream, StreamExt};
use limn_core::config::Config;
use limn_core::ledger::{copy_pause, Row};
use limn_core::node::blob_key;
use serde::Deserialize;

/// Most copies that one alarm makes; what is left wakes the next.
const AT_A_TIME: u64 = 50;
/// How many of them are made at once; a Worker may hold six connections.
const TOGETHER: usize = 3;
/// When a copy to a node is looked at again whose breaker is open, milliseconds.
const CLOSED_MS: u64 = 2_500;

#[derive(Deserialize)]
struct Copy {
    version: String,
    node: String,
    tries: u64,
}

/// A node whose copy of some blob is still to be made.
#[derive(Deserialize)]
struct Awaited {
    node: String,
}

impl Ledger {
    /// Brings an object nearer to its homes, and tells whether that was needed: one copy is wanted on each home that
    /// holds none. Once all homes hold one, those elsewhere are garbage, also on nodes that the settings do not name
    /// any more; a copy that is to be made anew does not count as held. So are blobs that nodes may hold which
    /// `failed` to store them.
    pub(super) fn settle(&self, key: &str, row: &Row, failed: &[String], now: u64) -> worker::Result<bool> {
        let (Some(name), Ok(config)) = (self.bucket_name(), crate::settings::load(&self.env)) else { return Ok(false) };
        let Some(bucket) = bucket::by_settings(config, &name) else { return Ok(false) };
        let homes: Vec<&str> = bucket.homes(key).iter().map(|node| node.name.as_str()).collect();
        let wanted: Vec<&&str> = homes.iter().filter(|home| !row.holders().any(|holder| holder == **home)).collect();
        for node in &wanted {
            self.want_copy(&row.version, node, now)?;
        }
        for node in failed.iter().filter(|node| !homes.contains(&node.as_str())) {
            self.garbage(&row.version, node, now)?;
        }
        let (stay, go): (Vec<&str>, Vec<&str>) = row.holders().partition(|holder| homes.contains(holder));
        let awaited = self.sql.all::<Awaited, 1>("SELECT node FROM copies WHERE version = ?", [T(&row.version)])?;
        let awaited = || awaited.iter().map(|copy| copy.node.as_str());
        // What was a home when the copy was wanted, and is none any more.
        for node in awaited().filter(|node| !homes.is_empty() && !homes.contains(node) && !go.contains(node)) {
            self.give_up(&row.version, node, now)?;
        }
        if !wanted.is_empty() || go.is_empty() || stay.is_empty() {
            return Ok(!wanted.is_empty());
        }
        if awaited().any(|node| stay.contains(&node)) {
            return Ok(true);
        }
        for node in go {
            self.give_up(&row.version, node, now)?;
        }
        self.sql.run("UPDATE objects SET nodes = ? WHERE version = ?", [T(&stay.join(",")), T(&row.version)])?;
        Ok(true)
    }

    /// A node need not hold a blob.
    fn give_up(&self, version: &str, node: &str, now: u64) -> worker::Result<()> {
        self.sql.run("DELETE FROM copies WHERE version = ? AND node = ?", [T(version), T(node)])?;
        self.garbage(version, node, now)
    }

    pub(super) fn want_copy(&self, version: &str, node: &str, now: u64) -> worker::Result<()> {
        let statement = "INSERT OR IGNORE INTO copies (version, node, tries, due, since) VALUES (?1, ?2, 0, ?3, ?3)";
        self.sql.run(statement, [T(version), T(node), N(now)])?;
        // A node that gets the blob again keeps it.
        self.sql.run("DELETE FROM garbage WHERE version = ? AND node = ?", [T(version), T(node)])
    }

    /// Has copies made anew that a reader found wrong or missing.
    pub(super) fn repair(&self, version: &str, nodes: &[String], now: u64) -> Answer<()> {
        let Some((_, row)) = self.of_version(version)? else { return Ok(()) };
        for node in nodes.iter().filter(|node| row.holders().any(|holder| holder == node.as_str())) {
            self.want_copy(version, node, now)?;
        }
        Ok(())
    }

    /// Makes the copies that are due. Safe to repeat: a copy that is made twice is the same.
    pub(super) async fn make_copies(&self, now: u64) -> worker::Result<()> {
        let Ok(config) = crate::settings::load(&self.env) else { return Ok(()) };
        let due = "SELECT version, node, tries FROM copies WHERE due <= ? ORDER BY due LIMIT ?";
        let copies = self.sql.all::<Copy, 2>(due, [N(now), N(AT_A_TIME)])?;
        let one = |copy: &Copy| {
            let found = self.of_version(&copy.version);
            let to = copy.node.clone();
            async move {
                match found? {
                    // Not a try: the node's breaker says that it does not answer.
                    Some(_) if config.nodes.get(&to).is_some_and(|node| !health::lets(node)) => Ok(None),
                    Some((_, row)) => Ok::<_, worker::Error>(Some(self.make_copy(config, &row, &to).await)),
                    None => Ok(Some(false)),
                }
            }
        };
        let made: Vec<_> = stream::iter(copies.iter().map(one)).buffered(TOGETHER).collect().await;
        for (copy, made) in copies.into_iter().zip(made) {
            let made = made?;
            // Whatever came between is seen again: the object may have been replaced while it was copied.
            let of = || [T(&copy.version), T(&copy.node)];
            match (self.of_version(&copy.version)?, made) {
                (None, _) => {
                    self.sql.run("DELETE FROM copies WHERE version = ? AND node = ?", of())?;
                    self.garbage(&copy.version, &copy.node, now)?;
                }
                (Some((key, mut row)), Some(true)) => {
                    self.sql.run("DELETE FROM copies WHERE version = ? AND node = ?", of())?;
                    if !row.holders().any(|holder| holder == copy.node) {
                        row.nodes = format!("{},{}", row.nodes, copy.node);
                        self.sql.run("UPDATE objects SET nodes = ? WHERE version = ?", [T(&row.nodes), T(&row.version)])?;
                    }
                    self.settle(&key, &row, &[], now)?;
                }
                (Some(_), None) => {
                    let statement = "UPDATE copies SET due = ? WHERE version = ? AND node = ?";
                    self.sql.run(statement, [N(now + CLOSED_MS), T(&copy.version), T(&copy.node)])?;
                }
                (Some(_), Some(false)) => {
                    let statement = "UPDATE copies SET tries = tries + 1, due = ? WHERE version = ? AND node = ?";
                    self.sql.run(statement, [N(now + copy_pause(copy.tries)), T(&copy.version), T(&copy.node)])?;
                }
            }
        }
        Ok(())
    }

    /// True when the node holds the blob: copied from the first of the others that can give it.
    async fn make_copy(&self, config: &Config, row: &Row, to: &str) -> bool {
        let (Some(name), Some(known), Some(to)) = (self.bucket_name(), row.known(), config.nodes.get(to)) else { return false };
        let blob = blob_key(&name, &row.version);
        for from in row.holders().filter(|holder| *holder != to.name).filter_map(|holder| config.nodes.get(holder)) {
            if store::copy(&self.env, from, to, &blob, &known).await.is_ok() {
                return true;
            }
        }
        false
    }

    /// Sees to it that the next copy is made when it is due.
    pub(super) async fn wake_for_copies(&self) -> worker::Result<()> {
        #[derive(Deserialize)]
        struct Due {
            due: Option<u64>,
        }
        match self.sql.first::<Due, 0>("SELECT MIN(due) AS due FROM copies", [])?.and_then(|d| d.due) {
            Some(due) => self.wake_at(due).await,
            None => Ok(()),
        }
    }
}
