//! BMP: decoded whole; encoded with 24 bits a pixel, or 32 with alpha.

use super::{nothing_beside, whole, Codec, EncodeSettings, Format, Header, Want};
use crate::image::{buffer, Image, Layout};
use crate::kit::Kit;
use crate::rare::Whole;
use crate::{Error, Result};

pub(super) static CODEC: Codec = Codec {
    format: Format::Bmp,
    name: "bmp",
    mime: "image/bmp",
    extensions: &["bmp", "dib"],
    magic: |bytes| bytes.starts_with(b"BM") && bytes.len() > 26,
    header: |bytes, kit| whole::header(Format::Bmp, Whole::Bmp, bytes, kit),
    decoded_size: |header, _| header.size,
    decode_bytes: |header, _| header.size.pixels() * 4,
    decode: |bytes: &[u8], header: &Header, _: &Want, kit: &Kit| {
        whole::decode(Whole::Bmp, bytes, (header.size, header.layout, header.deep), kit)
    },
    frames: None,
    encode_bytes: |size, _, _| size.pixels() * 4,
    encode: Some(encode),
    animate: None,
    metadata: nothing_beside,
};

/// Bytes of the file header and of the one of the picture: `BITMAPINFOHEADER`, or with alpha `BITMAPV4HEADER`, which says where
/// each channel is.
const HEADERS: [u32; 2] = [14 + 40, 14 + 108];

fn encode(image: Image, _: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let size = image.held();
    let image = image.with_colour()?;
    let alpha = image.layout() == Layout::Rgba;
    let channels = image.layout().channels();
    let start = HEADERS[usize::from(alpha)];
    let row = (size.width as usize * channels).next_multiple_of(4);
    let pixels = u32::try_from(row as u64 * u64::from(size.height)).ok().filter(|pixels| pixels.checked_add(start).is_some());
    let pixels = pixels.ok_or_else(|| Error::ImageTooLarge("A bmp file holds at most 4 GiB.".into()))?;
    let mut out = buffer(u64::from(start) + u64::from(pixels))?;
    out.extend_from_slice(b"BM");
    // With masks of the channels, the compression is called 3.
    let (bits, compression) = if alpha { (32u32, 3) } else { (24, 0) };
    for number in [start + pixels, 0, start, start - 14, size.width, size.height, 1 | bits << 16, compression, pixels, 2835, 2835, 0, 0] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    if alpha {
        [0xff_0000u32, 0xff00, 0xff, 0xff00_0000].iter().for_each(|mask| out.extend_from_slice(&mask.to_le_bytes()));
        out.extend_from_slice(b"BGRs");
        out.resize(start as usize, 0);
    }
    // From the lowest row up, blue first.
    for line in image.data().chunks_exact((size.width as usize * channels).max(1)).rev() {
        for pixel in line.chunks_exact(channels) {
            out.extend_from_slice(&[pixel[2], pixel[1], pixel[0]]);
            out.extend_from_slice(pixel.get(3..).unwrap_or(&[]));
        }
        out.resize(out.len() + row - line.len(), 0);
    }
    Ok(out)
}
