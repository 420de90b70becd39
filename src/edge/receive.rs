//! `POST /-/upload/{bucket}`: a file, or a form with one, is stored under a name that Limn makes; the answer is
//! a receipt.

use crate::api::{form, writable};
use crate::body::{receive, small, Arrived, Target, What};
use crate::failure::{respond, Outcome};
use crate::upload::{self, Extras};
use crate::{admission, bucket, premade, Edge};
use js_sys::Uint8Array;
use limn_core::address::Address;
use limn_core::admission::LARGEST;
use limn_core::api::conditions::WriteCondition;
use limn_core::api::meta::Meta;
use limn_core::api::{acl, asked};
use limn_core::config::{Access, Bucket};
use limn_core::grant::{Caller, Grant, UploadPromise, Wish};
use limn_core::ledger::once::{self, Mark};
use limn_core::parts::Parts;
use limn_core::reply::Head;
use limn_core::upload::receipt::Receipt;
use limn_core::upload::renaming::{self, Asked, Naming};
use limn_core::upload::Digests;
use limn_core::Error;
use worker::{Headers, Method, Request, RequestInit, Response};

/// Answers an upload.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str, request: Request) -> Outcome<Response> {
    let found = bucket::find(edge, name).await?;
    let bucket: &Bucket = &found;
    caller.known()?;
    let is_token = renaming::is_token(caller)?;
    let asked = Asked::of(parts, bucket)?;
    let key = once::key_of(parts)?;
    // What every name of today begins with, since the rest is not known yet.
    let grant = caller.admit(bucket, &asked.pattern.fixed(edge.now), Wish::Write)?;
    writable(bucket)?;
    asked::check_write(parts)?;
    acl::check(parts, bucket.access == Access::PublicRead)?;
    let mut extras = Extras { meta: Meta::of(parts)?, only_if: asked.condition(WriteCondition::of(parts)?), ..Extras::default() };
    let base = base_of(edge, parts, bucket, &request)?;

    let is_form = parts.header("content-type").is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"));
    let (form, request) = match is_form {
        true => (Some(read_form(parts, &grant, request).await?), None),
        false => (None, Some(request)),
    };
    let file_name = match &form {
        Some(form) => Some(form.file_name.clone()).filter(|name| !name.is_empty()),
        None => parts.header("content-disposition").and_then(renaming::file_of),
    };
    let declared = match &form {
        Some(form) => Some(form.file_type.clone()).filter(|t| !t.is_empty()),
        None => parts.header("content-type").map(Into::into),
    };
    if asked.pattern.needs_file() && file_name.is_none() {
        return Err(Error::BadArg("name: {name} stands for the file's name, and none came (Content-Disposition, or a form).".into()).into());
    }
    let naming = Naming { pattern: &asked.pattern, file: file_name.as_deref(), now: edge.now };
    let body = What::Named(declared.as_deref(), &naming);
    // What the file was called must be what it is, as of any upload.
    let target = Target::new(&grant, file_name.as_deref().unwrap_or(""), body);
    let arrived = match (form, request) {
        (Some(form), _) => {
            let mut digests = Digests::default();
            digests.update(&form.file);
            let digested = digests.finish();
            renaming::hold(grant.promise(), digested.length, declared.as_deref().unwrap_or(""), &digested.sha256)?;
            Arrived::Held(form.file, digested, form.place)
        }
        (None, Some(request)) => receive(edge, &target, parts, grant.promise(), request).await?,
        (None, None) => return Err(Error::Internal.into()),
    };
    let print = once::fingerprint("POST", &bucket.name, asked.pattern.text(), &arrived.digested().sha256);
    if let Some(expires) = grant.expires().filter(|_| is_token) {
        extras.marks.push(Mark::token(parts, expires, &print));
    }
    if let Some(key) = key {
        extras.marks.push(Mark::key(grant.user().unwrap_or(""), key, edge.now, &print));
    }
    let done = upload::store(edge, &grant, &target, arrived, extras).await?;
    premade::follow(edge, parts, &grant, &done.key, &done.row.content_type);
    let receipt = Receipt::of(&done, &bucket.name, &base, bucket.homes(&done.key).len());
    let json = serde_json::to_string(&receipt).map_err(|_| Error::Internal)?;
    let head = Head::new(201)
        .with("content-type", "application/json")
        .with("content-length", json.len().to_string())
        .with("location", receipt.url)
        .with("etag", format!("\"{}\"", receipt.etag))
        .with("cache-control", "no-store");
    Ok(respond(&head, parts.method, json.into_bytes())?)
}

/// The form, its bytes held to what the request says of them; the file in it is held to the signature later.
async fn read_form(parts: &Parts, grant: &Grant<'_>, request: Request) -> Outcome<form::Form> {
    let most = grant.bucket().limits.max_bytes + form::MAX_FIELDS;
    let of_body = UploadPromise { chunks: grant.promise().chunks.clone(), ..UploadPromise::default() };
    let announced = parts.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(most);
    let place = admission::upload(announced.min(most).min(LARGEST)).await?;
    let bytes = small(parts, &of_body, request, usize::try_from(most).unwrap_or(usize::MAX)).await?;
    let (headers, mut init) = (Headers::new(), RequestInit::new());
    headers.set("content-type", parts.header("content-type").unwrap_or(""))?;
    init.with_method(Method::Post).with_headers(headers).with_body(Some(Uint8Array::from(bytes.as_slice()).into()));
    drop((bytes, place));
    let form = form::read(Request::new_with_init("https://form.limn.internal/", &init)?).await?;
    if let Some((name, _)) = form.fields.first() {
        return Err(Error::MalformedForm(format!("The form may hold the field file alone; {name:?} came too.")).into());
    }
    let length = form.file.len() as u64;
    match length > grant.bucket().limits.max_bytes {
        true => {
            Err(Error::UploadTooLarge(format!("The file has {length} bytes; at most {} are allowed.", grant.bucket().limits.max_bytes))
                .into())
        }
        false => Ok(form),
    }
}

/// The address under which the bucket's objects lie, as the client knows this server.
fn base_of(edge: &Edge, parts: &Parts, bucket: &Bucket, request: &Request) -> Outcome<String> {
    let url = request.inner().url();
    let scheme = if url.starts_with("https:") { "https" } else { "http" };
    let address = Address::of(parts, edge.config);
    match address.by_host {
        true if address.bucket != bucket.name => {
            Err(Error::BadArg(format!("The host names the bucket {:?}, the path {:?}.", address.bucket, bucket.name)).into())
        }
        true => Ok(format!("{scheme}://{}/", parts.authority)),
        false => Ok(format!("{scheme}://{}/{}/", parts.authority, bucket.name)),
    }
}
