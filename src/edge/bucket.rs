//! Which bucket a name means: one of the settings, or one that was made through the object API.

use crate::failure::Outcome;
use crate::ledger::client;
use crate::Edge;
use limn_core::config::{Bucket, Config};
use limn_core::ledger::call::{Call, MadeBucket};
use limn_core::ledger::{DIRECTORY, MAX_BUCKETS};
use limn_core::Error;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How long an isolate believes that a made bucket is there, seconds. One that was deleted takes no
/// objects whatever an isolate believes.
const BELIEVED_SECONDS: u64 = 30;
/// Most made buckets that an isolate remembers.
const REMEMBERED: usize = 1_000;

thread_local! {
    static MADE: RefCell<HashMap<String, (u64, Rc<Bucket>)>> = RefCell::default();
}

/// A bucket's settings, wherever they come from.
pub enum Found {
    /// From the settings.
    Set(&'static Bucket),
    /// Made through the object API.
    Made(Rc<Bucket>),
}

impl std::ops::Deref for Found {
    type Target = Bucket;

    fn deref(&self) -> &Bucket {
        match self {
            Found::Set(bucket) => bucket,
            Found::Made(bucket) => bucket,
        }
    }
}

/// Finds a bucket.
///
/// # Errors
/// `no_such_bucket`, `unavailable` when the directory cannot be asked.
pub async fn find(edge: &Edge, name: &str) -> Outcome<Found> {
    let absent = match edge.config.bucket(name) {
        Ok(bucket) => return Ok(Found::Set(bucket)),
        Err(absent) => absent,
    };
    if !edge.config.makes_buckets() {
        return Err(absent.into());
    }
    let known = MADE.with_borrow(|made| made.get(name).filter(|(until, _)| *until > edge.now).map(|(_, b)| b.clone()));
    if let Some(bucket) = known {
        return Ok(Found::Made(bucket));
    }
    let call = Call::FindBucket { name: name.into() };
    let found: Option<MadeBucket> = client::ask(edge, DIRECTORY, &call).await?;
    let bucket = Rc::new(of(edge, &found.ok_or(absent)?)?);
    MADE.with_borrow_mut(|made| {
        if made.len() >= REMEMBERED {
            made.clear();
        }
        made.insert(name.into(), (edge.now + BELIEVED_SECONDS, bucket.clone()));
    });
    Ok(Found::Made(bucket))
}

/// A bucket by its name alone: what its ledger knows of it. Every name that is not in the settings is that of a
/// made one.
pub fn by_settings(config: &'static Config, name: &str) -> Option<Found> {
    match config.bucket(name) {
        Ok(bucket) => Some(Found::Set(bucket)),
        Err(_) => Bucket::made(name, "", &config.nodes_of_made()).ok().map(|bucket| Found::Made(Rc::new(bucket))),
    }
}

/// Makes a bucket for a user and opens its ledger.
pub async fn make(edge: &Edge, name: &str, user: &str) -> Outcome<()> {
    if edge.config.nodes_of_made().is_empty() {
        return Err(Error::Misconfigured("Buckets cannot be made here: there is no managed node.".into()).into());
    }
    let most = edge.config.user(user).map_or(MAX_BUCKETS, |user| user.buckets);
    client::tell(edge, DIRECTORY, &Call::MakeBucket { name: name.into(), user: user.into(), most }).await?;
    client::tell(edge, name, &Call::Reopen).await
}

/// Deletes a bucket that was made, if it is empty.
pub async fn delete(edge: &Edge, name: &str) -> Outcome<()> {
    client::tell(edge, name, &Call::Close).await?;
    MADE.with_borrow_mut(|made| made.remove(name));
    client::tell(edge, DIRECTORY, &Call::DropBucket { name: name.into() }).await
}

/// The buckets that a user made.
pub async fn made_by(edge: &Edge, user: &str) -> Outcome<Vec<MadeBucket>> {
    client::ask(edge, DIRECTORY, &Call::BucketsOf { user: user.into() }).await
}

fn of(edge: &Edge, made: &MadeBucket) -> Outcome<Bucket> {
    match edge.config.nodes_of_made().as_slice() {
        [] => Err(Error::NoSuchBucket(made.name.clone()).into()),
        nodes => Ok(Bucket::made(&made.name, &made.user, nodes)?),
    }
}
