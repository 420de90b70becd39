//! The GET chain: who asks, for what, from where, and what goes back.

use crate::avif;
use crate::cache::Entry;
use crate::failure::{respond, send, Failure, Outcome};
use crate::fill::Fill;
use crate::node::{self, Original, Source};
use crate::rare::Module;
use crate::variant::{self, Variant};
use crate::{bytes, fonts, together, Edge};
use limn_core::accept::{self, Class};
use limn_core::api::range::Range;
use limn_core::codec::sniff::{self, Sniffed};
use limn_core::codec::Format;
use limn_core::config::Bucket;
use limn_core::dialect::Dialect;
use limn_core::explain::explain;
use limn_core::freshness::Standing;
use limn_core::grant::{ladder, Caller, Grant, Wish};
use limn_core::kit::{FileRef, Kit, SHIPPED_FONTS};
use limn_core::params::{Ask, Fallback, Program};
use limn_core::parts::Parts;
use limn_core::plan::Plan;
use limn_core::render::Scene;
use limn_core::reply::{Answer, Head, Representation};
use limn_core::route::ObjectPath;
use limn_core::verdict::Verdict;
use limn_core::{percent, purge, Error};
use std::rc::Rc;
use worker::{Response, ResponseBody};

/// Answers GET and HEAD on an object.
pub async fn get(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, path: &ObjectPath) -> Outcome<Response> {
    caller.enter(bucket)?;
    let ask = Ask::parse(parts, path, bucket)?;
    let grant = caller.admit(bucket, &path.key, Wish::Read(&ask))?;
    if ask.explain {
        return explained(edge, parts, &grant, &ask).await;
    }
    match (answer(edge, parts, &grant, &ask).await, &ask.fallback) {
        (Err(Failure::Refused(error)), Some(fallback)) if error.has_stand_in() => {
            stand_in(edge, parts, &grant, &ask, fallback, error).await
        }
        (answer, _) => answer,
    }
}

async fn answer(edge: &Edge, parts: &Parts, grant: &Grant<'_>, ask: &Ask) -> Outcome<Response> {
    if ask.program == Program::None {
        return original(edge, parts, grant, ask).await;
    }
    let plan = Rc::new(ask.program.compile(grant.bucket())?);
    if let Some(ladder) = grant.ladder() {
        ladder::check(ladder, &plan)?;
    }
    let class = accept::choose(&plan, parts.header("accept"));
    let (variant, found) = derive(edge, parts, grant, ask, grant.key(), &plan, class).await?;
    let mut response = reply(edge, parts, grant, ask, &variant, found.standing)?;
    if let Some(tags) = response.headers().get("cache-tag")? {
        // A purge of a mark reaches the images that carry it.
        let files = found.files().iter().filter_map(|(file, _)| node::object_key(file));
        response.headers_mut().set("cache-tag", &purge::more_tags(tags, &grant.bucket().name, files))?;
    }
    Ok(response)
}

/// What is made of an object by a plan, from a cache or anew.
///
/// # Errors
/// Whatever making it says.
pub async fn derive(
    edge: &Edge,
    parts: &Parts,
    grant: &Grant<'_>,
    ask: &Ask,
    object: &str,
    plan: &Rc<Plan>,
    class: Class,
) -> Outcome<(Variant, node::Found)> {
    // What another request made after this one had looked is looked for once more.
    for again in [false, true] {
        let since = together::landings();
        let found = node::find(edge, grant.bucket(), object, &plan.files()).await?;
        let fill = Fill { edge, parts, grant, ask, object, plan, class, found: &found };
        if let Some(variant) = variant::obtain(&fill, (!again).then_some(since)).await? {
            return Ok((variant, found));
        }
    }
    Err(Error::Internal.into())
}

/// What decoders and operations may reach: the files that the plan names, read.
pub async fn kit(edge: &Edge, bucket: &Bucket, found: &node::Found, plan: &Plan, source: &[u8]) -> Outcome<Kit<'static>> {
    let mut kit = bare_kit(edge, bucket, source).await?;
    for (file, source) in found.files() {
        let Original { bytes, place, .. } = node::read(edge, bucket, source).await?;
        kit.add(file.clone(), bytes);
        kit.hold(place);
    }
    for file in plan.files() {
        if let FileRef::Shipped(name) = file {
            kit.add(file, fonts::shipped(edge, name).await?.to_vec());
        }
    }
    Ok(kit)
}

/// What decoding a file by itself may reach: a drawing may hold text of its own.
pub async fn bare_kit(edge: &Edge, bucket: &Bucket, source: &[u8]) -> Outcome<Kit<'static>> {
    let mut kit = Kit::new(bucket.limits.clone(), &Module);
    kit.linear = bucket.linear;
    if sniff::sniff(source) == Sniffed::Known(Format::Svg) {
        let (_, file) = SHIPPED_FONTS[0];
        kit.add(FileRef::Shipped(file), fonts::shipped(edge, file).await?.to_vec());
    }
    Ok(kit)
}

/// The plan instead of the image.
async fn explained(edge: &Edge, parts: &Parts, grant: &Grant<'_>, ask: &Ask) -> Outcome<Response> {
    let bucket = grant.bucket();
    let plan = ask.program.compile(bucket)?;
    let found = node::find(edge, bucket, grant.key(), &plan.files()).await?;
    let original = node::read(edge, bucket, &found.source).await?;
    let kit = kit(edge, bucket, &found, &plan, &original.bytes).await?;
    let class = accept::choose(&plan, parts.header("accept"));
    let facts = explain(&plan, &original.bytes, &Scene::new(class, &kit, bucket.default_quality()))?;
    crate::json(parts, &facts)
}

/// What is shown for an image that could not be made; the status says what happened all the same.
async fn stand_in(edge: &Edge, parts: &Parts, grant: &Grant<'_>, ask: &Ask, fallback: &Fallback, error: Error) -> Outcome<Response> {
    let bucket = grant.bucket();
    let made: Outcome<Rc<Entry>> = async {
        let Fallback::Object(key) = fallback else { return Err(error.clone().into()) };
        let plan = Rc::new(ask.program.compile(bucket)?);
        let class = if accept::choose(&plan, parts.header("accept")) == Class::Base { Class::Base } else { Class::WebP };
        Ok(derive(edge, parts, grant, ask, key, &plan, class).await?.0.entry)
    }
    .await;
    let status = error.status();
    let head =
        Head::new(status).with("cache-control", "no-store").with("x-limn-error", error.code()).with("x-content-type-options", "nosniff");
    match (made, fallback) {
        (Ok(entry), _) => {
            let Representation { content_type, length, .. } = &entry.representation;
            let head = head.with("content-type", content_type).with("content-length", length.to_string());
            Ok(send(&head, parts.method, body(&entry, Range::Whole)?)?)
        }
        // The original can be shown where there is one and it needs no signature.
        (Err(_), Fallback::Redirect) if error.is_about_source() && !bucket.is_protected() => {
            let head = Head { status: 302, ..head }.with("location", percent::encode(&format!("/{}/{}", bucket.name, grant.key()), "/"));
            Ok(respond(&head, parts.method, Vec::new())?)
        }
        _ => Err(error.into()),
    }
}

/// The object as it is. A managed blob goes from its node to the client without a copy through WASM.
async fn original(edge: &Edge, parts: &Parts, grant: &Grant<'_>, ask: &Ask) -> Outcome<Response> {
    let found = node::find(edge, grant.bucket(), grant.key(), &[]).await?;
    if let Source::Managed { row } = &found.source {
        let dialect = Dialect::of(parts);
        let mut stored = row.meta.response_headers(dialect);
        if dialect == Dialect::Oss {
            stored.push(("x-oss-hash-crc64ecma".into(), row.crc64.clone()));
            stored.push(("x-oss-object-type".into(), "Normal".into()));
        }
        let representation = Representation {
            content_type: row.content_type.clone(),
            etag: format!("\"{}\"", row.etag),
            length: row.length,
            modified: Some(row.stored / 1_000),
            negotiated: false,
            immutable: row.is_named_by(grant.key()),
            stored,
        };
        let Answer { head, range } = representation.answer(parts, grant, edge.now)?;
        let head = head.saved_as(ask.download.as_deref()).with("cache-status", Verdict::Bypass.cache_status(&parts.host, found.standing));
        if head.status == 304 || parts.method == limn_core::parts::Method::Head {
            return Ok(respond(&head, parts.method, Vec::new())?);
        }
        return node::stream(edge, grant.bucket(), row, range.bounds(), &head).await;
    }
    let read = node::read(edge, grant.bucket(), &found.source).await?;
    let entry = Rc::new(Entry::of(&read.bytes, &read.content_type, read.modified));
    reply(edge, parts, grant, ask, &Variant { entry, verdict: Verdict::Bypass }, found.standing)
}

fn reply(edge: &Edge, parts: &Parts, grant: &Grant, ask: &Ask, variant: &Variant, standing: Standing) -> Outcome<Response> {
    let Variant { entry, verdict } = variant;
    let Answer { head, range } = entry.representation.answer(parts, grant, edge.now)?;
    let mut head = head.saved_as(ask.download.as_deref()).with("cache-status", verdict.cache_status(&parts.host, standing));
    if entry.pending {
        head = head.at_most(avif::PENDING_SECONDS).with("x-limn-upgrade", "pending");
    }
    Ok(send(&head, parts.method, body(entry, range)?)?)
}

/// An image's bytes, or a part of them; nothing where the answer carries none.
fn body(entry: &Entry, range: Range) -> worker::Result<ResponseBody> {
    entry.bytes.as_ref().map_or(Ok(ResponseBody::Empty), |bytes| bytes::body(bytes, range))
}
