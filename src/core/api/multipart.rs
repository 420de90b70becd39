//! The rules of a multipart upload.

use crate::sort;
use crate::{hash, Error, Result};
use std::collections::HashMap;

/// The highest number of a part.
pub const MAX_NUMBER: u16 = 10_000;
/// Fewest bytes of each part but the last: OSS's rule. S3's is 5 MiB, and its clients never send less.
pub const MIN_LENGTH: u64 = 100 * 1_024;

/// A part that is stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// 1 to 10,000.
    pub number: u16,
    /// MD5 in lower-case hex, without quotes.
    pub etag: String,
    /// Bytes.
    pub length: u64,
    /// When it was stored, unix milliseconds.
    pub stored: u64,
}

/// A part as the client names it when it completes an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// 1 to 10,000.
    pub number: u16,
    /// Its ETag, without quotes, hex digits of either case.
    pub etag: String,
}

/// Reads a part's number, 1 to 10,000.
///
/// # Errors
/// `bad_arg`.
pub fn number(text: &str) -> Result<u16> {
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number
        .filter(|n| (1..=MAX_NUMBER).contains(n))
        .ok_or_else(|| Error::BadArg(format!("A part's number must be a whole number from 1 to {MAX_NUMBER}.")))
}

/// The parts that make the object, in order. `named` is what the client lists, or none for all that are
/// stored (OSS `x-oss-complete-all: yes`); stored parts that it does not list are left out. `limit` is the most
/// bytes that the object may have.
///
/// # Errors
/// `invalid_part_order`, `invalid_part`, `part_too_small`, `upload_too_large`.
pub fn chosen<'a>(named: Option<&[Named]>, stored: &'a [Part], limit: u64) -> Result<Vec<&'a Part>> {
    let parts = match named {
        Some(named) => listed(named, stored)?,
        None => {
            let mut all: Vec<&Part> = stored.iter().collect();
            sort::by_key(&mut all, |part| part.number);
            all
        }
    };
    let Some((_, all_but_last)) = parts.split_last() else {
        return Err(Error::InvalidPart("The upload has no parts.".into()));
    };
    if let Some(part) = all_but_last.iter().find(|part| part.length < MIN_LENGTH) {
        let text = format!("Part {} has {} bytes; each but the last must have {MIN_LENGTH} at least.", part.number, part.length);
        return Err(Error::PartTooSmall(text));
    }
    match parts.iter().try_fold(0u64, |sum, part| sum.checked_add(part.length)) {
        Some(total) if total <= limit => Ok(parts),
        _ => Err(Error::UploadTooLarge(format!("The parts have more than {limit} bytes together."))),
    }
}

fn listed<'a>(named: &[Named], stored: &'a [Part]) -> Result<Vec<&'a Part>> {
    if named.windows(2).any(|pair| matches!(pair, [a, b] if a.number >= b.number)) {
        return Err(Error::InvalidPartOrder);
    }
    let by_number: HashMap<u16, &Part> = stored.iter().map(|part| (part.number, part)).collect();
    let find = |named: &Named| {
        let part = by_number.get(&named.number).copied();
        let part = part.ok_or_else(|| Error::InvalidPart(format!("Part {} was not uploaded.", named.number)))?;
        match part.etag.eq_ignore_ascii_case(named.etag.trim_matches('"')) {
            true => Ok(part),
            false => Err(Error::InvalidPart(format!("Part {} has another ETag than was named.", named.number))),
        }
    };
    named.iter().map(find).collect()
}

/// The ETag of the object, without quotes: the MD5 of the parts' MD5s, `-`, how many they are. Clients know
/// from its form that it is not the MD5 of the bytes.
///
/// # Errors
/// `internal` for a part whose ETag is not an MD5.
pub fn etag(parts: &[&Part]) -> Result<String> {
    let mut all = Vec::with_capacity(parts.len() * 16);
    for part in parts {
        all.extend(hash::unhex::<16>(&part.etag).ok_or(Error::Internal)?);
    }
    Ok(format!("{}-{}", hash::hex(&hash::md5(&all)), parts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(parts: &[(u16, u64)]) -> Vec<Part> {
        parts
            .iter()
            .map(|(number, length)| Part {
                number: *number,
                etag: hash::hex(&hash::md5(&number.to_be_bytes())),
                length: *length,
                stored: 0,
            })
            .collect()
    }

    #[test]
    fn parts_are_chosen_or_refused() {
        let have = stored(&[(3, MIN_LENGTH), (1, MIN_LENGTH), (7, 1), (9, 1)]);
        let name = |numbers: &[u16]| -> Vec<Named> {
            numbers
                .iter()
                .map(|n| Named { number: *n, etag: format!("\"{}\"", hash::hex(&hash::md5(&n.to_be_bytes())).to_uppercase()) })
                .collect()
        };
        for (numbers, want) in [
            (&[1, 3, 7][..], Ok(3)),
            (&[3], Ok(1)),
            (&[3, 1], Err("invalid_part_order")),
            (&[1, 1], Err("invalid_part_order")),
            (&[1, 2], Err("invalid_part")),
            (&[1, 7, 9], Err("part_too_small")),
            (&[], Err("invalid_part")),
        ] {
            let got = chosen(Some(&name(numbers)), &have, 1 << 20).map(|p| p.len()).map_err(|e| e.code());
            assert_eq!(got, want, "{numbers:?}");
        }
        assert_eq!(chosen(Some(&name(&[1, 3])), &have, MIN_LENGTH).unwrap_err().code(), "upload_too_large");
        let wrong = [Named { number: 1, etag: "0".into() }];
        assert_eq!(chosen(Some(&wrong), &have, 1 << 20).unwrap_err().code(), "invalid_part");
        let numbers: Vec<u16> = chosen(None, &have[..3], 1 << 20).unwrap().iter().map(|p| p.number).collect();
        assert_eq!(numbers, [1, 3, 7]);
    }

    #[test]
    fn the_etag_of_parts() {
        let part = |bytes: &[u8]| Part { number: 1, etag: hash::hex(&hash::md5(bytes)), length: 1, stored: 0 };
        let (a, b) = (part(b"a"), part(b"b"));
        let want = hash::hex(&hash::md5(&[hash::md5(b"a"), hash::md5(b"b")].concat()));
        assert_eq!(etag(&[&a, &b]).unwrap(), format!("{want}-2"));
        assert_eq!(etag(&[&Part { etag: "xyz".into(), ..a }]).unwrap_err().code(), "internal");
    }

    #[test]
    fn numbers_of_parts() {
        for (text, want) in [
            ("1", Ok(1)),
            ("10000", Ok(10_000)),
            ("0", Err("bad_arg")),
            ("10001", Err("bad_arg")),
            ("+1", Err("bad_arg")),
            ("", Err("bad_arg")),
        ] {
            assert_eq!(number(text).map_err(|e| e.code()), want, "{text}");
        }
    }
}
