//! Purging the zone's own cache by tag, where the deployment names a zone: best effort, behind the answer.
//! What Limn itself serves does not depend on it.

use crate::Edge;
use limn_core::purge::{tag, Purge};
use worker::{Fetch, Headers, Method, Request, RequestInit};

/// Most tags of one call (platform limit).
const TAGS: usize = 100;
const API: &str = "https://api.cloudflare.com/client/v4";

/// Purges the tags of a purge's scopes later.
pub fn purge_later(edge: &Edge, purge: &Purge) {
    let site = &edge.config.site;
    let (Some(zone), Ok(token)) = (&site.zone, edge.env.secret("ZONE_TOKEN")) else { return };
    let url = format!("{}/zones/{zone}/purge_cache", site.zone_api.as_deref().unwrap_or(API));
    let tags: Vec<String> = purge.scopes().iter().map(|scope| tag(&purge.bucket, scope)).collect();
    let token = token.to_string();
    edge.ctx.wait_until(async move {
        for tags in tags.chunks(TAGS) {
            match send(&url, &token, tags).await {
                Ok(200..=299) => {}
                Ok(status) => worker::console_error!("zone purge: status {status}"),
                Err(e) => worker::console_error!("zone purge: {e}"),
            }
        }
    });
}

async fn send(url: &str, token: &str, tags: &[String]) -> worker::Result<u16> {
    let headers = Headers::new();
    headers.set("authorization", &format!("Bearer {token}"))?;
    headers.set("content-type", "application/json")?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers);
    init.with_body(Some(serde_json::json!({ "tags": tags }).to_string().into()));
    Ok(Fetch::Request(Request::new_with_init(url, &init)?).send().await?.status_code())
}
