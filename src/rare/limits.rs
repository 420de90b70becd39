//! The bounds that every job keeps to, checked before memory is taken.

use limn_core::image::Size;
use limn_core::{Error, Result};

/// The longest side of a picture, px.
pub const MAX_SIDE: u32 = 16_384;
/// The most pixels of a picture: 64 MiB of RGBA, which leaves a 96 MiB module room to work.
pub const MAX_PIXELS: u64 = 16_777_216;

/// Checks the size of a picture that is about to be made; `what` begins the sentence of a refusal.
///
/// # Errors
/// `bad_arg` for an empty picture, `image_too_large` for one over the bounds.
pub fn check(what: &str, size: Size) -> Result<()> {
    if size.width == 0 || size.height == 0 {
        return Err(Error::BadArg(format!("{what} would be {size} pixels; at least 1×1 is wanted.")));
    }
    match size.width <= MAX_SIDE && size.height <= MAX_SIDE && size.pixels() <= MAX_PIXELS {
        true => Ok(()),
        false => Err(Error::ImageTooLarge(format!(
            "{what} would be {size} pixels; at most {MAX_SIDE} a side and {MAX_PIXELS} in all are drawn."
        ))),
    }
}

/// Checks that `data` is RGBA of a size.
///
/// # Errors
/// As [`check`], and `internal` when the length is another: the caller, not the asker, made it.
pub fn check_rgba(what: &str, size: Size, data: &[u8]) -> Result<()> {
    check(what, size)?;
    match data.len() as u64 == size.pixels() * 4 {
        true => Ok(()),
        false => Err(Error::Internal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        for (width, height, code) in [
            (1, 1, None),
            (16_384, 1_024, None),
            (16_385, 1, Some("image_too_large")),
            (4_097, 4_096, Some("image_too_large")),
            (0, 9, Some("bad_arg")),
        ] {
            assert_eq!(check("It", Size::new(width, height)).err().map(|e| e.code()), code, "{width}×{height}");
        }
        assert_eq!(check_rgba("It", Size::new(1, 1), &[0; 3]), Err(Error::Internal));
    }
}
