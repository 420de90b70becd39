//! Form uploads from browsers: the policy in the form is the signature (OSS PostObject, S3 POST).

use super::object::writable;
use super::{empty, head, xml};
use crate::admission::{self, Place};
use crate::body::{Arrived, Target, What};
use crate::failure::Outcome;
use crate::upload::{self, Extras};
use crate::{premade, Edge};
use js_sys::{Array, Uint8Array};
use limn_core::api::documents::object::posted_xml;
use limn_core::api::meta::Meta;
use limn_core::config::Bucket;
use limn_core::grant::{form, Caller, Wish};
use limn_core::parts::Parts;
use limn_core::route::check_key;
use limn_core::upload::Digests;
use limn_core::{percent, Error};
use wasm_bindgen::JsCast;
use worker::{Request, Response};

/// What a form may hold beside its file, bytes.
pub const MAX_FIELDS: u64 = 64 << 10;

/// Answers `POST /{bucket}` with a form.
pub async fn answer(edge: &Edge, parts: &Parts, bucket: &Bucket, request: Request) -> Outcome<Response> {
    let most = bucket.limits.max_bytes + MAX_FIELDS;
    match parts.header("content-length").map(|l| l.parse::<u64>()) {
        Some(Ok(length)) if length <= most => {}
        Some(Ok(length)) => return Err(Error::UploadTooLarge(format!("The form has {length} bytes; at most {most} are allowed.")).into()),
        _ => return Err(Error::LengthRequired.into()),
    }
    let form = read(request).await?;
    let granted = form::verify(&form.fields, &bucket.name, edge.config, edge.now)?;
    let key = granted.key(&form.file_name)?;
    check_key(&key)?;
    let length = form.file.len() as u64;
    if let Some((least, most)) = granted.length {
        let sentence = format!("The policy allows {least} to {most} bytes; the file has {length}.");
        match length {
            n if n > most => return Err(Error::UploadTooLarge(sentence).into()),
            n if n < least => return Err(Error::PartTooSmall(sentence).into()),
            _ => {}
        }
    }
    let caller = Caller::of_form(parts, edge.config, &granted)?;
    let grant = caller.admit(bucket, &key, Wish::Write)?;
    writable(bucket)?;
    let declared = granted.field("content-type").or(Some(form.file_type.as_str()).filter(|t| !t.is_empty()));
    let target = Target::new(&grant, &key, What::Object(declared));
    let mut digests = Digests::default();
    digests.update(&form.file);
    let extras = Extras { meta: Meta::of_fields(granted.fields())?, ..Extras::default() };
    let row = upload::keep(edge, &grant, &target, Arrived::Held(form.file, digests.finish(), form.place), extras).await?;
    premade::follow(edge, parts, &grant, &key, &row.content_type);
    let etag = format!("\"{}\"", row.etag);
    match (&granted.redirect, granted.status) {
        (Some(to), _) => {
            let mut to = url::Url::parse(to).map_err(|_| Error::Internal)?;
            to.query_pairs_mut().append_pair("bucket", &bucket.name).append_pair("key", &key).append_pair("etag", &etag);
            empty(parts, head(303).with("location", to.as_str()).with("etag", etag))
        }
        (None, 201) => {
            let location = format!("/{}/{}", bucket.name, percent::encode(&key, "/"));
            xml(parts, head(201).with("etag", etag), posted_xml(&location, &bucket.name, &key, &row.etag))
        }
        (None, status) => empty(parts, head(status).with("etag", etag)),
    }
}

/// A form as it came.
pub struct Form {
    /// All fields but the file, in their order.
    pub fields: Vec<(String, String)>,
    /// The file's bytes.
    pub file: Vec<u8>,
    /// Its name at the client; empty where none was told.
    pub file_name: String,
    /// Its type, as the client declares it; empty where it does not.
    pub file_type: String,
    /// The file's place in memory.
    pub place: Option<Place>,
}

/// Reads a form with the runtime's own parser.
///
/// # Errors
/// `malformed_form`.
pub async fn read(request: Request) -> Outcome<Form> {
    let broken = || Error::MalformedForm("The body must be multipart/form-data with a field file.".into());
    let promise = request.inner().form_data().map_err(|_| broken())?;
    let data = wasm_bindgen_futures::JsFuture::from(promise).await.map_err(|_| broken())?;
    let mut form = Form { fields: Vec::new(), file: Vec::new(), file_name: String::new(), file_type: String::new(), place: None };
    let mut has_file = false;
    for entry in js_sys::try_iter(&data).ok().flatten().ok_or_else(broken)? {
        let pair: Array = entry.map_err(|_| broken())?.dyn_into().map_err(|_| broken())?;
        let (name, value) = (pair.get(0).as_string().ok_or_else(broken)?, pair.get(1));
        if name == "file" && has_file {
            return Err(Error::MalformedForm("The form's field \"file\" stands twice.".into()).into());
        }
        match value.as_string() {
            Some(text) if name == "file" => (form.file, has_file) = (text.into_bytes(), true),
            Some(text) => form.fields.push((name, text)),
            None if name == "file" => {
                let file: web_sys::File = value.unchecked_into();
                form.file_name = file.name();
                form.file_type = file.type_();
                let buffer = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await.map_err(|_| broken())?;
                let bytes = Uint8Array::new(&buffer);
                form.place = Some(admission::upload(u64::from(bytes.length())).await?);
                form.file = bytes.to_vec();
                has_file = true;
            }
            None => return Err(Error::MalformedForm(format!("The form holds a file as {name:?}; only the field file may be one.")).into()),
        }
    }
    match has_file {
        true => Ok(form),
        false => Err(broken().into()),
    }
}
