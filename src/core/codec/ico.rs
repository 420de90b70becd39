//! ICO and CUR: the largest of the pictures.

use super::{nothing_beside, whole, Codec, Format};
use image::codecs::ico::IcoDecoder;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Ico,
    name: "ico",
    mime: "image/x-icon",
    extensions: &["ico", "cur"],
    magic: |bytes| bytes.starts_with(&[0, 0, 1, 0]) || bytes.starts_with(&[0, 0, 2, 0]),
    header: |bytes, _| whole::header(Format::Ico, IcoDecoder::new(Cursor::new(bytes))),
    decoded_size: |header, _| header.size,
    // Pixels of up to eight bytes and their narrowed copy.
    decode_bytes: |header, _| header.size.pixels() * 12,
    decode: |bytes, _, _, _| whole::decode(Format::Ico, IcoDecoder::new(Cursor::new(bytes))),
    frames: None,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};
