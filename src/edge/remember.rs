//! Rows and generations remembered in the isolate and in the data centre, so that a read of a hot object
//! never waits for its ledger. How long they may be used is the core's to say.

use crate::failure::{Failure, Outcome};
use crate::ledger::client;
use crate::Edge;
use futures_util::future::join_all;
use limn_core::config::{Access, Bucket};
use limn_core::freshness::{Bounds, Standing, Use};
use limn_core::ledger::call::Seen;
use limn_core::{percent, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use worker::{Cache, Headers, ResponseBuilder};

/// Most entries of an isolate; beyond it all are forgotten, which costs a call of the ledger each.
const MOST: usize = 4_000;

/// What was known of a key, and when.
#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    seen: Seen,
    /// Unix seconds.
    at: u64,
    /// The isolate that asked, and its tick then: what it wrote later makes the entry void, however late that
    /// comes to lie in the data centre.
    by: u64,
    tick: u64,
}

#[derive(Default)]
struct Memory {
    entries: HashMap<(String, String), Entry>,
    /// Counts events of this isolate.
    tick: u64,
    /// When a key was written here last, by tick; `None` for a bucket as a whole.
    written: HashMap<(String, Option<String>), u64>,
    /// Everything before this tick counts as written.
    floor: u64,
}

thread_local! {
    /// Tells this isolate from others.
    static ISOLATE: u64 = (js_sys::Math::random() * 9e15) as u64;
    static MEMORY: RefCell<Memory> = RefCell::default();
}

impl Memory {
    fn next(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    /// Whether what was asked for at a tick is no older than the last write from here.
    fn is_current(&self, bucket: &str, key: &str, asked: u64) -> bool {
        let written = |key: Option<&str>| self.written.get(&(bucket.into(), key.map(Into::into))).copied().unwrap_or(self.floor);
        asked > written(Some(key)).max(written(None))
    }
}

/// Rows and generations of some keys, in their order, and how old they may be.
///
/// # Errors
/// `unavailable` when the ledger cannot be asked and what is remembered is too old.
pub async fn look(edge: &Edge, bucket: &Bucket, keys: Vec<String>) -> Outcome<(Vec<Seen>, Standing)> {
    if edge.strict.get() {
        return Ok((ask(edge, &bucket.name, keys).await?, Standing::Fresh));
    }
    let bounds = bounds(bucket);
    let mut known = in_isolate(&bucket.name, &keys);
    if usable(&known, &bounds, edge.now) > Use::Renew {
        let _step = edge.step("l1");
        let found = join_all(keys.iter().map(|key| in_data_centre(&bucket.name, key))).await;
        known = known.into_iter().zip(found).map(|(mine, found)| newer(mine, found)).collect();
    }
    let remembered = || known.iter().flatten().map(|entry| entry.seen.clone()).collect();
    match usable(&known, &bounds, edge.now) {
        Use::Fresh => Ok((remembered(), Standing::Fresh)),
        Use::Renew => {
            renew_later(edge, bucket.name.clone(), keys);
            // Some seconds of a row's age are no news, as they are within what a purge promises.
            Ok((remembered(), Standing::Fresh))
        }
        last => match ask(edge, &bucket.name, keys).await {
            // A private bucket shows nothing that its ledger may have taken back.
            Err(Failure::Refused(Error::Unavailable(_))) if last == Use::Ask && bucket.access == Access::PublicRead => {
                Ok((remembered(), Standing::Failed))
            }
            answer => Ok((answer?, Standing::Fresh)),
        },
    }
}

/// Row bounds of a bucket (product: section 4); beyond them a public bucket's last known row serves while
/// the ledger is away.
fn bounds(bucket: &Bucket) -> Bounds {
    Bounds { fresh: bucket.row_fresh_seconds, while_revalidate: bucket.row_stale_seconds, if_error: bucket.row_stale_seconds.max(60) }
}

/// What may be done with all of them: as little as with the oldest.
fn usable(known: &[Option<Entry>], bounds: &Bounds, now: u64) -> Use {
    let each = known.iter().map(|entry| entry.as_ref().map_or(Use::Gone, |e| bounds.at(now.saturating_sub(e.at))));
    each.max().unwrap_or(Use::Gone)
}

fn newer(a: Option<Entry>, b: Option<Entry>) -> Option<Entry> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.at > a.at { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn in_isolate(bucket: &str, keys: &[String]) -> Vec<Option<Entry>> {
    MEMORY.with_borrow(|memory| keys.iter().map(|key| memory.entries.get(&(bucket.into(), key.clone())).cloned()).collect())
}

fn url(bucket: &str, key: &str) -> String {
    format!("https://row.limn.internal/__r/2/{bucket}/{}", percent::encode(key, "/"))
}

async fn in_data_centre(bucket: &str, key: &str) -> Option<Entry> {
    let asked = MEMORY.with_borrow_mut(Memory::next);
    let (entry, purged) = futures_util::join!(read::<Entry>(url(bucket, key)), read::<u64>(purge_url(bucket)));
    // A purge of a folder cannot name all its keys here: what is no younger than it does not count.
    let entry = entry.filter(|e| purged.is_none_or(|at| e.at > at))?;
    let own = ISOLATE.with(|id| *id == entry.by);
    let asked = if own { asked.min(entry.tick) } else { asked };
    MEMORY.with_borrow(|memory| memory.is_current(bucket, key, asked)).then_some(entry)
}

async fn read<T: DeserializeOwned>(url: String) -> Option<T> {
    Cache::default().get(url, false).await.ok()??.json().await.ok()
}

/// Where the time of a bucket's last purge from this data centre lies, as long as any entry may.
fn purge_url(bucket: &str) -> String {
    format!("https://row.limn.internal/__p/1/{bucket}")
}

async fn ask(edge: &Edge, bucket: &str, keys: Vec<String>) -> Outcome<Vec<Seen>> {
    let asked = MEMORY.with_borrow_mut(Memory::next);
    let seen = client::look(edge, bucket, keys.clone()).await?;
    let mut fresh = Vec::new();
    MEMORY.with_borrow_mut(|memory| {
        if memory.entries.len() + keys.len() > MOST {
            memory.entries.clear();
        }
        for (key, seen) in keys.into_iter().zip(&seen) {
            // What was asked before a write from here ended may tell of the time before it.
            if memory.is_current(bucket, &key, asked) {
                let entry = Entry { seen: seen.clone(), at: edge.now, by: ISOLATE.with(|id| *id), tick: asked };
                fresh.push((url(bucket, &key), entry.clone()));
                memory.entries.insert((bucket.into(), key), entry);
            }
        }
    });
    edge.ctx.wait_until(async move {
        for (url, entry) in fresh {
            keep(url, &entry).await;
        }
    });
    Ok(seen)
}

async fn keep<T: Serialize>(url: String, value: &T) {
    let (Ok(json), headers) = (serde_json::to_vec(value), Headers::new()) else { return };
    if headers.set("cache-control", "public, max-age=60").is_ok() {
        let _ = Cache::default().put(url, ResponseBuilder::new().with_headers(headers).fixed(json)).await;
    }
}

fn renew_later(edge: &Edge, bucket: String, keys: Vec<String>) {
    let edge = edge.clone();
    edge.ctx.clone().wait_until(async move {
        let _ = ask(&edge, &bucket, keys).await;
    });
}

/// Forgets keys that were written from here, before the write is acknowledged: the next read asks.
pub async fn forget(bucket: &str, keys: &[String]) {
    MEMORY.with_borrow_mut(|memory| {
        let tick = memory.next();
        if memory.written.len() + keys.len() > MOST {
            memory.written.clear();
            memory.floor = tick;
            memory.entries.clear();
        }
        for key in keys {
            memory.written.insert((bucket.into(), Some(key.clone())), tick);
            memory.entries.remove(&(bucket.into(), key.clone()));
        }
    });
    for key in keys {
        let _ = Cache::default().delete(url(bucket, key), false).await;
    }
}

/// Forgets a bucket here and in the data centre.
pub async fn forget_bucket(bucket: &str, now: u64) {
    MEMORY.with_borrow_mut(|memory| {
        let tick = memory.next();
        memory.written.insert((bucket.into(), None), tick);
        memory.entries.retain(|(of, _), _| of != bucket);
    });
    keep(purge_url(bucket), &now).await;
}
