//! What is written into a file beside its pixels: of the tags that are kept the words of the first directory, XMP and
//! the profile.

use limn_core::tags::{Block, Group};
use std::borrow::Cow;
use std::io::{Seek, Write};
use tiff::encoder::{DirectoryEncoder, TiffKind, TiffValue};
use tiff::tags::{Tag, Type};
use tiff::TiffResult;

const XMP: u16 = 700;
const ICC: u16 = 34_675;

/// What is to stand beside the pixels; empty: nothing.
pub struct Beside<'a> {
    /// EXIF as a TIFF block.
    pub exif: &'a [u8],
    /// XMP packet.
    pub xmp: &'a [u8],
    /// ICC profile.
    pub icc: &'a [u8],
}

/// Adds the tags of the first directory that hold letters, the orientation, XMP and the profile.
///
/// # Errors
/// Those of the writer below.
pub fn write<W: Write + Seek, K: TiffKind>(directory: &mut DirectoryEncoder<W, K>, beside: &Beside) -> TiffResult<()> {
    if let Some(block) = Block::read(beside.exif) {
        for field in block.fields.iter().filter(|f| f.group == Group::Image) {
            match (field.tag, field.number(block.order).map(u16::try_from)) {
                (ORIENTATION, Some(Ok(number))) => directory.write_tag(Tag::Orientation, number)?,
                (tag, _) if field.kind == LETTERS => directory.write_tag(Tag::from_u16_exhaustive(tag), Letters(&field.value))?,
                _ => {}
            }
        }
    }
    for (tag, data) in [(XMP, beside.xmp), (ICC, beside.icc)] {
        if !data.is_empty() {
            directory.write_tag(Tag::from_u16_exhaustive(tag), data)?;
        }
    }
    Ok(())
}

/// The type ASCII, whose values in files are of any encoding; the library's own takes nothing but ASCII.
const LETTERS: u16 = 2;
const ORIENTATION: u16 = 0x0112;

struct Letters<'a>(&'a [u8]);

impl TiffValue for Letters<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: Type = Type::ASCII;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.0)
    }
}
