//! Percent-encoding, strict: a `%` without two hex digits or text that is not UTF-8 is refused.

use crate::{Error, Result};

/// What a `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    /// Itself, as in a path.
    Literal,
    /// A space, as in a query.
    Space,
}

/// Decodes `text` once.
///
/// # Errors
/// [`Error::MalformedUrl`] for a broken escape or bytes that are not UTF-8 (overlong forms included).
pub fn decode(text: &str, plus: Plus) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'+' if plus == Plus::Space => b' ',
            b'%' => match (bytes.next().and_then(hex), bytes.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Error::MalformedUrl("The URL holds a % that is not followed by two hex digits.".into())),
            },
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| Error::MalformedUrl("The URL holds bytes that are not UTF-8.".into()))
}

/// Encodes all but the unreserved characters of RFC 3986 section 2.3 and those in `keep`.
pub fn encode(text: &str, keep: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) || keep.as_bytes().contains(&b) {
            out.push(b as char);
        } else {
            out.push('%');
            for nibble in [b >> 4, b & 15] {
                out.push(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0') as char);
            }
        }
    }
    out
}

fn hex(b: u8) -> Option<u8> {
    (b as char).to_digit(16).map(|d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once() {
        assert_eq!(decode("a%252e+b", Plus::Literal).unwrap(), "a%2e+b");
        assert_eq!(decode("a+b%2B", Plus::Space).unwrap(), "a b+");
        assert_eq!(decode("%E5%9B%BE", Plus::Literal).unwrap(), "图");
    }

    #[test]
    fn refuses_broken_escapes_and_overlong_utf8() {
        for bad in ["%", "%4", "%zz", "%c0%af", "%ff", "a%+1"] {
            assert_eq!(decode(bad, Plus::Literal).unwrap_err().code(), "malformed_url", "{bad}");
        }
    }

    #[test]
    fn encode_then_decode_is_the_identity() {
        for text in ["a b/c", "图+1.png", "%25", "~._-", "\u{1F600}"] {
            assert_eq!(decode(&encode(text, "/"), Plus::Space).unwrap(), text);
        }
    }
}
