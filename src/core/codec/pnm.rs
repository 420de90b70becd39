//! PBM, PGM, PPM and PAM: read only.

use super::{nothing_beside, whole, Codec, Format};
use image::codecs::pnm::PnmDecoder;
use std::io::Cursor;

pub(super) static CODEC: Codec = Codec {
    format: Format::Pnm,
    name: "pnm",
    mime: "image/x-portable-anymap",
    extensions: &["pbm", "pgm", "ppm", "pnm", "pam"],
    magic: |bytes| matches!(bytes, [b'P', b'1'..=b'7', b'\n' | b' ' | b'\r' | b'\t', ..]),
    header: |bytes, _| whole::header(Format::Pnm, PnmDecoder::new(Cursor::new(bytes))),
    decoded_size: |header, _| header.size,
    // Pixels of up to eight bytes and their copy in order.
    decode_bytes: |header, _| header.size.pixels() * 16,
    decode: |bytes, _, _, _| whole::decode(Format::Pnm, PnmDecoder::new(Cursor::new(bytes))),
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};
