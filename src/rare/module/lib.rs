//! The crate `limn-rare` behind a plain C interface, for a WASM module that needs no bindings generator.
//!
//! The host asks for memory ([`rare_alloc`]), writes a job as JSON and its data, calls [`rare_run`], reads
//! the output, and frees what it asked for. One job at a time; the output lives until the next one.
#![warn(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use limn_core::image::Size;
use limn_core::rare::{Job, Made, Rare};
use limn_core::{Error, Result};
use limn_rare::Workshop;
use std::cell::RefCell;

thread_local! {
    static OUT: RefCell<Made> = const { RefCell::new(Made { size: Size { width: 0, height: 0 }, bytes: Vec::new() }) };
}

/// Memory of `len` bytes for the host to write to; null when there is none.
#[no_mangle]
pub extern "C" fn rare_alloc(len: usize) -> *mut u8 {
    let mut room: Vec<u8> = Vec::new();
    if room.try_reserve_exact(len.max(1)).is_err() {
        return std::ptr::null_mut();
    }
    let pointer = room.as_mut_ptr();
    std::mem::forget(room);
    pointer
}

/// Gives back what [`rare_alloc`] gave.
///
/// # Safety
/// `pointer` came from `rare_alloc(len)` and was not freed.
#[no_mangle]
pub unsafe extern "C" fn rare_free(pointer: *mut u8, len: usize) {
    if !pointer.is_null() {
        // SAFETY: the caller says that this is the allocation that `rare_alloc` forgot, of this capacity.
        drop(unsafe { Vec::from_raw_parts(pointer, 0, len.max(1)) });
    }
}

/// Does a job. Gives 0 when the output is what was made, 1 when it is a refusal as JSON: code and message.
///
/// # Safety
/// Both ranges came from [`rare_alloc`] and are written to their ends.
#[no_mangle]
pub unsafe extern "C" fn rare_run(job: *const u8, job_len: usize, data: *const u8, data_len: usize) -> u32 {
    OUT.with_borrow_mut(|out| out.bytes = Vec::new());
    // SAFETY: the caller says that both are readable; nothing frees them before this returns.
    let (job, data) = unsafe { (std::slice::from_raw_parts(job, job_len), std::slice::from_raw_parts(data, data_len)) };
    let (made, failed) = match run(job, data) {
        Ok(made) => (made, 0),
        Err(error) => (refusal(&error), 1),
    };
    OUT.with_borrow_mut(|out| *out = made);
    failed
}

/// Where the output begins.
#[no_mangle]
pub extern "C" fn rare_out_ptr() -> *const u8 {
    OUT.with_borrow(|out| out.bytes.as_ptr())
}

/// How long the output is, in bytes.
#[no_mangle]
pub extern "C" fn rare_out_len() -> usize {
    OUT.with_borrow(|out| out.bytes.len())
}

/// Width of what was made, in pixels.
#[no_mangle]
pub extern "C" fn rare_out_width() -> u32 {
    OUT.with_borrow(|out| out.size.width)
}

/// Height of what was made, in pixels.
#[no_mangle]
pub extern "C" fn rare_out_height() -> u32 {
    OUT.with_borrow(|out| out.size.height)
}

fn run(job: &[u8], data: &[u8]) -> Result<Made> {
    let job: Job = serde_json::from_slice(job).map_err(|_| Error::Internal)?;
    Workshop.run(&job, data)
}

fn refusal(error: &Error) -> Made {
    let no_memory = matches!(error, Error::NoMemory(_));
    let text = serde_json::json!({ "code": error.code(), "message": error.to_string(), "no_memory": no_memory }).to_string();
    Made { size: Size::new(0, 0), bytes: text.into_bytes() }
}
