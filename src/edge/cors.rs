//! CORS at the edge: preflight requests, and the headers that every answer of a bucket carries.

use crate::failure::{respond, Outcome};
use crate::{bucket, Edge};
use limn_core::address::Address;
use limn_core::beside::{headers, varied};
use limn_core::config::Config;
use limn_core::cors;
use limn_core::parts::Parts;
use limn_core::route::Route;
use worker::Response;

/// Answers OPTIONS on a bucket or an object, without credentials.
pub async fn preflight(edge: &Edge, parts: &Parts, name: &str) -> Outcome<Response> {
    let head = cors::preflight(&bucket::find(edge, name).await?.cors, parts)?;
    Ok(respond(&head, parts.method, Vec::new())?)
}

/// Puts on an answer, a refusal too, what its bucket's settings say. Buckets that users make set nothing.
pub fn dress(config: &Config, parts: &Parts, response: &mut Response) -> worker::Result<()> {
    let address = Address::of(parts, config);
    let name = match Route::parse(&address, config) {
        Ok(Route::Upload(name)) => name,
        _ => address.bucket,
    };
    let Ok(bucket) = config.bucket(&name) else { return Ok(()) };
    let on = response.headers_mut();
    for (name, value) in headers(bucket, parts) {
        match name {
            "vary" => on.set(name, &varied(on.get(name)?.as_deref(), &value))?,
            _ => on.set(name, &value)?,
        }
    }
    Ok(())
}
