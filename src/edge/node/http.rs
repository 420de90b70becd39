//! A web server as a read-only node. Redirects are not followed, bodies are measured while they are
//! read, and nothing that looks cut is believed.

use super::Original;
use crate::failure::Outcome;
use crate::Edge;
use limn_core::config::Bucket;
use limn_core::node::{origin_url, OriginHead};
use limn_core::{http_date, Error};
use std::time::Duration;
use worker::{Cache, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, ResponseBuilder};

/// How long an origin may take for its head and its body together, milliseconds (reference: faults.md 3.2).
const BUDGET_MS: u64 = 6_000;

/// Where the version that an origin showed last is remembered, in this data centre.
fn memory_url(bucket: &Bucket, key: &str) -> String {
    format!("https://origin.limn.internal/__o/1/{}/{}", bucket.name, limn_core::percent::encode(key, "/"))
}

/// The version that was seen within the bucket's `source_fresh_seconds`.
pub async fn known_version(_: &Edge, bucket: &Bucket, key: &str) -> Option<String> {
    Cache::default().get(memory_url(bucket, key), false).await.ok()??.text().await.ok()
}

async fn remember(url: String, version: String, seconds: u64) {
    let headers = Headers::new();
    if headers.set("cache-control", &format!("public, max-age={seconds}")).is_ok() {
        let entry = ResponseBuilder::new().with_headers(headers).fixed(version.into_bytes());
        let _ = Cache::default().put(url, entry).await;
    }
}

/// Reads an object whole.
pub async fn read(edge: &Edge, bucket: &Bucket, key: &str) -> Outcome<Original> {
    let url = origin_url(&bucket.node, key);
    let work = Box::pin(fetch(&url, bucket.limits.max_bytes));
    let patience = Box::pin(Delay::from(Duration::from_millis(BUDGET_MS)));
    let (head, bytes) = match futures_util::future::select(work, patience).await {
        futures_util::future::Either::Left((done, _)) => done?,
        futures_util::future::Either::Right(_) => return Err(Error::OriginTimeout.into()),
    };
    let version = head.version(&bytes);
    let (memory, seen, fresh) = (memory_url(bucket, key), version.clone(), bucket.source_fresh_seconds);
    edge.ctx.wait_until(async move { remember(memory, seen, fresh).await });
    let modified = head.modified.as_deref().and_then(http_date::parse);
    Ok(Original { content_type: super::content_type(&bytes), bytes, version, modified })
}

async fn fetch(url: &str, max_bytes: u64) -> Outcome<(OriginHead, Vec<u8>)> {
    let headers = Headers::new();
    headers.set("accept-encoding", "identity")?;
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers).with_redirect(RequestRedirect::Manual);
    let failed = |e: worker::Error| {
        worker::console_error!("origin: {e}");
        Error::OriginFailed("The origin could not be reached or broke off.".into())
    };
    let request = Request::new_with_init(url, &init)?;
    let mut response = Fetch::Request(request).send().await.map_err(failed)?;
    let head = head_of(&response);
    head.check(max_bytes)?;
    let bytes = body(&mut response, max_bytes).await?.map_err(failed)?;
    head.check_body(&bytes, max_bytes)?;
    Ok((head, bytes))
}

fn head_of(response: &Response) -> OriginHead {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    OriginHead {
        status: response.status_code(),
        length: header("content-length").and_then(|l| l.parse().ok()),
        encoding: header("content-encoding"),
        etag: header("etag"),
        modified: header("last-modified"),
    }
}

/// Stops as soon as more came than is allowed: a length that was not announced must not fill the memory.
async fn body(response: &mut Response, max_bytes: u64) -> Outcome<worker::Result<Vec<u8>>> {
    use futures_util::StreamExt;
    let mut stream = response.stream()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(e) => return Ok(Err(e)),
        }
        if bytes.len() as u64 > max_bytes {
            return Err(Error::ImageTooLarge(format!("The source is larger than the {max_bytes} bytes that are allowed.")).into());
        }
    }
    Ok(Ok(bytes))
}
