//! The tags of a source's EXIF block that its images keep.

use crate::codec::{Colour, MOST_EXIF};
use crate::plan::{Keep, Plan};
use crate::tags::write::write;
use crate::tags::{names, Block, Field, Group, Order};

const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013b;
const COPYRIGHT: u16 = 0x8298;
const COLOR_SPACE: u16 = 0xa001;

/// Tags of the standard that say how the source's pixels are stored, counted or coloured, which is another
/// matter with each image made of them; and MakerNote, whose offsets break and which may hold the place.
const TIED: [(Group, &[u16]); 2] = [
    (
        Group::Image,
        &[
            0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117, 0x011c, 0x012d, 0x013e, 0x013f, 0x0144, 0x0145, 0x0201,
            0x0202, 0x0211, 0x0212, 0x0213, 0x0214,
        ],
    ),
    (
        Group::Photo,
        &[
            0x9101, // ComponentsConfiguration
            0x9102, // CompressedBitsPerPixel
            0x9214, // SubjectArea
            0x927c, // MakerNote
            0xa002, // PixelXDimension
            0xa003, // PixelYDimension
            0xa004, // RelatedSoundFile
            0xa20e, // FocalPlaneXResolution
            0xa20f, // FocalPlaneYResolution
            0xa210, // FocalPlaneResolutionUnit
            0xa214, // SubjectLocation
            0xa500, // Gamma
        ],
    ),
];

/// Artist and Copyright alone; `None` where neither says anything: cameras write fields of blanks.
pub fn copyright(exif: &[u8]) -> Option<Vec<u8>> {
    let Block { order, mut fields } = Block::read(exif)?;
    fields.retain(|f| f.group == Group::Image && matches!(f.tag, ARTIST | COPYRIGHT) && !is_blank(&f.value));
    write(order, fields, MOST_EXIF)
}

/// Every tag that the standard names but those [tied](TIED) to the source, and the place only where the plan
/// says so. Tags beyond the standard are not kept: nobody knows what they hold, which may be the place. What
/// passes the length of a JPEG segment shrinks to [`copyright`].
pub fn all(exif: &[u8], plan: &Plan) -> Option<Vec<u8>> {
    let Block { order, mut fields } = Block::read(exif)?;
    fields.retain(|f| {
        let tied = TIED.iter().any(|(group, tags)| f.group == *group && tags.contains(&f.tag));
        let kept = f.group != Group::Place || plan.keep == Keep::AllAndPlace;
        kept && !tied && names::name(f.group, f.tag).is_some()
    });
    for field in &mut fields {
        match (field.group, field.tag) {
            (Group::Image, ORIENTATION) if plan.orient => set(field, order, 1),
            (Group::Photo, COLOR_SPACE) if plan.colour == Colour::Srgb => set(field, order, 1),
            _ => {}
        }
    }
    write(order, fields, MOST_EXIF).or_else(|| copyright(exif))
}

fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|b| matches!(b, 0 | b' '))
}

/// Makes it one SHORT.
fn set(field: &mut Field, order: Order, number: u16) {
    field.kind = 3;
    field.value = match order {
        Order::Big => number.to_be_bytes().to_vec().into(),
        Order::Little => number.to_le_bytes().to_vec().into(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keep::tests::plan;

    fn field(group: Group, tag: u16, kind: u16, value: &[u8]) -> Field<'_> {
        Field { group, tag, kind, value: value.into() }
    }

    fn source() -> Vec<u8> {
        let fields = vec![
            field(Group::Image, ARTIST, 2, b"    \0"),
            field(Group::Image, COPYRIGHT, 2, b"(c) me\0"),
            field(Group::Image, ORIENTATION, 3, &[0, 6]),
            field(Group::Image, 0x0100, 3, &[0, 99]),
            field(Group::Image, 0x9c9b, 1, b"private title"),
            field(Group::Photo, 0x927c, 7, b"maker's note"),
            field(Group::Photo, 0x9003, 2, b"2026:01:02 03:04:05\0"),
            field(Group::Photo, COLOR_SPACE, 3, &[255, 255]),
            field(Group::Photo, 0xa002, 3, &[0, 99]),
            field(Group::Place, 1, 2, b"N\0"),
        ];
        write(Order::Big, fields, MOST_EXIF).unwrap()
    }

    fn told(block: Option<Vec<u8>>) -> Vec<(u16, Vec<u8>)> {
        let pointers = [crate::tags::block::PHOTO_POINTER, crate::tags::block::PLACE_POINTER];
        let fields = |b: &[u8]| Block::read(b).unwrap().fields.iter().map(|f| (f.tag, f.value.to_vec())).collect::<Vec<_>>();
        block.as_deref().map(fields).unwrap_or_default().into_iter().filter(|f| !pointers.contains(&f.0)).collect()
    }

    #[test]
    fn copyright_is_what_is_said() {
        assert_eq!(told(copyright(&source())), [(COPYRIGHT, b"(c) me\0".to_vec())]);
        let blank = write(Order::Little, vec![field(Group::Image, ARTIST, 2, b"  \0")], MOST_EXIF).unwrap();
        assert_eq!((copyright(&blank), copyright(b"rubbish")), (None, None));
    }

    #[test]
    fn all_is_what_stays_true() {
        let date = (0x9003, b"2026:01:02 03:04:05\0".to_vec());
        let artist = [(ARTIST, b"    \0".to_vec()), (COPYRIGHT, b"(c) me\0".to_vec())];
        let upright = plan(|p| p.keep = Keep::All);
        let want = [&[(ORIENTATION, vec![0, 1])], &artist[..], &[date.clone(), (COLOR_SPACE, vec![0, 1])]].concat();
        assert_eq!(told(all(&source(), &upright)), want);
        let as_stored = plan(|p| (p.keep, p.orient, p.colour) = (Keep::AllAndPlace, false, Colour::Keep));
        let want = [&[(ORIENTATION, vec![0, 6])], &artist[..], &[date, (COLOR_SPACE, vec![255, 255]), (1, b"N\0".to_vec())]].concat();
        assert_eq!(told(all(&source(), &as_stored)), want);
    }

    #[test]
    fn what_is_too_long_shrinks_to_the_copyright() {
        let long = vec![b'a'; MOST_EXIF];
        let fields = vec![field(Group::Image, 0x010e, 2, &long), field(Group::Image, COPYRIGHT, 2, b"(c) me\0")];
        let source = write(Order::Big, fields, 1 << 20).unwrap();
        assert_eq!(told(all(&source, &plan(|p| p.keep = Keep::All))), [(COPYRIGHT, b"(c) me\0".to_vec())]);
    }
}
