//! The list of buckets.

use super::{head, xml};
use crate::failure::Outcome;
use crate::{bucket, Edge};
use limn_core::api::documents::{buckets, ListedBucket};
use limn_core::dialect::Dialect;
use limn_core::grant::Caller;
use limn_core::parts::{Method, Parts};
use limn_core::Error;
use worker::Response;

/// Answers `GET /`.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>) -> Outcome<Response> {
    if !matches!(parts.method, Method::Get | Method::Head) {
        return Err(Error::Method("The service as a whole is only read.".into()).into());
    }
    let key = caller.known()?;
    let set = edge.config.buckets().filter(|b| key.sees(b)).map(|b| ListedBucket { name: b.name.clone(), made: 0 });
    let mut listed: Vec<ListedBucket> = set.collect();
    if key.create_buckets {
        let made = bucket::made_by(edge, &key.user).await?;
        listed.extend(made.into_iter().map(|b| ListedBucket { name: b.name, made: b.made }));
    }
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    xml(parts, head(200), buckets(&listed, &key.user, &edge.config.site, Dialect::of(parts)))
}
