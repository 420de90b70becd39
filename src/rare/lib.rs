//! What is asked for too rarely to burden every instance, done: one file a job.
//!
//! [`text`] draws a line of text, [`svg`] rasterises, [`effect`] recolours, [`avif`] and [`tiff`] encode and decode,
//! [`whole`] reads, [`colour`] converts.
//! [`limits`] is what all of them keep to. Inputs are hostile: what cannot be done is refused by name.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod avif;
pub mod colour;
pub mod effect;
pub mod limits;
pub mod svg;
pub mod text;
pub mod tiff;
pub mod whole;

use limn_core::rare::{Job, Made, Rare};
use limn_core::Result;

/// Does every [`Job`] in this process.
pub struct Workshop;

impl Rare for Workshop {
    fn run(&self, job: &Job, data: &[u8]) -> Result<Made> {
        match job {
            Job::Text { text, size, color, shadow } => text::draw(text, *size, *color, *shadow, data),
            Job::SvgSize => svg::size(data),
            Job::Svg { width, height, font } => svg::draw(*width, *height, *font, data),
            Job::Effect { name, width, height } => effect::apply(name, *width, *height, data),
            Job::AvifEncode { width, height, quality, full_chroma } => avif::encode(*width, *height, *quality, *full_chroma, data),
            Job::AvifHeader => avif::header(data),
            Job::AvifDecode => avif::decode(data),
            Job::ToSrgb { channels, deep, profile } => colour::to_srgb(*channels, *deep, *profile, data),
            Job::InksToSrgb { profile } => colour::inks_to_srgb(*profile, data),
            Job::WholeHeader { format } => whole::header(*format, data),
            Job::WholeDecode { format } => whole::decode(*format, data),
            Job::TiffHeader => tiff::header(data),
            Job::TiffDecode => tiff::decode(data),
            Job::TiffEncode { width, height, channels, beside } => tiff::encode(*width, *height, *channels, *beside, data),
        }
    }
}
