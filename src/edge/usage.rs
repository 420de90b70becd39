//! Traffic by bucket: kept in the isolate, added to the ledger now and then, told by `/-/usage/{bucket}`.

use crate::failure::{body_length, Failure, Outcome};
use crate::ledger::client;
use crate::metrics::{EVERY_REQUESTS, EVERY_SECONDS};
use crate::{bucket, Edge};
use limn_core::admin::signed_whole;
use limn_core::config::Action;
use limn_core::grant::Caller;
use limn_core::ledger::quota::Account;
use limn_core::ledger::usage::{Query, Span, Traffic};
use limn_core::parts::{Method, Parts};
use limn_core::route::Route;
use limn_core::Error;
use serde_json::{json, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use worker::Response;

/// One bucket's traffic.
#[derive(Default)]
struct Kept {
    by_minute: BTreeMap<u64, Traffic>,
    requests: u64,
    /// When it was told last, unix seconds.
    told: u64,
    /// A minute, and the reads in it that the ledger knew of.
    known: (u64, u64),
}

thread_local! {
    static KEPT: RefCell<BTreeMap<String, Kept>> = RefCell::default();
}

/// Refuses reads of a bucket that has had its reads of this minute, as far as this isolate knows.
///
/// # Errors
/// `rate_limited`.
pub fn admit_read(edge: &Edge, parts: &Parts, bucket: &str) -> Outcome<()> {
    let most = edge.config.bucket(bucket).ok().and_then(|bucket| bucket.quota.downloads_per_minute);
    let Some(most) = most.filter(|_| matches!(parts.method, Method::Get | Method::Head)) else { return Ok(()) };
    let minute = Span::Minute.begin(edge.now);
    let reads = KEPT.with_borrow(|all| {
        let kept = all.get(bucket)?;
        let known = if kept.known.0 == minute { kept.known.1 } else { 0 };
        Some(known + kept.by_minute.get(&minute).map_or(0, |traffic| traffic.reads))
    });
    match reads {
        Some(reads) if reads >= most => {
            Err(Error::RateLimited(format!("The bucket answers about {most} downloads a minute; try again in the next one.")).into())
        }
        _ => Ok(()),
    }
}

/// A request that is counted.
pub struct Counted {
    bucket: String,
    method: Method,
    /// What came with it, bytes.
    sent: u64,
}

impl Counted {
    /// What counts of a request: objects read and stored.
    pub fn of(route: &Route, parts: &Parts) -> Option<Counted> {
        let bucket = match (route, parts.method) {
            (Route::Object(path), Method::Get | Method::Head | Method::Put | Method::Post) => &path.bucket,
            (Route::Bucket(name) | Route::Upload(name), Method::Post) => name,
            _ => return None,
        };
        let length = |name| parts.header(name).and_then(|n| n.parse().ok());
        let sent = length("x-amz-decoded-content-length").or_else(|| length("content-length")).unwrap_or(0);
        Some(Counted { bucket: bucket.clone(), method: parts.method, sent })
    }
}

/// Counts a request and its answer; of a read that was refused nothing but that it was.
pub fn count(edge: &Edge, counted: Counted, answer: &Outcome<Response>) {
    let Counted { bucket, method, sent } = counted;
    let (is_fine, length) = match answer {
        Ok(response) => (response.status_code() < 300, body_length(method, response)),
        // Whoever makes names up would fill the isolate with them.
        Err(Failure::Refused(Error::NoSuchBucket(_) | Error::RateLimited(_))) => return,
        Err(_) => (false, 0),
    };
    let traffic = match matches!(method, Method::Get | Method::Head) {
        true => Traffic { reads: 1, bytes_out: if is_fine { length } else { 0 }, ..Traffic::default() },
        false if is_fine => Traffic { writes: 1, bytes_in: sent, ..Traffic::default() },
        false => return,
    };
    let minute = Span::Minute.begin(edge.now);
    let due = KEPT.with_borrow_mut(|all| {
        let kept = all.entry(bucket.clone()).or_default();
        let so_far = kept.by_minute.entry(minute).or_default();
        *so_far = so_far.plus(traffic);
        kept.requests += 1;
        kept.requests >= EVERY_REQUESTS || edge.now >= kept.told + EVERY_SECONDS
    });
    if due {
        let edge = edge.clone();
        edge.ctx.clone().wait_until(async move { tell(&edge, &bucket).await });
    }
}

/// Adds the isolate's counts of a bucket to its ledger; what cannot be added is kept for the next time.
async fn tell(edge: &Edge, bucket: &str) {
    let traffic = KEPT.with_borrow_mut(|all| {
        let kept = all.entry(bucket.to_string()).or_default();
        (kept.requests, kept.told) = (0, edge.now);
        std::mem::take(&mut kept.by_minute).into_iter().collect::<Vec<_>>()
    });
    if traffic.is_empty() {
        return;
    }
    let told = client::add_traffic(edge, bucket, traffic.clone()).await;
    KEPT.with_borrow_mut(|all| {
        let kept = all.entry(bucket.to_string()).or_default();
        match told {
            Ok(reads) => kept.known = (Span::Minute.begin(edge.now), reads),
            Err(_) => traffic.into_iter().for_each(|(minute, traffic)| {
                let so_far = kept.by_minute.entry(minute).or_default();
                *so_far = so_far.plus(traffic);
            }),
        }
    });
}

/// Answers `GET /-/usage/{bucket}`: to a key with the grant `usage` on it.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str) -> Outcome<Response> {
    signed_whole(caller, false)?;
    let found = match caller.known()?.may_anywhere(Action::Usage) {
        true => bucket::find(edge, name).await?,
        false => return Err(lacks().into()),
    };
    if !caller.known()?.may(Action::Usage, &found, "") {
        return Err(lacks().into());
    }
    let (query, span) = Query::of(parts, edge.now)?;
    // What this isolate has counted is in the answer.
    tell(edge, name).await;
    let usage = client::usage(edge, name, &query).await?;
    let mut users = Vec::new();
    for share in &usage.users {
        let mut told = json!({ "user": share.user, "bytes": share.held.bytes, "objects": share.held.objects });
        if let Some(user) = edge.config.user(&share.user).filter(|user| user.quota.bounds_uploads()) {
            // An account that is out of reach is no reason to tell nothing.
            let total = client::held(edge, &Account::User(user.name.clone())).await.ok();
            told["quota"] = json!(user.quota);
            told["total"] = json!(total);
        }
        users.push(told);
    }
    let json: Value = json!({
        "bucket": name,
        "owner": found.owner,
        "at": edge.now,
        "quota": found.quota,
        "held": usage.held,
        "pending": usage.pending,
        "users": users,
        "span": span.as_str(),
        "from": query.from,
        "until": query.until,
        "rows": usage.rows,
        "delay_seconds": EVERY_SECONDS,
    });
    crate::json(parts, &json)
}

fn lacks() -> Error {
    Error::AccessDenied("The access key lacks the grant \"usage\" here.".into())
}
