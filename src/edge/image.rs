//! The GET chain: who asks, for what, from where, and what goes back.

use crate::cache;
use crate::failure::{respond, Outcome};
use crate::node::{self, Source};
use crate::Edge;
use limn_core::accept;
use limn_core::grant::{self, Grant, Wish};
use limn_core::key::{Ingredients, Key};
use limn_core::params::{Ask, Program};
use limn_core::parts::Parts;
use limn_core::plan::{FormatChoice, Plan};
use limn_core::render::{render, Marks, Scene};
use limn_core::reply::Representation;
use limn_core::route::ObjectPath;
use worker::Response;

/// Answers GET and HEAD on an object.
pub async fn get(edge: &Edge, parts: &Parts, path: &ObjectPath) -> Outcome<Response> {
    let bucket = edge.config.bucket(&path.bucket)?;
    let ask = Ask::parse(parts, path, bucket)?;
    let grant = grant::admit(parts, path, Wish::Read(&ask), edge.config, edge.now)?;
    if ask.program == Program::None {
        return original(edge, parts, &grant).await;
    }
    let plan = ask.program.compile(bucket)?;
    let class = accept::choose(&plan, parts.header("accept"));
    let found = node::find(edge, &grant, &plan.marks()).await?;
    let key = |version: &str| {
        let ingredients = Ingredients {
            bucket,
            object: grant.key(),
            version,
            marks: &found.mark_versions(),
            class,
            buster: ask.buster.as_deref(),
            generation: found.generation,
        };
        Key::new(&plan, &ingredients)
    };
    if let Some(version) = found.source.version() {
        if let Some(hit) = cache::get(parts, &key(version)).await {
            return reply(parts, &grant, &hit.representation, hit.bytes, edge.now, "limn; hit");
        }
    }
    let original = node::read(edge, &grant, &found.source).await?;
    let marks = read_marks(edge, &grant, &found, &plan).await?;
    let scene = Scene { class, marks: &marks, limits: &bucket.limits, default_quality: bucket.default_quality() };
    let image = render(&plan, &original.bytes, &scene)?;
    let negotiated = plan.format == FormatChoice::Auto;
    let representation = Representation::of(&image, negotiated, original.modified);
    // The version as it was read, not as it was promised: an origin may have changed in between.
    let (host, key, kept, bytes) = (parts.host.clone(), key(&original.version), representation.clone(), image.bytes.clone());
    edge.ctx.wait_until(async move { cache::put(&host, &key, &kept, bytes).await });
    reply(parts, &grant, &representation, image.bytes, edge.now, "limn; fwd=uri-miss; stored")
}

async fn read_marks(edge: &Edge, grant: &Grant<'_>, found: &node::Found, plan: &Plan) -> Outcome<Marks> {
    let mut marks = Marks::new(grant.bucket().limits.clone());
    for key in plan.marks() {
        let source = found.mark(key)?;
        let read = node::read(edge, grant, source).await?;
        marks.add(key.to_string(), read.bytes);
    }
    Ok(marks)
}

/// The object as it is. A managed blob goes from its node to the client without a copy through WASM.
async fn original(edge: &Edge, parts: &Parts, grant: &Grant<'_>) -> Outcome<Response> {
    let found = node::find(edge, grant, &[]).await?;
    if let Source::Managed { row, .. } = &found.source {
        let representation = Representation {
            content_type: row.content_type.clone(),
            etag: format!("\"{}\"", row.md5),
            length: row.length,
            modified: Some(row.stored / 1_000),
            negotiated: false,
        };
        let head = representation.head(parts, grant, edge.now).with("cache-status", "limn; fwd=bypass");
        if head.status == 304 || parts.method == limn_core::parts::Method::Head {
            return Ok(respond(&head, parts.method, Vec::new())?);
        }
        return node::stream(edge, grant, &found.source, &head).await;
    }
    let read = node::read(edge, grant, &found.source).await?;
    let representation = Representation {
        content_type: read.content_type.clone(),
        etag: limn_core::reply::derived_etag(&read.bytes),
        length: read.bytes.len() as u64,
        modified: read.modified,
        negotiated: false,
    };
    reply(parts, grant, &representation, read.bytes, edge.now, "limn; fwd=bypass")
}

fn reply(parts: &Parts, grant: &Grant, of: &Representation, bytes: Vec<u8>, now: u64, verdict: &str) -> Outcome<Response> {
    let head = of.head(parts, grant, now).with("cache-status", verdict);
    Ok(respond(&head, parts.method, bytes)?)
}
