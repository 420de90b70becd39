//! `sys/saveas`: an image is made and stored instead of sent, through the PUT chain.

use crate::body::{small, Arrived, Target, What};
use crate::failure::{respond, Outcome};
use crate::upload::{self, Extras};
use crate::{admission, bucket, image, node, Edge};
use limn_core::accept::Class;
use limn_core::config::Bucket;
use limn_core::grant::{Caller, Scheme, Wish};
use limn_core::params::{Ask, Program};
use limn_core::parts::Parts;
use limn_core::render::{render, Scene};
use limn_core::reply::Head;
use limn_core::route::ObjectPath;
use limn_core::upload::Digests;
use limn_core::{hash, saveas, Error};
use worker::{Request, Response};

/// Longest body, bytes: a program and two names.
const MAX_BODY: usize = 8_192;

/// Answers POST on an object with `?x-oss-process`.
pub async fn post(
    edge: &Edge,
    parts: &Parts,
    caller: &Caller<'_>,
    bucket: &Bucket,
    path: &ObjectPath,
    request: Request,
) -> Outcome<Response> {
    // Read and write are two grants; the body that says what is written must be what was signed.
    let source = caller.admit(bucket, &path.key, Wish::Read(&Ask::nothing()))?;
    let body = small(parts, source.promise(), request, MAX_BODY).await?;
    let promised = source.promise().sha256.as_deref().is_some_and(|sha256| sha256.eq_ignore_ascii_case(&hash::hex(&hash::sha256(&body))));
    if !source.scheme().is_some_and(Scheme::is_header) && !promised {
        return Err(Error::SignatureRequired(
            "sys/saveas needs a signed header, or Limn's own signature with the sha256 of the body.".into(),
        )
        .into());
    }
    let saved = saveas::parse(&body, path)?;
    let found = bucket::find(edge, &saved.target.bucket).await?;
    let target = caller.admit(&found, &saved.target.key, Wish::Write)?;
    let plan = Program::Oss(saved.program).compile(bucket)?;
    let found = node::find(edge, bucket, &path.key, &plan.files()).await?;
    let original = node::read(edge, bucket, &found.source).await?;
    let kit = image::kit(edge, bucket, &found, &plan, &original.bytes).await?;
    let scene = Scene::new(Class::Base, &kit, bucket.default_quality());
    let made = admission::with_room(&kit, &original.bytes, || render(&plan, &original.bytes, &scene)).await?;
    let length = made.bytes.len();
    let mut digests = Digests::default();
    digests.update(&made.bytes);
    let to = Target::new(&target, target.key(), What::Object(Some(made.mime)));
    upload::keep(edge, &target, &to, Arrived::Held(made.bytes, digests.finish(), None), Extras::default()).await?;
    let json =
        serde_json::json!({ "bucket": saved.target.bucket, "object": saved.target.key, "fileSize": length, "status": "OK" }).to_string();
    let head = Head::new(200)
        .with("content-type", "application/json")
        .with("content-length", json.len().to_string())
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff");
    Ok(respond(&head, parts.method, json.into_bytes())?)
}
