//! The list of buckets.

use super::{head, xml};
use crate::failure::Outcome;
use crate::{bucket, Edge};
use limn_core::api::documents::service::{buckets_xml, Bucket, Query};
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
    let query = Query::of(parts)?;
    let region = &edge.config.site.region_in(Dialect::of(parts));
    let listed = |name: String, created: u64| Bucket { name, created, region: region.clone() };
    let mut buckets: Vec<Bucket> = edge.config.buckets().filter(|b| key.sees(b)).map(|b| listed(b.name.clone(), 0)).collect();
    if key.create_buckets {
        let made = bucket::made_by(edge, &key.user).await?;
        buckets.extend(made.into_iter().map(|b| listed(b.name, b.made)));
    }
    xml(parts, head(200), buckets_xml(&query, &key.user, &buckets, &parts.host, Dialect::of(parts)))
}
