//! AVIF behind an answer that went out as WebP: made while nobody waits, one at a time in an isolate.

use crate::cache::{self, Entry, Kept};
use crate::node::Original;
use crate::{admission, derived, memory, Edge};
use limn_core::accept::Class;
use limn_core::codec::Format;
use limn_core::key::Key;
use limn_core::kit::Kit;
use limn_core::plan::{Plan, Quality};
use limn_core::render::{render, Encoded, Scene, AVIF_DEFERRED};
use limn_core::Error;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use worker::Delay;

/// How long a stand-in is kept, seconds.
pub const PENDING_SECONDS: u64 = 60;

/// What is rendered once more, as AVIF.
pub struct Deferred {
    /// The plan.
    pub plan: Rc<Plan>,
    /// The original.
    pub source: Rc<Original>,
    /// With the plan's files.
    pub kit: Kit<'static>,
    /// The bucket's default quality.
    pub quality: Quality,
}

/// So long the answer has to leave: a render that began in the same turn would hold it up, milliseconds.
const HEAD_START_MS: u64 = 20;

thread_local! {
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The isolate's one place, freed in all paths.
struct Place;

impl Place {
    fn take() -> Option<Place> {
        (!BUSY.replace(true)).then_some(Place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        BUSY.set(false);
    }
}

/// Whether an AVIF may take the place of this image: a still that is not too large.
pub fn may_follow(image: &Encoded) -> bool {
    image.format == Some(Format::WebP) && image.frames == 1 && image.size.pixels() <= AVIF_DEFERRED
}

/// Makes the AVIF in the background and puts it into the stand-in's place in every tier; if it fails or is
/// larger, the stand-in becomes final. While another one is being made nothing happens: a later request
/// tries again.
pub fn follow(edge: &Edge, host: String, key: Key, job: Deferred, stand_in: Rc<Entry>) {
    let Some(place) = Place::take() else { return };
    let (env, now) = (edge.env.clone(), edge.now);
    edge.ctx.wait_until(async move {
        Delay::from(Duration::from_millis(HEAD_START_MS)).await;
        let scene = Scene { avif_pixels: AVIF_DEFERRED, ..Scene::new(Class::Avif, &job.kit, job.quality) };
        let entry = match admission::with_room(&job.kit, &job.source.bytes, || render(&job.plan, &job.source.bytes, &scene)).await {
            // Nothing was found out.
            Err(Error::Busy | Error::NoMemory(_)) => return,
            Ok(image) if (image.bytes.len() as u64) < stand_in.representation.length => {
                let mut entry = Entry::of(&image.bytes, image.mime, stand_in.representation.modified);
                entry.representation.negotiated = true;
                Entry { in_store: true, ..entry }
            }
            _ => Entry { pending: false, in_store: true, ..Entry::clone(&stand_in) },
        };
        drop(place);
        let kept = Kept::Image(Rc::new(entry));
        memory::put(&key, &kept, now);
        cache::put(&host, &key, &kept).await;
        if let Kept::Image(entry) = &kept {
            derived::put(&env, &key, entry).await;
        }
    });
}
