//! `GET /-/objects/{bucket}`: the objects of a user, or of all, with where they lie.

use crate::failure::Outcome;
use crate::ledger::client;
use crate::{bucket, Edge};
use limn_core::admin::signed_whole;
use limn_core::config::Action;
use limn_core::grant::Caller;
use limn_core::ledger::inventory::{Item, Query};
use limn_core::parts::Parts;
use limn_core::Error;
use serde_json::json;
use worker::Response;

/// Answers to a key that may list what the prefix names.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str) -> Outcome<Response> {
    signed_whole(caller, false)?;
    let query = Query::of(parts)?;
    let lacks = || Error::AccessDenied("The access key lacks the grant \"list\" here.".into());
    if !caller.known()?.may_anywhere(Action::List) {
        return Err(lacks().into());
    }
    let found = bucket::find(edge, name).await?;
    if !caller.known()?.may(Action::List, &found, &query.prefix) {
        return Err(lacks().into());
    }
    if !found.node.managed {
        return Err(Error::BadArg("The bucket fronts storage that Limn only reads; no ledger knows its objects.".into()).into());
    }
    let (items, next) = client::inventory(edge, name, &query).await?;
    crate::json(parts, &json!({ "bucket": name, "objects": items.iter().map(Item::json).collect::<Vec<_>>(), "next": next }))
}
