//! Named styles: a program under a name, `image/…` or short parameters as in a query.

use super::{oss, short, Names, Program};
use crate::config::{Bucket, Mark};
use crate::kit::FileRef;
use crate::percent::{self, Plus};
use crate::{Error, Result};

/// Whether `name` may name a style: 1 to 63 of `A-Z a-z 0-9 _ . -` (OSS's rule).
pub fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// The program of a bucket's style.
///
/// # Errors
/// `no_such_style`.
pub fn find(bucket: &Bucket, name: &str) -> Result<Program> {
    bucket.styles.get(name).cloned().ok_or_else(|| Error::NoSuchStyle(name.chars().take(63).collect()))
}

/// Reads a style's body and checks it as far as that is possible without a bucket.
///
/// # Errors
/// As the grammar that it is written in; `bad_arg` when it names another style.
pub fn parse_body(text: &str) -> Result<Program> {
    let program = if text.starts_with("image/") {
        oss::compile(text, &AnyName)?;
        Program::Oss(text.into())
    } else {
        let mut pairs = Vec::new();
        for pair in text.trim_start_matches('?').split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent::decode(name, Plus::Space)?;
            let known = short::canonical_name(&name).ok_or_else(|| Error::UnknownParam(format!("The parameter {name} is not known.")))?;
            pairs.push((known, percent::decode(value, Plus::Space)?));
        }
        short::compile(&pairs, &AnyName)?;
        Program::Short(pairs)
    };
    Ok(program)
}

/// Stands for a bucket that is not known yet: every mark and font is there, no style is.
pub struct AnyName;

impl Names for AnyName {
    fn mark(&self, name: &str) -> Result<Mark> {
        Ok(Mark { key: name.into(), scale: None, gravity: None, x: None, y: None, opacity: None })
    }

    fn style(&self, _: &str) -> Result<Program> {
        Err(Error::BadArg("A style cannot name another style.".into()))
    }

    fn font(&self, name: &str) -> Result<FileRef> {
        Ok(FileRef::shipped(name).unwrap_or_else(|| FileRef::Font(name.into())))
    }

    fn auto_format(&self) -> bool {
        false
    }

    fn overrides(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_grammars_make_styles_and_nonsense_does_not() {
        assert_eq!(parse_body("image/resize,w_200").unwrap(), Program::Oss("image/resize,w_200".into()));
        assert_eq!(parse_body("width=200").unwrap(), Program::Short(vec![("w".into(), "200".into())]));
        for bad in ["", "image/", "image/resize,w_0", "w=0", "p=other", "style/other", "nonsense"] {
            assert!(parse_body(bad).is_err(), "{bad}");
        }
    }
}
