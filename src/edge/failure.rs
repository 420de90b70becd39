//! What can go wrong in a handler, and how heads become the runtime's responses.

use limn_core::parts::Method;
use limn_core::reply::Head;
use worker::{EncodeBody, Headers, Response, ResponseBody, ResponseBuilder};

/// A refusal with a public sentence, or a fault whose detail goes to the log alone.
pub enum Failure {
    /// Said by the core.
    Refused(limn_core::Error),
    /// Said by the runtime.
    Broken(worker::Error),
}

/// What handlers return.
pub type Outcome<T> = Result<T, Failure>;

impl From<limn_core::Error> for Failure {
    fn from(error: limn_core::Error) -> Self {
        Failure::Refused(error)
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Failure::Broken(error)
    }
}

/// The headers of a head.
fn headers(head: &Head) -> worker::Result<Headers> {
    let headers = Headers::new();
    // Here, so that no answer goes without it.
    headers.set("x-content-type-options", "nosniff")?;
    for (name, value) in &head.headers {
        headers.set(name, value)?;
    }
    Ok(headers)
}

/// A response that still wants its body. What is stored with a Content-Encoding is in it already; the runtime
/// would encode it once more.
pub fn begin(head: &Head) -> worker::Result<ResponseBuilder> {
    let encode = if head.header("content-encoding").is_some() { EncodeBody::Manual } else { EncodeBody::Automatic };
    Ok(ResponseBuilder::new().with_status(head.status).with_headers(headers(head)?).with_encode_body(encode))
}

/// How long the body of an answer is, bytes; 0 where it does not say, and of HEAD, whose length is that of no body.
pub fn body_length(method: Method, response: &Response) -> u64 {
    let length = response.headers().get("content-length").ok().flatten().and_then(|n| n.parse().ok());
    length.filter(|_| method != Method::Head).unwrap_or(0)
}

/// A response of fixed bytes. HEAD and 304 carry none, but HEAD keeps its length.
pub fn respond(head: &Head, method: Method, body: Vec<u8>) -> worker::Result<Response> {
    send(head, method, ResponseBody::Body(body))
}

/// As [`respond`], of a body that need not be in WASM.
pub fn send(head: &Head, method: Method, body: ResponseBody) -> worker::Result<Response> {
    let builder = begin(head)?;
    match method == Method::Head || head.status == 304 || head.status == 204 {
        true => Ok(builder.empty()),
        false => Ok(builder.body(body)),
    }
}
