//! Work that several requests of an isolate want at once is done once.
//!
//! What is shared is plain data behind an `Rc`; responses and streams belong to their request.

use crate::signal::Signal;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::thread::LocalKey;
use worker::{Context, Date};

/// How long a follower waits in all before it goes alone, milliseconds.
const PATIENCE_MS: u64 = 2_000;
/// Most bytes that landed flights hold; beyond it followers go alone.
const MOST_SHARED: usize = 32 << 20;
/// How many landings are remembered.
const MOST_LANDINGS: usize = 64;

thread_local! {
    static SHARED: Cell<usize> = const { Cell::new(0) };
    static LANDED: Cell<u64> = const { Cell::new(0) };
    static LANDINGS: RefCell<VecDeque<(u64, String)>> = const { RefCell::new(VecDeque::new()) };
}

/// The flights of one kind of work, by key; a new WASM instance starts with none.
pub type Flights<T> = RefCell<HashMap<String, Rc<Flight<T>>>>;

/// Work under way.
pub struct Flight<T> {
    ended: Signal,
    landed: RefCell<Option<T>>,
}

/// The place of a request in a flight.
pub enum Seat<T: 'static> {
    /// Do the work, and land it.
    Lead(Lead<T>),
    /// Another request did it.
    Landed(T),
    /// Do the work for this request alone.
    Alone,
    /// The work was done since the caller looked where its result lies: look again.
    Late,
}

/// Leads a flight. Dropped at any point, it takes the flight off the map and lets the followers go.
pub struct Lead<T: 'static> {
    flights: &'static LocalKey<Flights<T>>,
    key: String,
    flight: Rc<Flight<T>>,
    bytes: usize,
}

/// How many flights have landed in this isolate; to be asked before looking at what they leave behind.
pub fn landings() -> u64 {
    LANDED.get()
}

/// Takes a seat: leads where nobody does, else waits for who leads. A flight that ends without landing, as
/// where its leader failed, is led anew by one of those who waited.
pub async fn board<T: Clone + 'static>(flights: &'static LocalKey<Flights<T>>, key: &str, since: Option<u64>) -> Seat<T> {
    let deadline = Date::now().as_millis() + PATIENCE_MS;
    loop {
        let Some(flight) = flights.with_borrow(|map| map.get(key).cloned()) else {
            let missed = |since| LANDINGS.with_borrow(|all| all.iter().any(|(at, landed)| *at > since && landed == key));
            if since.is_some_and(missed) {
                return Seat::Late;
            }
            let flight = Rc::new(Flight { ended: Signal::default(), landed: RefCell::new(None) });
            flights.with_borrow_mut(|map| map.insert(key.into(), flight.clone()));
            return Seat::Lead(Lead { flights, key: key.into(), flight, bytes: 0 });
        };
        if let Some(landed) = flight.landed.borrow().clone() {
            return Seat::Landed(landed);
        }
        let left = deadline.saturating_sub(Date::now().as_millis());
        if !flight.ended.given_within(left).await {
            // A request that the runtime gave up drops nothing: whoever loses patience clears its place.
            leave(flights, key, &flight);
            return Seat::Alone;
        }
        if let Some(landed) = flight.landed.borrow().clone() {
            return Seat::Landed(landed);
        }
        // Landed with more bytes than may be shared, or not at all.
        if flights.with_borrow(|map| map.get(key).is_some_and(|f| Rc::ptr_eq(f, &flight))) {
            return Seat::Alone;
        }
    }
}

fn leave<T>(flights: &'static LocalKey<Flights<T>>, key: &str, flight: &Rc<Flight<T>>) {
    flights.with_borrow_mut(|map| {
        if map.get(key).is_some_and(|f| Rc::ptr_eq(f, flight)) {
            map.remove(key);
        }
    });
}

impl<T> Lead<T> {
    /// Keeps the request alive until the flight ends, though its client may have left: while something is
    /// waited for, the runtime lets all of a request's work go on.
    pub fn outlive(&self, ctx: &Context) {
        let ended = self.flight.ended.clone();
        ctx.wait_until(async move { ended.given().await });
    }

    /// Hands the result to all who follow, and to those who come until this is dropped.
    pub fn land(&mut self, result: T, bytes: usize) {
        if SHARED.get() + bytes <= MOST_SHARED {
            self.bytes = bytes;
            SHARED.set(SHARED.get() + bytes);
            *self.flight.landed.borrow_mut() = Some(result);
        }
        LANDED.set(LANDED.get() + 1);
        LANDINGS.with_borrow_mut(|all| {
            all.truncate(MOST_LANDINGS - 1);
            all.push_front((LANDED.get(), self.key.clone()));
        });
        self.flight.ended.give();
    }
}

impl<T> Drop for Lead<T> {
    fn drop(&mut self) {
        leave(self.flights, &self.key, &self.flight);
        SHARED.set(SHARED.get().saturating_sub(self.bytes));
        self.flight.ended.give();
    }
}
