//! `sys/saveas`: an image is made and stored instead of sent, through the PUT chain.

use crate::failure::{respond, Outcome};
use crate::{image, node, upload, Edge};
use limn_core::accept::Class;
use limn_core::grant::{Caller, Scheme, Wish};
use limn_core::params::{clouds, Ask, Program};
use limn_core::parts::Parts;
use limn_core::render::{render, Scene};
use limn_core::reply::Head;
use limn_core::route::ObjectPath;
use limn_core::{hash, saveas, Error};
use worker::{Request, Response};

/// Longest body, bytes: a program and two names.
const MAX_BODY: usize = 8_192;

/// Answers POST on an object with `?x-oss-process`.
pub async fn post(edge: &Edge, parts: &Parts, caller: &Caller<'_>, path: &ObjectPath, mut request: Request) -> Outcome<Response> {
    if parts.param(clouds::OSS) != Some("") {
        return Err(Error::Method(format!("POST on an object wants ?{} and the program in its body.", clouds::OSS)).into());
    }
    // Read and write are two grants; the body that says what is written must be what was signed.
    let source = caller.admit(edge.config.bucket(&path.bucket)?, &path.key, Wish::Read(&Ask::nothing()))?;
    let body = request.bytes().await?;
    if body.len() > MAX_BODY {
        return Err(Error::BadArg(format!("The body must be at most {MAX_BODY} bytes long; {} came.", body.len())).into());
    }
    let promised = source.promise().sha256.as_deref().is_some_and(|sha256| sha256.eq_ignore_ascii_case(&hash::hex(&hash::sha256(&body))));
    if !source.scheme().is_some_and(Scheme::is_header) && !promised {
        return Err(Error::SignatureRequired(
            "sys/saveas needs a signed header, or Limn's own signature with the sha256 of the body.".into(),
        )
        .into());
    }
    let saved = saveas::parse(&body, path)?;
    let target = caller.admit(edge.config.bucket(&saved.target.bucket)?, &saved.target.key, Wish::Write)?;
    let bucket = source.bucket();
    let plan = Program::Oss(saved.program).compile(bucket)?;
    let found = node::find(edge, bucket, &path.key, &plan.files()).await?;
    let original = node::read(edge, bucket, &found.source).await?;
    let kit = image::kit(edge, bucket, &found, &plan, &original.bytes).await?;
    let made = render(&plan, &original.bytes, &Scene::new(Class::Base, &kit, bucket.default_quality()))?;
    let length = made.bytes.len();
    upload::store(edge, &target, &saved.target.key, made.bytes, Some(made.mime)).await?;
    let json =
        serde_json::json!({ "bucket": saved.target.bucket, "object": saved.target.key, "fileSize": length, "status": "OK" }).to_string();
    let head = Head::new(200)
        .with("content-type", "application/json")
        .with("content-length", json.len().to_string())
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff");
    Ok(respond(&head, parts.method, json.into_bytes())?)
}
