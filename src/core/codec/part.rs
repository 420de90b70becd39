//! The part of a picture that is all that counts, where its first operation cuts: which pixels of it are held.

use crate::image::{Image, Size, Window};
pub use limn_pixels::jpeg::Area;

/// The pixels, at the scale of decoding, that a part of the source touches, and one more on each side.
pub fn area(part: Window, source: Size, decoded: Size) -> Area {
    let along = |from: f64, length: f64, source: u32, decoded: u32| {
        let scale = f64::from(decoded) / f64::from(source.max(1));
        let first = ((from * scale).floor() - 1.0).clamp(0.0, f64::from(decoded)) as u32;
        let end = (((from + length) * scale).ceil() + 1.0).clamp(0.0, f64::from(decoded)) as u32;
        (first, end.saturating_sub(first))
    };
    let (x, width) = along(part.x, part.width, source.width, decoded.width);
    let (y, height) = along(part.y, part.height, source.height, decoded.height);
    Area { x, y, width, height }
}

/// The pixels of an area as a view of the whole, which was decoded to this size.
pub fn within(image: Image, area: Area, decoded: Size, source: Size) -> Image {
    let around =
        Window { x: -f64::from(area.x), y: -f64::from(area.y), width: f64::from(decoded.width), height: f64::from(decoded.height) };
    image.seen_through(around, source)
}
