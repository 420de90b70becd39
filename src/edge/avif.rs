//! AVIF behind an answer that went out as WebP: made while nobody waits, one at a time in an isolate.

use crate::cache::{self, Entry};
use crate::Edge;
use limn_core::accept::Class;
use limn_core::codec::Format;
use limn_core::key::Key;
use limn_core::kit::Kit;
use limn_core::plan::{Plan, Quality};
use limn_core::render::{render, Encoded, Scene, AVIF_DEFERRED};
use limn_core::reply::Representation;
use std::sync::atomic::{AtomicBool, Ordering};

/// How long a stand-in is kept, seconds.
pub const PENDING_SECONDS: u64 = 60;

/// What is rendered once more, as AVIF.
pub struct Deferred {
    /// The plan.
    pub plan: Plan,
    /// The original's bytes.
    pub source: Vec<u8>,
    /// With the plan's files.
    pub kit: Kit<'static>,
    /// The bucket's default quality.
    pub quality: Quality,
}

static BUSY: AtomicBool = AtomicBool::new(false);

/// Whether an AVIF may take the place of this image: a still that is not too large.
pub fn may_follow(image: &Encoded) -> bool {
    image.format == Some(Format::WebP) && image.frames == 1 && image.size.pixels() <= AVIF_DEFERRED
}

/// Makes the AVIF in the background and puts it into the stand-in's place; if it fails or is larger, the
/// stand-in becomes final. While another one is being made nothing happens: a later request tries again.
pub fn follow(edge: &Edge, host: String, key: Key, job: Deferred, stand_in: Entry) {
    if BUSY.swap(true, Ordering::Relaxed) {
        return;
    }
    edge.ctx.wait_until(async move {
        let scene = Scene { avif_pixels: AVIF_DEFERRED, ..Scene::new(Class::Avif, &job.kit, job.quality) };
        let entry = match render(&job.plan, &job.source, &scene) {
            Ok(image) if image.bytes.len() < stand_in.bytes.len() => {
                let representation = Representation::of(&image, true, stand_in.representation.modified);
                Entry { representation, bytes: image.bytes, pending: false }
            }
            _ => Entry { pending: false, ..stand_in },
        };
        cache::put(&host, &key, &entry).await;
        BUSY.store(false, Ordering::Relaxed);
    });
}
