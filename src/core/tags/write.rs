//! A new TIFF block of some fields, laid out as EXIF 2.32 section 4.5.2 wants it.

use super::block::{width, INTEROP_POINTER, PHOTO_POINTER, PLACE_POINTER};
use super::{Field, Group, Order};
use crate::sort;

/// The directories that are written. Interoperability and thumbnails describe the file that they came with.
const WRITTEN: [Group; 3] = [Group::Image, Group::Photo, Group::Place];

/// The block; `None` when no field is left to write or it would pass `most` bytes.
///
/// Values are taken over as they are, in `order`; pointers are made anew, and of a tag that is there twice
/// the first counts.
pub fn write(order: Order, mut fields: Vec<Field>, most: usize) -> Option<Vec<u8>> {
    fields.retain(|f| WRITTEN.contains(&f.group) && !matches!(f.tag, PHOTO_POINTER | PLACE_POINTER | INTEROP_POINTER));
    sort::by_key(&mut fields, |f| (f.group, f.tag));
    fields.dedup_by_key(|f| (f.group, f.tag));
    if fields.is_empty() || fields.iter().map(|f| f.value.len() + 13).sum::<usize>() > most {
        return None;
    }
    let within = |group: Group| fields.iter().filter(move |f| f.group == group);
    let mut rows: [Vec<Row>; 3] = WRITTEN.map(|group| within(group).filter_map(Row::of).collect());
    let mut at = 8 + length(rows[0].len() + rows[1..].iter().filter(|r| !r.is_empty()).count());
    let [image, photo, place] = &mut rows;
    for (group, pointer) in [(photo, PHOTO_POINTER), (place, PLACE_POINTER)] {
        if !group.is_empty() {
            image.push(Row { tag: pointer, kind: 4, count: 1, value: long(order, at).to_vec() });
            at += length(group.len());
        }
    }
    sort::by_key(image, |row| row.tag);

    let mut out = match order {
        Order::Big => b"MM\0*".to_vec(),
        Order::Little => b"II*\0".to_vec(),
    };
    out.extend(long(order, 8));
    let mut values = Vec::new();
    for rows in rows.iter().filter(|rows| !rows.is_empty()) {
        out.extend(short(order, rows.len()));
        for row in rows {
            out.extend(short(order, usize::from(row.tag)));
            out.extend(short(order, usize::from(row.kind)));
            out.extend(long(order, row.count));
            if row.value.len() <= 4 {
                out.extend(row.value.iter().copied().chain(std::iter::repeat(0)).take(4));
                continue;
            }
            out.extend(long(order, at + values.len()));
            values.extend_from_slice(&row.value);
            // Values begin at even offsets.
            values.resize(values.len().next_multiple_of(2), 0);
        }
        // No further directory.
        out.extend([0; 4]);
    }
    out.append(&mut values);
    Some(out).filter(|out| out.len() <= most)
}

/// An entry of a directory.
struct Row {
    tag: u16,
    kind: u16,
    count: usize,
    value: Vec<u8>,
}

impl Row {
    fn of(field: &Field) -> Option<Row> {
        let count = field.value.len() / width(field.kind)?;
        Some(Row { tag: field.tag, kind: field.kind, count, value: field.value.to_vec() })
    }
}

/// Bytes of a directory.
fn length(entries: usize) -> usize {
    2 + entries * 12 + 4
}

/// The low 16 bits: there are at most 1024 entries.
fn short(order: Order, number: usize) -> [u8; 2] {
    match order {
        Order::Big => (number as u16).to_be_bytes(),
        Order::Little => (number as u16).to_le_bytes(),
    }
}

/// The low 32 bits: a block is at most 1 MiB.
fn long(order: Order, number: usize) -> [u8; 4] {
    match order {
        Order::Big => (number as u32).to_be_bytes(),
        Order::Little => (number as u32).to_le_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Block;
    use super::*;

    fn field(group: Group, tag: u16, kind: u16, value: &[u8]) -> Field<'_> {
        Field { group, tag, kind, value: value.into() }
    }

    fn some() -> Vec<Field<'static>> {
        vec![
            field(Group::Place, 2, 5, &[7; 24]),
            field(Group::Photo, 0x9003, 2, b"2026:01:02 03:04:05\0"),
            field(Group::Image, 0x8298, 2, b"odd \0"),
            field(Group::Image, 0x010f, 2, b"me\0"),
            field(Group::Image, 0x8298, 2, b"second\0"),
            field(Group::Thumbnail, 0x0201, 4, &[1, 2, 3, 4]),
        ]
    }

    #[test]
    fn what_is_written_is_read_again() {
        for order in [Order::Big, Order::Little] {
            let bytes = write(order, some(), 1 << 16).unwrap();
            let block = Block::read(&bytes).unwrap();
            let mut read = block.fields.clone();
            read.retain(|f| f.tag != PHOTO_POINTER && f.tag != PLACE_POINTER);
            let [place, photo, copyright, make, ..] = <[Field; 6]>::try_from(some()).unwrap();
            assert_eq!((block.order, read), (order, vec![make, copyright, photo, place]));
        }
    }

    #[test]
    fn another_reader_agrees() {
        for order in [Order::Big, Order::Little] {
            let exif = exif::Reader::new().read_raw(write(order, some(), 1 << 16).unwrap()).unwrap();
            let all: Vec<_> = exif.fields().map(|f| (f.tag.to_string(), f.ifd_num.index())).collect();
            assert_eq!(all, ["Make", "Copyright", "DateTimeOriginal", "GPSLatitude"].map(|name| (name.to_string(), 0)));
            let copyright = exif.get_field(exif::Tag::Copyright, exif::In::PRIMARY).unwrap();
            assert_eq!(copyright.display_value().to_string(), "\"odd \"");
        }
    }

    #[test]
    fn nothing_and_too_much_are_no_block() {
        assert_eq!(write(Order::Big, Vec::new(), 1 << 16), None);
        assert_eq!(write(Order::Big, vec![field(Group::Thumbnail, 0x0103, 3, &[0, 6])], 1 << 16), None);
        let whole = write(Order::Big, some(), 1 << 16).unwrap().len();
        assert!(write(Order::Big, some(), whole).is_some() && write(Order::Big, some(), whole - 1).is_none());
    }
}
