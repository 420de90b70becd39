//! A web server as a read-only node. Redirects are not followed, bodies are measured while they are
//! read, and nothing that looks cut is believed.

use super::kept;
use super::read::{content_type, Original};
use crate::admission;
use crate::failure::{Failure, Outcome};
use crate::Edge;
use futures_util::future::{select, Either};
use limn_core::admission::LARGEST;
use limn_core::config::{Bucket, Node};
use limn_core::freshness::{Bounds, Standing, Use};
use limn_core::node::{origin_url, OriginHead};
use limn_core::{hash, http_date, percent, Error};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::time::Duration;
use worker::{Cache, Date, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, ResponseBuilder};

/// How long an origin may take for its head and its body together, milliseconds (reference: faults.md 3.2).
const BUDGET_MS: u64 = 6_000;
/// How long an object is believed not to be there, seconds (reference: edge-caching.md 6).
const ABSENT_SECONDS: u64 = 10;

/// What the origin said of an object when it was asked last.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memory {
    /// None: it is not there.
    version: Option<String>,
    etag: Option<String>,
    modified: Option<String>,
    /// Unix seconds.
    at: u64,
}

/// An object of a bucket, as one generation of purges sees it.
#[derive(Clone)]
struct Place {
    bucket: String,
    node: String,
    key: String,
    url: String,
    max_bytes: u64,
    generation: u64,
    bounds: Bounds,
}

impl Place {
    fn of(bucket: &Bucket, node: &Node, key: &str, generation: u64) -> Place {
        let fresh = bucket.source_fresh_seconds;
        let bounds = Bounds {
            fresh,
            while_revalidate: fresh + bucket.stale_while_revalidate_seconds,
            if_error: fresh + bucket.stale_if_error_seconds,
        };
        let url = origin_url(node, key);
        Place {
            bucket: bucket.name.clone(),
            node: node.name.clone(),
            key: key.into(),
            url,
            max_bytes: bucket.limits.max_bytes,
            generation,
            bounds,
        }
    }

    /// Where it is remembered in this data centre.
    fn memory_url(&self) -> String {
        format!("https://origin.limn.internal/__o/3/{}/{}/{}/{}", self.bucket, self.node, self.generation, percent::encode(&self.key, "/"))
    }

    fn name(&self) -> String {
        format!("{}/{}/{}", self.node, self.generation, self.key)
    }

    async fn memory(&self) -> Option<Memory> {
        Cache::default().get(self.memory_url(), false).await.ok()??.json().await.ok()
    }

    async fn remember(&self, memory: &Memory) {
        let (Ok(json), headers) = (serde_json::to_vec(memory), Headers::new()) else { return };
        let seconds = if memory.version.is_some() { self.bounds.kept() } else { ABSENT_SECONDS };
        if headers.set("cache-control", &format!("public, max-age={seconds}")).is_ok() {
            let _ = Cache::default().put(self.memory_url(), ResponseBuilder::new().with_headers(headers).fixed(json)).await;
        }
    }
}

/// The version that a cache key may carry without the object being read.
///
/// # Errors
/// `no_such_key` where the origin said so lately. An origin that fails is no error while what it said last
/// may still be used.
pub async fn known_version(edge: &Edge, bucket: &Bucket, node: &Node, key: &str, generation: u64) -> Outcome<(Option<String>, Standing)> {
    let place = Place::of(bucket, node, key, generation);
    let unknown = (None, Standing::Fresh);
    let step = edge.step("l1");
    let memory = place.memory().await;
    drop(step);
    let Some(memory) = memory else { return Ok(unknown) };
    let age = edge.now.saturating_sub(memory.at);
    let Some(version) = memory.version.clone() else {
        return if age <= ABSENT_SECONDS { Err(Error::NoSuchKey.into()) } else { Ok(unknown) };
    };
    match place.bounds.at(age) {
        Use::Gone => Ok(unknown),
        Use::Fresh => Ok((Some(version), Standing::Fresh)),
        Use::Renew => {
            let now = edge.now;
            edge.ctx.wait_until(async move {
                let _ = revalidate(&place, &memory, now).await;
            });
            Ok((Some(version), Standing::Renewed))
        }
        Use::Ask => match asked(edge, &place, &memory).await {
            Ok(version) => Ok((Some(version), Standing::Fresh)),
            Err(Failure::Refused(Error::OriginFailed(_) | Error::OriginTimeout)) => Ok((Some(version), Standing::Failed)),
            Err(e) => Err(e),
        },
    }
}

/// The same, where the answer waits for it.
async fn asked(edge: &Edge, place: &Place, memory: &Memory) -> Outcome<String> {
    let _step = edge.step("node");
    revalidate(place, memory, edge.now).await
}

/// Asks whether a version is still the present one, and takes the new one where it is not.
async fn revalidate(place: &Place, memory: &Memory, now: u64) -> Outcome<String> {
    match fetch(place, Some(memory), now).await? {
        Fetched::Same(version) => Ok(version),
        Fetched::New(original) => Ok(original.version),
    }
}

/// Reads an object whole; bytes of a known version may lie in this data centre.
pub async fn read(edge: &Edge, bucket: &Bucket, node: &Node, key: &str, version: Option<&str>, generation: u64) -> Outcome<Original> {
    let place = Place::of(bucket, node, key, generation);
    if let Some(version) = version {
        if let Some(original) = kept::get(edge, &place.bucket, &place.name(), version).await? {
            return Ok(original);
        }
    }
    let _step = edge.step("node");
    match fetch(&place, None, edge.now).await? {
        Fetched::New(original) => {
            edge.notes.borrow_mut().note_node(&place.node);
            Ok(original)
        }
        Fetched::Same(_) => Err(Error::Internal.into()),
    }
}

/// An object as the origin gives it now, with the type that it says; nothing of it is kept.
///
/// # Errors
/// As of [`read`].
pub async fn get(bucket: &Bucket, node: &Node, key: &str) -> Outcome<(OriginHead, Vec<u8>)> {
    let (head, bytes, _) = send(&Place::of(bucket, node, key, 0), None).await?.ok_or(Error::Internal)?;
    Ok((head, bytes))
}

enum Fetched {
    /// The origin holds the version that was known.
    Same(String),
    /// The object as it is now.
    New(Original),
}

/// Asks the origin, with the validators of what is known, and remembers what it says.
async fn fetch(place: &Place, known: Option<&Memory>, now: u64) -> Outcome<Fetched> {
    match send(place, known).await {
        Ok(None) => {
            let memory = Memory { at: now, ..known.cloned().ok_or(Error::Internal)? };
            place.remember(&memory).await;
            Ok(Fetched::Same(memory.version.ok_or(Error::Internal)?))
        }
        Ok(Some((head, bytes, held))) => {
            let version = head.version(&bytes);
            let modified = head.modified.as_deref().and_then(http_date::parse);
            let content_type = content_type(&bytes);
            let label = kept::Label { version: version.clone(), sha256: hash::sha256(&bytes), content_type, modified };
            kept::put(&place.bucket, &place.name(), &label, &bytes.as_slice().into(), place.bounds.kept()).await;
            let original = Original { bytes, version: label.version, content_type: label.content_type, modified, place: held };
            place.remember(&Memory { version: Some(version), etag: head.etag, modified: head.modified, at: now }).await;
            Ok(Fetched::New(original))
        }
        Err(failure) => {
            if matches!(failure, Failure::Refused(Error::NoSuchKey)) {
                place.remember(&Memory { version: None, etag: None, modified: None, at: now }).await;
            }
            Err(failure)
        }
    }
}

/// Waits for the origin, which has so long for it, milliseconds.
async fn within<T>(ms: u64, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    // The clock runs before the work begins: an error that is thrown through the module leaves nothing else to wake it.
    match select(Delay::from(Duration::from_millis(ms)), std::pin::pin!(work)).await {
        Either::Left(_) => Err(Error::OriginTimeout.into()),
        Either::Right((done, _)) => done,
    }
}

/// The object and its place in memory; none where the origin says that it is the known one.
async fn send(place: &Place, known: Option<&Memory>) -> Outcome<Option<(OriginHead, Vec<u8>, admission::Place)>> {
    let headers = Headers::new();
    headers.set("accept-encoding", "identity")?;
    for (name, value) in known.iter().flat_map(|m| [("if-none-match", &m.etag), ("if-modified-since", &m.modified)]) {
        if let Some(value) = value {
            headers.set(name, value)?;
        }
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers).with_redirect(RequestRedirect::Manual);
    let failed = |e: worker::Error| {
        worker::console_error!("origin: {e}");
        Error::OriginFailed("The origin could not be reached or broke off.".into())
    };
    let request = Request::new_with_init(&place.url, &init)?;
    let begun = Date::now().as_millis();
    let mut response = within(BUDGET_MS, async { Ok(Fetch::Request(request).send().await.map_err(failed)?) }).await?;
    let left = BUDGET_MS.saturating_sub(Date::now().as_millis().saturating_sub(begun));
    let head = head_of(&response);
    if head.status == 304 && known.is_some() {
        return Ok(None);
    }
    head.check(place.max_bytes)?;
    // That this takes time is not the origin's doing.
    let held = admission::original(head.length.unwrap_or(place.max_bytes.min(LARGEST))).await?;
    let bytes = within(left, async { Ok(body(&mut response, place.max_bytes).await?.map_err(failed)?) }).await?;
    head.check_body(&bytes, place.max_bytes)?;
    Ok(Some((head, bytes, held)))
}

fn head_of(response: &Response) -> OriginHead {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    OriginHead {
        status: response.status_code(),
        length: header("content-length").and_then(|l| l.parse().ok()),
        encoding: header("content-encoding"),
        etag: header("etag"),
        modified: header("last-modified"),
        content_type: header("content-type"),
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
