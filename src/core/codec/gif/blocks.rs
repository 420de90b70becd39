//! A walk over a GIF's blocks (GIF89a appendix A) that decompresses nothing.

use crate::codec::Loops;

/// What the blocks say of a file.
pub(super) struct Survey {
    /// How many frames it has.
    pub frames: u32,
    /// How often they run.
    pub loops: Loops,
    /// Whether the rows of a frame come in another order.
    pub interlaced: bool,
}

/// Walks a file; stops where it ends or goes wrong.
///
/// Without the Netscape extension an animation runs once. Its number counts repetitions, so that n means
/// n + 1 runs, as Chromium and Firefox play it; 0 is without end.
pub(super) fn survey(bytes: &[u8]) -> Survey {
    let (mut frames, mut loops, mut interlaced) = (0u32, Loops::Times(1), false);
    let mut at = 13 + bytes.get(10).map_or(0, |flags| table(*flags));
    loop {
        let next = match bytes.get(at) {
            Some(0x21) => {
                if let Some(repeats) = bytes.get(at + 1..).and_then(repeats) {
                    loops = if repeats == 0 { Loops::Forever } else { Loops::Times(u32::from(repeats) + 1) };
                }
                skip_sub_blocks(bytes, at + 2)
            }
            Some(0x2c) => {
                frames = frames.saturating_add(1);
                interlaced |= bytes.get(at + 9).is_some_and(|flags| flags & 0x40 != 0);
                bytes.get(at + 9).and_then(|flags| skip_sub_blocks(bytes, at + 11 + table(*flags)))
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return Survey { frames, loops, interlaced },
        }
    }
}

/// Whether a frame names a colour transparent, or the first leaves a part of the canvas free.
pub(super) fn shows_through(bytes: &[u8]) -> bool {
    let canvas = bytes.get(6..10);
    let mut at = 13 + bytes.get(10).map_or(0, |flags| table(*flags));
    let mut first = true;
    loop {
        let block = bytes.get(at..).unwrap_or(&[]);
        let next = match block {
            [0x21, 0xf9, 4, flags, ..] if flags & 1 == 1 => return true,
            [0x21, ..] => skip_sub_blocks(bytes, at + 2),
            [0x2c, ..] => {
                if std::mem::take(&mut first) && (block.get(1..5) != Some(&[0; 4]) || block.get(5..9) != canvas) {
                    return true;
                }
                block.get(9).and_then(|flags| skip_sub_blocks(bytes, at + 11 + table(*flags)))
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
}

/// Bytes of a colour table.
fn table(flags: u8) -> usize {
    if flags & 0x80 != 0 {
        3 << ((flags & 7) + 1)
    } else {
        0
    }
}

fn skip_sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            n => at += n + 1,
        }
    }
}

/// The number in a looping extension, from its label on.
fn repeats(block: &[u8]) -> Option<u16> {
    let data = [&b"\xff\x0bNETSCAPE2.0"[..], b"\xff\x0bANIMEXTS1.0"].iter().find_map(|name| block.strip_prefix(*name))?;
    match data {
        [3, 1, low, high, ..] => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}
