//! A bucket behind S3's or OSS's API as a node.

use super::patience::{within, HEAD_MS, LONG_WRITE_MS, READ_MS, STALL_MS, WRITE_MS};
use super::store::{Opened, Part, Stamp, Told, Trouble};
use futures_util::StreamExt;
use limn_core::config::Node;
use limn_core::http_date;
use limn_core::node::{verified, Known, PutAnswer};
use limn_core::outbound::{listing, sign, Existing, Page, Payload, Put, Wanted};
use wasm_bindgen::JsValue;
use worker::{
    AbortController, Date, Fetch, FixedLengthStream, Headers, Method, Request, RequestInit, RequestRedirect, Response, ResponseBody,
};

/// Type of every blob there; what is served is the ledger's to say.
const CONTENT_TYPE: &str = "application/octet-stream";
/// How long a node that does not say so is left alone, seconds.
const BUSY_SECONDS: u64 = 5;

/// The head of an answer to a PUT.
pub struct Answer {
    status: u16,
    etag: Option<String>,
    sha256: Option<String>,
    crc64: Option<String>,
    payload: Payload,
}

/// Sends a signed request; an answer that has not begun in time is given up.
async fn send(node: &Node, wanted: &Wanted<'_>, body: Option<JsValue>, patience_ms: u64) -> Told<Response> {
    let signed = sign(node, wanted, Date::now().as_millis() / 1_000)?;
    let headers = Headers::new();
    headers.set("accept-encoding", "identity")?;
    for (name, value) in &signed.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(signed.method.as_str().to_string()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(body);
    let request = Request::new_with_init(&signed.url, &init)?;
    let abort = AbortController::default();
    let signal = abort.signal();
    let sent = within(patience_ms, "an answer", async { Ok(Fetch::Request(request).send_with_signal(&signal).await?) }).await;
    if sent.is_err() {
        abort.abort();
    }
    sent
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

fn trouble(response: &Response) -> Trouble {
    let after = header(response, "retry-after").and_then(|seconds| seconds.trim().parse().ok());
    match response.status_code() {
        429 | 503 => Trouble::Busy(after.unwrap_or(BUSY_SECONDS)),
        status => Trouble::Failed(format!("status {status}")),
    }
}

/// Gives up an answer's body, so that its connection is free.
fn drop_body(response: Response) {
    crate::bytes::give_up(&response.into());
}

fn stamp(response: &Response) -> Told<Stamp> {
    // Of a part, the length of the whole stands behind the slash.
    let whole = header(response, "content-range").and_then(|range| range.rsplit('/').next().map(String::from));
    let length = whole.or_else(|| header(response, "content-length")).and_then(|length| length.parse().ok());
    Ok(Stamp {
        length: length.ok_or_else(|| Trouble::Failed("the answer has no length".into()))?,
        etag: header(response, "etag").unwrap_or_default().trim_matches('"').to_string(),
        modified: header(response, "last-modified").as_deref().and_then(http_date::parse),
        content_type: header(response, "content-type"),
    })
}

/// What lies under a key.
pub async fn head(node: &Node, key: &str) -> Told<Option<Stamp>> {
    let response = send(node, &Wanted::head(key), None, HEAD_MS).await?;
    match response.status_code() {
        200 => stamp(&response).map(Some),
        404 => Ok(None),
        _ => Err(trouble(&response)),
    }
}

/// Opens what lies under a key.
pub async fn open(node: &Node, key: &str, part: Part) -> Told<Option<Opened>> {
    let response = send(node, &Wanted::get(key, part), None, HEAD_MS).await?;
    match (response.status_code(), part) {
        (200, None) | (206, Some(_)) => {}
        (404, _) => {
            drop_body(response);
            return Ok(None);
        }
        _ => {
            let trouble = trouble(&response);
            drop_body(response);
            return Err(trouble);
        }
    }
    if header(&response, "content-encoding").is_some_and(|e| !e.eq_ignore_ascii_case("identity")) {
        return Err(Trouble::Failed("the body is encoded".into()));
    }
    let stamp = stamp(&response)?;
    let body = web_sys::Response::from(response).body().map_or(ResponseBody::Empty, ResponseBody::Stream);
    Ok(Some(Opened { stamp, body }))
}

/// Writes a body whose digest is known; whether the answer proves that the node holds it.
pub async fn put(node: &Node, key: &str, body: JsValue, known: &Known) -> Told<bool> {
    let payload = Payload::Sha256(known.sha256);
    let put = Put { payload, content_type: CONTENT_TYPE, md5: known.md5, checksum: None, existing: Existing::Replaced };
    let answer = written(node, &Wanted::put(key, node, &put), body, payload, WRITE_MS.max(known.length / 100)).await?;
    Ok(proves(node, &answer, known))
}

/// Writes a body as it comes.
pub async fn put_stream(node: &Node, key: &str, body: FixedLengthStream) -> Told<Answer> {
    let payload = Payload::Unsigned;
    let put = Put { payload, content_type: CONTENT_TYPE, md5: None, checksum: None, existing: Existing::Replaced };
    let body = JsValue::from(worker::Data::from(body));
    written(node, &Wanted::put(key, node, &put), body, payload, LONG_WRITE_MS).await
}

async fn written(node: &Node, wanted: &Wanted<'_>, body: JsValue, payload: Payload, patience_ms: u64) -> Told<Answer> {
    let response = send(node, wanted, Some(body), patience_ms).await?;
    let answer = Answer {
        status: response.status_code(),
        etag: header(&response, "etag"),
        sha256: header(&response, "x-amz-checksum-sha256"),
        crc64: header(&response, "x-oss-hash-crc64ecma"),
        payload,
    };
    let trouble = trouble(&response);
    drop_body(response);
    match answer.status {
        200..=299 => Ok(answer),
        _ => Err(trouble),
    }
}

/// Whether an answer shows that the node holds these very bytes.
pub fn proves(node: &Node, answer: &Answer, known: &Known) -> bool {
    let Answer { status, etag, sha256, crc64, payload } = answer;
    let told = PutAnswer { status: *status, etag: etag.as_deref(), sha256: sha256.as_deref(), crc64: crc64.as_deref() };
    verified(node.kind, *payload, &told, known)
}

/// Deletes what lies under a key.
pub async fn delete(node: &Node, key: &str) -> Told<()> {
    let response = send(node, &Wanted::delete(key), None, WRITE_MS).await?;
    let (status, trouble) = (response.status_code(), trouble(&response));
    drop_body(response);
    match status {
        200..=299 | 404 => Ok(()),
        _ => Err(trouble),
    }
}

/// A page of keys under a prefix, behind a key.
pub async fn list(node: &Node, prefix: &str, after: &str, most: usize) -> Told<(Vec<listing::Object>, bool)> {
    let page = if after.is_empty() { Page::First } else { Page::After(after) };
    let response = send(node, &Wanted::list(prefix, page, most), None, READ_MS).await?;
    if response.status_code() != 200 {
        let trouble = trouble(&response);
        drop_body(response);
        return Err(trouble);
    }
    let mut response = response;
    let (mut body, mut stream) = (Vec::new(), response.stream()?);
    while let Some(chunk) = within(STALL_MS, "the next bytes", async { Ok(stream.next().await) }).await? {
        body.extend_from_slice(&chunk?);
        if body.len() > listing::MAX_BYTES {
            return Err(Trouble::Failed("its list is too long".into()));
        }
    }
    let page = listing::parse(node.kind, &body)?;
    Ok((page.objects, page.next.is_some()))
}
