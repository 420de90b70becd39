//! AVIF: written, not read.

use super::{nothing_beside, Codec, EncodeSettings, Format};
use crate::image::Image;
use crate::kit::Kit;
use crate::rare::Job;
use crate::{Error, Result};

pub(super) static CODEC: Codec = Codec {
    format: Format::Avif,
    name: "avif",
    mime: "image/avif",
    extensions: &["avif"],
    // Files are recognised by `sniff` and refused there.
    magic: |_| false,
    header: |_, _| Err(unread()),
    decoded_size: |header, _| header.size,
    decode_bytes: |header, _| header.size.pixels() * 4,
    decode: |_, _, _, _| Err(unread()),
    frames: None,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

fn unread() -> Error {
    Error::FormatUnsupported("The object is AVIF, which Limn does not decode.".into())
}

fn encode(image: Image, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let image = image.into_rgba()?;
    let job = Job::AvifEncode { width: size.width, height: size.height, quality: settings.quality };
    Ok(kit.rare.run(&job, image.data())?.bytes)
}
