//! Turning and mirroring a decoded picture.

use super::container::Turn;
use limn_core::image::{buffer, Size};
use limn_core::rare::Made;
use limn_core::{Error, Result};

/// The size after turning.
pub fn size(size: Size, turn: Turn) -> Size {
    if turn.quarters % 2 == 1 {
        size.turned()
    } else {
        size
    }
}

/// Turns RGBA anticlockwise, then mirrors it.
///
/// # Errors
/// `image_too_large` without memory for a second picture.
pub fn apply(bytes: Vec<u8>, from: Size, turn: Turn) -> Result<Made> {
    if turn == Turn::default() {
        return Ok(Made { size: from, bytes });
    }
    let to = size(from, turn);
    let mut turned = buffer(to.pixels() * 4)?;
    let (width, height) = (from.width as usize, from.height as usize);
    for y in 0..to.height as usize {
        for x in 0..to.width as usize {
            let x = if turn.sideways { to.width as usize - 1 - x } else { x };
            let y = if turn.upside_down { to.height as usize - 1 - y } else { y };
            let (x, y) = match turn.quarters {
                0 => (x, y),
                1 => (width - 1 - y, x),
                2 => (width - 1 - x, height - 1 - y),
                _ => (y, height - 1 - x),
            };
            let at = (y * width + x) * 4;
            turned.extend_from_slice(bytes.get(at..at + 4).ok_or(Error::Internal)?);
        }
    }
    Ok(Made { size: to, bytes: turned })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_go_anticlockwise_and_mirrors_come_after() {
        // A B
        // C D
        // E F
        let picture: Vec<u8> = b"ABCDEF".iter().flat_map(|l| [*l; 4]).collect();
        for (quarters, upside_down, sideways, want) in [
            (0, false, false, "ABCDEF"),
            (1, false, false, "BDFACE"),
            (2, false, false, "FEDCBA"),
            (3, false, false, "ECAFDB"),
            (0, true, false, "EFCDAB"),
            (0, false, true, "BADCFE"),
            (1, true, false, "ACEBDF"),
        ] {
            let made = apply(picture.clone(), Size::new(2, 3), Turn { quarters, upside_down, sideways }).unwrap();
            let letters: Vec<u8> = made.bytes.chunks(4).map(|p| p[0]).collect();
            assert_eq!(String::from_utf8(letters).unwrap(), want, "{quarters} {upside_down} {sideways}");
            assert_eq!(made.size.width, if quarters == 1 || quarters == 3 { 3 } else { 2 });
        }
    }
}
