//! Loops over pixels, on plain slices. They stand in a crate of their own because a crate is the unit that
//! Cargo builds for speed or for size, and a generic function is built where it is used. What other crates
//! call is never inlined there, where it would be built for size again.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod blur;
pub mod channels;
mod code_lengths;
pub mod jpeg;
pub mod jpeg_write;
pub mod matrix;
pub mod over;
pub mod resample;
pub mod shrink;
pub mod turn;
mod vector;
pub mod vp8;
pub mod vp8l;
