//! Format, dimensions, length and tags of a source.

use crate::codec::Header;
use serde_json::{json, Value};

/// In the shape of OSS: every value a string in an object of its own; dimensions as stored.
pub fn oss(bytes: &[u8], header: &Header) -> Value {
    let value = |text: String| json!({ "value": text });
    json!({
        "FileSize": value(bytes.len().to_string()),
        "Format": value(header.format.name().into()),
        "ImageHeight": value(header.size.height.to_string()),
        "ImageWidth": value(header.size.width.to_string()),
    })
}

/// In Limn's own shape: numbers are numbers; dimensions as stored.
pub fn own(bytes: &[u8], header: &Header) -> Value {
    json!({
        "format": header.format.name(),
        "width": header.size.width,
        "height": header.size.height,
        "bytes": bytes.len(),
        "frames": header.frames,
        "alpha": header.layout == crate::image::Layout::Rgba,
        "orientation": header.orientation.value(),
    })
}
