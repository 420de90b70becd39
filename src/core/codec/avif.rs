//! AVIF: read and written by the rare jobs; of an animation the first picture.

use super::{nothing_beside, Codec, EncodeSettings, Format, Header, Want};
use crate::codec::sniff;
use crate::image::{Image, Layout};
use crate::kit::Kit;
use crate::rare::Job;
use crate::Result;

pub(super) static CODEC: Codec = Codec {
    format: Format::Avif,
    name: "avif",
    mime: "image/avif",
    extensions: &["avif", "avifs"],
    magic: sniff::is_avif,
    header: |bytes, kit| Ok(Header::still(Format::Avif, kit.rare.run(&Job::AvifHeader, bytes)?.size, Layout::Rgba)),
    decoded_size: |header, _| header.size,
    // The decoder's planes and references, its RGBA and the copy on this side.
    decode_bytes: |header, _| header.size.pixels() * 16,
    decode,
    frames: None,
    encode_bytes: |size, _, _| size.pixels() * 34,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

fn decode(bytes: &[u8], _: &Header, _: &Want, kit: &Kit) -> Result<Image> {
    let made = kit.rare.run(&Job::AvifDecode, bytes)?;
    Image::new(made.size, Layout::Rgba, made.bytes)?.without_idle_alpha()
}

fn encode(image: Image, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let image = image.into_rgba()?;
    let (quality, full_chroma) = (settings.quality, settings.full_chroma);
    let job = Job::AvifEncode { width: size.width, height: size.height, quality, full_chroma };
    Ok(kit.rare.run(&job, image.data())?.bytes)
}
