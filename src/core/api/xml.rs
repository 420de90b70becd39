//! Writing XML: elements and texts, escaped.

use crate::dialect::Dialect;
use std::fmt::Write;

/// The namespace of S3's documents. OSS's have none, and its SDKs look for bare names.
const S3_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A document that is being written.
#[derive(Debug)]
pub struct Xml(String);

impl Xml {
    /// A whole document: declaration, root element with its dialect's namespace, and what `inner` writes.
    pub fn document(root: &str, dialect: Dialect, inner: impl FnOnce(&mut Xml)) -> String {
        let mut xml = Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into());
        let _ = match dialect {
            Dialect::Oss => write!(xml.0, "<{root}>"),
            Dialect::S3 | Dialect::Limn => write!(xml.0, "<{root} xmlns=\"{S3_NAMESPACE}\">"),
        };
        inner(&mut xml);
        xml.end(root);
        xml.0
    }

    /// A document without a namespace in either dialect, as errors are.
    pub fn bare(root: &str, inner: impl FnOnce(&mut Xml)) -> String {
        Xml::document(root, Dialect::Oss, inner)
    }

    /// An element that holds what `inner` writes.
    pub fn element(&mut self, name: &str, inner: impl FnOnce(&mut Xml)) {
        let _ = write!(self.0, "<{name}>");
        inner(self);
        self.end(name);
    }

    /// An element with attributes, written as they stand.
    pub fn element_with(&mut self, name: &str, attributes: &str, inner: impl FnOnce(&mut Xml)) {
        let _ = write!(self.0, "<{name} {attributes}>");
        inner(self);
        self.end(name);
    }

    /// An element that holds a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| escape(text, &mut xml.0));
    }

    /// A text of its own within the element that is being written.
    pub fn chars(&mut self, text: &str) {
        escape(text, &mut self.0);
    }

    /// An element that holds a number, or `true` or `false`.
    pub fn value(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self.0, "<{name}>{value}</{name}>");
    }

    fn end(&mut self, name: &str) {
        let _ = write!(self.0, "</{name}>");
    }
}

/// Escapes markup. What XML 1.0 cannot hold at all, not even as a reference, becomes U+FFFD: one such
/// character would make the whole answer unreadable. Tab and line ends are references, since readers may
/// change bare ones.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// `2023-11-12T16:43:40.000Z` from unix milliseconds. The milliseconds are always 000: oss2 reads nothing
/// else there, and Last-Modified knows whole seconds only.
pub fn time(unix_ms: u64) -> String {
    let seconds = unix_ms / 1_000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of year 0, in eras of 400 years (the proleptic Gregorian calendar).
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let text = "a<b>&\"'\t\r\n图";
        for dialect in [Dialect::Oss, Dialect::S3] {
            let xml = Xml::document("R", dialect, |xml| {
                xml.text("Key", text);
                xml.value("Size", 3);
            });
            let read = roxmltree::Document::parse(&xml).unwrap();
            let namespace = read.root_element().tag_name().namespace();
            assert_eq!(namespace, (dialect == Dialect::S3).then_some(S3_NAMESPACE));
            let texts: Vec<_> = read.root_element().children().map(|n| n.text().unwrap()).collect();
            assert_eq!(texts, [text, "3"]);
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        let xml = Xml::bare("R", |xml| xml.text("K", "a\0b\u{1b}c\u{fffe}"));
        let read = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(read.root_element().first_child().unwrap().text(), Some("a\u{fffd}b\u{fffd}c\u{fffd}"));
    }

    #[test]
    fn times() {
        for (ms, want) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_699_807_420_999, "2023-11-12T16:43:40.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
        ] {
            assert_eq!(time(ms), want);
        }
    }
}
