//! Jobs over all rows of a bucket: a rebalance brings objects to their homes, a scrub reads every copy. The alarm
//! takes a few rows at a time and notes how far it came, so that whatever ends it, it goes on from there.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use crate::node::{health, store};
use futures_util::future::join_all;
use limn_core::config::{Config, Node};
use limn_core::ledger::jobs::{Census, Job, Kind, BACKLOG, PAUSE_MS, ROWS_AT_A_TIME, SCRUBBED_AT_A_TIME, SCRUBBED_BYTES, SCRUB_MS};
use limn_core::ledger::Row;
use limn_core::node::blob_key;
use limn_core::Error;
use serde::Deserialize;
use worker::Date;

/// Longest blobs of which all copies are read at once, bytes.
const AT_ONCE: u64 = 4 << 20;

#[derive(Deserialize)]
struct Count {
    nodes: String,
    value: u64,
    since: Option<u64>,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// What a scrub found of one object.
#[derive(Default)]
struct Found {
    good: u64,
    wrong: u64,
    missing: u64,
    unreachable: u64,
}

impl Ledger {
    pub(super) fn census(&self) -> Answer<Census> {
        let mut census = Census { jobs: self.sql.all("SELECT * FROM jobs ORDER BY kind", [])?, ..Census::default() };
        // Each list of nodes once: there are few, however many rows there are.
        for Count { nodes, value, .. } in self.counts("SELECT nodes, COUNT(*) AS value, NULL AS since FROM objects GROUP BY nodes")? {
            census.objects += value;
            census.add(&nodes, |h| h.objects += value);
        }
        for Count { nodes, value, .. } in self.counts("SELECT nodes, COUNT(*) AS value, NULL AS since FROM parts GROUP BY nodes")? {
            census.add(&nodes, |h| h.parts += value);
        }
        for Count { nodes, value, .. } in self.counts("SELECT nodes, COUNT(*) AS value, NULL AS since FROM pending GROUP BY nodes")? {
            census.add(&nodes, |h| h.uploads += value);
        }
        for Count { nodes, value, since } in
            self.counts("SELECT node AS nodes, COUNT(*) AS value, MIN(since) AS since FROM copies GROUP BY node")?
        {
            census.add(&nodes, |h| (h.wanted, h.wanted_since) = (value, since));
        }
        for Count { nodes, value, .. } in
            self.counts("SELECT node AS nodes, COUNT(*) AS value, NULL AS since FROM garbage GROUP BY node")?
        {
            census.add(&nodes, |h| h.garbage = value);
        }
        Ok(census)
    }

    fn counts(&self, statement: &str) -> worker::Result<Vec<Count>> {
        self.sql.all(statement, [])
    }

    fn running(&self) -> worker::Result<Option<Job>> {
        self.sql.first("SELECT * FROM jobs WHERE state = 'running'", [])
    }

    pub(super) fn start_job(&self, kind: Kind, now: u64) -> Answer<()> {
        if let Some(other) = self.running()?.filter(|job| job.kind != kind) {
            return Err(Error::Conflict(format!("A {} of the bucket is running; stop it or wait for its end.", other.kind.name())).into());
        }
        // Two starts in one millisecond are two jobs.
        Ok(self.sql.run(
            "INSERT OR REPLACE INTO jobs (kind, state, last_key, total, done, moving, good, wrong, missing, unreachable, lost, started, ended)
             SELECT ?1, 'running', '', COUNT(*), 0, 0, 0, 0, 0, 0, 0,
               MAX(?2, (SELECT COALESCE(MAX(started) + 1, 0) FROM jobs WHERE kind = ?1)), NULL FROM objects",
            [T(kind.name()), N(now)],
        )?)
    }

    pub(super) fn stop_job(&self, now: u64) -> Answer<()> {
        Ok(self.sql.run("UPDATE jobs SET state = 'stopped', ended = ? WHERE state = 'running'", [N(now)])?)
    }

    /// Sees to it that the job that runs goes on.
    pub(super) async fn wake_for_job(&self, now: u64) -> worker::Result<()> {
        match self.running()? {
            Some(job) if job.kind == Kind::Rebalance && self.backlog()? >= BACKLOG => self.wake_at(now + PAUSE_MS).await,
            Some(_) => self.wake_at(now).await,
            None => Ok(()),
        }
    }

    fn backlog(&self) -> worker::Result<u64> {
        self.sql.number("SELECT COUNT(*) AS value FROM copies WHERE tries = 0", [])
    }

    /// Goes on with the job that runs.
    pub(super) async fn work_on_job(&self, now: u64) -> worker::Result<()> {
        match self.running()? {
            Some(job) if job.kind == Kind::Rebalance => self.rebalance(&job, now),
            Some(job) => self.scrub(&job).await,
            None => Ok(()),
        }
    }

    /// Wants the copies that some objects lack on their homes, and gives up those elsewhere. No await comes between
    /// what is read and what is written.
    fn rebalance(&self, job: &Job, now: u64) -> worker::Result<()> {
        if self.backlog()? >= BACKLOG {
            return Ok(());
        }
        let batch = self.after(&job.last_key, ROWS_AT_A_TIME)?;
        let last = (batch.len() as u64) < ROWS_AT_A_TIME;
        for Version { version } in batch {
            let Some((key, row)) = self.of_version(&version)? else { continue };
            let moving = self.settle(&key, &row, &[], now)?;
            self.note(job, &key, moving, &Found::default())?;
        }
        match last {
            true => self.finish_job(job, now),
            false => Ok(()),
        }
    }

    fn after(&self, key: &str, most: u64) -> worker::Result<Vec<Version>> {
        self.sql.all("SELECT version FROM objects WHERE key > ? ORDER BY key LIMIT ?", [T(key), N(most)])
    }

    /// Notes that the job is done with a key; a job that was stopped or began anew in the meantime is not touched.
    fn note(&self, job: &Job, key: &str, moving: bool, found: &Found) -> worker::Result<()> {
        let lost = found.good + found.unreachable == 0 && job.kind == Kind::Scrub;
        self.sql.run(
            "UPDATE jobs SET last_key = ?, done = done + 1, moving = moving + ?, good = good + ?, wrong = wrong + ?, missing = missing + ?,
               unreachable = unreachable + ?, lost = lost + ? WHERE kind = ? AND started = ? AND state = 'running' AND last_key < ?",
            [
                T(key),
                N(moving.into()),
                N(found.good),
                N(found.wrong),
                N(found.missing),
                N(found.unreachable),
                N(lost.into()),
                T(job.kind.name()),
                N(job.started),
                T(key),
            ],
        )
    }

    fn finish_job(&self, job: &Job, now: u64) -> worker::Result<()> {
        let statement = "UPDATE jobs SET state = 'done', ended = ?, total = done WHERE kind = ? AND started = ? AND state = 'running'";
        self.sql.run(statement, [N(now), T(job.kind.name()), N(job.started)])
    }

    /// Reads the copies of some objects and has those made anew that are not what their row says.
    async fn scrub(&self, job: &Job) -> worker::Result<()> {
        let Ok(config) = crate::settings::load(&self.env) else { return Ok(()) };
        let begun = Date::now().as_millis();
        let mut bytes = 0;
        let batch = self.after(&job.last_key, SCRUBBED_AT_A_TIME)?;
        let last = (batch.len() as u64) < SCRUBBED_AT_A_TIME;
        for Version { version } in batch {
            let Some((key, row)) = self.of_version(&version)? else { continue };
            bytes += row.length * row.holders().count() as u64;
            let (found, broken) = self.read_copies(config, &row).await;
            // Stopped, or begun anew.
            if self.running()?.is_none_or(|now| (now.kind, now.started) != (job.kind, job.started)) {
                return Ok(());
            }
            let now = Date::now().as_millis();
            // The object may have been replaced or moved while it was read.
            let mut moving = false;
            if let Some((key, row)) = self.of_version(&version)? {
                let held = broken.iter().filter(|node| row.holders().any(|holder| holder == node.as_str()));
                for node in held {
                    self.want_copy(&version, node, now)?;
                }
                moving = self.settle(&key, &row, &[], now)?;
            }
            self.note(job, &key, moving, &found)?;
            if bytes >= SCRUBBED_BYTES || now >= begun + SCRUB_MS {
                return Ok(());
            }
        }
        match last {
            true => self.finish_job(job, Date::now().as_millis()),
            false => Ok(()),
        }
    }

    /// What each node holds of an object, and the names of those that hold other bytes or none. Nodes that the
    /// settings do not name any more are nobody's to ask.
    async fn read_copies(&self, config: &Config, row: &Row) -> (Found, Vec<String>) {
        let mut found = Found::default();
        let mut broken = Vec::new();
        let (Some(name), Some(known)) = (self.bucket_name(), row.known()) else { return (found, broken) };
        let blob = blob_key(&name, &row.version);
        let nodes: Vec<&Node> = row.holders().filter_map(|holder| config.nodes.get(holder)).collect();
        let at_once = if row.length <= AT_ONCE { nodes.len().max(1) } else { 1 };
        for nodes in nodes.chunks(at_once) {
            let told = join_all(nodes.iter().map(|node| health::watched(node, store::check(&self.env, node, &blob, &known)))).await;
            for (node, told) in nodes.iter().zip(told) {
                match told {
                    Ok(store::Copy::Good) => found.good += 1,
                    Ok(store::Copy::Wrong) => found.wrong += 1,
                    Ok(store::Copy::Missing) => found.missing += 1,
                    Err(_) => found.unreachable += 1,
                }
                if matches!(told, Ok(store::Copy::Wrong | store::Copy::Missing)) {
                    worker::console_warn!("scrub: {blob} is not on node {} as it was stored", node.name);
                    broken.push(node.name.clone());
                }
            }
        }
        (found, broken)
    }
}
