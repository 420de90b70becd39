//! EXIF tags: read from a TIFF block without copying, written into a new one, named and told as text.

pub mod block;
pub mod names;
pub mod text;
pub mod write;

pub use block::{Block, Field, Group, Order};
