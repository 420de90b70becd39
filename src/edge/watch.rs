//! What operators see of each request: a line in the log, and a data point where Analytics Engine is bound.

use limn_core::config::Config;
use limn_core::parts::{Method, Parts};
use limn_core::request_log::{Answered, Entry, Notes};
use worker::{AnalyticsEngineDataPointBuilder, Env, Response};

/// The binding of an Analytics Engine dataset; without it no point is written.
const ANALYTICS: &str = "ANALYTICS";

/// Tells an answer that is about to go out, how long it waited and what was noted on the way.
pub fn tell(id: &str, parts: Option<&Parts>, config: Option<&Config>, env: &Env, response: &Response, (waited_ms, notes): (u64, &Notes)) {
    let header = |name| response.headers().get(name).ok().flatten();
    let (error, cache) = (header("x-limn-error"), header("cache-status").unwrap_or_default());
    let length = header("content-length").and_then(|n| n.parse().ok());
    let answered = Answered { status: response.status_code(), error: error.as_deref(), cache: &cache, length, waited_ms, notes };
    let dataset = env.analytics_engine(ANALYTICS).ok();
    let logged = config.map(|c| c.site.log).unwrap_or_default().wants(&answered);
    if dataset.is_none() && !logged {
        return;
    }
    let entry = Entry::of(id, parts, config, answered);
    if logged {
        worker::console_log!("{}", entry.line());
    }
    let Some(dataset) = dataset else { return };
    let cache = entry.answered_by();
    let (source, result) = notes.pixels.unwrap_or_default();
    let point = AnalyticsEngineDataPointBuilder::new()
        // What the platform samples by, so that a busy bucket does not hide a quiet one.
        .indexes([entry.bucket.as_deref().unwrap_or("-")])
        .blobs([
            entry.route,
            entry.method.map_or("", Method::as_str),
            entry.error.unwrap_or(""),
            cache.as_str(),
            notes.nodes.as_deref().unwrap_or(""),
        ])
        .doubles([f64::from(entry.status), entry.bytes as f64, entry.waited_ms as f64, source as f64, result as f64]);
    if let Err(e) = point.write_to(&dataset) {
        worker::console_warn!("analytics: {e}");
    }
}
