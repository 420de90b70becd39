//! The isolate's memory (L0): small images and refusals, within a few megabytes.

use crate::cache::Kept;
use limn_core::key::Key;
use limn_core::lru::Lru;
use std::cell::RefCell;

/// Most bytes in all (reference: edge-caching.md 1).
const MOST: usize = 8 << 20;
/// Largest image, bytes.
const MOST_IMAGE: usize = 64 << 10;
/// How long a refusal that depends on the source's bytes alone is kept, seconds.
const REFUSAL_SECONDS: u64 = 60;

thread_local! {
    static MEMORY: RefCell<Lru<Kept>> = RefCell::new(Lru::new(MOST));
    /// Keys that this isolate has handed to the derived store, so that a store that fails is not tried again.
    static HANDED: RefCell<Lru<()>> = RefCell::new(Lru::new(MOST / 16));
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
    MEMORY.with_borrow_mut(|memory| memory.put(&key.name(), kept.clone(), kept.len(), until));
}

/// Whether this request is the one that hands the image under this key to the derived store.
pub fn hand_over(key: &Key) -> bool {
    HANDED.with_borrow_mut(|handed| {
        let name = key.name();
        let first = handed.get(&name, 0).is_none();
        handed.put(&name, (), 0, u64::MAX);
        first
    })
}

/// An image that was made anew may be handed to the store anew.
pub fn forget_hand_over(key: &Key) {
    HANDED.with_borrow_mut(|handed| handed.remove(&key.name()));
}
