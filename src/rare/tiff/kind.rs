//! What a file's samples are.

use super::{corrupt, directory, refused, unsupported};
use limn_core::codec::exif::Orientation;
use limn_core::image::{buffer, narrow, Layout};
use limn_core::Result;
use std::io::{Read, Seek};
use tiff::decoder::Decoder;
use tiff::tags::{SampleFormat, Tag};
use tiff::ColorType;

/// How samples make a pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Model {
    Gray,
    Rgb,
    Cmyk,
    YCbCr,
    Palette,
}

/// What becomes of the sample behind the colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Extra {
    /// There is none, or it says nothing.
    Nothing,
    /// Alpha by which colours are multiplied.
    Premultiplied,
    /// Alpha beside colours.
    Straight,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kind {
    pub model: Model,
    /// 1, 2, 4, 8 or 16.
    pub bits: u8,
    /// Samples a pixel that are read.
    pub samples: usize,
    pub extra: Extra,
}

impl Kind {
    /// Asks a file.
    ///
    /// # Errors
    /// `format_unsupported`, `image_corrupt`, `image_too_large`.
    pub(super) fn of<R: Read + Seek>(bytes: &[u8], file: &mut Decoder<R>) -> Result<Kind> {
        let color = file.colortype().map_err(refused)?;
        if file.image_buffer_layout().map_err(refused)?.sample_format != SampleFormat::Uint {
            return Err(unsupported("samples with a sign or a fraction"));
        }
        let samples = usize::from(color.num_samples());
        let extra = match file.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(refused)?.as_deref() {
            Some([1, ..]) => Extra::Premultiplied,
            Some([2, ..]) | None => Extra::Straight,
            _ => Extra::Nothing,
        };
        let (model, extra) = match color {
            ColorType::Gray(_) if directory::has_palette(bytes) => (Model::Palette, Extra::Nothing),
            ColorType::Gray(_) => (Model::Gray, Extra::Nothing),
            ColorType::Multiband { .. } if !directory::has_palette(bytes) => (Model::Gray, extra),
            ColorType::RGB(_) => (Model::Rgb, Extra::Nothing),
            ColorType::RGBA(_) => (Model::Rgb, extra),
            ColorType::CMYK(_) => (Model::Cmyk, Extra::Nothing),
            ColorType::YCbCr(8) => (Model::YCbCr, Extra::Nothing),
            _ => return Err(unsupported("a colour model")),
        };
        let bits = color.bit_depth();
        let depths: &[u8] = if model == Model::Gray || model == Model::Palette { &[1, 2, 4, 8, 16] } else { &[8, 16] };
        match depths.contains(&bits) && (bits < 16 || model != Model::Palette) {
            true => Ok(Kind { model, bits, samples, extra }),
            false => Err(unsupported("a number of bits a sample")),
        }
    }

    /// Whether the picture keeps 16 bits.
    pub(super) fn deep(&self) -> bool {
        self.bits == 16 && matches!(self.model, Model::Gray | Model::Rgb)
    }

    /// What decoding makes.
    pub(super) fn layout(&self) -> Layout {
        match (self.model, self.extra) {
            (Model::Gray | Model::Rgb, Extra::Premultiplied | Extra::Straight) => Layout::Rgba,
            (Model::Gray, _) => Layout::Gray,
            _ => Layout::Rgb,
        }
    }
}

/// As the tag says; a broken tag must not cost the picture.
pub(super) fn orientation<R: Read + Seek>(file: &mut Decoder<R>) -> u8 {
    let value = file.find_tag_unsigned::<u16>(Tag::Orientation).ok().flatten();
    value.map_or(Orientation::default(), Orientation::new).value()
}

/// The colours of a palette: all reds, all greens, all blues, of 16 bits each.
///
/// # Errors
/// `image_corrupt`.
pub(super) fn palette<R: Read + Seek>(file: &mut Decoder<R>) -> Result<Vec<[u8; 3]>> {
    let map = file.get_tag_u16_vec(Tag::ColorMap).map_err(refused)?;
    let count = map.len() / 3;
    if count == 0 {
        return Err(corrupt("its palette is empty"));
    }
    // Some writers leave the upper half of each entry empty.
    let eight = map.iter().all(|v| *v < 256);
    let colour = |at: usize| map.get(at).map_or(0, |v| if eight { *v as u8 } else { narrow(*v) });
    let mut colours = buffer(count as u64)?;
    colours.extend((0..count).map(|i| [colour(i), colour(i + count), colour(i + count * 2)]));
    Ok(colours)
}
