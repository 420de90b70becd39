//! Questions to a bucket's ledger. Out of reach is never told as absent.

use crate::failure::{Failure, Outcome};
use crate::Edge;
use futures_util::future::join_all;
use limn_core::api::conditions::WriteCondition;
use limn_core::api::list::{merge, merge_uploads, Listing, Query, UploadsListing, UploadsQuery};
use limn_core::ledger::call::{Becomes, Call, Reservation, Seen, Sum};
use limn_core::ledger::inventory::{self, Item};
use limn_core::ledger::jobs::Census;
use limn_core::ledger::quota::{Account, Amount};
use limn_core::ledger::usage::{self, Traffic, Usage};
use limn_core::ledger::{shard, Row};
use limn_core::sort;
use limn_core::Error;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use worker::{Method, Request, RequestInit, Response};

/// The status with which the ledger refuses; the body is the error.
pub const REFUSED: u16 = 409;

/// In how many shards a bucket's ledger lies.
fn shards(edge: &Edge, bucket: &str) -> u32 {
    edge.config.bucket(bucket).map_or(1, |bucket| bucket.shards)
}

/// Asks the shard that a call is about: that of its key, else the first.
async fn send(edge: &Edge, bucket: &str, call: &Call) -> Outcome<Response> {
    let shard = call.key().map_or(0, |key| shard::of_key(key, shards(edge, bucket)));
    send_to(edge, bucket, shard, call).await
}

async fn send_to(edge: &Edge, bucket: &str, shard: u32, call: &Call) -> Outcome<Response> {
    let _step = edge.step("ledger");
    let away = |e: worker::Error| {
        worker::console_error!("ledger: {e}");
        Error::Unavailable("The ledger did not answer.".into())
    };
    let body = serde_json::to_string(call).map_err(|_| Error::Internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://ledger.limn.internal/", &init)?;
    let stub = edge.env.durable_object("LEDGER").and_then(|space| space.get_by_name(&shard::ledger_name(bucket, shard))).map_err(away)?;
    let mut response = stub.fetch_with_request(request).await.map_err(away)?;
    match response.status_code() {
        200..=299 => Ok(response),
        REFUSED => Err(response.json::<Error>().await?.into()),
        status => {
            worker::console_error!("ledger: status {status}");
            Err(Error::Unavailable("The ledger did not answer.".into()).into())
        }
    }
}

/// Asks and reads the answer.
pub async fn ask<T: DeserializeOwned>(edge: &Edge, bucket: &str, call: &Call) -> Outcome<T> {
    Ok(send(edge, bucket, call).await?.json().await?)
}

/// Asks for something to be done, which has no answer but that it was.
pub async fn tell(edge: &Edge, bucket: &str, call: &Call) -> Outcome<()> {
    send(edge, bucket, call).await.map(|_| ())
}

/// Asks all shards; their answers in the order of the shards.
async fn ask_all<T: DeserializeOwned>(edge: &Edge, bucket: &str, call: &Call) -> Outcome<Vec<T>> {
    let one = |shard| async move { Ok(send_to(edge, bucket, shard, call).await?.json::<T>().await?) };
    join_all((0..shards(edge, bucket)).map(one)).await.into_iter().collect()
}

/// As [`tell`], all shards: done once each has done it.
///
/// # Errors
/// What the first shard that fails says; others may have done it.
pub async fn tell_all(edge: &Edge, bucket: &str, call: &Call) -> Outcome<()> {
    let one = |shard| async move { send_to(edge, bucket, shard, call).await.map(|_| ()) };
    join_all((0..shards(edge, bucket)).map(one)).await.into_iter().collect()
}

/// What belongs to each shard that has any of it, with where each stood.
fn split<T: Clone>(all: &[T], shard: impl Fn(&T) -> u32) -> BTreeMap<u32, (Vec<usize>, Vec<T>)> {
    let mut by_shard: BTreeMap<u32, (Vec<usize>, Vec<T>)> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        let (places, some) = by_shard.entry(shard(one)).or_default();
        places.push(at);
        some.push(one.clone());
    }
    by_shard
}

/// Rows and generations of some keys, in their order.
pub async fn look(edge: &Edge, bucket: &str, keys: Vec<String>) -> Outcome<Vec<Seen>> {
    let count = shards(edge, bucket);
    let asked = split(&keys, |key| shard::of_key(key, count)).into_iter().map(|(shard, (places, keys))| async move {
        let seen: Vec<Seen> = send_to(edge, bucket, shard, &Call::Look { keys }).await?.json().await?;
        match seen.len() == places.len() {
            true => Ok(places.into_iter().zip(seen)),
            false => Err(Failure::from(Error::Internal)),
        }
    });
    let mut found: Vec<(usize, Seen)> = join_all(asked).await.into_iter().collect::<Outcome<Vec<_>>>()?.into_iter().flatten().collect();
    sort::by_key(&mut found, |(at, _)| *at);
    Ok(found.into_iter().map(|(_, seen)| seen).collect())
}

/// The names under a prefix.
pub async fn list(edge: &Edge, bucket: &str, query: &Query) -> Outcome<Listing> {
    Ok(merge(query.max, ask_all(edge, bucket, &Call::List { query: query.clone() }).await?))
}

/// The multipart uploads under way.
pub async fn uploads(edge: &Edge, bucket: &str, query: &UploadsQuery) -> Outcome<UploadsListing> {
    Ok(merge_uploads(query.max, ask_all(edge, bucket, &Call::Uploads { query: query.clone() }).await?))
}

/// Objects with their rows, and the key behind which there are more.
pub async fn inventory(edge: &Edge, bucket: &str, query: &inventory::Query) -> Outcome<(Vec<Item>, Option<String>)> {
    Ok(inventory::merge(query.max, ask_all(edge, bucket, &Call::Inventory { query: query.clone() }).await?))
}

/// How much a bucket holds.
pub async fn sum(edge: &Edge, bucket: &str) -> Outcome<Sum> {
    let none = Sum { objects: 0, bytes: 0, uploads: 0 };
    let add = |a: Sum, b: Sum| Sum { objects: a.objects + b.objects, bytes: a.bytes + b.bytes, uploads: a.uploads + b.uploads };
    Ok(ask_all(edge, bucket, &Call::Sum).await?.into_iter().fold(none, add))
}

/// The row of one object.
///
/// # Errors
/// `no_such_key`, `unavailable`.
pub async fn row(edge: &Edge, bucket: &str, key: &str) -> Outcome<Row> {
    let seen = look(edge, bucket, vec![key.to_string()]).await?;
    seen.into_iter().find_map(|seen| seen.row).ok_or(Error::NoSuchKey.into())
}

/// Where a bucket's blobs lie, and its jobs.
pub async fn census(edge: &Edge, bucket: &str) -> Outcome<Census> {
    Ok(ask_all(edge, bucket, &Call::Census).await?.into_iter().fold(Census::default(), Census::join))
}

/// A version for an upload.
pub async fn reserve(
    edge: &Edge,
    bucket: &str,
    (key, nodes): (&str, Vec<String>),
    length: u64,
    user: &str,
    becomes: &Becomes,
) -> Outcome<String> {
    let call = Call::Reserve { key: key.into(), nodes, length, user: user.into(), becomes: becomes.clone() };
    let Reservation { version, warnings } = ask(edge, bucket, &call).await?;
    edge.warnings.borrow_mut().extend(warnings);
    Ok(version)
}

/// What an account counts.
pub async fn held(edge: &Edge, account: &Account) -> Outcome<Amount> {
    let name = account.ledger_name();
    Ok(send_to(edge, &name, 0, &Call::Held).await?.json().await?)
}

/// What a bucket holds, and its traffic.
pub async fn usage(edge: &Edge, bucket: &str, query: &usage::Query) -> Outcome<Usage> {
    Ok(ask_all(edge, bucket, &Call::Usage { query: query.clone() }).await?.into_iter().fold(Usage::default(), Usage::join))
}

/// Adds to a bucket's traffic; tells its reads of the present minute. Each shard notes what it holds then.
pub async fn add_traffic(edge: &Edge, bucket: &str, traffic: Vec<(u64, Traffic)>) -> Outcome<u64> {
    let none: Vec<_> = traffic.iter().map(|(minute, _)| (*minute, Traffic::default())).collect();
    for shard in 1..shards(edge, bucket) {
        send_to(edge, bucket, shard, &Call::Use { traffic: none.clone() }).await?;
    }
    Ok(send_to(edge, bucket, 0, &Call::Use { traffic }).await?.json().await?)
}

/// Gives reservations back; if that fails too, the ledger's alarm does it later.
pub async fn release(edge: &Edge, bucket: &str, versions: Vec<String>) {
    for (shard, (_, versions)) in split(&versions, |version| shard::of_version(version)) {
        let _ = send_to(edge, bucket, shard, &Call::Release { versions }).await;
    }
}

/// Has wrong and missing copies of a blob made anew.
pub async fn repair(edge: &Edge, bucket: &str, version: &str, nodes: Vec<String>) -> Outcome<()> {
    let call = Call::Repair { version: version.into(), nodes };
    send_to(edge, bucket, shard::of_version(version), &call).await.map(|_| ())
}

/// Deletes objects.
pub async fn delete(edge: &Edge, bucket: &str, keys: Vec<String>, only_if: &WriteCondition) -> Outcome<()> {
    let count = shards(edge, bucket);
    for (shard, (_, keys)) in split(&keys, |key| shard::of_key(key, count)) {
        send_to(edge, bucket, shard, &Call::Delete { keys, only_if: only_if.clone() }).await?;
    }
    Ok(())
}
