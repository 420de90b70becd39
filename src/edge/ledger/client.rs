//! Questions to a bucket's ledger. Out of reach is never told as absent.

use crate::failure::Outcome;
use crate::Edge;
use limn_core::api::conditions::WriteCondition;
use limn_core::ledger::call::{Call, Reservation, Seen};
use limn_core::ledger::Row;
use limn_core::Error;
use serde::de::DeserializeOwned;
use worker::{Method, Request, RequestInit, Response};

/// The status with which the ledger refuses; the body is the error.
pub const REFUSED: u16 = 409;

async fn send(edge: &Edge, bucket: &str, call: &Call) -> Outcome<Response> {
    let away = |e: worker::Error| {
        worker::console_error!("ledger: {e}");
        Error::Unavailable("The ledger did not answer.".into())
    };
    let body = serde_json::to_string(call).map_err(|_| Error::Internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = Request::new_with_init("https://ledger.limn.internal/", &init)?;
    let stub = edge.env.durable_object("LEDGER").and_then(|space| space.get_by_name(bucket)).map_err(away)?;
    let mut response = stub.fetch_with_request(request).await.map_err(away)?;
    match response.status_code() {
        200..=299 => Ok(response),
        REFUSED => Err(response.json::<Error>().await?.into()),
        status => {
            worker::console_error!("ledger: status {status}");
            Err(Error::Unavailable("The ledger did not answer.".into()).into())
        }
    }
}

/// Asks and reads the answer.
pub async fn ask<T: DeserializeOwned>(edge: &Edge, bucket: &str, call: &Call) -> Outcome<T> {
    Ok(send(edge, bucket, call).await?.json().await?)
}

/// Asks for something to be done, which has no answer but that it was.
pub async fn tell(edge: &Edge, bucket: &str, call: &Call) -> Outcome<()> {
    send(edge, bucket, call).await.map(|_| ())
}

/// Rows and generations of some keys, in their order.
pub async fn look(edge: &Edge, bucket: &str, keys: Vec<String>) -> Outcome<Vec<Seen>> {
    let asked = keys.len();
    let seen: Vec<Seen> = ask(edge, bucket, &Call::Look { keys }).await?;
    match seen.len() == asked {
        true => Ok(seen),
        false => Err(Error::Internal.into()),
    }
}

/// The row of one object.
///
/// # Errors
/// `no_such_key`, `unavailable`.
pub async fn row(edge: &Edge, bucket: &str, key: &str) -> Outcome<Row> {
    let seen = look(edge, bucket, vec![key.to_string()]).await?;
    seen.into_iter().find_map(|seen| seen.row).ok_or(Error::NoSuchKey.into())
}

/// A version for an upload.
pub async fn reserve(edge: &Edge, bucket: &str, key: &str, nodes: Vec<String>, length: u64) -> Outcome<String> {
    Ok(ask::<Reservation>(edge, bucket, &Call::Reserve { key: key.into(), nodes, length }).await?.version)
}

/// Gives reservations back; if that fails too, the ledger's alarm does it later.
pub async fn release(edge: &Edge, bucket: &str, versions: Vec<String>) {
    let _ = tell(edge, bucket, &Call::Release { versions }).await;
}

/// Deletes objects.
pub async fn delete(edge: &Edge, bucket: &str, keys: Vec<String>, only_if: &WriteCondition) -> Outcome<()> {
    tell(edge, bucket, &Call::Delete { keys, only_if: only_if.clone() }).await
}
