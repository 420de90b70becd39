//! How many bytes of originals and uploads an isolate holds at once, and who waits for a place.
//!
//! A render is one step of the isolate's single thread, so only what it is made of can add up: the files that
//! requests hold in memory while they wait for clients, for nodes and for other files. What a render needs beside
//! them is told by [`room`].

use crate::{Error, Result};
use std::collections::VecDeque;

/// What the module's 96 MiB (`.cargo/config.toml`) leave beside its own data, its stack and what lies between blocks:
/// a large picture needs its memory in one piece.
pub const USABLE: u64 = 72 << 20;
/// Bytes of originals that are held at once, as a rule.
const ORIGINALS: u64 = 24 << 20;
/// Bytes of uploads that are held at once. They have a gate of their own: whoever uploads may be slow, and keeps nobody
/// from an image.
const UPLOADS: u64 = 24 << 20;
/// What is no larger than this goes on waiting behind nothing while there is this much room beyond the rule: it may be
/// a mark, whose photo is held already by who asks.
const SMALL: u64 = 1 << 20;
const ROOM_FOR_SMALL: u64 = 8 << 20;
/// The largest file that is held whole at all, bytes.
pub const LARGEST: u64 = 40 << 20;
/// Who waits at once at most.
const QUEUE: usize = 64;
/// How long a place is believed in, milliseconds: of a request that the runtime gave up nobody hears again.
const BELIEVED_MS: u64 = 120_000;

/// What is held, and who waits, in the order of coming. A place is for all that will be held, from the beginning: who
/// holds a part and waits for more could wait for others who do the same.
#[derive(Debug)]
pub struct Gate {
    most: u64,
    /// What is said of a file that no isolate can hold.
    too_large: fn(String) -> Error,
    inside: Vec<Place>,
    waiting: VecDeque<Place>,
    last: u64,
}

/// A number of bytes under a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    id: u64,
    bytes: u64,
    /// When it was taken, or asked for, milliseconds.
    since: u64,
}

/// What somebody is told who asks for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is taken, under this number.
    In(u64),
    /// Wait, under this number.
    Wait(u64),
}

impl Gate {
    fn new(most: u64, too_large: fn(String) -> Error) -> Gate {
        Gate { most, too_large, inside: Vec::new(), waiting: VecDeque::new(), last: 0 }
    }

    /// The gate of originals.
    pub fn for_originals() -> Gate {
        Gate::new(ORIGINALS, Error::ImageTooLarge)
    }

    /// The gate of uploads.
    pub fn for_uploads() -> Gate {
        Gate::new(UPLOADS, Error::UploadTooLarge)
    }

    /// Asks for a place for `bytes`, at `now`, milliseconds.
    ///
    /// # Errors
    /// `busy` where too many wait; `image_too_large`, of an upload `upload_too_large`, for what no isolate can hold.
    pub fn ask(&mut self, bytes: u64, now: u64) -> Result<Told> {
        if bytes > LARGEST {
            let sentence = format!("The file has {bytes} bytes; an image is held in memory whole, which at most {LARGEST} allow.");
            return Err((self.too_large)(sentence));
        }
        self.last += 1;
        let place = Place { id: self.last, bytes, since: now };
        self.inside.retain(|place| place.since + BELIEVED_MS > now);
        if self.fits(place) && (self.waiting.is_empty() || bytes <= SMALL) {
            self.inside.push(place);
            return Ok(Told::In(place.id));
        }
        if self.waiting.len() >= QUEUE {
            return Err(Error::Busy);
        }
        self.waiting.push_back(place);
        Ok(Told::Wait(place.id))
    }

    /// Gives a place back, or leaves the queue.
    pub fn leave(&mut self, id: u64) {
        self.inside.retain(|place| place.id != id);
        self.waiting.retain(|place| place.id != id);
    }

    /// Lets in who is next in the queue and fits, at `now`; to be asked after every [`leave`](Gate::leave) until nobody is.
    pub fn admit(&mut self, now: u64) -> Option<u64> {
        let place = self.waiting.front().copied().filter(|place| self.fits(*place))?;
        self.waiting.pop_front();
        self.inside.push(Place { since: now, ..place });
        Some(place.id)
    }

    /// Whether a place was taken, by who waited for it.
    pub fn holds(&self, id: u64) -> bool {
        self.inside.iter().any(|place| place.id == id)
    }

    /// What is held, bytes.
    pub fn held(&self) -> u64 {
        self.inside.iter().map(|place| place.bytes).sum()
    }

    /// How many hold something.
    pub fn holders(&self) -> usize {
        self.inside.len()
    }

    fn fits(&self, place: Place) -> bool {
        let most = self.most + if place.bytes <= SMALL { ROOM_FOR_SMALL } else { 0 };
        self.held() + place.bytes <= most || self.inside.is_empty()
    }
}

/// What is left for a render where so much is held, bytes.
pub fn room(held: u64) -> u64 {
    USABLE.saturating_sub(held)
}

/// What is said of work that finds no room though nobody else holds anything beside its own files of so many bytes.
pub fn never(own: u64) -> Error {
    Error::ImageTooLarge(format!(
        "Making this needs more memory than the {} MB that there are beside its files of {own} bytes.",
        room(own) >> 20
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn asked(gate: &mut Gate, mib: u64) -> Told {
        gate.ask(mib * MIB, 0).unwrap()
    }

    #[test]
    fn who_comes_first_goes_in_first_when_there_is_room() {
        let mut gate = Gate::for_originals();
        assert_eq!(asked(&mut gate, 16), Told::In(1));
        assert_eq!(room(gate.held()), 56 * MIB);
        assert_eq!(asked(&mut gate, 12), Told::Wait(2));
        // It would fit, and would keep the one before it waiting for ever.
        assert_eq!(asked(&mut gate, 4), Told::Wait(3));
        assert_eq!(gate.admit(0), None);
        gate.leave(1);
        assert_eq!([gate.admit(0), gate.admit(0), gate.admit(0)], [Some(2), Some(3), None]);
        assert!(gate.holds(2) && !gate.holds(1));
    }

    #[test]
    fn what_is_larger_than_all_room_is_held_alone_or_not_at_all() {
        let mut gate = Gate::for_originals();
        assert_eq!(asked(&mut gate, 40), Told::In(1));
        assert_eq!(asked(&mut gate, 2), Told::Wait(2));
        assert!(matches!(gate.ask(41 * MIB, 0), Err(Error::ImageTooLarge(_))));
        assert!(matches!(Gate::for_uploads().ask(41 * MIB, 0), Err(Error::UploadTooLarge(_))));
    }

    #[test]
    fn a_mark_does_not_wait_for_the_photo_that_it_belongs_to() {
        let mut gate = Gate::for_originals();
        assert_eq!(asked(&mut gate, 24), Told::In(1));
        assert_eq!(asked(&mut gate, 20), Told::Wait(2));
        for id in 3..11 {
            assert_eq!(asked(&mut gate, 1), Told::In(id));
        }
        assert_eq!(asked(&mut gate, 1), Told::Wait(11));
    }

    #[test]
    fn a_queue_ends_and_who_leaves_it_is_forgotten() {
        let mut gate = Gate::for_originals();
        asked(&mut gate, 24);
        for _ in 0..QUEUE {
            assert!(matches!(asked(&mut gate, 2), Told::Wait(_)));
        }
        assert!(matches!(gate.ask(2 * MIB, 0), Err(Error::Busy)));
        gate.leave(2);
        assert!(matches!(asked(&mut gate, 2), Told::Wait(_)));
        gate.leave(1);
        assert_eq!(gate.admit(0), Some(3));
    }

    #[test]
    fn the_place_of_a_request_that_vanished_is_free_again() {
        let mut gate = Gate::for_originals();
        gate.ask(20 * MIB, 1_000).unwrap();
        assert!(matches!(gate.ask(20 * MIB, 1_000 + BELIEVED_MS - 1).unwrap(), Told::Wait(_)));
        gate.leave(2);
        assert!(matches!(gate.ask(20 * MIB, 1_000 + BELIEVED_MS).unwrap(), Told::In(_)));
    }
}
