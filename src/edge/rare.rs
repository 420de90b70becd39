//! The second module: jobs go out to it through the glue of `rare.mjs`, which instantiates it at the first.

use limn_core::image::Size;
use limn_core::rare::{Job, Made, Rare};
use limn_core::{Error, Result};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What `rare.mjs` answers.
    type Answer;

    #[wasm_bindgen(js_namespace = limnRare, js_name = run, catch)]
    fn run(job: &str, data: &[u8], beside: f64) -> std::result::Result<Answer, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn ok(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Answer) -> u32;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Answer) -> u32;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &Answer) -> js_sys::Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn crowded(this: &Answer) -> bool;
}

/// Does jobs in the second module.
pub struct Module;

impl Rare for Module {
    fn run(&self, job: &Job, data: &[u8]) -> Result<Made> {
        let job = serde_json::to_string(job).map_err(|_| Error::Internal)?;
        let answer = run(&job, data, own_memory()).map_err(|e| {
            worker::console_error!("rare: {e:?}");
            Error::Internal
        })?;
        let bytes = answer.bytes().to_vec();
        match answer.ok() {
            true => Ok(Made { size: Size::new(answer.width(), answer.height()), bytes }),
            false => Err(refusal(&bytes, answer.crowded())),
        }
    }
}

/// Bytes of this module's memory.
fn own_memory() -> f64 {
    core::arch::wasm32::memory_size::<0>() as f64 * 65_536.0
}

/// An error travels as its code and sentence. What had no memory because this module holds so much itself can have it in
/// a fresh instance.
fn refusal(json: &[u8], crowded: bool) -> Error {
    #[derive(serde::Deserialize)]
    struct Refusal {
        code: String,
        message: String,
        no_memory: bool,
    }
    match serde_json::from_slice::<Refusal>(json) {
        Ok(r) if r.no_memory && crowded => Error::NoMemory(r.message),
        Ok(r) => Error::from_code(&r.code, r.message).unwrap_or(Error::Internal),
        Err(_) => Error::Internal,
    }
}
