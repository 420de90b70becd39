//! `POST /-/import/{bucket}`: keys of a node that Limn only reads become objects, each through the chain of an
//! upload. A page at a time, so that it may be repeated and taken up again anywhere.

use crate::admin::administered;
use crate::body::{fetched, small, Target, What};
use crate::bytes;
use crate::failure::{Failure, Outcome};
use crate::ledger::client;
use crate::node::{health, http, store};
use crate::upload::{keep, Extras};
use crate::Edge;
use limn_core::admin::{importable, no_body, signed_whole, Import, Twin, MAX_KEYS};
use limn_core::api::conditions::WriteCondition;
use limn_core::api::range::Range;
use limn_core::config::{Bucket, Node, NodeKind};
use limn_core::grant::{Caller, Wish};
use limn_core::ledger::Row;
use limn_core::node::unmanaged_key;
use limn_core::parts::Parts;
use limn_core::{hash, Error};
use serde_json::{json, Value};
use worker::{Request, Response, ResponseBody};

/// Longest list of keys, bytes: as many of the longest as may be named.
const MAX_BODY: usize = MAX_KEYS * 1_100;
/// Bytes after which a page ends before its last key.
const PAGE_BYTES: u64 = 512 << 20;

/// A key on the node that is imported from.
struct Theirs {
    key: String,
    size: Option<u64>,
    md5: Option<[u8; 16]>,
}

/// What became of a key.
enum Taken {
    Imported(u64),
    /// It was there.
    Skipped,
}

/// Answers an import.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str, request: Request) -> Outcome<Response> {
    signed_whole(caller, true)?;
    let ask = Import::of(parts)?;
    let body = small(parts, &caller.promise(), request, MAX_BODY).await?;
    let bucket = administered(edge, caller, name).await?;
    let node = match edge.config.nodes.get(&ask.from) {
        Some(node) if !node.managed => node,
        Some(_) => {
            return Err(Error::BadArg(format!("from: {:?} is filled by Limn; a node with managed = false is wanted.", ask.from)).into())
        }
        None => return Err(Error::BadArg(format!("from: there is no node {:?}.", ask.from)).into()),
    };
    let (page, more) = page(edge, node, &ask, &body).await?;
    let keys: Vec<String> = page.iter().map(|theirs| theirs.key.clone()).filter(|key| importable(key).is_ok()).collect();
    let rows: Vec<(String, Option<Row>)> = match keys.is_empty() {
        true => Vec::new(),
        false => {
            let seen = client::look(edge, &bucket.name, keys.clone()).await?;
            keys.into_iter().zip(seen.into_iter().map(|seen| seen.row)).collect()
        }
    };
    let (mut imported, mut skipped, mut bytes) = (0u64, 0u64, 0u64);
    let mut failed: Vec<Value> = Vec::new();
    let (mut last, mut left) = (None, page.len());
    for theirs in page {
        let row = rows.iter().find(|(key, _)| *key == theirs.key).and_then(|(_, row)| row.as_ref());
        match one(edge, caller, &bucket, node, &ask, &theirs, row).await {
            Ok(Taken::Imported(length)) => (imported, bytes) = (imported + 1, bytes + length),
            Ok(Taken::Skipped) => skipped += 1,
            Err(failure) => {
                let error = match failure {
                    Failure::Refused(error) => error,
                    Failure::Broken(e) => {
                        worker::console_error!("import of {:?}: {e}", theirs.key);
                        Error::Internal
                    }
                };
                failed.push(json!({ "key": theirs.key, "code": error.code(), "message": error.to_string() }));
            }
        }
        last = Some(theirs.key);
        left -= 1;
        if bytes >= PAGE_BYTES {
            break;
        }
    }
    let next = last.filter(|_| more || left > 0);
    crate::json(parts, &json!({ "imported": imported, "skipped": skipped, "bytes": bytes, "failed": failed, "next": next }))
}

/// The keys that are next, and whether there are more.
async fn page(edge: &Edge, node: &Node, ask: &Import, body: &[u8]) -> Outcome<(Vec<Theirs>, bool)> {
    if node.kind == NodeKind::Http {
        let (keys, more) = ask.page(body)?;
        return Ok((keys.into_iter().map(|key| Theirs { key, size: None, md5: None }).collect(), more));
    }
    no_body(body)?;
    let prefix = unmanaged_key(node, &ask.prefix);
    let after = if ask.after.is_empty() { String::new() } else { unmanaged_key(node, &ask.after) };
    let told = health::watched(node, store::list(&edge.env, node, &prefix, &after, ask.max)).await;
    let (listed, more) = told.map_err(|_| Error::Unavailable("The node gave no list of its keys.".into()))?;
    let theirs = |o: limn_core::outbound::listing::Object| {
        let key = o.key.strip_prefix(&node.prefix)?.to_string();
        Some(Theirs { key, size: Some(o.size), md5: o.etag.and_then(|etag| ask.md5(&etag)) })
    };
    Ok((listed.into_iter().filter_map(theirs).collect(), more))
}

/// Imports a key, unless the bucket holds its bytes.
async fn one(
    edge: &Edge,
    caller: &Caller<'_>,
    bucket: &Bucket,
    node: &Node,
    ask: &Import,
    theirs: &Theirs,
    row: Option<&Row>,
) -> Outcome<Taken> {
    importable(&theirs.key)?;
    let grant = caller.admit(bucket, &theirs.key, Wish::Import)?;
    if let Some(row) = row {
        let twin = match Twin::of((theirs.size, theirs.md5), row.length, &row.etag) {
            Twin::Unknown => compared(edge, bucket, node, &theirs.key, row).await?,
            told => told,
        };
        match twin {
            Twin::Same => return Ok(Taken::Skipped),
            _ if !ask.overwrite => return Err(Error::ObjectExists.into()),
            _ => {}
        }
    }
    let opened = open(edge, bucket, node, &theirs.key).await?;
    let declared = opened.content_type.filter(|declared| !is_default(declared));
    let target = Target::new(&grant, &theirs.key, What::Object(declared.as_deref()));
    let md5 = ask.md5(&opened.etag).filter(|_| node.kind != NodeKind::Http);
    let arrived = fetched(edge, &target, opened.body, opened.length, md5).await?;
    // Nobody's upload that came in the meantime is written over.
    let only_if = WriteCondition { forbid_overwrite: !ask.overwrite, ..WriteCondition::default() };
    let row = keep(edge, &grant, &target, arrived, Extras { only_if, ..Extras::default() }).await?;
    Ok(Taken::Imported(row.length))
}

/// What stores call whatever they were told nothing of.
fn is_default(content_type: &str) -> bool {
    matches!(content_type, "binary/octet-stream" | "application/octet-stream")
}

/// An object on the node, opened.
struct Opened {
    length: u64,
    etag: String,
    content_type: Option<String>,
    body: ResponseBody,
}

async fn open(edge: &Edge, bucket: &Bucket, node: &Node, key: &str) -> Outcome<Opened> {
    if node.kind == NodeKind::Http {
        let (head, taken) = http::get(bucket, node, key).await?;
        let length = taken.len() as u64;
        // What takes it in reads streams alone.
        let body = if taken.is_empty() { ResponseBody::Empty } else { bytes::body(&taken.as_slice().into(), Range::Whole)? };
        return Ok(Opened { length, etag: String::new(), content_type: head.content_type, body });
    }
    let told = health::watched(node, store::open(&edge.env, node, &unmanaged_key(node, key), None)).await;
    let opened = told.map_err(|_| Error::Unavailable("The node did not answer.".into()))?.ok_or(Error::NoSuchKey)?;
    let store::Stamp { length, etag, content_type, .. } = opened.stamp;
    Ok(Opened { length, etag, content_type, body: opened.body })
}

/// Reads the object on the node, since nothing else tells whether it is the one in the bucket.
async fn compared(edge: &Edge, bucket: &Bucket, node: &Node, key: &str, row: &Row) -> Outcome<Twin> {
    let opened = open(edge, bucket, node, key).await?;
    if opened.length != row.length {
        return Ok(Twin::Other);
    }
    let stamp = store::Stamp { length: opened.length, etag: opened.etag, modified: None, content_type: None };
    let told = store::digest(store::Opened { stamp, body: opened.body }).await;
    let read = told.map_err(|_| Error::OriginFailed("The node broke off.".into()))?;
    Ok(if hash::hex(&read.sha256) == row.sha256 { Twin::Same } else { Twin::Other })
}
