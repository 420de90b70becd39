//! Facts of an image instead of the image: one file a question.

pub mod blurhash;
pub mod hue;
pub mod info;
pub mod palette;
mod small;
