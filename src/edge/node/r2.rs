//! An R2 bucket as a node.

use crate::failure::Outcome;
use crate::{bytes, Edge};
use futures_util::{stream, Stream, StreamExt, TryStreamExt};
use js_sys::Uint8Array;
use limn_core::config::Node;
use limn_core::Error;
use worker::{Bucket, FixedLengthStream, GetOptionsBuilder, Object, Range, ResponseBody};

/// What R2 says of an object.
pub struct Stamp {
    /// Its ETag, which R2 changes with every write.
    pub version: String,
    /// Unix seconds.
    pub uploaded: u64,
}

fn bucket(edge: &Edge, node: &Node) -> Outcome<Bucket> {
    let missing =
        |_| Error::Misconfigured(format!("The node {:?} names the R2 binding {:?}, which is not there.", node.name, node.binding));
    Ok(edge.env.bucket(&node.binding).map_err(missing)?)
}

fn unreachable(error: worker::Error) -> Error {
    worker::console_error!("r2: {error}");
    Error::Unavailable("The storage node did not answer.".into())
}

fn stamp(object: &Object) -> Stamp {
    Stamp { version: format!("r2:{}", object.etag()), uploaded: object.uploaded().as_millis() / 1_000 }
}

/// The version of an object.
pub async fn version(edge: &Edge, node: &Node, key: &str) -> Outcome<String> {
    let object = bucket(edge, node)?.head(key).await.map_err(unreachable)?.ok_or(Error::NoSuchKey)?;
    Ok(stamp(&object).version)
}

/// An object's bytes, whole; `None` when there is none.
pub async fn get(edge: &Edge, node: &Node, key: &str, max_bytes: u64) -> Outcome<Option<(Uint8Array, Stamp)>> {
    let Some(object) = bucket(edge, node)?.get(key).execute().await.map_err(unreachable)? else { return Ok(None) };
    if object.size() > max_bytes {
        return Err(Error::ImageTooLarge(format!("The source has {} bytes; at most {max_bytes} are allowed.", object.size())).into());
    }
    let size = object.size();
    let stamp = stamp(&object);
    let body = object.body().ok_or(Error::Internal)?.response_body().map_err(unreachable)?;
    let bytes = bytes::read(body).await.map_err(unreachable)?;
    match u64::from(bytes.length()) == size {
        true => Ok(Some((bytes, stamp))),
        false => Err(Error::OriginFailed("The node cut the object short.".into()).into()),
    }
}

/// An object's bytes, or those from the first to the last named, as a stream that WASM never touches.
pub async fn stream(edge: &Edge, node: &Node, key: &str, (length, part): Extent) -> Outcome<ResponseBody> {
    let bucket = bucket(edge, node)?;
    let object = ranged(&bucket, key.into(), part).execute().await.map_err(unreachable)?.ok_or_else(missing)?;
    if object.size() != length {
        return Err(Error::OriginFailed("The node holds other bytes than were stored.".into()).into());
    }
    Ok(object.body().ok_or_else(missing)?.response_body().map_err(unreachable)?)
}

/// A blob's length, and its bytes from the first to the last that are wanted.
pub type Extent = (u64, Option<(u64, u64)>);

/// The bytes of several blobs, one behind the other; each is opened when the one before has ended, since a
/// Worker may hold few connections at a time.
pub fn concatenated(edge: &Edge, blobs: Vec<(&Node, String, Extent)>) -> Outcome<impl Stream<Item = worker::Result<Vec<u8>>> + 'static> {
    let blobs: Vec<(Bucket, String, Extent)> =
        blobs.into_iter().map(|(node, key, extent)| Ok((bucket(edge, node)?, key, extent))).collect::<Outcome<_>>()?;
    let opened = stream::iter(blobs).then(|(bucket, key, (length, part))| async move {
        let object = ranged(&bucket, key, part).execute().await?.filter(|o| o.size() == length);
        let body = object.as_ref().and_then(Object::body).ok_or_else(|| worker::Error::from("the node does not hold a blob"))?;
        body.stream()
    });
    Ok(opened.try_flatten())
}

fn ranged(bucket: &Bucket, key: String, part: Option<(u64, u64)>) -> GetOptionsBuilder<'_> {
    match part {
        Some((first, last)) => bucket.get(key).range(Range::OffsetWithLength { offset: first, length: (last + 1).saturating_sub(first) }),
        None => bucket.get(key),
    }
}

fn missing() -> Error {
    Error::OriginFailed("The node does not hold the object.".into())
}

/// Writes a blob; R2 itself compares the digest, and answers only once the blob is durable.
pub async fn put_blob(edge: &Edge, node: &Node, key: &str, body: Vec<u8>, sha256: [u8; 32]) -> Outcome<()> {
    bucket(edge, node)?.put(key, body).sha256(sha256).execute().await.map_err(unreachable)?;
    Ok(())
}

/// Writes a blob as it comes; the answer is R2's own MD5 of what it stored, in lower-case hex. A stream
/// that breaks off or has another length stores nothing.
pub async fn put_stream(edge: &Edge, node: &Node, key: &str, body: FixedLengthStream) -> Outcome<String> {
    let object = bucket(edge, node)?.put(key, body).execute().await.map_err(unreachable)?;
    Ok(object.ok_or(Error::Internal)?.etag())
}
