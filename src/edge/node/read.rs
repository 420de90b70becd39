//! Originals: from the nearest node that holds them, verified, else from the next.

use super::find::{stamp_version, unmanaged, unreachable, Source};
use super::store::{self, Opened, Part};
use super::{health, http, kept};
use crate::admission::{self, Place};
use crate::failure::{begin, Failure, Outcome};
use crate::ledger::client;
use crate::{bytes, Edge};
use js_sys::Uint8Array;
use limn_core::api::range::Range;
use limn_core::codec::sniff::{self, Sniffed};
use limn_core::config::{Bucket, Node, NodeKind};
use limn_core::ledger::Row;
use limn_core::node::{blob_key, unmanaged_key};
use limn_core::placement::read_order;
use limn_core::reply::Head;
use limn_core::sort;
use limn_core::{hash, Error};
use worker::{Response, ResponseBody};

/// Most nodes that one read asks (reference: faults.md 3.2).
const ATTEMPTS: usize = 3;
/// A blob of so many bytes at most is compared with its digest before the first byte leaves.
const VERIFIED_WHOLE: u64 = 4 << 20;

/// A whole object in memory.
pub struct Original {
    /// Verified bytes.
    pub bytes: Vec<u8>,
    /// The version that they are.
    pub version: String,
    /// As served when nothing is made of them.
    pub content_type: String,
    /// When they were stored, unix seconds.
    pub modified: Option<u64>,
    /// Its place in memory.
    pub place: Place,
}

/// The holders of a blob, the nearest healthy one first.
fn holders<'a>(edge: &'a Edge, nodes: &str) -> Vec<&'a Node> {
    let named: Vec<&Node> = nodes.split(',').filter_map(|name| edge.config.nodes.get(name)).collect();
    read_order(&named, edge.place, health::lets)
}

/// What asking one holder after the other came to.
async fn from_holders<T>(
    edge: &Edge,
    bucket: &str,
    nodes: &str,
    version: &str,
    attempt: impl AsyncFn(&Node) -> store::Told<Option<T>>,
) -> Outcome<T> {
    let _step = edge.step("node");
    let mut wrong = Vec::new();
    let mut away = false;
    for node in holders(edge, nodes).into_iter().take(ATTEMPTS) {
        match health::watched(node, attempt(node)).await {
            Ok(Some(good)) => {
                repair_later(edge, bucket, version, wrong);
                edge.notes.borrow_mut().note_node(&node.name);
                return Ok(good);
            }
            Ok(None) => wrong.push(node.name.clone()),
            Err(_) => away = true,
        }
    }
    // That one node has lost it says nothing of the others, which did not answer.
    Err(match away || wrong.is_empty() {
        true => Error::Unavailable("No storage node that holds the object can be reached.".into()),
        false => Error::OriginFailed("No storage node holds the object as it was stored.".into()),
    }
    .into())
}

/// Has wrong and missing copies made anew by the ledger.
fn repair_later(edge: &Edge, bucket: &str, version: &str, nodes: Vec<String>) {
    if nodes.is_empty() {
        return;
    }
    let (edge, bucket, version) = (edge.clone(), bucket.to_string(), version.to_string());
    edge.ctx.clone().wait_until(async move { repair(&edge, &bucket, &version, nodes).await });
}

async fn repair(edge: &Edge, bucket: &str, version: &str, nodes: Vec<String>) {
    worker::console_warn!("copies of {bucket}/{version} to be repaired: {nodes:?}");
    let _ = client::repair(edge, bucket, version, nodes).await;
}

/// The bytes of a blob as its row says they are; `None` where a node holds others.
async fn verified(edge: &Edge, node: &Node, blob: &str, length: u64, sha256: &str) -> store::Told<Option<(Uint8Array, [u8; 32])>> {
    let Some(opened) = store::open(&edge.env, node, blob, None).await? else { return Ok(None) };
    if opened.stamp.length != length {
        return Ok(None);
    }
    let all = store::whole(opened, node).await?;
    let digest = bytes::sha256(&all).await?;
    Ok((hash::hex(&digest) == sha256).then_some((all, digest)))
}

/// Reads an object whole and verifies it.
///
/// # Errors
/// `no_such_key`, `origin_failed`, `origin_timeout`, `unavailable`, `image_too_large` beyond the bucket's
/// `max_bytes`.
pub async fn read(edge: &Edge, bucket: &Bucket, source: &Source) -> Outcome<Original> {
    match source {
        Source::Managed { row } => managed(edge, bucket, row).await,
        Source::Unmanaged { key, node, version, generation } => {
            // The node that was asked comes first, whatever its breaker says by now.
            let mut order = unmanaged(edge, bucket);
            sort::by_key(&mut order, |n| n.name != *node);
            let mut failure: Option<Failure> = None;
            for (i, node) in order.into_iter().enumerate() {
                let version = version.as_deref().filter(|_| i == 0);
                match foreign(edge, bucket, node, key, version, *generation).await {
                    Err(Failure::Refused(Error::NoSuchKey)) => {}
                    Err(Failure::Refused(e @ (Error::OriginFailed(_) | Error::OriginTimeout | Error::Unavailable(_)))) => {
                        failure = failure.or(Some(e.into()));
                    }
                    answer => return answer,
                }
            }
            Err(failure.unwrap_or(Error::NoSuchKey.into()))
        }
    }
}

async fn managed(edge: &Edge, bucket: &Bucket, row: &Row) -> Outcome<Original> {
    within_bounds(bucket, row.length)?;
    if let Some(original) = kept::get(edge, &bucket.name, "", &row.version).await? {
        return Ok(original);
    }
    let place = admission::original(row.length).await?;
    let blob = blob_key(&bucket.name, &row.version);
    let attempt = async |node: &Node| verified(edge, node, &blob, row.length, &row.sha256).await;
    let (all, sha256) = from_holders(edge, &bucket.name, &row.nodes, &row.version, attempt).await?;
    let (content_type, modified) = (row.content_type.clone(), Some(row.stored / 1_000));
    let label = kept::Label { version: row.version.clone(), sha256, content_type, modified };
    Ok(keep(edge, bucket, "", label, (all.to_vec(), place), all))
}

fn within_bounds(bucket: &Bucket, length: u64) -> Outcome<()> {
    let most = bucket.limits.max_bytes;
    match length > most {
        true => Err(Error::ImageTooLarge(format!("The source has {length} bytes; at most {most} are allowed.")).into()),
        false => Ok(()),
    }
}

/// An object of an unmanaged node.
async fn foreign(edge: &Edge, bucket: &Bucket, node: &Node, key: &str, version: Option<&str>, generation: u64) -> Outcome<Original> {
    if node.kind == NodeKind::Http {
        return http::read(edge, bucket, node, key, version, generation).await;
    }
    if let Some(version) = version {
        if let Some(original) = kept::get(edge, &bucket.name, key, version).await? {
            return Ok(original);
        }
    }
    let read = async {
        let Some(opened) = store::open(&edge.env, node, &unmanaged_key(node, key), None).await? else { return Ok(None) };
        let stamp = opened.stamp.clone();
        let admitted = async {
            within_bounds(bucket, stamp.length)?;
            admission::original(stamp.length).await
        };
        match admitted.await {
            Err(refused) => Ok(Some(Err(refused))),
            Ok(place) => Ok(Some(Ok((store::whole(opened, node).await?, stamp, place)))),
        }
    };
    let step = edge.step("node");
    let (all, stamp, place) = health::watched(node, read).await.map_err(unreachable)?.ok_or(Error::NoSuchKey)??;
    drop(step);
    edge.notes.borrow_mut().note_node(&node.name);
    let sha256 = bytes::sha256(&all).await?;
    let bytes = all.to_vec();
    let content_type = content_type(&bytes);
    let label = kept::Label { version: stamp_version(node, &stamp), sha256, content_type, modified: stamp.modified };
    Ok(keep(edge, bucket, key, label, (bytes, place), all))
}

/// Keeps a verified original in the data centre behind the answer.
fn keep(edge: &Edge, bucket: &Bucket, name: &str, label: kept::Label, (bytes, place): (Vec<u8>, Place), all: Uint8Array) -> Original {
    let (version, content_type) = (label.version.clone(), label.content_type.clone());
    let original = Original { bytes, version, content_type, modified: label.modified, place };
    let (bucket, name) = (bucket.name.clone(), name.to_string());
    edge.ctx.wait_until(async move { kept::put(&bucket, &name, &label, &all, kept::UNCHANGING_SECONDS).await });
    original
}

/// Hands a managed blob, or the part of it from a first to a last byte, to the client: of a short one once the
/// whole is verified; a long one as the node streams it, its last piece once the whole is verified. Of a part of a
/// long one the length alone is known.
///
/// # Errors
/// `origin_failed` when no node holds it, `unavailable`.
pub async fn stream(edge: &Edge, bucket: &Bucket, row: &Row, part: Part, head: &Head) -> Outcome<Response> {
    let blob = blob_key(&bucket.name, &row.version);
    if row.length <= VERIFIED_WHOLE {
        let attempt = async |node: &Node| verified(edge, node, &blob, row.length, &row.sha256).await;
        let (all, _) = from_holders(edge, &bucket.name, &row.nodes, &row.version, attempt).await?;
        let range = part.map_or(Range::Whole, |(start, end)| Range::Part { start, end });
        return Ok(begin(head)?.body(bytes::body(&all, range)?));
    }
    let attempt = async |node: &Node| Ok(of_length(edge, node, &blob, (row.length, part)).await?.map(|opened| (opened, node.name.clone())));
    let (opened, node) = from_holders(edge, &bucket.name, &row.nodes, &row.version, attempt).await?;
    let ResponseBody::Stream(source) = &opened.body else { return Ok(begin(head)?.body(opened.body)) };
    if part.is_some_and(|(first, last)| last - first + 1 < row.length) {
        return Ok(begin(head)?.body(opened.body));
    }
    let (body, wrong) = bytes::verified(source, row.length, &row.sha256)?;
    let (edge, bucket, version) = (edge.clone(), bucket.name.clone(), row.version.clone());
    edge.ctx.clone().wait_until(async move {
        if wrong.await {
            repair(&edge, &bucket, &version, vec![node]).await;
        }
    });
    Ok(begin(head)?.body(body))
}

/// Opens a blob, or a part of it, on a node that has it in its length.
async fn of_length(edge: &Edge, node: &Node, blob: &str, (length, part): Extent) -> store::Told<Option<Opened>> {
    let opened = store::open(&edge.env, node, blob, part).await?;
    Ok(opened.filter(|opened| opened.stamp.length == length))
}

/// A blob's length, and its bytes from the first to the last that are wanted.
pub type Extent = (u64, Part);

/// Opens a blob at a holder that has it in its length.
pub async fn open(edge: &Edge, bucket: &str, nodes: &str, version: &str, (length, part): Extent) -> Outcome<Opened> {
    let blob = blob_key(bucket, version);
    let attempt = async |node: &Node| of_length(edge, node, &blob, (length, part)).await;
    from_holders(edge, bucket, nodes, version, attempt).await
}

/// The type of an unmanaged object, by content: what its store says of it is not believed.
pub(super) fn content_type(bytes: &[u8]) -> String {
    match sniff::sniff(bytes) {
        Sniffed::Known(format) => format.mime().into(),
        Sniffed::Recognised(name) => sniff::recognised_mime(name).unwrap_or("application/octet-stream").into(),
        Sniffed::Unknown => "application/octet-stream".into(),
    }
}
