//! Counters: kept in the isolate, added to the deployment's sums now and then, told in Prometheus' text.

use crate::failure::{body_length, Failure, Outcome};
use crate::ledger::client;
use crate::Edge;
use limn_core::config::Action;
use limn_core::grant::Caller;
use limn_core::hash;
use limn_core::ledger::call::{Call, Counted};
use limn_core::ledger::DIRECTORY;
use limn_core::parts::{Method, Parts};
use limn_core::{verdict, Error};
use std::cell::RefCell;
use std::collections::BTreeMap;
use worker::Response;

/// How long counts stay in the isolate, seconds (product: section 4).
pub const EVERY_SECONDS: u64 = 10;
/// Of how many requests they stay there at most.
pub const EVERY_REQUESTS: u64 = 1_000;

/// What is told, each with its meaning.
const METRICS: [(&str, &str); 4] = [
    ("limn_requests_total", "Answers by status."),
    ("limn_errors_total", "Refusals and failures by their code in x-limn-error."),
    ("limn_bytes_total", "Bytes of answers' bodies."),
    ("limn_cache_total", "What each tier of the cache said of a request."),
];

#[derive(Default)]
struct Counts {
    by_name: BTreeMap<String, u64>,
    requests: u64,
    sent: u64,
}

thread_local! {
    static COUNTS: RefCell<Counts> = RefCell::default();
}

/// Counts an answer, a refusal too: its status, its code, its bytes, and what each tier said of it in `Cache-Status`.
pub fn count(edge: &Edge, method: Method, answer: &Outcome<Response>) {
    let header = |response: &Response, name| response.headers().get(name).ok().flatten();
    let (status, code, verdicts, bytes) = match answer {
        Ok(response) => {
            let verdicts = header(response, "cache-status").unwrap_or_default();
            (response.status_code(), header(response, "x-limn-error"), verdicts, body_length(method, response))
        }
        Err(Failure::Refused(error)) => (error.status(), Some(error.code().into()), String::new(), 0),
        Err(Failure::Broken(_)) => (500, Some(Error::Internal.code().into()), String::new(), 0),
    };
    let due = COUNTS.with_borrow_mut(|counts| {
        let mut add = |name: String, count: u64| *counts.by_name.entry(name).or_default() += count;
        add(format!("limn_requests_total{{status=\"{status}\"}}"), 1);
        if let Some(code) = code {
            add(format!("limn_errors_total{{code=\"{code}\"}}"), 1);
        }
        if bytes > 0 {
            add("limn_bytes_total".into(), bytes);
        }
        for (tier, verdict) in verdict::told(&verdicts) {
            add(format!("limn_cache_total{{tier=\"{tier}\",verdict=\"{verdict}\"}}"), 1);
        }
        counts.requests += 1;
        counts.requests >= EVERY_REQUESTS || edge.now >= counts.sent + EVERY_SECONDS
    });
    if due {
        let edge = edge.clone();
        edge.ctx.clone().wait_until(async move { send(&edge).await });
    }
}

/// Adds the isolate's counts to the sums; what cannot be added is kept for the next time.
async fn send(edge: &Edge) {
    let counts = COUNTS.with_borrow_mut(|counts| {
        (counts.requests, counts.sent) = (0, edge.now);
        std::mem::take(&mut counts.by_name)
    });
    if client::tell(edge, DIRECTORY, &Call::Count { counts: counts.clone() }).await.is_err() {
        COUNTS.with_borrow_mut(|now| counts.into_iter().for_each(|(name, count)| *now.by_name.entry(name).or_default() += count));
    }
}

/// Answers `/-/metrics`: to the bearer of `METRICS_TOKEN`, or to an access key with the grant `usage`.
pub async fn answer(edge: &Edge, parts: &Parts, caller: Option<&Caller<'_>>) -> Outcome<Response> {
    let may = |caller: &Caller| caller.key().is_some_and(|k| k.may_anywhere(Action::Usage));
    if !bears_token(edge, parts) {
        caller.ok_or(Error::BadSignature)?.known()?;
        if !caller.is_some_and(may) {
            return Err(Error::AccessDenied("The access key lacks the grant \"usage\".".into()).into());
        }
    }
    send(edge).await;
    let Counted { sums, updated } = client::ask(edge, DIRECTORY, &Call::Counted).await?;
    let mut text = String::new();
    for (metric, help) in METRICS {
        text.push_str(&format!("# HELP {metric} {help}\n# TYPE {metric} counter\n"));
        for (name, value) in sums.iter().filter(|(name, _)| name.starts_with(metric)) {
            text.push_str(&format!("{name} {value}\n"));
        }
    }
    text.push_str("# HELP limn_counted_seconds Unix time of the last addition to these sums.\n# TYPE limn_counted_seconds gauge\n");
    text.push_str(&format!("limn_counted_seconds {}\n", updated / 1_000));
    crate::fixed(parts, "text/plain; version=0.0.4", text)
}

/// Whether the request carries the deployment's token.
pub fn bears_token(edge: &Edge, parts: &Parts) -> bool {
    let given = parts.header("authorization").and_then(|a| a.strip_prefix("Bearer ")).unwrap_or("");
    match edge.env.secret("METRICS_TOKEN") {
        // The digests are compared, so that not even the length leaks.
        Ok(token) => !given.is_empty() && hash::same(&hash::sha256(token.to_string().as_bytes()), &hash::sha256(given.as_bytes())),
        Err(_) => false,
    }
}
