//! A field's values as OSS tells them, which is as exiv2 prints them: numbers apart by spaces, rationals as
//! `n/d`, and of the place degrees, minutes and seconds.

use super::{Field, Group, Order};
use std::fmt::Write;

/// Longest value that is told, bytes.
const MOST_BYTES: usize = 512;
/// Longest value of no known meaning that is told as numbers, bytes: versions and flags are shorter,
/// thumbnails and private data longer.
const MOST_UNDEFINED: usize = 16;
const MAKER_NOTE: u16 = 0x927c;
const USER_COMMENT: u16 = 0x9286;

/// The text; `None` for what is empty, too long, private or cannot be read.
pub fn text(field: &Field, order: Order) -> Option<String> {
    let value: &[u8] = &field.value;
    if value.len() > MOST_BYTES {
        return None;
    }
    let text = match (field.group, field.tag) {
        (Group::Photo, MAKER_NOTE) => return None,
        (Group::Photo, USER_COMMENT) | (Group::Place, 0x1b | 0x1c) => comment(value, order)?,
        // GPSLatitudeRef, GPSLongitudeRef and those of the destination.
        (Group::Place, 0x01 | 0x03 | 0x13 | 0x15) => direction(value)?,
        (Group::Place, 0x02 | 0x04 | 0x14 | 0x16) if field.kind == 5 => degrees(value, order)?,
        _ => plain(field.kind, value, order)?,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn plain(kind: u16, value: &[u8], order: Order) -> Option<String> {
    let list = |width: usize, each: &dyn Fn(&[u8]) -> Option<String>| {
        value.chunks_exact(width).map(each).collect::<Option<Vec<_>>>().map(|all| all.join(" "))
    };
    match kind {
        2 | 129 => Some(letters(value)),
        1 => list(1, &|v| v.first().map(u8::to_string)),
        6 => list(1, &|v| v.first().map(|b| b.cast_signed().to_string())),
        7 if value.len() <= MOST_UNDEFINED => list(1, &|v| v.first().map(u8::to_string)),
        3 => list(2, &|v| order.short(v, 0).map(|n| n.to_string())),
        8 => list(2, &|v| order.short(v, 0).map(|n| n.cast_signed().to_string())),
        4 => list(4, &|v| order.long(v, 0).map(|n| n.to_string())),
        9 => list(4, &|v| order.long(v, 0).map(|n| n.cast_signed().to_string())),
        5 => list(8, &|v| Some(format!("{}/{}", order.long(v, 0)?, order.long(v, 4)?))),
        10 => list(8, &|v| Some(format!("{}/{}", order.long(v, 0)?.cast_signed(), order.long(v, 4)?.cast_signed()))),
        _ => None,
    }
}

/// Up to the zeros at the end; zeros within stand between parts, as photographer and editor of Copyright.
fn letters(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.trim_end_matches('\0').replace('\0', " ").trim_end().to_string()
}

/// EXIF 2.32 section 4.6.5, UserComment: eight bytes name the letters that follow.
fn comment(value: &[u8], order: Order) -> Option<String> {
    let (code, rest) = value.split_at_checked(8)?;
    match code {
        b"UNICODE\0" => {
            let units: Vec<u16> = (0..rest.len() / 2).map_while(|i| order.short(rest, i * 2)).collect();
            Some(String::from_utf16(&units).ok()?.trim_matches(['\0', ' ']).to_string())
        }
        b"ASCII\0\0\0" | [0, 0, 0, 0, 0, 0, 0, 0] => {
            Some(std::str::from_utf8(rest).ok()?.trim_matches(['\0', ' ']).to_string()).filter(|t| !t.contains('\0'))
        }
        _ => None,
    }
}

fn direction(value: &[u8]) -> Option<String> {
    let word = match value.first()? {
        b'N' => "North",
        b'S' => "South",
        b'E' => "East",
        b'W' => "West",
        _ => return Some(letters(value)),
    };
    Some(word.into())
}

/// Each part with a space behind it, zeros at the end left out; decimals only where a part is not whole.
fn degrees(value: &[u8], order: Order) -> Option<String> {
    let part = |i: usize| Some((order.long(value, i * 8)?, order.long(value, i * 8 + 4)?));
    let parts = [part(0)?, part(1)?, part(2)?];
    let shown = parts.iter().rposition(|(n, _)| *n != 0).map_or(1, |last| last + 1);
    let mut out = String::new();
    for ((n, d), (unit, decimals)) in parts.into_iter().zip([("deg", 7), ("'", 5), ("\"", 3)]).take(shown) {
        let decimals = if n.checked_rem(d)? == 0 { 0 } else { decimals };
        write!(out, "{:.decimals$}{unit} ", f64::from(n) / f64::from(d)).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(group: Group, tag: u16, kind: u16, value: &[u8]) -> Option<String> {
        text(&Field { group, tag, kind, value: value.into() }, Order::Big)
    }

    #[test]
    fn values_are_told_as_oss_does() {
        for (group, tag, kind, value, want) in [
            (Group::Image, 0x0112, 3, &[0, 7][..], "7"),
            (Group::Image, 0x011a, 5, &[0, 0, 0, 96, 0, 0, 0, 1], "96/1"),
            (Group::Image, 0x0132, 2, b"2015:02:11 15:38:27\0", "2015:02:11 15:38:27"),
            (Group::Image, 0x8298, 2, b"A\0B\0", "A B"),
            (Group::Photo, 0x9000, 7, b"0220", "48 50 50 48"),
            (Group::Photo, 0x9204, 10, &[255, 255, 255, 255, 0, 0, 0, 3], "-1/3"),
            (Group::Place, 0, 1, &[2, 2, 0, 0], "2 2 0 0"),
            (Group::Place, 1, 2, b"N\0", "North"),
            (Group::Photo, 0x9286, 7, b"ASCII\0\0\0hi  \0\0", "hi"),
            (Group::Photo, 0x9286, 7, b"UNICODE\0\0h\0i", "hi"),
        ] {
            assert_eq!(told(group, tag, kind, value).as_deref(), Some(want), "{tag:x}");
        }
    }

    #[test]
    fn a_place_is_told_in_degrees() {
        let place = |parts: [u32; 6]| told(Group::Place, 2, 5, &parts.map(u32::to_be_bytes).concat());
        assert_eq!(place([0, 1, 0, 1, 0, 1]).as_deref(), Some("0deg "));
        assert_eq!(place([48, 1, 51, 1, 2960, 100]).as_deref(), Some("48deg 51' 29.600\" "));
        assert_eq!(place([48, 1, 5125, 100, 0, 1]).as_deref(), Some("48deg 51.25000' "));
        assert_eq!(place([48, 0, 1, 1, 1, 1]), None);
    }

    #[test]
    fn what_is_no_text_is_not_told() {
        for (group, tag, kind, value) in [
            (Group::Photo, 0x927c, 7, &[1; 4][..]),
            (Group::Photo, 0x9286, 7, b"JIS\0\0\0\0\0xx"),
            (Group::Photo, 0x9286, 7, b"short"),
            (Group::Photo, 0xa20c, 7, &[0; 17]),
            (Group::Image, 0x010e, 2, &[b'a'; 513]),
            (Group::Image, 0x010e, 2, b"  \0"),
            (Group::Place, 2, 5, &[0; 23]),
        ] {
            assert_eq!(told(group, tag, kind, value), None, "{tag:x}");
        }
    }
}
