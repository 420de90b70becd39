//! An R2 bucket as a node. R2 itself compares digests, and answers only once a blob is durable.

use super::store::{Opened, Part, Stamp, Told, Trouble};
use limn_core::config::Node;
use limn_core::node::Known;
use limn_core::outbound::listing::Object as Listed;
use worker::{Bucket, Env, FixedLengthStream, Object, Range, ResponseBody};

fn bucket(env: &Env, node: &Node) -> Told<Bucket> {
    env.bucket(&node.binding).map_err(|_| Trouble::Failed(format!("the R2 binding {:?} is not there", node.binding)))
}

fn stamp(object: &Object) -> Stamp {
    Stamp {
        length: object.size(),
        etag: object.etag(),
        modified: Some(object.uploaded().as_millis() / 1_000),
        content_type: object.http_metadata().content_type,
    }
}

/// What lies under a key.
pub async fn head(env: &Env, node: &Node, key: &str) -> Told<Option<Stamp>> {
    Ok(bucket(env, node)?.head(key).await?.as_ref().map(stamp))
}

/// Opens what lies under a key, as a stream that WASM need not touch.
pub async fn open(env: &Env, node: &Node, key: &str, part: Part) -> Told<Option<Opened>> {
    let bucket = bucket(env, node)?;
    let get = match part {
        Some((first, last)) => bucket.get(key).range(Range::OffsetWithLength { offset: first, length: (last + 1).saturating_sub(first) }),
        None => bucket.get(key),
    };
    let Some(object) = get.execute().await? else { return Ok(None) };
    let body = object.body().map_or(Ok(ResponseBody::Empty), |body| body.response_body())?;
    Ok(Some(Opened { stamp: stamp(&object), body }))
}

/// Writes a blob of known length.
pub async fn put(env: &Env, node: &Node, key: &str, body: web_sys::ReadableStream, known: &Known) -> Told<()> {
    let stored = bucket(env, node)?.put(key, body).sha256(known.sha256.to_vec()).execute().await?;
    stored.map(|_| ()).ok_or_else(nothing)
}

fn nothing() -> Trouble {
    Trouble::Failed("it stored nothing".into())
}

/// Writes a blob as it comes; the answer is R2's own MD5 of what it stored, in lower-case hex.
pub async fn put_stream(env: &Env, node: &Node, key: &str, body: FixedLengthStream) -> Told<String> {
    let stored = bucket(env, node)?.put(key, body).execute().await?;
    stored.map(|object| object.etag()).ok_or_else(nothing)
}

/// Deletes what lies under a key.
pub async fn delete(env: &Env, node: &Node, key: &str) -> Told<()> {
    Ok(bucket(env, node)?.delete(key).await?)
}

/// A page of keys under a prefix, behind a key.
pub async fn list(env: &Env, node: &Node, prefix: &str, after: &str, most: usize) -> Told<(Vec<Listed>, bool)> {
    let bucket = bucket(env, node)?;
    let mut list = bucket.list().prefix(prefix).limit(most as u32);
    if !after.is_empty() {
        list = list.start_after(after);
    }
    let page = list.execute().await?;
    let listed = page.objects().iter().map(|o| Listed { key: o.key(), size: o.size(), etag: Some(o.etag()) }).collect();
    Ok((listed, page.truncated()))
}
