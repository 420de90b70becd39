//! The isolate's memory (L0): small images and refusals, within a few megabytes.

use crate::cache::Kept;
use limn_core::key::Key;
use limn_core::lru::Lru;
use std::cell::RefCell;

/// Most bytes of images and refusals, and of what is remembered of keys: 8 MiB in all (reference:
/// edge-caching.md 1).
const MOST: usize = 15 << 19;
const MOST_KEYS: usize = 1 << 19;
/// Largest image, bytes.
const MOST_IMAGE: usize = 64 << 10;
/// How long a refusal that depends on the source's bytes alone is kept, seconds.
const REFUSAL_SECONDS: u64 = 60;

thread_local! {
    static MEMORY: RefCell<Lru<Kept>> = RefCell::new(Lru::new(MOST));
    /// Keys of images that this isolate made or met, and whether it handed them to the derived store since:
    /// a store that fails is not tried again.
    static HANDED: RefCell<Lru<bool>> = RefCell::new(Lru::new(MOST_KEYS));
}

/// Looks for what lies under a key.
pub fn get(key: &Key, now: u64) -> Option<Kept> {
    MEMORY.with_borrow_mut(|memory| memory.get(&key.name(), now))
}

/// Keeps an image, if it is small and final, or a refusal.
pub fn put(key: &Key, kept: &Kept, now: u64) {
    let until = match kept {
        Kept::Image(entry) if entry.bytes.len() > MOST_IMAGE || entry.pending => return,
        Kept::Image(_) => u64::MAX,
        Kept::Refusal(_) => now + REFUSAL_SECONDS,
    };
    MEMORY.with_borrow_mut(|memory| memory.put(&key.name(), kept.clone(), kept.size(), until));
}

/// Whether this request is the one that hands the image under this key to the derived store.
pub fn hand_over(key: &Key) -> bool {
    note(key, true) != Some(true)
}

/// Notes that an image was made, which may be handed to the store anew; whether it was made or met before.
pub fn note_made(key: &Key) -> bool {
    note(key, false).is_some()
}

fn note(key: &Key, now_handed: bool) -> Option<bool> {
    HANDED.with_borrow_mut(|handed| {
        let name = key.name();
        let before = handed.get(&name, 0);
        handed.put(&name, now_handed, 0, u64::MAX);
        before
    })
}
