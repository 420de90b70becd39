//! TIFF: the first page of nearly every kind, and one with 8 bits a sample written.
//!
//! `directory` opens a file, `kind` tells what its samples are, `decode` reads them and `samples` brings them into
//! pixel order; `encode` writes, with `words` beside the pixels.

mod decode;
mod directory;
mod encode;
mod kind;
mod samples;
#[cfg(test)]
mod tests;
mod words;

pub use decode::decode;
pub use encode::encode;

use kind::{Kind, Model};
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use std::fmt::Display;
use tiff::{TiffError, TiffUnsupportedError};

/// What a file says of its first page, as [`Job::TiffHeader`](limn_core::rare::Job::TiffHeader) lays it out.
///
/// # Errors
/// `image_corrupt`, `format_unsupported`, `image_too_large`.
pub fn header(bytes: &[u8]) -> Result<Made> {
    let mut file = directory::open(bytes)?;
    let (width, height) = file.dimensions().map_err(refused)?;
    let kind = Kind::of(bytes, &mut file)?;
    let facts = [kind.layout().channels() as u8, u8::from(kind.deep()), u8::from(kind.model == Model::Cmyk), kind::orientation(&mut file)];
    let profile = directory::block(bytes, directory::ICC).unwrap_or(&[]);
    Ok(Made { size: Size::new(width, height), bytes: [&facts[..], profile].concat() })
}

fn corrupt(what: impl Display) -> Error {
    Error::ImageCorrupt(format!("The tiff file is damaged: {what}."))
}

fn refused(error: TiffError) -> Error {
    match error {
        TiffError::LimitsExceeded | TiffError::IntSizeError => {
            Error::ImageTooLarge("The tiff file needs more memory than is allowed.".into())
        }
        TiffError::UnsupportedError(TiffUnsupportedError::UnsupportedCompressionMethod(_)) => unsupported("a compression"),
        TiffError::UnsupportedError(TiffUnsupportedError::ChromaSubsampling) => unsupported("colour of a lower resolution"),
        TiffError::UnsupportedError(_) => unsupported("a depth or a colour model"),
        _ => corrupt("a part of it is missing, cut or wrong"),
    }
}

fn unsupported(what: &str) -> Error {
    Error::FormatUnsupported(format!("The tiff file uses {what} that Limn does not decode."))
}
