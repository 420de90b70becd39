//! The isolate's memory (L0): images and refusals, within a few megabytes. A large image comes in only when it
//! is asked for again, so that a walk through a gallery does not drive out what everybody wants.

use crate::cache::Kept;
use limn_core::key::Key;
use limn_core::lru::Lru;
use std::cell::RefCell;

/// Most bytes of images and refusals, and of what is remembered of keys: 8 MiB in all (reference:
/// edge-caching.md 1).
const MOST: usize = 15 << 19;
const MOST_KEYS: usize = 1 << 19;
/// Largest image, bytes; and the largest that comes in when it is first met.
const MOST_IMAGE: usize = 1 << 20;
const MOST_NEW_IMAGE: usize = 64 << 10;
/// How long a refusal that depends on the source's bytes alone is kept, seconds.
const REFUSAL_SECONDS: u64 = 60;

thread_local! {
    static MEMORY: RefCell<Lru<Kept>> = RefCell::new(Lru::new(MOST));
    /// Keys of images that this isolate made or met.
    static MET: RefCell<Lru<Met>> = RefCell::new(Lru::new(MOST_KEYS));
}

/// What this isolate did with an image.
#[derive(Clone, Copy, Default)]
struct Met {
    /// It was made here, or found in a farther cache, more than once if `again`.
    once: bool,
    again: bool,
    /// It was handed to the derived store since it was made: a store that fails is not tried again.
    handed: bool,
}

/// Looks for what lies under a key.
pub fn get(key: &Key, now: u64) -> Option<Kept> {
    MEMORY.with_borrow_mut(|memory| memory.get(&key.name(), now))
}

/// Keeps a final image, if it is small or wanted again, or a refusal.
pub fn put(key: &Key, kept: &Kept, now: u64) {
    let until = match kept {
        Kept::Image(entry) if entry.bytes.is_none() || entry.pending => return,
        Kept::Image(_) if kept.size() > if met(key).again { MOST_IMAGE } else { MOST_NEW_IMAGE } => return,
        Kept::Image(_) => u64::MAX,
        Kept::Refusal(_) => now + REFUSAL_SECONDS,
    };
    MEMORY.with_borrow_mut(|memory| memory.put(&key.name(), kept.clone(), kept.size(), until));
}

/// Whether this request is the one that hands the image under this key to the derived store.
pub fn hand_over(key: &Key) -> bool {
    !note(key, |met| Met { handed: true, ..met }).handed
}

/// Notes that an image was made, which may be handed to the store anew; whether it was made or met before.
pub fn note_made(key: &Key) -> bool {
    note(key, |met| Met { once: true, again: met.once, handed: false }).once
}

/// Notes that a farther cache had an image.
pub fn note_met(key: &Key) {
    note(key, |met| Met { once: true, again: met.once, ..met });
}

fn met(key: &Key) -> Met {
    note(key, |met| met)
}

/// What was known of a key before it became something else.
fn note(key: &Key, becomes: impl Fn(Met) -> Met) -> Met {
    MET.with_borrow_mut(|all| {
        let name = key.name();
        let before = all.get(&name, 0).unwrap_or_default();
        all.put(&name, becomes(before), 0, u64::MAX);
        before
    })
}
