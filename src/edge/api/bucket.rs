//! Operations on a bucket as a whole.

use super::{empty, form, head, header_name, xml};
use crate::body::small;
use crate::failure::{Failure, Outcome};
use crate::ledger::client;
use crate::{bucket, remember, Edge};
use limn_core::api::conditions::WriteCondition;
use limn_core::api::documents::bucket::{self as documents, Info, Stat};
use limn_core::api::documents::{object::deleted_xml, request};
use limn_core::api::{acl, list, operation::BucketOp};
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::error::CloudCode;
use limn_core::grant::referer::Pattern;
use limn_core::grant::{Caller, Wish};
use limn_core::ledger::call::Sum;
use limn_core::params;
use limn_core::parts::Parts;
use limn_core::route::check_key;
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
    let grant = caller.admit(bucket, prefix, wish)?;
    // A bucket that is nobody's in particular is shown as that of whoever asks: SDKs want an owner.
    let owner = if bucket.owner.is_empty() { grant.user().unwrap_or("") } else { &bucket.owner };
    let region = &edge.config.site.region_in(dialect);
    let public = bucket.access == Access::PublicRead;
    let document = match &op {
        BucketOp::List(query) => {
            managed(bucket)?;
            let listing: list::Listing = client::list(edge, name, query).await?;
            listing.xml(query, name, dialect)
        }
        BucketOp::ListUploads(query) => {
            managed(bucket)?;
            let listing: list::UploadsListing = client::uploads(edge, name, query).await?;
            listing.xml(query, name, dialect)
        }
        BucketOp::Head => return empty(parts, head(200).with(header_name(parts, "bucket-region"), region.clone())),
        BucketOp::Delete => return delete(edge, parts, bucket).await,
        BucketOp::Location => documents::location_xml(region, dialect),
        BucketOp::Info => info(bucket, owner, region, &parts.host).xml(),
        BucketOp::Stat => {
            managed(bucket)?;
            let sum: Sum = client::sum(edge, name).await?;
            Stat { bytes: sum.bytes, objects: sum.objects, uploads: sum.uploads, counted: edge.now }.xml()
        }
        BucketOp::Acl => documents::acl_xml(owner, public, dialect),
        BucketOp::Cors if bucket.cors.is_empty() => return Err(Error::NoSuchSetting(CloudCode("NoSuchCORSConfiguration")).into()),
        BucketOp::Cors => documents::cors_xml(&bucket.cors, dialect),
        BucketOp::Referer => referer(bucket),
        BucketOp::Styles => {
            let programs: Vec<(&str, String)> = bucket.styles.iter().map(|(name, program)| (name.as_str(), program.to_string())).collect();
            documents::styles_xml(programs.iter().map(|(name, text)| (*name, text.as_str())))
        }
        BucketOp::Style(style) => documents::style_xml(style, &params::style::find(bucket, style)?.to_string()),
        BucketOp::Versioning => documents::versioning_xml(dialect),
        BucketOp::Unset(unset) => documents::unset_xml(*unset, dialect),
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
    request::create_bucket(&small(parts, &caller.promise(), request, request::MAX_BYTES).await?)?;
    if let Ok(set) = edge.config.bucket(name) {
        let owned = key.sees(set) && Dialect::of(parts) == Dialect::S3;
        return Err(if owned { Error::BucketOwned(name.into()) } else { Error::BucketExists(name.into()) }.into());
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
    let body = small(parts, &caller.promise(), request, request::MAX_BYTES).await?;
    let asked = request::Delete::read(&body)?;
    managed(bucket)?;
    // Keys without a condition go together; the others each by itself.
    let (mut outcomes, mut plain) = (Vec::new(), Vec::new());
    for object in asked.objects {
        match check_key(&object.key).and_then(|()| caller.admit(bucket, &object.key, Wish::Delete)) {
            Err(error) => outcomes.push((object.key, Err(error))),
            Ok(_) if object.condition.is_empty() => plain.push(object.key),
            Ok(_) => {
                let told = refusal(client::delete(edge, &bucket.name, vec![object.key.clone()], &object.condition).await)?;
                remember::forget(&bucket.name, std::slice::from_ref(&object.key)).await;
                outcomes.push((object.key, told));
            }
        }
    }
    if !plain.is_empty() {
        let told = refusal(client::delete(edge, &bucket.name, plain.clone(), &WriteCondition::default()).await)?;
        remember::forget(&bucket.name, &plain).await;
        outcomes.extend(plain.into_iter().map(|key| (key, told.clone())));
    }
    let url = parts.param("encoding-type") == Some("url");
    xml(parts, head(200), deleted_xml(&outcomes, asked.quiet, url, Dialect::of(parts)))
}

/// A refusal belongs into the document; a fault ends the request.
fn refusal(outcome: Outcome<()>) -> Outcome<Result<(), Error>> {
    match outcome {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Refused(error)) => Ok(Err(error)),
        Err(fault) => Err(fault),
    }
}

fn info(bucket: &Bucket, owner: &str, region: &str, host: &str) -> Info {
    Info {
        name: bucket.name.clone(),
        created: 0,
        region: region.into(),
        endpoint: host.into(),
        owner: owner.into(),
        public: bucket.access == Access::PublicRead,
    }
}

fn referer(bucket: &Bucket) -> String {
    let texts = |patterns: &[Pattern]| -> Vec<String> { patterns.iter().map(Pattern::to_string).collect() };
    match &bucket.referer {
        Some(rule) => documents::referer_xml(rule.allow_empty, &texts(&rule.allow), &texts(&rule.deny)),
        None => documents::referer_xml(true, &[], &[]),
    }
}
