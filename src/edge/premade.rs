//! Variants that a bucket wants made as soon as an image is there: behind the upload's answer, on the way that a
//! GET takes, so that the first who asks finds them in the caches.

use crate::failure::{Failure, Outcome};
use crate::{bucket, image, Edge};
use limn_core::accept;
use limn_core::config::Bucket;
use limn_core::grant::{Grant, Maker};
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::percent;
use limn_core::plan::FormatChoice;
use limn_core::route::ObjectPath;
use std::rc::Rc;

/// What clients accept that are told apart where the format is negotiated.
const ACCEPTS: [&str; 3] = ["*/*", "image/webp", "image/avif,image/webp"];

/// Has the bucket's variants of a new image made.
pub fn follow(edge: &Edge, parts: &Parts, grant: &Grant<'_>, key: &str, content_type: &str) {
    let bucket = grant.bucket();
    if bucket.premade.is_empty() || !content_type.starts_with("image/") {
        return;
    }
    let (edge, authority, name, maker) = (edge.clone(), parts.authority.clone(), bucket.name.clone(), grant.maker(key));
    edge.ctx.clone().wait_until(async move {
        match make(&edge, &authority, &name, &maker).await {
            Ok(()) => {}
            Err(Failure::Refused(error)) => worker::console_warn!("premade {name}/{}: {error}", maker.key()),
            Err(Failure::Broken(error)) => worker::console_error!("premade {name}/{}: {error}", maker.key()),
        }
    });
}

/// One after the other: each needs the memory of a decoder.
async fn make(edge: &Edge, authority: &str, name: &str, maker: &Maker) -> Outcome<()> {
    let found = bucket::find(edge, name).await?;
    let bucket: &Bucket = &found;
    let grant = maker.grant(bucket);
    for style in &bucket.premade {
        let url = format!("https://{authority}/{name}/{}?p={}", percent::encode(maker.key(), "/"), percent::encode(style, ""));
        let parts = Parts::new("GET", &url, [])?;
        let path = ObjectPath { bucket: name.into(), key: maker.key().into(), style: None, legacy: None };
        let ask = Ask::parse(&parts, &path, bucket)?;
        let plan = Rc::new(ask.program.compile(bucket)?);
        let accepts = if plan.format == FormatChoice::Auto { &ACCEPTS[..] } else { &ACCEPTS[..1] };
        for accept in accepts {
            let class = accept::choose(&plan, Some(accept));
            image::derive(edge, &parts, &grant, &ask, maker.key(), &plan, class).await?;
        }
    }
    Ok(())
}
