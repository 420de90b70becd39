//! The directories of a TIFF block (TIFF 6.0 section 2; EXIF 2.32 section 4.6).
//!
//! Fields borrow from the block: an attacker's block of 64 KiB can name the same 64 KiB as the value of five
//! thousand fields, which a reader that copies values would turn into hundreds of megabytes.

use std::borrow::Cow;

/// Most fields that are read of one block, all directories together; cameras write about a hundred.
const MOST_FIELDS: usize = 1024;

/// A directory's place in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The first directory: the picture itself.
    Image,
    /// How it was taken.
    Photo,
    /// Where it was taken: GPS.
    Place,
    /// Interoperability.
    Interop,
    /// The second directory: the thumbnail.
    Thumbnail,
}

/// The order of bytes in a block's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Order {
    Big,
    Little,
}

impl Order {
    /// A number of 16 bits at `at`.
    pub fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let pair: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Order::Big => u16::from_be_bytes(pair),
            Order::Little => u16::from_le_bytes(pair),
        })
    }

    /// A number of 32 bits at `at`.
    pub fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Order::Big => u32::from_be_bytes(four),
            Order::Little => u32::from_le_bytes(four),
        })
    }
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// The directory it stands in.
    pub group: Group,
    /// Its number there.
    pub tag: u16,
    /// TIFF's type of its values, see [`width`].
    pub kind: u16,
    /// Its values in the block's order.
    pub value: Cow<'a, [u8]>,
}

impl Field<'_> {
    /// The first value of a field of unsigned numbers.
    pub fn number(&self, order: Order) -> Option<u32> {
        match self.kind {
            1 => self.value.first().map(|b| u32::from(*b)),
            3 => order.short(&self.value, 0).map(u32::from),
            4 => order.long(&self.value, 0),
            _ => None,
        }
    }
}

/// Bytes of one value: BYTE 1, ASCII 2, SHORT 3, LONG 4, RATIONAL 5, SBYTE 6, UNDEFINED 7, SSHORT 8, SLONG 9,
/// SRATIONAL 10, FLOAT 11, DOUBLE 12 and EXIF 3.0's UTF-8 129; `None` for types that nobody knows.
pub fn width(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

/// The pointers from one directory to another: EXIF 2.32 section 4.6.3.
pub const PHOTO_POINTER: u16 = 0x8769;
/// To [`Group::Place`].
pub const PLACE_POINTER: u16 = 0x8825;
/// From [`Group::Photo`] to [`Group::Interop`].
pub const INTEROP_POINTER: u16 = 0xa005;

/// A block's fields.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    /// How its numbers are written.
    pub order: Order,
    /// In the order of the block; a tag may be there twice.
    pub fields: Vec<Field<'a>>,
}

impl<'a> Block<'a> {
    /// Reads what can be read: a field or directory that lies outside the block is left out, since a broken
    /// tag must not cost the others. `None` when it is no TIFF block.
    pub fn read(bytes: &'a [u8]) -> Option<Block<'a>> {
        let order = match bytes.get(..4)? {
            b"MM\0*" => Order::Big,
            b"II*\0" => Order::Little,
            _ => return None,
        };
        let mut block = Block { order, fields: Vec::new() };
        let next = block.directory(bytes, order.long(bytes, 4)?, Group::Image);
        for (from, pointer, to) in [
            (Group::Image, PHOTO_POINTER, Group::Photo),
            (Group::Image, PLACE_POINTER, Group::Place),
            (Group::Photo, INTEROP_POINTER, Group::Interop),
        ] {
            if let Some(at) = block.find(from, pointer).and_then(|f| f.number(order)) {
                block.directory(bytes, at, to);
            }
        }
        if let Some(at) = next.filter(|at| *at != 0) {
            block.directory(bytes, at, Group::Thumbnail);
        }
        Some(block)
    }

    /// The first field of this number.
    pub fn find(&self, group: Group, tag: u16) -> Option<&Field<'a>> {
        self.fields.iter().find(|f| f.group == group && f.tag == tag)
    }

    /// Adds a directory's fields; answers where the next one lies.
    fn directory(&mut self, bytes: &'a [u8], at: u32, group: Group) -> Option<u32> {
        let at = usize::try_from(at).ok()?;
        let entries = usize::from(self.order.short(bytes, at)?);
        let first = at.checked_add(2)?;
        for i in 0..entries.min(MOST_FIELDS.saturating_sub(self.fields.len())) {
            self.fields.extend(self.entry(bytes, first.checked_add(i * 12)?, group));
        }
        self.order.long(bytes, first.checked_add(entries * 12)?)
    }

    fn entry(&self, bytes: &'a [u8], at: usize, group: Group) -> Option<Field<'a>> {
        let (tag, kind) = (self.order.short(bytes, at)?, self.order.short(bytes, at + 2)?);
        let count = usize::try_from(self.order.long(bytes, at + 4)?).ok()?;
        let len = width(kind)?.checked_mul(count)?;
        let from = if len <= 4 { at + 8 } else { usize::try_from(self.order.long(bytes, at + 8)?).ok()? };
        let value = bytes.get(from..from.checked_add(len)?)?;
        Some(Field { group, tag, kind, value: Cow::Borrowed(value) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Little-endian: a value in its entry, one behind it, a pointer to GPS, a thumbnail directory.
    const SMALL: &[u8] = b"II*\0\x08\0\0\0\x03\0\
        \x12\x01\x03\0\x01\0\0\0\x06\0\0\0\
        \x98\x82\x02\0\x06\0\0\0\x50\0\0\0\
        \x25\x88\x04\0\x01\0\0\0\x32\0\0\0\
        \x40\0\0\0\
        \x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\
        \x01\0\x03\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0Limn!\0";

    #[test]
    fn directories_are_followed() {
        let block = Block::read(SMALL).unwrap();
        let all: Vec<_> = block.fields.iter().map(|f| (f.group, f.tag, f.value.to_vec())).collect();
        let want = [
            (Group::Image, 0x0112, vec![6, 0]),
            (Group::Image, 0x8298, b"Limn!\0".to_vec()),
            (Group::Image, 0x8825, vec![0x32, 0, 0, 0]),
            (Group::Place, 1, b"N\0".to_vec()),
            (Group::Thumbnail, 0x0103, vec![6, 0]),
        ];
        assert_eq!(all, want);
        assert_eq!(block.find(Group::Image, 0x0112).and_then(|f| f.number(block.order)), Some(6));
    }

    #[test]
    fn a_cut_or_altered_block_never_panics_and_stays_small() {
        for end in 0..SMALL.len() {
            let _ = Block::read(&SMALL[..end]);
            for byte in [0, 0x7f, 0xff] {
                let mut bad = SMALL.to_vec();
                bad[end] = byte;
                assert!(Block::read(&bad).is_none_or(|b| b.fields.len() <= 3 * 5));
            }
        }
        // A directory that says it has 65535 entries, and one that points at itself.
        let mut many = b"MM\0*\0\0\0\x08\xff\xff".to_vec();
        many.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x08".repeat(65_535));
        assert_eq!(Block::read(&many).unwrap().fields.len(), MOST_FIELDS);
    }
}
