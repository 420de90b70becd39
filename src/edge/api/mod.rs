//! The object API that OSS and S3 SDKs speak: an operation is read, admitted, done, told in its dialect.

mod bucket;
mod copy;
pub mod form;
mod multipart;
mod object;
mod service;

pub use bucket::answer as bucket;
pub use object::{answer as object, writable};
pub use service::answer as service;

use crate::failure::{respond, Outcome};
use limn_core::dialect::Dialect;
use limn_core::parts::Parts;
use limn_core::reply::Head;
use worker::Response;

/// The head of an answer that nothing keeps.
fn head(status: u16) -> Head {
    Head::new(status).with("cache-control", "no-store").with("x-content-type-options", "nosniff")
}

/// An answer without a body.
fn empty(parts: &Parts, head: Head) -> Outcome<Response> {
    let head = if head.status == 204 { head } else { head.with("content-length", "0") };
    Ok(respond(&head, parts.method, Vec::new())?)
}

/// A document.
fn xml(parts: &Parts, head: Head, document: String) -> Outcome<Response> {
    let head = head.with("content-type", "application/xml").with("content-length", document.len().to_string());
    Ok(respond(&head, parts.method, document.into_bytes())?)
}

/// `x-oss-NAME` or `x-amz-NAME`; Limn's own requests get S3's.
fn header_name(parts: &Parts, name: &str) -> String {
    match Dialect::of(parts) {
        Dialect::Oss => format!("x-oss-{name}"),
        Dialect::S3 | Dialect::Limn => format!("x-amz-{name}"),
    }
}
