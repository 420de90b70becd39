//! Lossless WebP (RFC 9649 section 3): the decoder in [`read`], the encoder in [`write`].
//!
//! Pixels are numbers of 32 bits: alpha, red, green, blue from the highest byte down.

mod argb;
mod format;
pub mod read;
pub mod write;

pub use crate::vp8::read::ReadError;
pub use crate::vp8::Vp8Error as WriteError;
