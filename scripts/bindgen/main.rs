//! Writes the JavaScript between the Worker's module and its runtime: `limn-bindgen MODULE.wasm FOLDER`.
//!
//! It is what wasm-bindgen's own program does with these options. The library alone is built in a fifth of the time, and the
//! workspace's lock file holds it to the version of the crate `wasm-bindgen`, from which it must not differ.

use anyhow::{bail, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let [module, folder] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        bail!("usage: limn-bindgen MODULE.wasm FOLDER");
    };
    Bindgen::new()
        .module(true)?
        .typescript(false)
        .input_path(module)
        .out_name("index")
        // After a trap the module is instantiated anew, see src/edge/instance.mjs.
        .reset_state_function(true)
        .force_enable_abort_handler(true)
        .generate(folder)
}
