//! Names that Limn makes for uploads: a pattern with placeholders, and what stands for each.

use super::safe;
use crate::grant::stamp;
use crate::route::check_key;
use crate::{Error, Result};

/// The pattern where the client says none.
pub const DEFAULT: &str = "{yyyy}/{mm}/{dd}/{version}.{ext}";
/// Longest pattern, bytes.
const MAX_PATTERN: usize = 1_024;
/// Digits of a SHA-256 in hex; fewer than the least are no name for a file.
const SHA256_DIGITS: usize = 64;
const LEAST_DIGITS: usize = 4;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Year,
    Month,
    Day,
    Version,
    /// So many of its first digits.
    Sha256(usize),
    Ext,
    Name,
}

/// What stands for the placeholders.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// Unix seconds; dates are UTC.
    pub now: u64,
    /// The version that the ledger reserved.
    pub version: &'a str,
    /// Lower-case hex; absent where it is not known yet.
    pub sha256: Option<&'a str>,
    /// Of the content's type, without the dot.
    pub ext: &'a str,
    /// The client's file name, if it told one.
    pub file: Option<&'a str>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `bad_arg`: an unknown placeholder, a brace without its other half, and a pattern that could make no
    /// legal key whatever stands for its placeholders.
    pub fn parse(text: &str) -> Result<Pattern> {
        if text.is_empty() || text.len() > MAX_PATTERN {
            return Err(refuse(&format!("1 to {MAX_PATTERN} bytes are wanted, {} came", text.len())));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (plain, from) = rest.split_at(at);
            if !plain.is_empty() {
                pieces.push(Piece::Text(plain.into()));
            }
            let inner = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (word, behind) = inner.ok_or_else(|| refuse(&format!("a brace without its other half in {text:?}")))?;
            pieces.push(piece(word)?);
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        let pattern = Pattern { text: text.into(), pieces };
        let sample = Filling { now: 0, version: "00000000000", sha256: Some(&"0".repeat(SHA256_DIGITS)), ext: "bin", file: Some("a") };
        pattern.fill(&sample)?;
        Ok(pattern)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What every key of this day begins with: who may write there may store what comes out.
    pub fn fixed(&self, now: u64) -> String {
        let parts = self.pieces.iter().map_while(|piece| date(piece, now));
        parts.collect()
    }

    /// Whether no two uploads of other bytes can meet in one name.
    pub fn is_unique(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Version | Piece::Sha256(SHA256_DIGITS)))
    }

    /// Whether the same bytes come to the same name, which is then no conflict.
    pub fn is_by_content(&self) -> bool {
        !self.pieces.contains(&Piece::Version) && self.pieces.contains(&Piece::Sha256(SHA256_DIGITS))
    }

    /// Whether the body's digest is part of the name.
    pub fn needs_digest(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Sha256(_)))
    }

    /// Whether the client's file name is.
    pub fn needs_file(&self) -> bool {
        self.pieces.contains(&Piece::Name)
    }

    /// The key.
    ///
    /// # Errors
    /// `bad_arg` for what would be no legal key, or a folder, and where a file name is wanted and none came;
    /// `internal` for a digest that is wanted and not known.
    pub fn fill(&self, with: &Filling) -> Result<String> {
        let mut key = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Version => key.push_str(with.version),
                Piece::Sha256(digits) => key.push_str(with.sha256.and_then(|s| s.get(..*digits)).ok_or(Error::Internal)?),
                Piece::Ext => key.push_str(with.ext),
                Piece::Name => {
                    let file = with
                        .file
                        .ok_or_else(|| refuse("{name} stands for the file's name, and none came (Content-Disposition, or a form)"))?;
                    key.push_str(&safe::stem(file));
                }
                other => key.push_str(&date(other, with.now).ok_or(Error::Internal)?),
            }
        }
        check_key(&key).map_err(|e| refuse(&format!("{:?} makes no legal key: {e}", self.text)))?;
        match key.is_empty() || key.ends_with('/') {
            true => Err(refuse(&format!("{:?} names a folder, a file is wanted", self.text))),
            false => Ok(key),
        }
    }
}

/// A piece that is known beforehand.
fn date(piece: &Piece, now: u64) -> Option<String> {
    let day = stamp::format(now);
    let digits = match piece {
        Piece::Text(text) => return Some(text.clone()),
        Piece::Year => day.get(..4),
        Piece::Month => day.get(4..6),
        Piece::Day => day.get(6..8),
        _ => None,
    };
    digits.map(Into::into)
}

fn piece(word: &str) -> Result<Piece> {
    let unknown = || {
        refuse(&format!("{{yyyy}}, {{mm}}, {{dd}}, {{version}}, {{sha256}}, {{sha256:8}}, {{ext}} and {{name}} are known; {{{word}}} came"))
    };
    Ok(match word {
        "yyyy" => Piece::Year,
        "mm" => Piece::Month,
        "dd" => Piece::Day,
        "version" => Piece::Version,
        "sha256" => Piece::Sha256(SHA256_DIGITS),
        "ext" => Piece::Ext,
        "name" => Piece::Name,
        _ => {
            let digits = word.strip_prefix("sha256:").filter(|d| d.len() <= 2 && d.bytes().all(|b| b.is_ascii_digit()));
            let digits: usize = digits.and_then(|d| d.parse().ok()).ok_or_else(unknown)?;
            match digits {
                LEAST_DIGITS..=SHA256_DIGITS => Piece::Sha256(digits),
                _ => return Err(refuse(&format!("{{sha256:N}} takes {LEAST_DIGITS} to {SHA256_DIGITS} digits; {digits} came"))),
            }
        }
    })
}

fn refuse(what: &str) -> Error {
    Error::BadArg(format!("name: {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_471_200; // 2026-11-23T22:00:00Z

    fn fill(pattern: &str, file: Option<&str>) -> Result<String> {
        let sha256 = "0123456789abcdef".repeat(4);
        Pattern::parse(pattern)?.fill(&Filling { now: NOW, version: "0mab12cd34e", sha256: Some(&sha256), ext: "jpg", file })
    }

    #[test]
    fn each_placeholder_is_filled() {
        for (pattern, want) in [
            (DEFAULT, "2026/11/23/0mab12cd34e.jpg"),
            ("{sha256:8}", "01234567"),
            ("c/{sha256}.{ext}", "c/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.jpg"),
            ("up/{name}-{version}.{ext}", "up/my-cat-0mab12cd34e.jpg"),
            ("fixed.jpg", "fixed.jpg"),
            ("{yyyy}{mm}{dd}", "20261123"),
        ] {
            assert_eq!(fill(pattern, Some("../my cat.png")).as_deref(), Ok(want), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_by_name() {
        for bad in [
            "",
            "{nonsense}",
            "{sha256:3}",
            "{sha256:65}",
            "{sha256:}",
            "{sha256:+8}",
            "{Version}",
            "{}",
            "{version",
            "version}",
            "a}{b",
            "{{version}}",
            "/a",
            "a//b",
            "../a",
            "a/./b",
            "a\\b",
            "a\n",
            "folder/",
            "{version}/",
            &"a".repeat(1_025),
        ] {
            let error = Pattern::parse(bad).unwrap_err();
            assert_eq!(error.code(), "bad_arg", "{bad:?}");
            assert!(error.to_string().starts_with("name: "), "{error}");
        }
        assert_eq!(fill("{name}.{ext}", None).unwrap_err().code(), "bad_arg");
        // Long names of clients are cut, so that only the pattern itself can be too long.
        assert!(fill(&format!("{}{{name}}", "a".repeat(900)), Some(&"é".repeat(400))).is_ok());
        assert_eq!(fill(&format!("{}{{name}}", "a".repeat(1_000)), Some(&"é".repeat(400))).unwrap_err().code(), "bad_arg");
    }

    #[test]
    fn what_is_known_beforehand() {
        for (pattern, fixed, unique, by_content) in [
            (DEFAULT, "2026/11/23/", true, false),
            ("a/{name}/{yyyy}", "a/", false, false),
            ("{version}", "", true, false),
            ("x/{sha256}", "x/", true, true),
            ("x/{sha256}{version}", "x/", true, false),
            ("x/{sha256:8}", "x/", false, false),
            ("a/b.jpg", "a/b.jpg", false, false),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!((pattern.fixed(NOW).as_str(), pattern.is_unique(), pattern.is_by_content()), (fixed, unique, by_content));
        }
    }
}
