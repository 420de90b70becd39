//! Operations on a bucket as a whole.

use super::{empty, form, head, header_name, xml};
use crate::body::small;
use crate::failure::{Failure, Outcome};
use crate::ledger::client;
use crate::{bucket, Edge};
use limn_core::api::documents::{self, Deletion, MAX_DOCUMENT_BYTES};
use limn_core::api::{acl, list, operation::BucketOp};
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::grant::{Caller, Wish};
use limn_core::ledger::call::{Call, Sum};
use limn_core::parts::Parts;
use limn_core::Error;
use worker::{Request, Response};

/// Answers a request on a bucket.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str, request: Request) -> Outcome<Response> {
    let op = BucketOp::of(parts)?;
    let dialect = Dialect::of(parts);
    if op == BucketOp::Create {
        return create(edge, parts, caller, name, request).await;
    }
    let found = bucket::find(edge, name).await?;
    let bucket: &Bucket = &found;
    if op == BucketOp::Form {
        return form::answer(edge, parts, bucket, request).await;
    }
    let wish = match op {
        BucketOp::List(_) | BucketOp::ListUploads(_) => Wish::List,
        BucketOp::Delete => Wish::DeleteBucket,
        _ => Wish::Describe,
    };
    let prefix = match &op {
        BucketOp::List(query) => query.prefix.as_str(),
        BucketOp::ListUploads(query) => query.prefix.as_str(),
        _ => "",
    };
    // Each of many keys is admitted by itself.
    if op == BucketOp::DeleteMany {
        return delete_many(edge, parts, caller, bucket, request).await;
    }
    caller.admit(bucket, prefix, wish)?;
    let document = match &op {
        BucketOp::List(query) => {
            managed(bucket)?;
            let listing: list::Listing = client::ask(edge, name, &Call::List { query: query.clone() }).await?;
            listing.xml(query, name, dialect)
        }
        BucketOp::ListUploads(query) => {
            managed(bucket)?;
            let listing: list::UploadsListing = client::ask(edge, name, &Call::Uploads { query: query.clone() }).await?;
            listing.xml(query, name, dialect)
        }
        BucketOp::Head => return empty(parts, head(200).with(header_name(parts, "bucket-region"), documents::region(&edge.config.site))),
        BucketOp::Delete => return delete(edge, parts, bucket).await,
        BucketOp::Location => documents::location(&edge.config.site, dialect),
        BucketOp::Info => documents::info(bucket, &edge.config.site),
        BucketOp::Stat => {
            managed(bucket)?;
            documents::stat(&client::ask::<Sum>(edge, name, &Call::Sum).await?)
        }
        BucketOp::Acl => documents::acl(&bucket.owner, bucket.access == Access::PublicRead, dialect),
        BucketOp::Referer => documents::referer(bucket.referer.as_ref()),
        BucketOp::Styles => documents::styles(&bucket.styles),
        BucketOp::Style(style) => documents::style(bucket, style)?,
        BucketOp::Versioning => documents::versioning(dialect),
        BucketOp::Unset(unset) => documents::unset(*unset),
        BucketOp::Create | BucketOp::Form | BucketOp::DeleteMany => return Err(Error::Internal.into()),
    };
    xml(parts, head(200), document)
}

/// What a ledger knows nothing of cannot be listed.
fn managed(bucket: &Bucket) -> Result<(), Error> {
    match bucket.node.managed {
        true => Ok(()),
        false => Err(Error::NotImplemented("This bucket fronts storage that Limn only reads; ask that storage for its list.".into())),
    }
}

async fn create(edge: &Edge, parts: &Parts, caller: &Caller<'_>, name: &str, request: Request) -> Outcome<Response> {
    let key = caller.known()?;
    acl::check(parts, false)?;
    documents::read_configuration(&small(parts, &caller.promise(), request, MAX_DOCUMENT_BYTES).await?)?;
    if edge.config.bucket(name).is_ok() {
        return Err(Error::BucketExists(name.into()).into());
    }
    if !key.create_buckets {
        return Err(Error::AccessDenied("The access key lacks create_buckets.".into()).into());
    }
    bucket::make(edge, name, &key.user).await?;
    empty(parts, head(200).with("location", format!("/{name}")))
}

async fn delete(edge: &Edge, parts: &Parts, bucket: &Bucket) -> Outcome<Response> {
    if !bucket.made {
        return Err(
            Error::NotImplemented("This bucket is set in a table LIMN_BUCKET_… of wrangler.toml; it is deleted there.".into()).into()
        );
    }
    bucket::delete(edge, &bucket.name).await?;
    empty(parts, head(204))
}

async fn delete_many(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, request: Request) -> Outcome<Response> {
    caller.enter(bucket)?;
    caller.known()?;
    let body = small(parts, &caller.promise(), request, MAX_DOCUMENT_BYTES).await?;
    let asked = documents::read_deletion(&body)?;
    managed(bucket)?;
    let (mut gone, mut refused) = (Vec::new(), Vec::new());
    for key in asked.keys {
        match caller.admit(bucket, &key, Wish::Delete) {
            Ok(_) => gone.push(key),
            Err(error) => refused.push((key, error)),
        }
    }
    if let Err(failure) = client::delete(edge, &bucket.name, gone.clone()).await {
        let Failure::Refused(error) = failure else { return Err(failure) };
        refused.extend(gone.drain(..).map(|key| (key, error.clone())));
    }
    let done = Deletion { quiet: asked.quiet, url: asked.url, deleted: gone, refused };
    xml(parts, head(200), done.xml(Dialect::of(parts)))
}
