//! PBM, PGM, PPM and PAM: read only.

use super::{nothing_beside, whole, Codec, Format};
use crate::rare::Whole;

pub(super) static CODEC: Codec = Codec {
    format: Format::Pnm,
    name: "pnm",
    mime: "image/x-portable-anymap",
    extensions: &["pbm", "pgm", "ppm", "pnm", "pam"],
    magic: |bytes| matches!(bytes, [b'P', b'1'..=b'7', b'\n' | b' ' | b'\r' | b'\t', ..]),
    header: |bytes, kit| whole::header(Format::Pnm, Whole::Pnm, bytes, kit),
    decoded_size: |header, _| header.size,
    // Pixels of up to eight bytes and their copy in order.
    decode_bytes: |header, _| header.size.pixels() * 16,
    decode: |bytes, header, _, kit| whole::decode(Whole::Pnm, bytes, (header.size, header.layout, header.deep), kit),
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};
