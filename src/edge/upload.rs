//! The PUT chain: admitted, received, stored, committed, and only then acknowledged. DELETE beside it.

use crate::api::writable;
use crate::body::{put_held, receive, Arrived, Placed, Target, What};
use crate::failure::{respond, Failure, Outcome};
use crate::ledger::client;
use crate::{admission, image, premade, remember, Edge};
use limn_core::api::acl;
use limn_core::api::conditions::WriteCondition;
use limn_core::api::meta::Meta;
use limn_core::codec::Header;
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::grant::{Caller, Grant, Wish};
use limn_core::image::Size;
use limn_core::ledger::call::{Call, Open};
use limn_core::ledger::once::{self, Done, Mark};
use limn_core::ledger::Row;
use limn_core::parts::Parts;
use limn_core::reply::Head;
use limn_core::upload::normalise::normalise;
use limn_core::upload::{inspect, Digested, Digests};
use limn_core::{hash, Error};
use worker::{Request, Response};

/// What goes with a body into its row.
#[derive(Default)]
pub struct Extras {
    /// Content headers and user metadata.
    pub meta: Meta,
    /// What must hold of the object that is there.
    pub only_if: WriteCondition,
    /// The multipart upload that ends with this, and the ETag that it makes.
    pub upload: Option<(Open, String)>,
    /// What it must not happen twice under.
    pub marks: Vec<Mark>,
}

/// Answers PUT on an object.
pub async fn put(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str, request: Request) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    acl::check(parts, bucket.access == Access::PublicRead)?;
    let once = once::key_of(parts)?;
    let mut extras = Extras { meta: Meta::of(parts)?, only_if: WriteCondition::of(parts)?, ..Extras::default() };
    let target = Target::new(&grant, key, What::Object(parts.header("content-type")));
    let arrived = receive(edge, &target, parts, grant.promise(), request).await?;
    let digested = arrived.digested().clone();
    if let Some(once) = once {
        let print = once::fingerprint("PUT", &bucket.name, key, &digested.sha256);
        extras.marks.push(Mark::key(grant.user().unwrap_or(""), once, edge.now, &print));
    }
    let row = keep(edge, &grant, &target, arrived, extras).await?;
    premade::follow(edge, parts, &grant, key, &row.content_type);
    let head = stored_head(parts, &row.etag, &digested).with("x-limn-version", row.version).with("x-limn-sha256", row.sha256);
    Ok(respond(&head.with("content-length", "0"), parts.method, Vec::new())?)
}

/// The head that tells a client what was stored, in the digests that it checks.
pub fn stored_head(parts: &Parts, etag: &str, digested: &Digested) -> Head {
    let mut head =
        Head::new(200).with("etag", format!("\"{etag}\"")).with("cache-control", "no-store").with("x-content-type-options", "nosniff");
    if Dialect::of(parts) == Dialect::Oss {
        head = head.with("x-oss-hash-crc64ecma", digested.crc64.to_string()).with("content-md5", hash::base64(&digested.md5));
    }
    match &digested.checksum {
        Some((name, value)) => head.with(name.clone(), value.clone()),
        None => head,
    }
}

/// Inspects, stores and commits a body: once this returns, nothing of it can be lost.
///
/// # Errors
/// What the inspection finds, `unavailable`, `conflict`, `precondition`, `object_exists`; then nothing is
/// stored.
pub async fn keep(edge: &Edge, grant: &Grant<'_>, to: &Target<'_>, arrived: Arrived, extras: Extras) -> Outcome<Row> {
    Ok(store(edge, grant, to, arrived, extras).await?.row)
}

/// As [`keep`]; what it came to may be what it came to before, under one of the marks.
///
/// # Errors
/// As [`keep`]; `token_used`, `idempotency_mismatch`.
pub async fn store(edge: &Edge, grant: &Grant<'_>, to: &Target<'_>, arrived: Arrived, extras: Extras) -> Outcome<Done> {
    let bucket = grant.bucket();
    writable(bucket)?;
    if !extras.marks.is_empty() {
        if bucket.shards > 1 && matches!(to.body, What::Named(..)) {
            // The name decides the shard, and two names of one token would not meet.
            let sentence = "Tokens and Idempotency-Keys of /-/upload want a bucket whose ledger is one shard; sign a header instead.";
            return Err(Error::NotImplemented(sentence.into()).into());
        }
        // Asked before the bytes are stored once more; the commit asks again.
        let before =
            client::ask::<Option<Done>>(edge, &bucket.name, &Call::Recall { key: to.key.into(), marks: extras.marks.clone() }).await;
        if let (Ok(Some(_)) | Err(_), Arrived::Stored(placed, ..)) = (&before, &arrived) {
            client::release(edge, &bucket.name, vec![placed.version.clone()]).await;
        }
        if let Some(done) = before? {
            return Ok(done);
        }
    }
    let mut size = None;
    let (placed, digested, content_type) = match arrived {
        Arrived::Held(bytes, digested, _places) => {
            let kit = image::bare_kit(edge, bucket, &bytes).await?;
            let declared = match to.body {
                What::Object(declared) | What::Named(declared, _) => declared,
                What::Part => None,
            };
            // What has no name yet is held to the ending that it will get.
            let name = match to.body {
                What::Named(_, naming) if to.key.is_empty() => naming.pattern.text(),
                _ => to.key,
            };
            let content_type = admission::with_room(&kit, &bytes, || inspect(&bytes, declared, name, bucket, &kit)).await?;
            let normal = admission::with_room(&kit, &bytes, || normalise(&bytes, bucket.normalise, bucket.default_quality(), &kit));
            let (bytes, digested) = match normal.await? {
                None => (bytes, digested),
                // What came was what was promised; what is stored has digests of its own.
                Some(bytes) => {
                    let mut digests = Digests::default();
                    digests.update(&bytes);
                    (bytes, digests.finish())
                }
            };
            if matches!(to.body, What::Named(..)) {
                size = Header::read(&bytes, &kit).ok().map(|header| header.shown());
            }
            (put_held(edge, to, bytes, &digested, &content_type).await?, digested, content_type)
        }
        Arrived::Stored(placed, digested, content_type) => (placed, digested, content_type),
    };
    let Placed { version, key, held, failed } = placed;
    let mut row = Row {
        version,
        sha256: hash::hex(&digested.sha256),
        etag: hash::hex(&digested.md5),
        crc64: digested.crc64.to_string(),
        length: digested.length,
        content_type,
        meta: extras.meta,
        user: grant.user().unwrap_or("").into(),
        nodes: held.join(","),
        stored: edge.now * 1_000,
    };
    let only_if = extras.only_if;
    let (width, height) = (size.map(|s: Size| s.width), size.map(|s| s.height));
    let to_forget = key.clone();
    let committed = async {
        Ok::<_, Failure>(match (extras.upload, extras.marks) {
            (Some((upload, etag)), _) => {
                row.etag = etag;
                client::tell(edge, &bucket.name, &Call::Finish { upload, row: row.clone(), only_if, failed }).await?;
                Done { key, row, width, height }
            }
            (None, marks) if marks.is_empty() => {
                client::tell(edge, &bucket.name, &Call::Commit { key: key.clone(), row: row.clone(), only_if, failed }).await?;
                Done { key, row, width, height }
            }
            (None, marks) => {
                let done = Done { key, row, width, height };
                client::ask(edge, &bucket.name, &Call::CommitOnce { done, only_if, failed, marks }).await?
            }
        })
    }
    .await;
    // An answer that was lost says nothing: the next read asks.
    remember::forget(&bucket.name, &[to_forget]).await;
    committed
}

/// Answers DELETE on an object; what is not there is deleted already, as in OSS and S3.
pub async fn delete(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str) -> Outcome<Response> {
    caller.admit(bucket, key, Wish::Delete)?;
    writable(bucket)?;
    let deleted = client::delete(edge, &bucket.name, vec![key.to_string()], &WriteCondition::of(parts)?).await;
    remember::forget(&bucket.name, &[key.to_string()]).await;
    deleted?;
    Ok(respond(&Head::new(204).with("cache-control", "no-store"), parts.method, Vec::new())?)
}
