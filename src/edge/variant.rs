//! A derived image by its key: from memory, from the data centre, from the store, or made. Who asks was let
//! in before, and keys carry nothing of the client.

use crate::cache::{self, Entry, Kept};
use crate::failure::Outcome;
use crate::fill::{Fill, Made};
use crate::together::{board, Flights, Lead, Seat};
use crate::{avif, derived, memory};
use limn_core::key::Key;
use limn_core::verdict::{lacks_cache_api, Tier, Verdict};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What a flight hands to its followers.
type Shared = (Kept, Verdict);

thread_local! {
    /// Images that are being looked for in the store, or made.
    static FLIGHTS: Flights<Shared> = RefCell::new(HashMap::new());
}

/// An image, and how it was come by.
pub struct Variant {
    /// The image.
    pub entry: Rc<Entry>,
    /// What the caches did.
    pub verdict: Verdict,
}

impl Variant {
    fn of((kept, verdict): Shared) -> Outcome<Option<Variant>> {
        match kept {
            Kept::Image(entry) => Ok(Some(Variant { entry, verdict })),
            Kept::Refusal(error) => Err(error.into()),
        }
    }
}

/// The image; `None` where it was made since the caller counted the landings: what was found is out of date.
///
/// # Errors
/// A refusal that is about the source, from a cache or anew; whatever making it says.
pub async fn obtain(fill: &Fill<'_>, since: Option<u64>) -> Outcome<Option<Variant>> {
    let known = fill.known_key();
    if let Some(key) = &known {
        if let Some((kept, tier)) = nearby(fill, key).await {
            return hit(fill, key, kept, tier);
        }
    }
    let step = fill.edge.step("shared");
    let seat = board(&FLIGHTS, &fill.seat(), since).await;
    drop(step);
    let lead = match seat {
        Seat::Late => return Ok(None),
        Seat::Landed((kept, Verdict::Made { .. })) => return Variant::of((kept, Verdict::Made { stored: false, collapsed: true })),
        Seat::Landed(shared) => return Variant::of(shared),
        Seat::Alone => None,
        Seat::Lead(lead) => {
            lead.outlive(&fill.edge.ctx);
            Some(lead)
        }
    };
    if let Some(key) = &known {
        if let Some((entry, tier)) = stored(fill, key).await {
            return from_store(fill, key.clone(), entry, tier, lead);
        }
    }
    let read = fill.read(lead.is_none()).await?;
    let key = fill.key_of(&read);
    // An origin that was only asked whether it has changed, and has not.
    if known.as_ref() != Some(&key) {
        if let Some((kept, tier)) = nearby(fill, &key).await {
            if let Some(mut lead) = lead.filter(|_| kept.is_whole()) {
                lead.land((kept.clone(), Verdict::Hit(tier)), kept.size());
            }
            return hit(fill, &key, kept, tier);
        }
        if let Some((entry, tier)) = stored(fill, &key).await {
            return from_store(fill, key, entry, tier, lead);
        }
    }
    let made = fill.make(read).await?;
    finish(fill, key, made, lead)
}

/// What this isolate or this data centre has.
async fn nearby(fill: &Fill<'_>, key: &Key) -> Option<(Kept, Tier)> {
    if let Some(kept) = memory::get(key, fill.edge.now) {
        return Some((kept, Tier::Memory));
    }
    let step = fill.edge.step("l1");
    let kept = cache::get(&fill.parts.host, key, |representation| representation.is_sent(fill.parts)).await?;
    drop(step);
    memory::note_met(key);
    memory::put(key, &kept, fill.edge.now);
    Some((kept, Tier::DataCentre))
}

/// What the store had, which the nearer tiers get.
fn from_store(fill: &Fill, key: Key, entry: Entry, tier: Tier, lead: Option<Lead<Shared>>) -> Outcome<Option<Variant>> {
    let shared = (Kept::Image(Rc::new(entry)), Verdict::Hit(tier));
    memory::note_met(&key);
    keep(fill, key, &shared, lead, None);
    Variant::of(shared)
}

/// What a cache had. A stranger's image goes to the store now that it is asked for again.
fn hit(fill: &Fill, key: &Key, kept: Kept, tier: Tier) -> Outcome<Option<Variant>> {
    if let Kept::Image(entry) = &kept {
        if kept.is_whole() && !entry.in_store && !entry.pending && derived::is_there(fill.edge) && memory::hand_over(key) {
            let entry = Entry { in_store: true, ..Entry::clone(entry) };
            let kept = Kept::Image(Rc::new(entry.clone()));
            memory::put(key, &kept, fill.edge.now);
            let (env, host, key) = (fill.edge.env.clone(), fill.parts.host.clone(), key.clone());
            fill.edge.ctx.wait_until(async move {
                derived::put(&env, &key, &entry).await;
                cache::put(&host, &key, &kept).await;
            });
        }
    }
    Variant::of((kept, Verdict::Hit(tier)))
}

/// What the store holds under this key, or any cache as a negotiated AVIF.
async fn stored(fill: &Fill<'_>, key: &Key) -> Option<(Entry, Tier)> {
    if let Some(entry) = derived::get(fill.edge, key).await {
        return Some((entry, Tier::Store));
    }
    let other = fill.negotiated_key()?;
    let (mut entry, tier) = match cache::get(&fill.parts.host, &other, |_| true).await {
        Some(Kept::Image(entry)) => (Entry::clone(&entry), Tier::DataCentre),
        _ => (derived::get(fill.edge, &other).await?, Tier::Store),
    };
    entry.representation.negotiated = false;
    (!entry.pending && entry.representation.content_type == "image/avif").then_some((entry, tier))
}

/// Hands what was made to the followers, the caches and the one who asked.
fn finish(fill: &Fill, key: Key, made: Made, lead: Option<Lead<Shared>>) -> Outcome<Option<Variant>> {
    let Made { kept, deferred, read } = made;
    // Made before means asked for before: where the Cache API keeps nothing, no hit would tell.
    let again = memory::note_made(&key);
    let at_once = (fill.is_trusted() || again) && derived::is_there(fill.edge);
    let kept = match kept {
        Kept::Image(entry) if at_once && !entry.pending => Kept::Image(Rc::new(Entry { in_store: true, ..Rc::unwrap_or_clone(entry) })),
        kept => kept,
    };
    let stored = match &kept {
        Kept::Image(entry) => entry.in_store || !lacks_cache_api(&fill.parts.host),
        Kept::Refusal(error) if !fill.is_final(error) => {
            if let Some(mut lead) = lead {
                lead.land((kept.clone(), Verdict::Made { stored: false, collapsed: false }), 0);
            }
            return Err(error.clone().into());
        }
        Kept::Refusal(_) => true,
    };
    let shared = (kept, Verdict::Made { stored, collapsed: false });
    let put = matches!(&shared.0, Kept::Image(entry) if entry.in_store && memory::hand_over(&key));
    keep(fill, key.clone(), &shared, lead, Some((put, read)));
    if let (Some(job), Kept::Image(entry)) = (deferred, &shared.0) {
        avif::follow(fill.edge, fill.parts.host.clone(), key, job, entry.clone());
    }
    Variant::of(shared)
}

/// Whether the store gets it too, and the read that others may share until all is kept.
type Behind = Option<(bool, Option<Lead<Rc<crate::node::Original>>>)>;

/// Lands the flight, and keeps the result behind the answer; until the data centre has it, the flight serves
/// whoever comes.
fn keep(fill: &Fill, key: Key, shared: &Shared, lead: Option<Lead<Shared>>, behind: Behind) {
    let kept = shared.0.clone();
    let lead = lead.map(|mut lead| {
        lead.land(shared.clone(), kept.size());
        lead
    });
    memory::put(&key, &kept, fill.edge.now);
    let (env, host) = (fill.edge.env.clone(), fill.parts.host.clone());
    fill.edge.ctx.wait_until(async move {
        cache::put(&host, &key, &kept).await;
        drop(lead);
        let Some((to_store, read)) = behind else { return };
        drop(read);
        if let (true, Kept::Image(entry)) = (to_store, &kept) {
            derived::put(&env, &key, entry).await;
        }
    });
}
