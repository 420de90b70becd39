//! The page and its files: static assets under headers of Limn's own.

use crate::failure::{respond, Outcome};
use crate::Edge;
use limn_core::page;
use limn_core::parts::Parts;
use limn_core::Error;
use worker::{Headers, RequestInit, Response};

/// Answers `GET /` of a browser.
pub async fn index(edge: &Edge, parts: &Parts) -> Outcome<Response> {
    let mut response = file(edge, parts, "", page::TYPE_OF_INDEX).await?;
    response.headers_mut().set("vary", "Accept, Authorization")?;
    Ok(response)
}

/// Answers `GET /-/www/{file}`.
pub async fn asset(edge: &Edge, parts: &Parts, name: &str) -> Outcome<Response> {
    let content_type = page::content_type(name).ok_or(Error::NoSuchKey)?;
    file(edge, parts, name, content_type).await
}

/// A file as the deployment holds it; the empty name is the folder's index.
async fn file(edge: &Edge, parts: &Parts, name: &str, content_type: &str) -> Outcome<Response> {
    let assets = edge.env.assets("ASSETS").map_err(|_| Error::NoSuchKey)?;
    let (headers, mut init) = (Headers::new(), RequestInit::new());
    if let Some(held) = parts.header("if-none-match") {
        headers.set("if-none-match", held)?;
    }
    init.with_headers(headers);
    let mut found = assets.fetch(format!("https://assets.limn.internal/{name}"), Some(init)).await?;
    let status = match found.status_code() {
        status @ (200 | 304) => status,
        _ => return Err(Error::NoSuchKey.into()),
    };
    let head = page::head(status, content_type, found.headers().get("etag")?);
    Ok(respond(&head, parts.method, found.bytes().await?)?)
}
