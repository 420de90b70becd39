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
    fn run(job: &str, data: &[u8]) -> std::result::Result<Answer, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn ok(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Answer) -> u32;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Answer) -> u32;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &Answer) -> js_sys::Uint8Array;
}

/// Does jobs in the second module.
pub struct Module;

impl Rare for Module {
    fn run(&self, job: &Job, data: &[u8]) -> Result<Made> {
        let job = serde_json::to_string(job).map_err(|_| Error::Internal)?;
        let answer = run(&job, data).map_err(|e| {
            worker::console_error!("rare: {e:?}");
            Error::Internal
        })?;
        let bytes = answer.bytes().to_vec();
        match answer.ok() {
            true => Ok(Made { size: Size::new(answer.width(), answer.height()), bytes }),
            false => Err(refusal(&bytes)),
        }
    }
}

/// An error travels as its code and sentence.
fn refusal(json: &[u8]) -> Error {
    #[derive(serde::Deserialize)]
    struct Refusal {
        code: String,
        message: String,
    }
    match serde_json::from_slice::<Refusal>(json) {
        Ok(r) => Error::from_code(&r.code, r.message).unwrap_or(Error::Internal),
        Err(_) => Error::Internal,
    }
}
