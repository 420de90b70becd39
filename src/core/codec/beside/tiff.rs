//! TIFF, which is itself a block of tags: those that describe the picture are copied into one of their own;
//! of those that are kept the words of the first directory are written.

use super::{bounded, MOST_TEXT};
use crate::codec::Metadata;
use crate::tags::{names, write, Block, Group};
use std::borrow::Cow;
use std::io::{Seek, Write};
use tiff::encoder::{DirectoryEncoder, TiffKind, TiffValue};
use tiff::tags::{Tag, Type};
use tiff::TiffResult;

const XMP: u16 = 700;
const ICC: u16 = 34_675;
/// Tags of the standard that say where in the file the pixels lie: StripOffsets, StripByteCounts, TileOffsets,
/// TileByteCounts and the thumbnail's JPEGInterchangeFormat and its length.
const PLACES: [u16; 6] = [0x0111, 0x0117, 0x0144, 0x0145, 0x0201, 0x0202];

/// Reads the first page's tags. A BigTIFF has none that are read.
pub fn read(bytes: &[u8]) -> Metadata {
    let Some(mut block) = Block::read(bytes) else { return Metadata::default() };
    let part = |tag: u16| block.find(Group::Image, tag).map(|f| f.value.to_vec());
    let (xmp, icc) = (part(XMP), part(ICC));
    // An image's tables may be long; what describes it in words is not.
    block.fields.retain(|f| names::name(f.group, f.tag).is_some() && !PLACES.contains(&f.tag));
    bounded(Metadata { exif: write::write(block.order, block.fields, MOST_TEXT), xmp, icc })
}

/// Adds the tags of the first directory that hold letters, the orientation, XMP and the profile.
///
/// # Errors
/// Those of the writer below.
pub fn write<W: Write + Seek, K: TiffKind>(directory: &mut DirectoryEncoder<W, K>, metadata: &Metadata) -> TiffResult<()> {
    if let Some(block) = metadata.exif.as_deref().and_then(Block::read) {
        for field in block.fields.iter().filter(|f| f.group == Group::Image) {
            match (field.tag, field.number(block.order).map(u16::try_from)) {
                (ORIENTATION, Some(Ok(number))) => directory.write_tag(Tag::Orientation, number)?,
                (tag, _) if field.kind == LETTERS => directory.write_tag(Tag::from_u16_exhaustive(tag), Letters(&field.value))?,
                _ => {}
            }
        }
    }
    for (tag, data) in [(XMP, &metadata.xmp), (ICC, &metadata.icc)] {
        if let Some(data) = data {
            directory.write_tag(Tag::from_u16_exhaustive(tag), data.as_slice())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::{Field, Order};
    use tiff::encoder::{colortype, TiffEncoder};

    #[test]
    fn describing_tags_are_read() {
        let field = |tag: u16, kind: u16, value: &'static [u8]| Field { group: Group::Image, tag, kind, value: value.into() };
        let described = vec![field(0x013b, 2, b"A. Artist\0"), field(0x8298, 2, b"(c) me\0")];
        let mut all = described.clone();
        all.extend([
            field(0x0111, 4, &[0, 0, 0, 8]),
            field(XMP, 1, b"<x:xmpmeta/>"),
            field(ICC, 7, b"profile"),
            field(0xc4a5, 7, b"private"),
        ]);
        let file = write::write(Order::Big, all, MOST_TEXT).unwrap();
        let read = read(&file);
        assert_eq!(read.exif, write::write(Order::Big, described, MOST_TEXT));
        assert_eq!((read.xmp.as_deref(), read.icc.as_deref()), (Some(&b"<x:xmpmeta/>"[..]), Some(&b"profile"[..])));
    }

    #[test]
    fn words_are_written_and_read_again() {
        let field = |tag: u16, kind: u16, value: &'static [u8]| Field { group: Group::Image, tag, kind, value: value.into() };
        let photo = Field { group: Group::Photo, ..field(0x9003, 2, b"2026\0") };
        let words = vec![field(0x0112, 3, &[0, 6]), field(0x8298, 2, "© me\0".as_bytes())];
        let exif = write::write(Order::Big, [words.clone(), vec![photo]].concat(), MOST_TEXT);
        let metadata = Metadata { exif, xmp: Some(b"<x:xmpmeta/>".to_vec()), icc: Some(b"profile".to_vec()) };
        let mut out = std::io::Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut out).unwrap();
        let mut file = encoder.new_image::<colortype::Gray8>(1, 1).unwrap();
        super::write(file.encoder(), &metadata).unwrap();
        file.write_data(&[7]).unwrap();
        let read = read(out.get_ref());
        assert_eq!((read.xmp, read.icc), (metadata.xmp, metadata.icc));
        let block = read.exif.unwrap();
        let block = Block::read(&block).unwrap();
        assert_eq!(block.find(Group::Image, 0x0112).and_then(|f| f.number(block.order)), Some(6));
        assert_eq!(block.find(Group::Image, 0x8298).map(|f| f.value.to_vec()), Some(words[1].value.to_vec()));
        assert!(block.find(Group::Photo, 0x9003).is_none());
    }

    #[test]
    fn other_files_have_none() {
        for bytes in [&b""[..], b"II*\0", b"II+\0\x08\0\0\0", b"MM\0*\xff\xff\xff\xff"] {
            assert_eq!(read(bytes), Metadata::default());
        }
    }
}
