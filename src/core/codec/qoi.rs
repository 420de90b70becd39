//! QOI: read only.

use super::{nothing_beside, whole, Codec, Format};
use image::codecs::qoi::QoiDecoder;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Qoi,
    name: "qoi",
    mime: "image/qoi",
    extensions: &["qoi"],
    magic: |bytes| bytes.starts_with(b"qoif"),
    header: |bytes, _| whole::header(Format::Qoi, QoiDecoder::new(Cursor::new(bytes))),
    decoded_size: |header, _| header.size,
    // Pixels and their copy in order.
    decode_bytes: |header, _| header.size.pixels() * 8,
    decode: |bytes, _, _, _| whole::decode(Format::Qoi, QoiDecoder::new(Cursor::new(bytes))),
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};
