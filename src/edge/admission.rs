//! Places for what requests hold in the module's memory, and room for what is made of it: a trap where memory ends
//! would end all requests of the isolate.

use crate::failure::Outcome;
use crate::signal::Signal;
use limn_core::admission::{self, Gate, Told};
use limn_core::kit::Kit;
use limn_core::Error;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::thread::LocalKey;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Date;

/// How long somebody waits for a place or for room, milliseconds: less than a node is waited for.
const PATIENCE_MS: u64 = 5_000;

/// A gate, and the signals of who waits before it, by the numbers of their places.
type Entrance = RefCell<(Gate, HashMap<u64, Signal>)>;

thread_local! {
    static ORIGINALS: Entrance = RefCell::new((Gate::for_originals(), HashMap::new()));
    static UPLOADS: Entrance = RefCell::new((Gate::for_uploads(), HashMap::new()));
    /// Of those who wait for room.
    static LEAVING: RefCell<Vec<Signal>> = RefCell::default();
    /// Whether a render went before, whose memory may lie in pieces now.
    static USED: Cell<bool> = const { Cell::new(false) };
}

/// A place, held until this is dropped.
pub struct Place {
    entrance: &'static LocalKey<Entrance>,
    id: u64,
}

/// A place for an original of so many bytes, as soon as there is one.
///
/// # Errors
/// `busy` where none comes free in time; `image_too_large` for what no isolate can hold.
pub async fn original(bytes: u64) -> Outcome<Place> {
    enter(&ORIGINALS, bytes).await
}

/// A place for an upload of so many bytes.
///
/// # Errors
/// `busy`; `upload_too_large`.
pub async fn upload(bytes: u64) -> Outcome<Place> {
    enter(&UPLOADS, bytes).await
}

async fn enter(entrance: &'static LocalKey<Entrance>, bytes: u64) -> Outcome<Place> {
    let told = entrance.with_borrow_mut(|(gate, _)| gate.ask(bytes, Date::now().as_millis()))?;
    let (Told::In(id) | Told::Wait(id)) = told;
    // Dropped wherever this ends, it leaves the queue too.
    let place = Place { entrance, id };
    if told == Told::In(id) {
        return Ok(place);
    }
    let signal = Signal::default();
    entrance.with_borrow_mut(|(_, signals)| signals.insert(id, signal.clone()));
    signal.given_within(PATIENCE_MS).await;
    match entrance.with_borrow_mut(|(gate, signals)| (gate.holds(id), signals.remove(&id)).0) {
        true => Ok(place),
        false => Err(Error::Busy.into()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.entrance.with_borrow_mut(|(gate, signals)| {
            gate.leave(self.id);
            while let Some(next) = gate.admit(Date::now().as_millis()) {
                if let Some(signal) = signals.get(&next) {
                    signal.give();
                }
            }
        });
        LEAVING.take().iter().for_each(Signal::give);
    }
}

#[wasm_bindgen]
extern "C" {
    /// Tells `instance.mjs` that this instance's memory lies in pieces too small for what was asked of it, and is to be
    /// replaced by a fresh one as soon as nobody is in it: nothing within can put it together again.
    #[wasm_bindgen(js_namespace = limnInstance, js_name = wornOut)]
    fn worn_out();
}

/// Does what says `busy` where it lacks room, as soon as there is enough. What lies scattered may leave less than is free:
/// where memory ends all the same, while others hold some of it, that is waited for too; and where nobody does, it says
/// of the image no more than that this instance is worn out. `source` is what is worked on, bytes.
///
/// # Errors
/// Whatever it says itself; `busy` where no room comes in time; `image_too_large` where none can come.
pub async fn with_room<T>(kit: &Kit<'_>, source: &[u8], work: impl Fn() -> limn_core::Result<T>) -> limn_core::Result<T> {
    let deadline = Date::now().as_millis() + PATIENCE_MS;
    loop {
        let (held, holders) = [&ORIGINALS, &UPLOADS]
            .map(|entrance| entrance.with_borrow(|(gate, _)| (gate.held(), gate.holders())))
            .iter()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let own = source.len() as u64 + kit.bytes();
        let alone = holders <= 1 || held <= own;
        kit.room.set(admission::room(if alone { own } else { held }));
        let done = match work() {
            Err(Error::Busy) if alone => Err(admission::never(own)),
            Err(Error::NoMemory(_)) if !alone => Err(Error::Busy),
            Err(Error::NoMemory(_)) if USED.get() => {
                worn_out();
                return Err(Error::Busy);
            }
            done => done,
        };
        USED.set(true);
        let left = deadline.saturating_sub(Date::now().as_millis());
        if !matches!(done, Err(Error::Busy)) || left == 0 {
            return done;
        }
        let signal = Signal::default();
        LEAVING.with_borrow_mut(|all| all.push(signal.clone()));
        signal.given_within(left).await;
    }
}
