//! A small memory: bounded in bytes, the least recently used goes first, entries may end.

use std::collections::{BTreeMap, HashMap};

/// What an entry costs beside its value and its key, bytes.
const OVERHEAD: usize = 128;

/// The memory.
#[derive(Debug)]
pub struct Lru<V> {
    most: usize,
    held: usize,
    turn: u64,
    entries: HashMap<String, Slot<V>>,
    by_turn: BTreeMap<u64, String>,
}

#[derive(Debug)]
struct Slot<V> {
    value: V,
    size: usize,
    until: u64,
    turn: u64,
}

impl<V: Clone> Lru<V> {
    /// A memory of so many bytes at most.
    pub fn new(most: usize) -> Lru<V> {
        Lru { most, held: 0, turn: 0, entries: HashMap::new(), by_turn: BTreeMap::new() }
    }

    /// Keeps a value of so many bytes until a time, in place of the one that is there; one that is larger
    /// than the whole is not kept.
    pub fn put(&mut self, key: &str, value: V, size: usize, until: u64) {
        self.remove(key);
        let size = size + 2 * key.len() + OVERHEAD;
        if size > self.most {
            return;
        }
        while self.held + size > self.most {
            let Some((_, oldest)) = self.by_turn.pop_first() else { break };
            self.remove(&oldest);
        }
        self.turn += 1;
        self.held += size;
        self.by_turn.insert(self.turn, key.into());
        self.entries.insert(key.into(), Slot { value, size, until, turn: self.turn });
    }

    /// The value, unless its time is over.
    pub fn get(&mut self, key: &str, now: u64) -> Option<V> {
        if self.entries.get(key)?.until <= now {
            self.remove(key);
            return None;
        }
        let slot = self.entries.get_mut(key)?;
        self.by_turn.remove(&slot.turn);
        self.turn += 1;
        slot.turn = self.turn;
        self.by_turn.insert(self.turn, key.into());
        Some(slot.value.clone())
    }

    /// Forgets a value.
    pub fn remove(&mut self, key: &str) {
        if let Some(slot) = self.entries.remove(key) {
            self.held -= slot.size;
            self.by_turn.remove(&slot.turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_bytes_and_drops_what_was_not_asked_for() {
        let mut lru = Lru::new(10 * (100 + OVERHEAD + 4));
        for i in 0..10 {
            lru.put(&format!("k{i}"), i, 100, 10);
        }
        assert_eq!(lru.get("k0", 0), Some(0));
        lru.put("k+", 10, 100, 10);
        assert_eq!((lru.get("k0", 0), lru.get("k1", 0), lru.get("k+", 0)), (Some(0), None, Some(10)));
        lru.put("k2", 22, 100, 10);
        assert_eq!((lru.get("k2", 9), lru.get("k3", 0)), (Some(22), Some(3)));
        assert_eq!(lru.get("k2", 10), None, "its time is over");
        lru.put("kx", 1, 5_000, 10);
        assert_eq!(lru.get("kx", 0), None);
        for i in 0..1_000 {
            lru.put(&format!("n{i}"), i, i as usize, u64::MAX);
            assert!(lru.held <= lru.most && lru.entries.len() == lru.by_turn.len());
        }
    }
}
