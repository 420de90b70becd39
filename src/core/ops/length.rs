//! A length in pixels, or as a part of the image's side.

use crate::params::args::{integer, Args, Dialect};
use crate::Result;
use std::fmt;
use std::ops::RangeInclusive;

/// A side, a margin or a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Pixels; the range is that of whoever reads it.
    Pixels(u32),
    /// Millionths of the image's side, below one.
    Ratio(u32),
}

impl Length {
    /// Pixels of an image whose side is this long, rounded half up.
    pub fn of(self, side: u32) -> u32 {
        match self {
            Length::Pixels(n) => n,
            Length::Ratio(millionths) => scale(side, millionths, 1_000_000),
        }
    }

    /// As [`of`](Self::of), where no length at all is possible: an offset or a margin.
    pub fn of_or_zero(self, side: u32) -> u32 {
        match self {
            Length::Pixels(n) => n,
            Length::Ratio(millionths) => ((u64::from(side) * u64::from(millionths) + 500_000) / 1_000_000) as u32,
        }
    }

    /// Multiplied by a device pixel ratio; ratios stay.
    pub fn times(self, dpr: f64) -> Length {
        match self {
            Length::Pixels(n) => Length::Pixels((f64::from(n) * dpr).round() as u32),
            ratio => ratio,
        }
    }

    /// Reads the canonical print.
    pub fn parse(text: &str, pixels: &RangeInclusive<i64>) -> Option<Length> {
        match text.strip_prefix("0.") {
            Some(digits) if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{digits:0<6}").parse().ok().filter(|m| *m > 0).map(Length::Ratio)
            }
            _ => integer(text, pixels).map(|n| Length::Pixels(n as u32)),
        }
    }

    /// Reads an argument: pixels within a range; in the canonical print also a ratio and, since a device
    /// pixel ratio may have multiplied it, five times as many pixels.
    ///
    /// # Errors
    /// `bad_arg`, `repeated_key`.
    pub fn read(args: &mut Args, key: &str, pixels: RangeInclusive<i64>) -> Result<Option<Length>> {
        if args.dialect() != Dialect::Canonical {
            return Ok(args.integer(key, pixels)?.map(|n| Length::Pixels(n as u32)));
        }
        let Some(text) = args.text(key)? else { return Ok(None) };
        let range = *pixels.start()..=*pixels.end() * 5;
        Length::parse(text, &range).map(Some).ok_or_else(|| args.refuse(key, "a length", text))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Pixels(n) => write!(f, "{n}"),
            Length::Ratio(m) => f.write_str(format!("0.{m:06}").trim_end_matches('0')),
        }
    }
}

/// `side * to / from`, rounded half up, at least 1.
pub fn scale(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from.max(1)));
    u32::try_from((2 * side * to + from) / (2 * from)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_print_back() {
        for text in ["0.5", "0.000001", "0.123456", "7"] {
            assert_eq!(Length::parse(text, &(0..=9)).unwrap().to_string(), text);
        }
        for bad in ["0.0", "0.", "1.5", "10", "-1", "0.1234567"] {
            assert_eq!(Length::parse(bad, &(0..=9)), None, "{bad}");
        }
        assert_eq!(Length::Ratio(500_000).of(201), 101);
    }
}
