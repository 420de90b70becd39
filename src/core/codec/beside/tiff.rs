//! TIFF, which is itself a block of tags: those that describe the picture are copied into one of their own.

use super::{bounded, MOST_TEXT};
use crate::codec::Metadata;
use crate::tags::{names, write, Block, Group};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::{Field, Order};

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
    fn other_files_have_none() {
        for bytes in [&b""[..], b"II*\0", b"II+\0\x08\0\0\0", b"MM\0*\xff\xff\xff\xff"] {
            assert_eq!(read(bytes), Metadata::default());
        }
    }
}
