//! Sums and means of pixels, channel by channel (RFC 9649 section 4.1).

/// Opaque black, which foretells the first pixel.
pub const BLACK: u32 = 0xff00_0000;

/// Sums of channels, without carry.
#[inline(always)]
pub fn add(a: u32, b: u32) -> u32 {
    let (alpha_green, red_blue) = ((a & 0xff00_ff00).wrapping_add(b & 0xff00_ff00), (a & 0xff_00ff).wrapping_add(b & 0xff_00ff));
    alpha_green & 0xff00_ff00 | red_blue & 0xff_00ff
}

/// Differences of channels, without borrow.
#[inline(always)]
pub fn subtract(a: u32, b: u32) -> u32 {
    let alpha_green = (a & 0xff00_ff00 | 0xff_00ff).wrapping_sub(b & 0xff00_ff00);
    let red_blue = (a & 0xff_00ff | 0xff00_ff00).wrapping_sub(b & 0xff_00ff);
    alpha_green & 0xff00_ff00 | red_blue & 0xff_00ff
}

#[inline(always)]
fn mean(a: u32, b: u32) -> u32 {
    (((a ^ b) & 0xfefe_fefe) >> 1) + (a & b)
}

/// For each channel what `op` makes of it in three pixels, clipped.
#[inline(always)]
fn each(a: u32, b: u32, c: u32, op: impl Fn(i32, i32, i32) -> i32) -> u32 {
    let channel = |v: u32, at: u32| (v >> at & 0xff) as i32;
    [0, 8, 16, 24].into_iter().fold(0, |out, at| out | (op(channel(a, at), channel(b, at), channel(c, at)).clamp(0, 255) as u32) << at)
}

/// Whichever of both is nearer to left + top - corner; the left one in doubt is not.
#[inline(always)]
fn select(left: u32, top: u32, corner: u32) -> u32 {
    let apart = |a: u32, b: u32| a.to_le_bytes().into_iter().zip(b.to_le_bytes()).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
    if apart(top, corner) < apart(left, corner) {
        left
    } else {
        top
    }
}

/// Number of ways to foretell a pixel.
pub const MODES: usize = 14;

/// What a mode foretells.
#[inline(always)]
pub fn foretell(mode: u8, left: u32, corner: u32, top: u32, right: u32) -> u32 {
    match mode {
        1 => left,
        2 => top,
        3 => right,
        4 => corner,
        5 => mean(mean(left, right), top),
        6 => mean(left, corner),
        7 => mean(left, top),
        8 => mean(corner, top),
        9 => mean(top, right),
        10 => mean(mean(left, corner), mean(top, right)),
        11 => select(left, top, corner),
        12 => each(left, top, corner, |left, top, corner| left + top - corner),
        13 => each(mean(left, top), 0, corner, |mean, _, corner| mean + (mean - corner) / 2),
        _ => BLACK,
    }
}
