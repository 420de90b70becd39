//! Bytes in the runtime's heap. An image on its way from a cache to a client never enters WASM, whose memory
//! does not shrink again.

use js_sys::{Promise, Uint8Array};
use limn_core::api::range::Range;
use std::future::Future;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStream;
use worker::{ResponseBody, Result};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = digest, catch)]
    fn digest(algorithm: &str, bytes: &Uint8Array) -> std::result::Result<Promise, JsValue>;

    /// What `verified.mjs` answers.
    type Flow;

    #[wasm_bindgen(js_name = limnVerified, catch)]
    fn flow(source: &ReadableStream, length: f64, sha256: &str) -> std::result::Result<Flow, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &Flow) -> ReadableStream;
    #[wasm_bindgen(method, getter)]
    fn wrong(this: &Flow) -> Promise;
}

/// The runtime's own sha256, many times as fast as one in WASM.
///
/// # Errors
/// The runtime's.
pub async fn sha256(bytes: &Uint8Array) -> Result<[u8; 32]> {
    let digest = Uint8Array::new(&JsFuture::from(digest("SHA-256", bytes)?).await?);
    let mut sha256 = [0; 32];
    match digest.length() {
        32 => digest.copy_to(&mut sha256),
        _ => return Err("the runtime's digest has another length".into()),
    }
    Ok(sha256)
}

/// A body of so many bytes that is hashed while it streams, and breaks off before its end where it has another sha256
/// (hex); and whether it had, once that is known.
///
/// # Errors
/// The runtime's.
pub fn verified(body: &ReadableStream, length: u64, sha256: &str) -> Result<(ResponseBody, impl Future<Output = bool> + 'static)> {
    // A length is far below 2^53.
    let flow = flow(body, length as f64, sha256)?;
    let wrong = JsFuture::from(flow.wrong());
    Ok((ResponseBody::Stream(flow.readable()), async move { wrong.await.is_ok_and(|wrong| wrong.is_truthy()) }))
}

/// All bytes of a body.
///
/// # Errors
/// What breaks the body off.
pub async fn read(body: ResponseBody) -> Result<Uint8Array> {
    let response = match body {
        ResponseBody::Stream(stream) => web_sys::Response::new_with_opt_readable_stream(Some(&stream))?,
        ResponseBody::Body(bytes) => return Ok(Uint8Array::from(bytes.as_slice())),
        ResponseBody::Empty => return Ok(Uint8Array::new_with_length(0)),
    };
    all(&response).await
}

/// As [`read`], of a response.
///
/// # Errors
/// What breaks the body off.
pub async fn all(response: &web_sys::Response) -> Result<Uint8Array> {
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?))
}

/// Gives up what a response still holds, so that it does not count among the open connections.
pub fn give_up(response: &web_sys::Response) {
    if let Some(body) = response.body() {
        let _ = body.cancel();
    }
}

/// A body of these bytes, or of a part of them.
///
/// # Errors
/// The runtime's.
pub fn body(bytes: &Uint8Array, range: Range) -> Result<ResponseBody> {
    let part = match range.bounds() {
        Some((first, last)) => bytes.subarray(first as u32, last as u32 + 1),
        None => bytes.clone(),
    };
    let response = web_sys::Response::new_with_opt_buffer_source(Some(part.unchecked_ref()))?;
    Ok(response.body().map_or(ResponseBody::Empty, ResponseBody::Stream))
}
