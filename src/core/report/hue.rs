//! Colours of an image.

use crate::image::Image;
use serde_json::{json, Value};

/// The colours.
pub fn report(_: &Image) -> Value {
    json!({})
}
