//! Which bytes of a representation are wanted (RFC 9110 section 14).

use super::conditions::names;
use crate::dialect::Dialect;
use crate::parts::Parts;
use crate::{http_date, Error, Result};

/// What goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// 200 and all of it.
    Whole,
    /// 206 and these bytes.
    Part {
        /// The first byte.
        start: u64,
        /// The last byte, which goes out too.
        end: u64,
    },
}

impl Range {
    /// Reads Range and If-Range for what is `length` bytes long, has this `etag` and was `modified` then
    /// (unix seconds).
    ///
    /// Several ranges, another unit and what cannot be read get the whole, as in S3 and OSS. OSS also sends the
    /// whole where a range reaches beyond the end, unless `x-oss-range-behavior: standard` asks for what RFC 9110
    /// says; its SDKs know both.
    ///
    /// # Errors
    /// `bad_range`; [`unsatisfied`] is the header that goes with it.
    pub fn of(parts: &Parts, length: u64, etag: &str, modified: u64) -> Result<Range> {
        let Some((first, last)) = parts.header("range").and_then(read) else { return Ok(Range::Whole) };
        if !parts.header("if-range").is_none_or(|value| is_same(value, etag, modified)) {
            return Ok(Range::Whole);
        }
        let lenient = Dialect::of(parts) == Dialect::Oss && parts.header("x-oss-range-behavior") != Some("standard");
        let (start, end) = match (first, last) {
            (Some(first), last) => (first, last.unwrap_or(u64::MAX)),
            (None, Some(count)) => (if count == 0 { length } else { length.saturating_sub(count) }, u64::MAX),
            (None, None) => return Ok(Range::Whole),
        };
        let beyond = start >= length || (first.is_some() && last.is_some_and(|last| last >= length));
        match (lenient && beyond, start < length) {
            (true, _) => Ok(Range::Whole),
            (false, true) => Ok(Range::Part { start, end: end.min(length - 1) }),
            (false, false) => Err(Error::BadRange(format!("The range begins behind the end; there are {length} bytes."), length)),
        }
    }

    /// The first and the last byte of a part.
    pub fn bounds(self) -> Option<(u64, u64)> {
        match self {
            Range::Whole => None,
            Range::Part { start, end } => Some((start, end)),
        }
    }

    /// How many bytes go out.
    pub fn count(self, length: u64) -> u64 {
        match self {
            Range::Whole => length,
            Range::Part { start, end } => (end + 1).saturating_sub(start),
        }
    }

    /// The Content-Range of a 206; none for the whole.
    pub fn content_range(self, length: u64) -> Option<String> {
        match self {
            Range::Whole => None,
            Range::Part { start, end } => Some(format!("bytes {start}-{end}/{length}")),
        }
    }
}

/// The Content-Range of a 416.
pub fn unsatisfied(length: u64) -> String {
    format!("bytes */{length}")
}

/// `bytes=a-b`, `bytes=a-` or `bytes=-n`; `None` for anything else.
fn read(value: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, set) = value.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    let number = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        // Digits beyond 64 bits are a number all the same, larger than any length.
        true => Some((!text.is_empty()).then(|| text.parse().unwrap_or(u64::MAX))),
        false => None,
    };
    let (first, last) = (number(first)?, number(last)?);
    let legal = match (first, last) {
        (Some(first), Some(last)) => first <= last,
        (None, None) => false,
        _ => true,
    };
    (unit.trim().eq_ignore_ascii_case("bytes") && legal).then_some((first, last))
}

/// If-Range compares strongly: the same ETag, or exactly the same date.
fn is_same(value: &str, etag: &str, modified: u64) -> bool {
    match http_date::parse(value) {
        Some(date) => date == modified,
        None => value.trim() != "*" && !value.contains(',') && names(value, etag, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&str, &str)], length: u64) -> Result<Range, &'static str> {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        let parts = Parts::new("GET", "http://h/b/k", headers).unwrap();
        Range::of(&parts, length, "\"a\"", 1_699_807_420).map_err(|e| e.code())
    }

    const fn part(start: u64, end: u64) -> Result<Range, &'static str> {
        Ok(Range::Part { start, end })
    }

    const WHOLE: Result<Range, &str> = Ok(Range::Whole);
    const BAD: Result<Range, &str> = Err("bad_range");

    #[test]
    fn ranges_of_ten_bytes() {
        for (range, standard, oss) in [
            ("bytes=0-3", part(0, 3), part(0, 3)),
            ("BYTES=9-9", part(9, 9), part(9, 9)),
            ("bytes=3-", part(3, 9), part(3, 9)),
            ("bytes=-3", part(7, 9), part(7, 9)),
            ("bytes=-30", part(0, 9), part(0, 9)),
            ("bytes=5-20", part(5, 9), WHOLE),
            ("bytes=10-20", BAD, WHOLE),
            ("bytes=10-", BAD, WHOLE),
            ("bytes=-0", BAD, WHOLE),
            ("bytes=0-99999999999999999999999", part(0, 9), WHOLE),
            ("bytes=99999999999999999999999-", BAD, WHOLE),
            ("bytes=4-3", WHOLE, WHOLE),
            ("bytes=0-1,3-4", WHOLE, WHOLE),
            ("bytes=-", WHOLE, WHOLE),
            ("bytes=+1-2", WHOLE, WHOLE),
            ("lines=0-3", WHOLE, WHOLE),
            ("0-3", WHOLE, WHOLE),
        ] {
            assert_eq!(of(&[("range", range)], 10), standard, "{range}");
            assert_eq!(of(&[("range", range), ("authorization", "OSS a:b")], 10), oss, "{range} in OSS");
            assert_eq!(of(&[("range", range), ("x-oss-range-behavior", "standard")], 10), standard, "{range} in OSS, standard");
        }
        assert_eq!((of(&[("range", "bytes=0-")], 0), of(&[], 0)), (BAD, WHOLE));
    }

    #[test]
    fn if_range_must_be_this_very_representation() {
        for (value, want) in [
            ("\"a\"", part(0, 3)),
            ("W/\"a\"", WHOLE),
            ("\"b\"", WHOLE),
            ("*", WHOLE),
            ("Sun, 12 Nov 2023 16:43:40 GMT", part(0, 3)),
            ("Sun, 12 Nov 2023 16:43:41 GMT", WHOLE),
        ] {
            assert_eq!(of(&[("range", "bytes=0-3"), ("if-range", value)], 10), want, "{value}");
        }
    }

    #[test]
    fn headers_of_answers() {
        let range = Range::Part { start: 2, end: 5 };
        assert_eq!((range.count(10), range.content_range(10).as_deref()), (4, Some("bytes 2-5/10")));
        assert_eq!((Range::Whole.count(10), Range::Whole.content_range(10), unsatisfied(10).as_str()), (10, None, "bytes */10"));
    }
}
