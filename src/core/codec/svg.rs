//! SVG: rasterised at the size that is wanted, without scripts and without loading anything.

use super::{nothing_beside, sniff, Codec, Format, Header, Want};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::rare::Job;
use crate::Result;

pub(super) static CODEC: Codec = Codec {
    format: Format::Svg,
    name: "svg",
    mime: "image/svg+xml",
    extensions: &["svg"],
    magic: sniff::is_svg,
    header,
    decoded_size,
    // The rasteriser's canvas and its copy.
    decode_bytes: |header, want| decoded_size(header, want).pixels() * 12,
    decode,
    frames: None,
    encode_bytes: |_, _, _| 0,
    encode: None,
    animate: None,
    metadata: nothing_beside,
};

fn header(bytes: &[u8], kit: &Kit) -> Result<Header> {
    let made = kit.rare.run(&Job::SvgSize, bytes)?;
    Ok(Header::still(Format::Svg, made.size, Layout::Rgba))
}

/// Lines are drawn at exactly the size that is wanted, in the drawing's own proportions.
fn decoded_size(header: &Header, want: Size) -> Size {
    let (own, want) = (header.size, Size::new(want.width.min(header.size.width), want.height.min(header.size.height)));
    let by_width = u64::from(want.width) * u64::from(own.height) >= u64::from(want.height) * u64::from(own.width);
    let part = |side: u32, to: u32, of: u32| (u64::from(side) * u64::from(to)).div_ceil(u64::from(of.max(1))).max(1) as u32;
    match by_width {
        true => Size::new(want.width, part(own.height, want.width, own.width)),
        false => Size::new(part(own.width, want.height, own.height), want.height),
    }
}

fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let size = decoded_size(header, want.size);
    let font = kit.default_font();
    let data = [bytes, font].concat();
    let made = kit.rare.run(&Job::Svg { width: size.width, height: size.height, font: font.len() }, &data)?;
    Image::new(made.size, Layout::Rgba, made.bytes)
}
