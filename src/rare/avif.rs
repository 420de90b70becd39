//! AVIF: `encode` by the crate `limn-av1`, and decoding by `container` (the boxes), re_rav1d (the AV1 picture), `colour`
//! (its planes to RGBA) and `turn`.

mod boxes;
mod colour;
mod container;
mod decode;
mod encode;
mod planes;
mod turn;

pub use decode::{decode, header};
pub use encode::encode;

#[cfg(test)]
mod tests;
