//! TIFF: the first page, of nearly every kind; written with 8 bits a sample.

mod decode;
mod directory;
mod encode;
mod kind;
mod samples;
#[cfg(test)]
mod tests;

use super::{beside, corrupt, Codec, Format, Header};
use crate::image::Size;
use crate::kit::Kit;
use crate::{Error, Result};
use kind::Kind;
use tiff::{TiffError, TiffUnsupportedError};

pub(super) static CODEC: Codec = Codec {
    format: Format::Tiff,
    name: "tiff",
    mime: "image/tiff",
    extensions: &["tif", "tiff"],
    magic: |bytes| [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|m| bytes.starts_with(*m)),
    header,
    decoded_size: |header, _| header.size,
    // Samples as stored, at most five a pixel, then in order, then converted.
    decode_bytes: |header, _| header.size.pixels() * if header.deep { 8 + 8 + 8 } else { 10 + 5 + 4 },
    decode: decode::decode,
    frames: None,
    encode: Some(encode::encode),
    animate: None,
    metadata: beside::tiff::read,
};

fn header(bytes: &[u8], _: &Kit) -> Result<Header> {
    let mut file = directory::open(bytes)?;
    let (width, height) = file.dimensions().map_err(refused)?;
    let kind = Kind::of(bytes, &mut file)?;
    Ok(Header {
        orientation: kind::orientation(&mut file),
        deep: kind.deep(),
        ..Header::still(Format::Tiff, Size::new(width, height), kind.layout())
    })
}

fn refused(error: TiffError) -> Error {
    match error {
        TiffError::LimitsExceeded | TiffError::IntSizeError => {
            Error::ImageTooLarge("The tiff file needs more memory than is allowed.".into())
        }
        TiffError::UnsupportedError(TiffUnsupportedError::UnsupportedCompressionMethod(_)) => unsupported("a compression"),
        TiffError::UnsupportedError(TiffUnsupportedError::ChromaSubsampling) => unsupported("colour of a lower resolution"),
        TiffError::UnsupportedError(_) => unsupported("a depth or a colour model"),
        _ => corrupt(Format::Tiff, "a part of it is missing, cut or wrong"),
    }
}

fn unsupported(what: &str) -> Error {
    Error::FormatUnsupported(format!("The tiff file uses {what} that Limn does not decode."))
}
