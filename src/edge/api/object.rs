//! Operations on one object.

use super::{copy, head, header_name, multipart, xml};
use crate::failure::Outcome;
use crate::ledger::client;
use crate::{bucket, image, saveas, upload, Edge};
use limn_core::api::documents::{bucket::object_acl_xml, object::no_tags_xml};
use limn_core::api::operation::ObjectOp;
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::grant::{Caller, Wish};
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::route::ObjectPath;
use limn_core::{http_date, Error};
use worker::{Request, Response};

/// Answers a request on an object.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, path: &ObjectPath, request: Request) -> Outcome<Response> {
    let op = ObjectOp::of(parts)?;
    let found = bucket::find(edge, &path.bucket).await?;
    let bucket: &Bucket = &found;
    if matches!(op, ObjectOp::Get | ObjectOp::Head) {
        return image::get(edge, parts, caller, bucket, path).await;
    }
    if op == ObjectOp::Process {
        return saveas::post(edge, parts, caller, bucket, path, request).await;
    }
    // All else names the whole key: a style's delimiter means nothing in it.
    let key = &path.whole_key(bucket);
    match op {
        ObjectOp::Put => upload::put(edge, parts, caller, bucket, key, request).await,
        ObjectOp::Delete => upload::delete(edge, parts, caller, bucket, key).await,
        ObjectOp::Copy(source) => copy::answer(edge, parts, caller, bucket, key, &source).await,
        ObjectOp::InitiateUpload => multipart::initiate(edge, parts, caller, bucket, key).await,
        ObjectOp::UploadPart { upload, number } => multipart::put_part(edge, parts, caller, bucket, key, (&upload, number), request).await,
        ObjectOp::CopyPart { upload, number, source } => {
            multipart::copy_part(edge, parts, caller, bucket, key, (&upload, number), &source).await
        }
        ObjectOp::ListParts(query) => multipart::list(edge, parts, caller, bucket, key, query).await,
        ObjectOp::CompleteUpload { upload } => multipart::complete(edge, parts, caller, bucket, key, &upload, request).await,
        ObjectOp::AbortUpload { upload } => multipart::abort(edge, parts, caller, bucket, key, &upload).await,
        ObjectOp::Meta | ObjectOp::Acl | ObjectOp::Tags => {
            caller.admit(bucket, key, Wish::Read(&Ask::nothing()))?;
            describe(edge, parts, bucket, key, &op).await
        }
        ObjectOp::Get | ObjectOp::Head | ObjectOp::Process => Err(Error::Internal.into()),
    }
}

async fn describe(edge: &Edge, parts: &Parts, bucket: &Bucket, key: &str, op: &ObjectOp) -> Outcome<Response> {
    if !bucket.node.managed {
        return Err(Error::NotImplemented("This bucket fronts storage that Limn only reads.".into()).into());
    }
    let row = client::row(edge, &bucket.name, key).await?;
    match op {
        ObjectOp::Acl => xml(
            parts,
            head(200),
            object_acl_xml(
                if bucket.owner.is_empty() { &row.user } else { &bucket.owner },
                bucket.access == Access::PublicRead,
                Dialect::of(parts),
            ),
        ),
        ObjectOp::Tags => xml(parts, head(200), no_tags_xml(Dialect::of(parts))),
        _ => {
            let head = head(200)
                .with("etag", format!("\"{}\"", row.etag))
                .with("last-modified", http_date::format(row.stored / 1_000))
                .with(header_name(parts, "hash-crc64ecma"), row.crc64)
                .with("content-length", row.length.to_string());
            Ok(crate::failure::respond(&head, limn_core::parts::Method::Head, Vec::new())?)
        }
    }
}

/// The node of a bucket takes writes, or a refusal.
pub fn writable(bucket: &Bucket) -> Result<(), Error> {
    match bucket.node.managed {
        true => Ok(()),
        false => Err(Error::AccessDenied("This bucket fronts storage that Limn only reads.".into())),
    }
}
