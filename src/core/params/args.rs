//! A cursor over one action's arguments, with typed readers that write the one error sentence.

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
#[derive(Debug)]
pub struct Args<'a> {
    action: &'a str,
    items: Vec<&'a str>,
    dialect: Dialect,
}

impl<'a> Args<'a> {
    /// Splits `resize,m_fill,w_200` into its name and arguments.
    pub fn new(text: &'a str, dialect: Dialect) -> Args<'a> {
        let mut items = text.split(',');
        let action = items.next().unwrap_or("");
        Args { action, items: items.collect(), dialect }
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
            [] | [""] => Err(Error::BadArg(format!("{}: {wanted} is wanted, nothing came.", self.action))),
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
            None => Err(self.refuse(key, "UTF-8 text in base64url", text)),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `unknown_param` naming the first argument that nobody took; `not_implemented` if it is one of `later`.
    pub fn finish(self, later: &[&str]) -> Result<()> {
        let Some(item) = self.items.first() else { return Ok(()) };
        let key = item.split_once('_').map_or(*item, |(k, _)| k);
        match later.contains(&key) {
            true => Err(Error::NotImplemented(format!("{}: the argument {key} is not built yet.", self.action))),
            false => Err(Error::UnknownParam(format!("{}: the argument {item:?} is not known.", self.action))),
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
        let e = Args::new("resize,w_0", Dialect::Oss).integer("w", 1..=16384).unwrap_err();
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
        let mut args = Args::new("resize,w_1,w_2", Dialect::Oss);
        assert_eq!(args.text("w").unwrap_err().code(), "repeated_key");
        assert_eq!(Args::new("resize,z_1", Dialect::Oss).finish(&[]).unwrap_err().code(), "unknown_param");
        assert_eq!(Args::new("watermark,text_1", Dialect::Oss).finish(&["text"]).unwrap_err().code(), "not_implemented");
    }

    #[test]
    fn a_value_may_hold_underscores() {
        let mut args = Args::new("watermark,image_YV9i_w", Dialect::Oss);
        assert_eq!(args.text("image").unwrap(), Some("YV9i_w"));
    }
}
