//! QOI: read only.

use super::{nothing_beside, whole, Codec, Format};
use crate::rare::Whole;

pub(super) static CODEC: Codec = Codec {
    format: Format::Qoi,
    name: "qoi",
    mime: "image/qoi",
    extensions: &["qoi"],
    magic: |bytes| bytes.starts_with(b"qoif"),
    header: |bytes, kit| whole::header(Format::Qoi, Whole::Qoi, bytes, kit),
    decoded_size: |header, _| header.size,
    // Pixels and their copy in order.
    decode_bytes: |header, _| header.size.pixels() * 8,
    decode: |bytes, header, _, kit| whole::decode(Whole::Qoi, bytes, (header.size, header.layout, header.deep), kit),
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};
