//! The rules of a multipart upload.

use crate::{Error, Result};

/// The highest number of a part.
pub const MAX_NUMBER: u16 = 10_000;

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
