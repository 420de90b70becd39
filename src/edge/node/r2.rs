//! An R2 bucket as a node.

use crate::failure::Outcome;
use crate::Edge;
use limn_core::config::Node;
use limn_core::Error;
use worker::{Bucket, Object, ResponseBody};

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
pub async fn get(edge: &Edge, node: &Node, key: &str, max_bytes: u64) -> Outcome<Option<(Vec<u8>, Stamp)>> {
    let Some(object) = bucket(edge, node)?.get(key).execute().await.map_err(unreachable)? else { return Ok(None) };
    if object.size() > max_bytes {
        return Err(Error::ImageTooLarge(format!("The source has {} bytes; at most {max_bytes} are allowed.", object.size())).into());
    }
    let size = object.size();
    let stamp = stamp(&object);
    let body = object.body().ok_or(Error::Internal)?;
    let bytes = body.bytes().await.map_err(unreachable)?;
    match bytes.len() as u64 == size {
        true => Ok(Some((bytes, stamp))),
        false => Err(Error::OriginFailed("The node cut the object short.".into()).into()),
    }
}

/// An object's bytes as a stream that WASM never touches.
pub async fn stream(edge: &Edge, node: &Node, key: &str, length: u64) -> Outcome<ResponseBody> {
    let missing = || Error::OriginFailed("The node does not hold the object.".into());
    let object = bucket(edge, node)?.get(key).execute().await.map_err(unreachable)?.ok_or_else(missing)?;
    if object.size() != length {
        return Err(Error::OriginFailed("The node holds other bytes than were stored.".into()).into());
    }
    Ok(object.body().ok_or_else(missing)?.response_body().map_err(unreachable)?)
}

/// Writes a blob; R2 itself compares the digest, and answers only once the blob is durable.
pub async fn put_blob(edge: &Edge, node: &Node, key: &str, body: Vec<u8>, sha256: [u8; 32]) -> Outcome<()> {
    bucket(edge, node)?.put(key, body).sha256(sha256).execute().await.map_err(unreachable)?;
    Ok(())
}
