//! Something that several requests wait for. Each awaits the same JavaScript promise for itself, so that the runtime
//! resumes it in its own request's context: a Rust waker would resume it in that of who gave the signal.

use futures_util::future::{select, Either};
use js_sys::{Function, Promise};
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::Delay;

/// A signal that is given once.
#[derive(Clone)]
pub struct Signal {
    given: Promise,
    give: Function,
}

impl Default for Signal {
    fn default() -> Signal {
        let mut give = None;
        let given = Promise::new(&mut |resolve, _| give = Some(resolve));
        // The executor runs before the promise is there, so the default is never used.
        Signal { given, give: give.unwrap_or_default() }
    }
}

impl Signal {
    /// Gives it.
    pub fn give(&self) {
        let _ = self.give.call0(&JsValue::UNDEFINED);
    }

    /// Waits for it.
    pub async fn given(&self) {
        let _ = JsFuture::from(self.given.clone()).await;
    }

    /// Waits so long, milliseconds; whether it was given.
    pub async fn given_within(&self, ms: u64) -> bool {
        let patience = Delay::from(Duration::from_millis(ms));
        matches!(select(JsFuture::from(self.given.clone()), patience).await, Either::Left(_))
    }
}
