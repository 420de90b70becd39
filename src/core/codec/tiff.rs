//! TIFF: the first page.

use super::{beside, whole, Codec, Format};
use image::codecs::tiff::TiffDecoder;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Tiff,
    name: "tiff",
    mime: "image/tiff",
    extensions: &["tif", "tiff"],
    magic: |bytes| [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|m| bytes.starts_with(*m)),
    header: |bytes, _| whole::header(Format::Tiff, TiffDecoder::new(Cursor::new(bytes))),
    decoded_size: |header, _| header.size,
    // Pixels of up to eight bytes and their narrowed copy.
    decode_bytes: |header, _| header.size.pixels() * 12,
    decode: |bytes, _, _, _| whole::decode(Format::Tiff, TiffDecoder::new(Cursor::new(bytes))),
    frames: None,
    encode: None,
    animate: None,
    metadata: beside::tiff::read,
};
