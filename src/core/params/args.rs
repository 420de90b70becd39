//! A cursor over one action's arguments, with typed readers that write the one error sentence.

use super::style::AnyName;
use super::Names;
use crate::image::Color;
use crate::{hash, Error, Result};
use std::ops::RangeInclusive;

/// Which arguments an action may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// As OSS defines them.
    Oss,
    /// As OSS defines them, plus what Limn's canonical print needs.
    Canonical,
}

/// One action: its name and the arguments that nobody has read yet.
pub struct Args<'a> {
    action: &'a str,
    items: Vec<&'a str>,
    dialect: Dialect,
    names: &'a dyn Names,
}

impl<'a> Args<'a> {
    /// Splits `resize,m_fill,w_200` into its name and arguments.
    pub fn new(text: &'a str, dialect: Dialect, names: &'a dyn Names) -> Args<'a> {
        let mut items = text.split(',');
        let action = items.next().unwrap_or("");
        Args { action, items: items.collect(), dialect, names }
    }

    /// An action of the canonical print.
    pub fn canonical(text: &'a str) -> Args<'a> {
        Args::new(text, Dialect::Canonical, &AnyName)
    }

    /// What the bucket gives names to.
    pub fn names(&self) -> &'a dyn Names {
        self.names
    }

    /// Whether the canonical print is read.
    pub fn is_canonical(&self) -> bool {
        self.dialect == Dialect::Canonical
    }

    /// The range of an argument in OSS's grammar and in the canonical print.
    pub fn range(&self, oss: RangeInclusive<i64>, canonical: RangeInclusive<i64>) -> RangeInclusive<i64> {
        if self.is_canonical() {
            canonical
        } else {
            oss
        }
    }

    /// The action's name.
    pub fn action(&self) -> &'a str {
        self.action
    }

    /// Takes the argument `KEY_VALUE` of this key; the first `_` ends the key.
    ///
    /// # Errors
    /// `repeated_key` when the key stands twice.
    pub fn text(&mut self, key: &str) -> Result<Option<&'a str>> {
        let value = |item: &&'a str| item.split_once('_').filter(|(k, _)| *k == key).map(|(_, v)| v);
        let mut found = self.items.iter().filter_map(value);
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(Error::RepeatedKey(format!("{}: the argument {key} stands twice; it may stand once.", self.action)));
        }
        self.items.retain(|item| value(item).is_none());
        Ok(first)
    }

    /// As [`text`](Self::text), but only in the canonical dialect; elsewhere the argument is left to be
    /// refused as unknown.
    ///
    /// # Errors
    /// As `text`.
    pub fn canonical_text(&mut self, key: &str) -> Result<Option<&'a str>> {
        match self.dialect {
            Dialect::Canonical => self.text(key),
            Dialect::Oss => Ok(None),
        }
    }

    /// Which grammar is read.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Takes the single bare value of actions such as `format,webp`.
    ///
    /// # Errors
    /// `bad_arg` when there is none or more than one.
    pub fn only(&mut self, wanted: &str) -> Result<&'a str> {
        match self.items.as_slice() {
            [one] if !one.is_empty() => {
                let one = *one;
                self.items.clear();
                Ok(one)
            }
            [] | [""] => Err(Error::MissingArg(format!("{}: {wanted} is wanted, nothing came.", self.action))),
            more => Err(Error::BadArg(format!("{}: one value is wanted ({wanted}), {} came.", self.action, more.len()))),
        }
    }

    /// Takes the bare word `word` if it stands there.
    pub fn bare(&mut self, word: &str) -> bool {
        let before = self.items.len();
        self.items.retain(|item| *item != word);
        self.items.len() < before
    }

    /// An integer within a range.
    ///
    /// # Errors
    /// `bad_arg` when it is none or outside, `repeated_key`.
    pub fn integer(&mut self, key: &str, range: RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        integer(text, &range).map(Some).ok_or_else(|| self.refuse(key, &between(&range), text))
    }

    /// As [`integer`](Self::integer), for an argument that must be there; the canonical print may hold
    /// more, since a device pixel ratio may have multiplied it by 5.
    ///
    /// # Errors
    /// As `integer`, and `bad_arg` when it is missing.
    pub fn wanted(&mut self, key: &str, range: RangeInclusive<i64>) -> Result<u32> {
        let range = self.range(range.clone(), *range.start()..=*range.end() * 5);
        let value = self.integer(key, range)?;
        value.map(|n| n as u32).ok_or_else(|| Error::MissingArg(format!("{}: {key} is wanted.", self.action)))
    }

    /// A number in thousandths: whole in OSS's grammar, with up to three decimals in the canonical print.
    ///
    /// # Errors
    /// `bad_arg` when it is none or outside, `repeated_key`.
    pub fn thousandths(&mut self, key: &str, min: f64, max: f64) -> Result<Option<u32>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let plain = self.is_canonical() || text.bytes().all(|b| b.is_ascii_digit());
        match decimal(text).filter(|n| plain && (min..=max).contains(n)) {
            Some(n) => Ok(Some((n * 1_000.0).round() as u32)),
            None => {
                Err(self.refuse(key, &format!("{} from {min} to {max}", if self.is_canonical() { "a number" } else { "an integer" }), text))
            }
        }
    }

    /// One of some words, as its index.
    ///
    /// # Errors
    /// `bad_arg`, `repeated_key`.
    pub fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(self.refuse(key, &list(words), text)),
        }
    }

    /// A colour `RRGGBB`; in the canonical dialect also `RRGGBBAA`.
    ///
    /// # Errors
    /// `bad_arg`, `repeated_key`.
    pub fn color(&mut self, key: &str) -> Result<Option<Color>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let digits = if self.dialect == Dialect::Canonical { 8 } else { 6 };
        let color = Color::from_hex(text).filter(|_| text.len() == 6 || text.len() == digits);
        color.map(Some).ok_or_else(|| self.refuse(key, "a colour RRGGBB", text))
    }

    /// Text in base64url.
    ///
    /// # Errors
    /// `bad_arg`, `repeated_key`.
    pub fn base64(&mut self, key: &str) -> Result<Option<String>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let decoded = hash::from_base64url(text).and_then(|bytes| String::from_utf8(bytes).ok());
        match decoded.filter(|t| !t.is_empty()) {
            Some(decoded) => Ok(Some(decoded)),
            None => Err(Error::BadArg(format!("Input is not base64 decoding. {}", self.refuse(key, "UTF-8 text in base64url", text)))),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `unknown_param` naming the first argument that nobody took.
    pub fn finish(self) -> Result<()> {
        match self.items.first() {
            None => Ok(()),
            Some(item) => Err(Error::UnknownParam(format!(
                "{}: the argument {:?} is not known.",
                self.action,
                item.chars().take(64).collect::<String>()
            ))),
        }
    }

    /// The sentence for a value that is not what was wanted.
    pub fn refuse(&self, key: &str, wanted: &str, came: &str) -> Error {
        refuse(&format!("{}: {key}", self.action), wanted, came)
    }
}

/// The sentence for a value that is not what was wanted, in any grammar. What came is cut at 64 characters.
pub fn refuse(name: &str, wanted: &str, came: &str) -> Error {
    let came: String = came.chars().take(64).collect();
    Error::BadArg(format!("{name} must be {wanted}; {came:?} came."))
}

/// Digits (with a sign where the range goes below zero) within a range.
pub fn integer(text: &str, range: &RangeInclusive<i64>) -> Option<i64> {
    let digits = text.strip_prefix('-').filter(|_| *range.start() < 0).unwrap_or(text);
    let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| plain && range.contains(n))
}

/// Digits with at most one point: no sign, exponent, `inf` or `nan`.
pub fn decimal(text: &str) -> Option<f64> {
    let plain = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// Thousandths as the shortest decimal: 1500 → `1.5`.
pub fn decimal_print(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `1..=100` as words.
pub fn between(range: &RangeInclusive<i64>) -> String {
    format!("an integer from {} to {}", range.start(), range.end())
}

/// `one of a, b, c`.
pub fn list<T>(words: &[(&str, T)]) -> String {
    format!("one of {}", words.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_action_argument_wish_and_value() {
        let e = Args::new("resize,w_0", Dialect::Oss, &AnyName).integer("w", 1..=16384).unwrap_err();
        assert_eq!(e.to_string(), "resize: w must be an integer from 1 to 16384; \"0\" came.");
    }

    #[test]
    fn integers_are_plain_digits() {
        for bad in ["", "+1", "1.0", "1e3", " 1", "0x10", "99999999999", "-1", "１"] {
            assert_eq!(integer(bad, &(0..=100)), None, "{bad}");
        }
        assert_eq!(integer("-10", &(-10..=10)), Some(-10));
    }

    #[test]
    fn leftovers_and_repeats_are_refused() {
        let mut args = Args::canonical("resize,w_1,w_2");
        assert_eq!(args.text("w").unwrap_err().code(), "repeated_key");
        assert_eq!(Args::canonical("resize,z_1").finish().unwrap_err().code(), "unknown_param");
    }

    #[test]
    fn a_value_may_hold_underscores() {
        let mut args = Args::canonical("watermark,image_YV9i_w");
        assert_eq!(args.text("image").unwrap(), Some("YV9i_w"));
    }
}
