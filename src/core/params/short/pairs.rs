//! Typed readers over name and value, each of which writes the one error sentence.

use crate::image::Color;
use crate::ops::anchor::Anchor;
use crate::ops::gravity::{self, Gravity};
use crate::ops::length::Length;
use crate::ops::resize::MAX_SIDE;
use crate::params::args::{between, decimal, integer, list, refuse};
use crate::params::hints::HINTED_WIDTH;
use crate::{hash, Error, Result};
use std::ops::RangeInclusive;

/// Pairs of canonical name and value.
pub struct Pairs<'a> {
    pairs: &'a [(String, String)],
    /// The device pixel ratio.
    pub dpr: f64,
}

impl<'a> Pairs<'a> {
    /// Reads `dpr` first, which the lengths depend on.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn new(pairs: &'a [(String, String)]) -> Result<Pairs<'a>> {
        let plain = Pairs { pairs, dpr: 1.0 };
        let dpr = plain.number("dpr", 0.5, 5.0)?.unwrap_or(1.0);
        Ok(Pairs { pairs, dpr })
    }

    /// Pairs under a device pixel ratio that is known.
    pub fn of(pairs: &'a [(String, String)], dpr: f64) -> Pairs<'a> {
        Pairs { pairs, dpr }
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// An integer within a range.
    pub fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        integer(text, &range).map(Some).ok_or_else(|| refuse(name, &between(&range), text))
    }

    /// An integer of pixels within a range, multiplied by the device pixel ratio.
    pub fn pixels(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<u32>> {
        Ok(self.integer(name, range)?.map(|n| self.scaled(n)))
    }

    /// Pixels multiplied by the device pixel ratio, at least 1 where there were some.
    pub fn scaled(&self, pixels: i64) -> u32 {
        let least = if pixels > 0 { 1.0 } else { 0.0 };
        (pixels as f64 * self.dpr).round().max(least) as u32
    }

    /// A decimal number within a range.
    pub fn number(&self, name: &str, min: f64, max: f64) -> Result<Option<f64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match decimal(text).filter(|n| (min..=max).contains(n)) {
            Some(n) => Ok(Some(n)),
            None => Err(refuse(name, &format!("a number from {min} to {max}"), text)),
        }
    }

    /// A decimal number in thousandths.
    pub fn thousandths(&self, name: &str, min: f64, max: f64) -> Result<Option<u32>> {
        Ok(self.number(name, min, max)?.map(|n| (n * 1_000.0).round() as u32))
    }

    /// 0 or 1.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.one_of(name, &[("0", false), ("1", true)])
    }

    /// One of some words.
    pub fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(refuse(name, &list(words), text)),
        }
    }

    /// A colour.
    pub fn color(&self, name: &str) -> Result<Option<Color>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        color(name, text).map(Some)
    }

    /// A point of the grid.
    pub fn gravity(&self, name: &str) -> Result<Option<Gravity>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        gravity::parse(text).map(Some).ok_or_else(|| refuse(name, "one of n ne e se s sw w nw c", text))
    }

    /// What a cut holds on to: `g` with its focal point.
    pub fn anchor(&self) -> Result<Option<Anchor>> {
        let part = |name| Ok::<_, Error>(self.number(name, 0.0, 1.0)?.map(|n| (n * 1e6).round() as u32));
        let (x, y) = (part("fx")?, part("fy")?);
        match self.get("g") {
            Some("fp") => Ok(Some(Anchor::Point(x.unwrap_or(500_000), y.unwrap_or(500_000)))),
            _ if x.is_some() || y.is_some() => Err(Error::BadArg("fx and fy belong to g=fp.".into())),
            Some("auto") => Ok(Some(Anchor::Auto)),
            Some(text) if gravity::parse(text).is_none() => Err(refuse("g", "one of n ne e se s sw w nw c fp auto", text)),
            _ => Ok(self.gravity("g")?.map(Anchor::Grid)),
        }
    }

    /// A side: pixels, a ratio, or auto.
    pub fn side(&self, name: &str) -> Result<Option<Length>> {
        let wanted = "an integer from 1 to 16384 (after dpr), a ratio between 0 and 1, or auto";
        let text = match self.get(name) {
            // A browser tells the width in the screen's own pixels.
            Some("auto") if name == "w" => {
                return Ok(self.integer(HINTED_WIDTH, 1..=i64::from(MAX_SIDE))?.map(|n| Length::Pixels(n as u32)))
            }
            None | Some("auto") => return Ok(None),
            Some(text) => text,
        };
        let length = match integer(text, &(1..=i64::from(MAX_SIDE))) {
            Some(n) => Some(self.scaled(n)).filter(|n| (1..=MAX_SIDE).contains(n)).map(Length::Pixels),
            None => ratio(text).map(Length::Ratio),
        };
        length.map(Some).ok_or_else(|| refuse(name, wanted, text))
    }

    /// A margin: pixels or a ratio.
    pub fn margin(&self, name: &str) -> Result<Option<Length>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let margin = match integer(text, &(0..=4_096)) {
            Some(n) => Some(Length::Pixels(n as u32).times(self.dpr)),
            None => ratio(text).map(Length::Ratio),
        };
        margin.map(Some).ok_or_else(|| refuse(name, "an integer from 0 to 4096 or a ratio between 0 and 1", text))
    }
}

/// A colour of a key.
///
/// # Errors
/// `bad_arg`.
pub fn color(name: &str, text: &str) -> Result<Color> {
    Color::parse(text).ok_or_else(|| refuse(name, "rgb, rrggbb, rrggbbaa or a CSS colour name", text))
}

/// A ratio strictly between 0 and 1, kept in millionths so that it prints back exactly.
pub fn ratio(text: &str) -> Option<u32> {
    let value = decimal(text).filter(|v| *v > 0.0 && *v < 1.0)?;
    Some((value * 1e6).round() as u32).filter(|m| (1..1_000_000).contains(m))
}

/// Text, or text in base64url behind `b64:`.
pub fn text_or_base64(text: &str) -> Option<String> {
    match text.strip_prefix("b64:") {
        Some(coded) => hash::from_base64url(coded).and_then(|bytes| String::from_utf8(bytes).ok()),
        None => Some(text.to_string()),
    }
}
