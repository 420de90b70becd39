//! Copies: another object's bytes under a new key, through the PUT chain.

use super::{head, object::writable, xml};
use crate::body::{self, Piece, Target, What};
use crate::failure::Outcome;
use crate::ledger::client;
use crate::upload::{self, Extras};
use crate::{bucket, Edge};
use limn_core::api::acl;
use limn_core::api::conditions::{self, WriteCondition};
use limn_core::api::copy::{self, Source};
use limn_core::api::documents::object::copied_xml;
use limn_core::api::meta::Meta;
use limn_core::config::{Access, Bucket};
use limn_core::dialect::Dialect;
use limn_core::grant::{Caller, Wish};
use limn_core::ledger::Row;
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::Error;
use worker::Response;

/// Answers a PUT that names a source.
pub async fn answer(edge: &Edge, parts: &Parts, caller: &Caller<'_>, bucket: &Bucket, key: &str, from: &Source) -> Outcome<Response> {
    let grant = caller.admit(bucket, key, Wish::Write)?;
    writable(bucket)?;
    acl::check(parts, bucket.access == Access::PublicRead)?;
    let (row, piece) = source(edge, parts, caller, from, false).await?;
    let replaces = copy::replaces_metadata(parts)?;
    let declared = if replaces { parts.header("content-type").map(Into::into) } else { Some(row.content_type.clone()) };
    let meta = if replaces { Meta::of(parts)? } else { row.meta.clone() };
    let target = Target::new(&grant, key, What::Object(declared.as_deref()));
    let arrived = body::join(edge, &target, &[piece]).await?;
    let extras = Extras { meta, only_if: WriteCondition::of(parts)?, ..Extras::default() };
    let made = upload::keep(edge, &grant, &target, arrived, extras).await?;
    xml(parts, head(200), copied_xml(&made.etag, made.stored, Dialect::of(parts)))
}

/// The object that is copied, or the part of it that a part copy names.
pub async fn source(edge: &Edge, parts: &Parts, caller: &Caller<'_>, from: &Source, part: bool) -> Outcome<(Row, Piece)> {
    let found = bucket::find(edge, &from.bucket).await?;
    caller.admit(&found, &from.key, Wish::Read(&Ask::nothing()))?;
    if !found.node.managed {
        let sentence = "The source's bucket fronts storage that Limn only reads; copy from that storage.";
        return Err(Error::NotImplemented(sentence.into()).into());
    }
    let row = client::row(edge, &from.bucket, &from.key).await?;
    match conditions::of_copy(parts, &row.etag, row.stored / 1_000) {
        conditions::Outcome::Proceed => {}
        conditions::Outcome::NotModified => return Err(Error::NotModified.into()),
        conditions::Outcome::Failed => {
            return Err(Error::Precondition("The source is not the one that the request's conditions name.".into()).into());
        }
    }
    let range = if part { copy::source_range(parts, row.length)? } else { None };
    let piece = Piece::of(&found, &row, range);
    Ok((row, piece))
}
