//! The PUT chain: admitted, reserved, stored, committed, and only then acknowledged. DELETE beside it.

use crate::failure::{respond, Outcome};
use crate::image;
use crate::ledger::client;
use crate::node;
use crate::Edge;
use limn_core::grant::{Caller, Grant, Wish};
use limn_core::ledger::Row;
use limn_core::node::blob_key;
use limn_core::parts::Parts;
use limn_core::reply::Head;
use limn_core::route::ObjectPath;
use limn_core::upload::{announced_length, check_promises, inspect};
use limn_core::{hash, Error};
use worker::{Request, Response};

/// Answers PUT on an object.
pub async fn put(edge: &Edge, parts: &Parts, caller: &Caller<'_>, path: &ObjectPath, mut request: Request) -> Outcome<Response> {
    let path = &whole(path, edge)?;
    let grant = caller.admit(edge.config.bucket(&path.bucket)?, &path.key, Wish::Write)?;
    let bucket = grant.bucket();
    writable(&grant)?;
    let length = announced_length(parts, bucket, grant.promise())?;
    let cut = |_| Error::BadDigest("The upload broke off before its end.".into());
    let body = request.bytes().await.map_err(cut)?;
    check_promises(&body, length, parts, grant.promise())?;
    let row = store(edge, &grant, &path.key, body, parts.header("content-type")).await?;
    let head = Head::new(200)
        .with("etag", format!("\"{}\"", row.md5))
        .with("x-limn-version", row.version)
        .with("x-limn-sha256", row.sha256)
        .with("cache-control", "no-store")
        .with("content-length", "0");
    Ok(respond(&head, parts.method, Vec::new())?)
}

/// Inspects, reserves, stores and commits a body: once this returns, nothing of it can be lost.
///
/// # Errors
/// What the inspection finds, `unavailable`, `conflict`; then nothing is stored.
pub async fn store(edge: &Edge, grant: &Grant<'_>, key: &str, body: Vec<u8>, declared: Option<&str>) -> Outcome<Row> {
    let bucket = grant.bucket();
    writable(grant)?;
    let inspected = inspect(&body, declared, key, bucket, &image::bare_kit(edge, bucket, &body).await?)?;
    let digest = hash::sha256(&body);
    let reservation = client::reserve(edge, &bucket.name, key, &bucket.node.name, inspected.length).await?;
    let blob = blob_key(&bucket.name, &reservation.version);
    if let Err(e) = node::put_blob(edge, &bucket.node, &blob, body, digest).await {
        client::release(edge, &bucket.name, &reservation.version).await;
        return Err(e);
    }
    let row = Row {
        version: reservation.version,
        sha256: inspected.sha256,
        md5: inspected.md5,
        length: inspected.length,
        content_type: inspected.content_type,
        meta: "{}".into(),
        user: grant.user().unwrap_or("").into(),
        nodes: bucket.node.name.clone(),
        stored: edge.now * 1_000,
    };
    client::commit(edge, &bucket.name, key, &row).await?;
    Ok(row)
}

/// Answers DELETE on an object; what is not there is deleted already, as in OSS and S3.
pub async fn delete(edge: &Edge, parts: &Parts, caller: &Caller<'_>, path: &ObjectPath) -> Outcome<Response> {
    let path = &whole(path, edge)?;
    let grant = caller.admit(edge.config.bucket(&path.bucket)?, &path.key, Wish::Delete)?;
    writable(&grant)?;
    client::delete(edge, &grant.bucket().name, &path.key).await?;
    Ok(respond(&Head::new(204).with("cache-control", "no-store"), parts.method, Vec::new())?)
}

/// A write names the whole key: a style's delimiter means nothing in it.
fn whole(path: &ObjectPath, edge: &Edge) -> Outcome<ObjectPath> {
    let key = match (&path.style, &path.legacy) {
        (Some(style), _) => format!("{}{}{style}", path.key, edge.config.bucket(&path.bucket)?.delimiter),
        (None, Some(legacy)) => format!("{}@{legacy}", path.key),
        (None, None) => path.key.clone(),
    };
    Ok(ObjectPath { bucket: path.bucket.clone(), key, style: None, legacy: None })
}

fn writable(grant: &Grant) -> Result<(), Error> {
    match grant.bucket().node.managed {
        true => Ok(()),
        false => Err(Error::AccessDenied("This bucket fronts storage that Limn only reads.".into())),
    }
}
