//! Questions to a bucket's ledger. Out of reach is never told as absent.

use crate::failure::Outcome;
use crate::Edge;
use limn_core::ledger::{Call, Look, Reservation, Row};
use limn_core::Error;
use worker::{Method, Request, RequestInit, Response};

async fn call(edge: &Edge, bucket: &str, call: &Call) -> Outcome<Response> {
    let away = |e: worker::Error| {
        worker::console_error!("ledger: {e}");
        Error::Unavailable("The ledger did not answer.".into())
    };
    let body = serde_json::to_string(call).map_err(|_| Error::Internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://ledger.limn.internal/", &init)?;
    let stub = edge.env.durable_object("LEDGER").and_then(|space| space.get_by_name(bucket)).map_err(away)?;
    let response = stub.fetch_with_request(request).await.map_err(away)?;
    match response.status_code() {
        200..=299 => Ok(response),
        409 => Err(Error::Conflict("A later upload of the same key was stored first.".into()).into()),
        status => {
            worker::console_error!("ledger: status {status}");
            Err(Error::Unavailable("The ledger did not answer.".into()).into())
        }
    }
}

/// Rows of some keys, and the generation of the first.
pub async fn look(edge: &Edge, bucket: &str, keys: Vec<String>) -> Outcome<Look> {
    Ok(call(edge, bucket, &Call::Look { keys }).await?.json().await?)
}

/// A version for an upload.
pub async fn reserve(edge: &Edge, bucket: &str, key: &str, node: &str, length: u64) -> Outcome<Reservation> {
    let ask = Call::Reserve { key: key.into(), node: node.into(), length };
    Ok(call(edge, bucket, &ask).await?.json().await?)
}

/// Makes a stored blob the object.
pub async fn commit(edge: &Edge, bucket: &str, key: &str, row: &Row) -> Outcome<()> {
    call(edge, bucket, &Call::Commit { key: key.into(), row: row.clone() }).await.map(|_| ())
}

/// Gives a reservation back; if that fails too, the ledger's alarm does it later.
pub async fn release(edge: &Edge, bucket: &str, version: &str) {
    let _ = call(edge, bucket, &Call::Release { version: version.into() }).await;
}

/// Deletes an object.
pub async fn delete(edge: &Edge, bucket: &str, key: &str) -> Outcome<()> {
    call(edge, bucket, &Call::Delete { key: key.into() }).await.map(|_| ())
}
