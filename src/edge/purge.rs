//! `POST /-/purge`: acknowledged when the generations are committed; what lies around is deleted later.

use crate::body::small;
use crate::failure::Outcome;
use crate::ledger::client;
use crate::{bucket, remember, zone, Edge};
use limn_core::config::Action;
use limn_core::grant::{Caller, Scheme};
use limn_core::ledger::call::Call;
use limn_core::parts::Parts;
use limn_core::purge::Purge;
use limn_core::Error;
use worker::{Date, Request, Response};

/// Longest body, bytes.
const MAX_BODY: usize = 256 << 10;

/// Answers a purge.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, request: Request) -> Outcome<Response> {
    let key = caller.known()?;
    // What is purged must be what was signed.
    if caller.scheme() != Some(Scheme::Native) || caller.promise().sha256.is_none() {
        return Err(Error::SignatureRequired("A purge needs Limn's own signature with exp and the sha256 of its body.".into()).into());
    }
    caller.ends()?;
    let purge = Purge::parse(&small(parts, &caller.promise(), request, MAX_BODY).await?)?;
    let found = bucket::find(edge, &purge.bucket).await?;
    if let Some(refused) = purge.keys().into_iter().find(|k| !key.may(Action::Purge, &found, k)) {
        return Err(Error::AccessDenied(format!("The access key lacks the grant \"purge\" on {refused:?}.")).into());
    }
    client::tell_all(edge, &purge.bucket, &Call::Purge { purge: purge.clone(), user: key.user.clone() }).await?;
    // Counted from the commit: whatever was looked up until then may be of the time before it.
    remember::forget_bucket(&purge.bucket, Date::now().as_millis() / 1_000).await;
    zone::purge_later(edge, &purge);
    worker::console_log!("purge by {}: {}", key.user, serde_json::to_string(&purge).unwrap_or_default());
    let told = serde_json::json!({ "bucket": purge.bucket, "purged": purge.scopes().len(), "status": "purged" });
    crate::json(parts, &told)
}
