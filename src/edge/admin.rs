//! `/-/nodes`: what storage nodes hold, whether one that drains is empty, and the jobs that move or check it.

use crate::body::small;
use crate::failure::Outcome;
use crate::ledger::client;
use crate::node::health;
use crate::{bucket, Edge};
use limn_core::admin::{only, signed_whole, Order};
use limn_core::config::{Action, Bucket, Node, NodeKind};
use limn_core::grant::Caller;
use limn_core::ledger::call::{Call, MadeBucket};
use limn_core::ledger::jobs::{Census, Holding, Job};
use limn_core::ledger::DIRECTORY;
use limn_core::parts::{Method, Parts};
use limn_core::sort;
use limn_core::Error;
use serde_json::{json, Map, Value};
use worker::{Date, Request, Response};

/// Longest body, bytes.
const MAX_BODY: usize = 4 << 10;
/// Most buckets whose ledgers are asked for one list: a free Worker may make 50 requests.
const MOST_BUCKETS: usize = 40;

/// Answers GET: all nodes, and what the ledgers of the buckets that the key administers say of them.
pub async fn nodes(edge: &Edge, parts: &Parts, caller: &Caller<'_>) -> Outcome<Response> {
    signed_whole(caller, false)?;
    only(parts, &["bucket"])?;
    match parts.param("bucket") {
        Some(name) => {
            let found = administered(edge, caller, name).await?;
            tell(edge, parts, vec![found.name.clone()], false).await
        }
        None => {
            let key = caller.known()?;
            if !key.may_anywhere(Action::Admin) {
                return Err(lacks().into());
            }
            let may = |bucket: &Bucket| bucket.node.managed && key.may(Action::Admin, bucket, "");
            let mut names: Vec<String> = edge.config.buckets().filter(|b| may(b)).map(|b| b.name.clone()).collect();
            sort::all(&mut names);
            if edge.config.makes_buckets() {
                let call = Call::AllBuckets { most: MOST_BUCKETS as u64 + 1 };
                let made: Vec<MadeBucket> = client::ask(edge, DIRECTORY, &call).await?;
                let made = made.into_iter().map(|b| b.name);
                names.extend(made.filter(|name| bucket::by_settings(edge.config, name).is_some_and(|b| may(&b))));
            }
            let all = edge.config.buckets().filter(|b| b.node.managed).all(may) && names.len() <= MOST_BUCKETS;
            names.truncate(MOST_BUCKETS);
            tell(edge, parts, names, all).await
        }
    }
}

/// Answers POST: a job starts or ends.
pub async fn order(edge: &Edge, parts: &Parts, caller: &Caller<'_>, request: Request) -> Outcome<Response> {
    signed_whole(caller, true)?;
    only(parts, &[])?;
    let order = Order::parse(&small(parts, &caller.promise(), request, MAX_BODY).await?)?;
    let found = administered(edge, caller, &order.bucket).await?;
    let call = match order.deed.job() {
        Some(kind) => Call::StartJob { kind },
        None => Call::StopJob,
    };
    client::tell_all(edge, &found.name, &call).await?;
    worker::console_log!("nodes: {:?} of {} by {}", order.deed, found.name, caller.known()?.user);
    tell(edge, parts, vec![found.name.clone()], false).await
}

/// A managed bucket that the key may administer.
///
/// # Errors
/// `access_denied`, `no_such_bucket`, `bad_arg` of a bucket without a ledger.
pub async fn administered(edge: &Edge, caller: &Caller<'_>, name: &str) -> Outcome<bucket::Found> {
    let found = match caller.known()?.may_anywhere(Action::Admin) {
        true => bucket::find(edge, name).await?,
        false => return Err(lacks().into()),
    };
    if !caller.known()?.may(Action::Admin, &found, "") {
        return Err(lacks().into());
    }
    match found.node.managed {
        true => Ok(found),
        false => Err(Error::BadArg(format!("The bucket {name:?} lies on nodes that Limn only reads; a managed one is wanted.")).into()),
    }
}

fn lacks() -> Error {
    Error::AccessDenied("The access key lacks the grant \"admin\" here.".into())
}

/// `all`: no other bucket lies on the nodes, so that one which none of these names holds nothing.
async fn tell(edge: &Edge, parts: &Parts, names: Vec<String>, all: bool) -> Outcome<Response> {
    let now = Date::now().as_millis();
    let (mut buckets, mut censuses) = (Map::new(), Vec::new());
    for name in names {
        let census: Census = client::census(edge, &name).await?;
        let jobs: Vec<Value> = census.jobs.iter().map(job).collect();
        buckets.insert(name.clone(), json!({ "objects": census.objects, "jobs": jobs }));
        censuses.push((name, census));
    }
    let mut nodes: Vec<Value> = edge.config.nodes.values().map(|node| one(Some(node), &node.name, &censuses, all, now)).collect();
    let mut gone: Vec<&String> =
        censuses.iter().flat_map(|(_, c)| c.nodes.keys()).filter(|n| !edge.config.nodes.contains_key(*n)).collect();
    sort::all(&mut gone);
    gone.dedup();
    nodes.extend(gone.into_iter().map(|name| one(None, name, &censuses, all, now)));
    crate::json(parts, &json!({ "nodes": nodes, "buckets": buckets, "complete": all }))
}

/// A node; without settings one that rows name all the same.
fn one(node: Option<&Node>, name: &str, censuses: &[(String, Census)], all: bool, now: u64) -> Value {
    let held = |census: &Census| census.nodes.get(name).cloned().unwrap_or_default();
    let in_buckets: Map<String, Value> = censuses.iter().map(|(bucket, census)| (bucket.clone(), holding(&held(census), now))).collect();
    let named = censuses.iter().any(|(_, census)| held(census).is_named());
    let drains = node.is_none_or(|node| node.drain);
    // That some buckets do not name it proves nothing.
    let drained = match (drains, named) {
        (false, _) => Value::Null,
        (true, true) => json!(false),
        (true, false) if all => json!(true),
        (true, false) => Value::Null,
    };
    json!({
        "name": name,
        "kind": node.map(|node| kind(node.kind)),
        "place": node.and_then(|node| node.place).map(|place| json!([place.lat(), place.lon()])),
        "weight": node.map(|node| node.weight),
        "managed": node.map(|node| node.managed),
        "drain": drains,
        "drained": drained,
        "breaker": node.map(|node| health::state(node).as_str()),
        "buckets": in_buckets,
    })
}

fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::R2 => "r2",
        NodeKind::Http => "http",
        NodeKind::S3 => "s3",
        NodeKind::Oss => "oss",
    }
}

fn holding(held: &Holding, now: u64) -> Value {
    json!({
        "objects": held.objects,
        "parts": held.parts,
        "uploads": held.uploads,
        "wanted": held.wanted,
        "oldest_wanted_seconds": held.wanted_since.map(|since| now.saturating_sub(since) / 1_000),
        "garbage": held.garbage,
    })
}

fn job(job: &Job) -> Value {
    let mut told = json!({
        "kind": job.kind,
        "state": job.state,
        "total": job.total,
        "done": job.done,
        "moving": job.moving,
        "started": job.started / 1_000,
        "ended": job.ended.map(|ended| ended / 1_000),
    });
    if job.kind == limn_core::ledger::jobs::Kind::Scrub {
        for (name, count) in
            [("good", job.good), ("wrong", job.wrong), ("missing", job.missing), ("unreachable", job.unreachable), ("lost", job.lost)]
        {
            told[name] = count.into();
        }
    }
    told
}

/// Which of the two a method is.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, request: Request) -> Outcome<Response> {
    match parts.method {
        Method::Get | Method::Head => nodes(edge, parts, caller).await,
        Method::Post => order(edge, parts, caller, request).await,
        method => Err(Error::Method(format!("{} is not supported here.", method.as_str())).into()),
    }
}
