//! Limn's Worker: events come in, routes lead to handlers, refusals become replies.
//!
//! `image` is the GET chain and `upload` the PUT chain on one screen each, `receive` the upload under a name of Limn's; `api` is the rest of the object
//! API; `body` takes bodies in, `bytes` keeps them out of WASM, `node` reads and writes storage, `bucket` finds buckets, `rare` hands jobs to
//! the second module, `variant` gets derived images from `memory`, `cache` and `derived` or has `fill` make
//! them, `together` lets requests share work and `admission` lets them hold files in memory (both by a `signal`), `avif` and `premade` make what nobody waits for, `remember` knows rows for a
//! while, `page` hands the page out, `cors` answers preflights, `damper` keeps strangers from asking for too much, `purge`, `metrics`, `usage`,
//! `inventory`, `admin` and `import` are routes of Limn's own, `watch` tells operators of each request, `zone` purges the zone's cache, `ledger` is the Durable Object around
//! `limn_core::ledger`, `settings` hands the Worker's variables to `limn_core::config`.

mod admin;
mod admission;
mod api;
mod avif;
mod body;
mod bucket;
mod bytes;
mod cache;
mod cors;
mod damper;
mod derived;
mod failure;
mod fill;
mod fonts;
mod image;
mod import;
mod inventory;
mod ledger;
mod memory;
mod metrics;
mod node;
mod page;
mod premade;
mod purge;
mod rare;
mod receive;
mod remember;
mod saveas;
mod settings;
mod signal;
mod together;
mod upload;
mod usage;
mod variant;
mod watch;
mod zone;

use failure::{Failure, Outcome};
use limn_core::address::{self, Address};
use limn_core::config::{Config, Mode};
use limn_core::dialect::Dialect;
use limn_core::grant::{self, Scheme};
use limn_core::ops::effect::NAMES;
use limn_core::ops::OPS;
use limn_core::params::short::KEYS;
use limn_core::parts::{Method, Parts};
use limn_core::place::Place;
use limn_core::reply::{self, Head};
use limn_core::request_log::Notes;
use limn_core::route::{ObjectPath, Route};
use limn_core::trace::Sample;
use limn_core::{http_date, Error};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use worker::{event, Context, Date, Env, Request, Response};

/// Everything that a handler may reach.
#[derive(Clone)]
pub struct Edge {
    config: &'static Config,
    env: Env,
    ctx: Rc<Context>,
    /// Unix seconds.
    now: u64,
    /// Where the request came from, as far as it is known.
    place: Option<Place>,
    /// Whether the ledger is asked whatever is remembered: tools that sign headers read what they wrote.
    strict: Cell<bool>,
    /// Bounds that an upload has come near to.
    warnings: RefCell<Vec<String>>,
    /// What the log tells of the work; what is done behind the answer has a clone of its own, which nobody reads.
    notes: RefCell<Notes>,
}

/// A step of a request that is traced; it ends when this is dropped.
struct Step<'a> {
    edge: &'a Edge,
    name: &'static str,
    begun: u64,
}

impl Edge {
    /// Begins a step; of a request that is not traced nothing is noted.
    fn step(&self, name: &'static str) -> Option<Step<'_>> {
        self.notes.borrow().sample.is_some().then(|| Step { edge: self, name, begun: Date::now().as_millis() })
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.edge.notes.borrow_mut().steps.add(self.name, Date::now().as_millis().saturating_sub(self.begun));
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, ctx: Context) -> worker::Result<Response> {
    let request_id = format!("{:016x}", (js_sys::Math::random() * 1.8e19) as u64);
    let begun = Date::now().as_millis();
    let watched = env.clone();
    let parts = parts_of(&request);
    let config = settings::load(&env).ok();
    let mut notes = Notes::default();
    let outcome = match &parts {
        Ok(parts) => {
            notes.sample = Sample::of(config.and_then(|c| c.site.trace), parts.header("traceparent"), js_sys::Math::random());
            answer(parts, request, env, ctx, &mut notes).await
        }
        Err(e) => Err(Failure::Refused(e.clone())),
    };
    let mut response = match outcome {
        Ok(response) => response,
        Err(failure) => refuse(failure, parts.as_ref().ok(), &request_id)?,
    };
    if let (Ok(parts), Some(config)) = (&parts, config) {
        cors::dress(config, parts, &mut response)?;
    }
    // SDKs quote it to whoever runs the service, each by its own name.
    let dialect = parts.as_ref().map_or(Dialect::Limn, Dialect::of);
    let ended = Date::now().as_millis();
    response.headers_mut().set("date", &http_date::format(ended / 1_000))?;
    for name in [Dialect::Limn, dialect].map(Dialect::request_id_header) {
        response.headers_mut().set(name, &request_id)?;
    }
    let waited_ms = ended.saturating_sub(begun);
    if notes.sample.as_ref().is_some_and(|sample| sample.asked) {
        // On this answer alone: what caches keep was put together before.
        response.headers_mut().set("server-timing", &notes.steps.server_timing(waited_ms))?;
    }
    watch::tell(&request_id, parts.as_ref().ok(), config, &watched, &response, (waited_ms, &notes));
    Ok(response)
}

fn parts_of(request: &Request) -> limn_core::Result<Parts> {
    let method = String::from(request.method().as_ref());
    let url = request.inner().url();
    // The platform puts an Accept-Encoding of its own in the client's place, which some SDKs have signed.
    let sent = client_encoding(request);
    let own = move |(name, value): (String, String)| match &sent {
        Some(sent) if name == "accept-encoding" => (name, sent.clone()),
        _ => (name, value),
    };
    Parts::new(&method, &url, request.headers().entries().map(own))
}

fn client_encoding(request: &Request) -> Option<String> {
    said_by_platform(request, "clientAcceptEncoding")
}

fn said_by_platform(request: &Request, name: &str) -> Option<String> {
    let cf = js_sys::Reflect::get(request.inner(), &"cf".into()).ok()?;
    js_sys::Reflect::get(&cf, &name.into()).ok()?.as_string()
}

/// Where a request comes from. In development a header may play another place (product: section 3).
fn place_of(parts: &Parts, request: &Request, mode: Mode) -> Option<Place> {
    match parts.header("x-limn-place").filter(|_| mode == Mode::Development) {
        Some(played) => Place::parse(played),
        None => Place::of_cf(said_by_platform(request, "latitude").as_deref(), said_by_platform(request, "longitude").as_deref()),
    }
}

async fn answer(parts: &Parts, request: Request, env: Env, ctx: Context, notes: &mut Notes) -> Outcome<Response> {
    let config = settings::load(&env)?;
    if config.site.mode == Mode::Development && !address::is_local(parts) {
        return Err(Error::Misconfigured(
            "Limn is in development mode, which answers on this machine only; set mode = \"production\".".into(),
        )
        .into());
    }
    let now = Date::now().as_millis() / 1_000;
    let place = place_of(parts, &request, config.site.mode);
    let edge = Edge {
        config,
        env,
        ctx: Rc::new(ctx),
        now,
        place,
        strict: Cell::new(false),
        warnings: RefCell::default(),
        notes: RefCell::new(std::mem::take(notes)),
    };
    let mut answer = match route(&edge, parts, request).await {
        // Whoever tries signatures is damped; the answer to one is the same either way.
        Err(Failure::Refused(error)) if error.is_forgery() => damper::admit_refusal(&edge, parts).await.and(Err(error.into())),
        answer => answer,
    };
    if let Ok(response) = &mut answer {
        let warnings = edge.warnings.take();
        if !warnings.is_empty() {
            response.headers_mut().set("x-limn-quota-warning", &warnings.join(", "))?;
        }
    }
    metrics::count(&edge, parts.method, &answer);
    *notes = edge.notes.take();
    answer
}

async fn route(edge: &Edge, parts: &Parts, request: Request) -> Outcome<Response> {
    let address = Address::of(parts, edge.config);
    let route = Route::of(parts, &address, edge.config)?;
    match &route {
        Route::Metrics if metrics::bears_token(edge, parts) => return metrics::answer(edge, parts, None).await,
        // Browsers send no credentials with it.
        Route::Bucket(name) | Route::Upload(name) | Route::Object(ObjectPath { bucket: name, .. }) if parts.method == Method::Options => {
            return cors::preflight(edge, parts, name).await
        }
        _ => {}
    }
    let verifying = edge.step("verify");
    let caller = grant::identify(parts, &address, edge.config, edge.now)?;
    drop(verifying);
    if let Route::Object(path) = &route {
        usage::admit_read(edge, parts, &path.bucket)?;
    }
    let counted = usage::Counted::of(&route, parts);
    edge.strict.set(caller.scheme().is_some_and(Scheme::is_header));
    let answer = match (route, parts.method) {
        (Route::Object(path), _) => api::object(edge, parts, &caller, &path, request).await,
        (Route::Bucket(name), _) => api::bucket(edge, parts, &caller, &name, request).await,
        (Route::Service, _) => api::service(edge, parts, &caller).await,
        (Route::Page, _) => page::index(edge, parts).await,
        (Route::PageFile(file), Method::Get | Method::Head) => page::asset(edge, parts, &file).await,
        (Route::Health, Method::Get | Method::Head) => json(parts, &health(edge.config)),
        (Route::Ops, Method::Get | Method::Head) => json(parts, &operations()),
        (Route::Metrics, Method::Get | Method::Head) => metrics::answer(edge, parts, Some(&caller)).await,
        (Route::Purge, Method::Post) => purge::answer(edge, parts, &caller, request).await,
        (Route::Upload(name), Method::Post) => receive::answer(edge, parts, &caller, &name, request).await,
        (Route::Nodes, _) => admin::answer(edge, parts, &caller, request).await,
        (Route::Inventory(name), Method::Get | Method::Head) => inventory::answer(edge, parts, &caller, &name).await,
        (Route::Usage(name), Method::Get | Method::Head) => usage::answer(edge, parts, &caller, &name).await,
        (Route::Import(bucket), Method::Post) => import::answer(edge, parts, &caller, &bucket, request).await,
        (Route::Robots, Method::Get | Method::Head) => fixed(parts, "text/plain", "User-agent: *\nDisallow: /-/\n".into()),
        (_, method) => Err(Error::Method(format!("{} is not supported here.", method.as_str())).into()),
    };
    if let Some(counted) = counted {
        usage::count(edge, counted, &answer);
    }
    answer
}

/// Names and states of nodes; no addresses.
fn health(config: &Config) -> serde_json::Value {
    let node = |n: &limn_core::config::Node| serde_json::json!({ "name": n.name, "managed": n.managed, "drain": n.drain, "breaker": node::health::state(n).as_str() });
    // Whose durability is that of their node; how many, since a stranger need not know their names.
    let alone = config.buckets().filter(|bucket| bucket.node.managed && bucket.replicas == 1).count();
    serde_json::json!({ "status": "ok", "nodes": config.nodes.values().map(node).collect::<Vec<_>>(), "buckets_with_one_copy": alone })
}

fn operations() -> serde_json::Value {
    let op = |s: &limn_core::ops::Spec| serde_json::json!({ "name": s.name, "args": s.args, "doc": s.doc, "examples": s.examples, "oss": s.in_oss });
    let key = |k: &limn_core::params::short::Key| serde_json::json!({ "name": k.name, "aliases": k.aliases, "values": k.values, "doc": k.doc, "example": k.example });
    serde_json::json!({ "operations": OPS.iter().map(op).collect::<Vec<_>>(), "parameters": KEYS.iter().map(key).collect::<Vec<_>>(), "effects": NAMES })
}

fn json(parts: &Parts, value: &serde_json::Value) -> Outcome<Response> {
    fixed(parts, "application/json", value.to_string())
}

fn fixed(parts: &Parts, content_type: &str, body: String) -> Outcome<Response> {
    let head = Head::new(200)
        .with("content-type", content_type)
        .with("content-length", body.len().to_string())
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff");
    Ok(failure::respond(&head, parts.method, body.into_bytes())?)
}

fn refuse(failure: Failure, parts: Option<&Parts>, request_id: &str) -> worker::Result<Response> {
    let error = match failure {
        Failure::Refused(error) => error,
        Failure::Broken(detail) => {
            worker::console_error!("{request_id} {detail}");
            Error::Internal
        }
    };
    let (head, body) = reply::refusal(&error, parts, request_id);
    failure::respond(&head, parts.map_or(Method::Get, |p| p.method), body.into_bytes())
}
