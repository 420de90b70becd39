//! Multipart uploads: parts are blobs of their own until they are put together.

use super::object::writable;
use super::{copy, empty, head, header_name, xml};
use crate::body::{self, put_held, receive, small, Arrived, Piece, Target, What};
use crate::failure::Outcome;
use crate::ledger::client;
use crate::upload::{self, Extras};
use crate::{premade, Edge};
use limn_core::api::acl;
use limn_core::api::conditions::WriteCondition;
use limn_core::api::copy::Source;
use limn_core::api::documents::object::part_copied_xml;
use limn_core::api::documents::request;
use limn_core::api::documents::upload::{completed_xml, initiated_xml};
use limn_core::api::list::{PartsListing, PartsQuery};
use limn_core::api::meta::Meta;
use limn_core::api::multipart::{self, Part};
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::grant::{Caller, Wish};
use limn_core::ledger::call::{Blob, Call, Gathered, Open, Reservation};
use limn_core::parts::Parts;
use limn_core::{hash, percent, upload::Digested};
use std::collections::HashSet;
use worker::{Request, Response};

/// Which part of which upload.
type Slot<'a> = (&'a str, u16);

fn is_url(parts: &Parts) -> bool {
    parts.param("encoding-type") == Some("url")
}

/// Opens an upload.
pub async fn initiate(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    acl::check(parts, bucket.access == Access::PublicRead)?;
    let call = Call::Open {
        key: key.into(),
        content_type: parts.header("content-type").map(Into::into),
        meta: Meta::of(parts)?,
        user: grant.user().unwrap_or("").into(),
    };
    let id = client::ask::<Reservation>(edge, &bucket.name, &call).await?.version;
    xml(parts, head(200), initiated_xml(&bucket.name, key, &id, is_url(parts), Dialect::of(parts)))
}

/// Stores a part.
pub async fn put_part(
    edge: &Edge,
    parts: &Parts,
    caller: &Caller<'_>,
    bucket: &Bucket,
    key: &str,
    slot: Slot<'_>,
    request: Request,
) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    let target = Target::new(&grant, key, What::Part);
    let arrived = receive(edge, &target, parts, grant.promise(), request).await?;
    let (part, digested) = add(edge, &target, slot, arrived).await?;
    empty(parts, upload::stored_head(parts, &part.etag, &digested))
}

/// Stores a part that is another object's bytes.
pub async fn copy_part(
    edge: &Edge,
    parts: &Parts,
    caller: &Caller<'_>,
    bucket: &Bucket,
    key: &str,
    slot: Slot<'_>,
    from: &Source,
) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    let (_, piece) = copy::source(edge, parts, caller, from, true).await?;
    let target = Target::new(&grant, key, What::Part);
    let arrived = body::join(edge, &target, &[piece]).await?;
    let (part, _) = add(edge, &target, slot, arrived).await?;
    xml(parts, head(200), part_copied_xml(&part.etag, part.stored, Dialect::of(parts)))
}

async fn add(edge: &Edge, to: &Target<'_>, (id, number): Slot<'_>, arrived: Arrived) -> Outcome<(Part, Digested)> {
    let (placed, digested) = match arrived {
        Arrived::Held(bytes, digested, _places) => (put_held(edge, to, bytes, &digested, "").await?, digested),
        Arrived::Stored(placed, digested, _) => (placed, digested),
    };
    let part = Part { number, etag: hash::hex(&digested.md5), length: digested.length, stored: edge.now * 1_000 };
    let blob = Blob { version: placed.version, nodes: placed.held.join(","), length: digested.length };
    let upload = Open { key: to.key.into(), id: id.into() };
    client::tell(edge, &to.bucket.name, &Call::AddPart { upload, part: part.clone(), blob }).await?;
    Ok((part, digested))
}

/// Tells the parts of an upload.
pub async fn list(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str, query: PartsQuery) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    let listing: PartsListing = client::ask(edge, &bucket.name, &Call::Parts { key: key.into(), query: query.clone() }).await?;
    xml(parts, head(200), listing.xml(&query, &bucket.name, key, grant.user().unwrap_or(""), Dialect::of(parts)))
}

/// Makes the object of its parts. Asked again, it answers the same.
pub async fn complete(
    edge: &Edge,
    parts: &Parts,
    caller: &Caller<'_>,
    bucket: &Bucket,
    key: &str,
    id: &str,
    request: Request,
) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    let body = small(parts, grant.promise(), request, request::MAX_BYTES).await?;
    let asked = request::complete(parts, &body)?;
    let upload = Open { key: key.into(), id: id.into() };
    let location = format!("https://{}/{}", parts.host, percent::encode(&format!("{}/{key}", bucket.name), "/"));
    let told = |etag: &str| completed_xml(&location, &bucket.name, key, etag, is_url(parts), Dialect::of(parts));
    let (stored, blobs, declared, meta) = match client::ask(edge, &bucket.name, &Call::Gather { upload: upload.clone() }).await? {
        Gathered::Done { etag } => return xml(parts, head(200), told(&etag)),
        Gathered::Parts { parts, blobs, content_type, meta } => (parts, blobs, content_type, meta),
    };
    let chosen = multipart::chosen(asked.as_deref(), &stored, bucket.limits.max_bytes)?;
    let etag = multipart::etag(&chosen)?;
    let numbers: HashSet<u16> = chosen.iter().map(|part| part.number).collect();
    let pieces: Vec<Piece> = stored
        .iter()
        .zip(&blobs)
        .filter(|(part, _)| numbers.contains(&part.number))
        .map(|(_, blob)| Piece::of_part(bucket, blob))
        .collect();
    let target = Target { joins: Some(id), ..Target::new(&grant, key, What::Object(declared.as_deref())) };
    let arrived = body::join(edge, &target, &pieces).await?;
    let extras = Extras { meta, only_if: WriteCondition::of(parts)?, upload: Some((upload, etag)), ..Extras::default() };
    let row = upload::keep(edge, &grant, &target, arrived, extras).await?;
    premade::follow(edge, parts, &grant, key, &row.content_type);
    let head = head(200)
        .with("etag", format!("\"{}\"", row.etag))
        .with("x-limn-version", row.version.clone())
        .with(header_name(parts, "hash-crc64ecma"), row.crc64.clone());
    xml(parts, head, told(&row.etag))
}

/// Forgets an upload.
pub async fn abort(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str, id: &str) -> Outcome<Response> {
    caller.admit(bucket, key, Wish::Write)?;
    client::tell(edge, &bucket.name, &Call::Abort { upload: Open { key: key.into(), id: id.into() } }).await?;
    empty(parts, head(204))
}
