//! Tables and numbers that reader and writer share.

/// Symbols of the five codes of a group without a colour cache: green with lengths, red, blue, alpha, distances.
pub const SYMBOLS: [usize; 5] = [256 + LENGTHS, 256, 256, 256, 40];
/// Prefix codes of lengths, which follow the literals of green.
pub const LENGTHS: usize = 24;
/// Longest copy, pixels.
pub const MOST_COPIED: usize = 4096;
/// Farthest copy, pixels.
pub const FARTHEST: usize = (1 << 20) - NEAR.len();
/// The order in which the lengths of the code of code lengths stand in the file (section 5.2.1).
pub const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Longest prefix, bits.
pub const MOST_BITS: u32 = 15;

/// The place in a colour cache of so many bits.
#[inline(always)]
pub fn place(color: u32, bits: u32) -> usize {
    (color.wrapping_mul(0x1e35_a7bd) >> (32 - bits)) as usize
}

/// Neighbours by the numbers of their distance codes: columns to the left and rows up (section 5.2.2).
pub const NEAR: [(i8, u8); 120] = [
    (0, 1),
    (1, 0),
    (1, 1),
    (-1, 1),
    (0, 2),
    (2, 0),
    (1, 2),
    (-1, 2),
    (2, 1),
    (-2, 1),
    (2, 2),
    (-2, 2),
    (0, 3),
    (3, 0),
    (1, 3),
    (-1, 3),
    (3, 1),
    (-3, 1),
    (2, 3),
    (-2, 3),
    (3, 2),
    (-3, 2),
    (0, 4),
    (4, 0),
    (1, 4),
    (-1, 4),
    (4, 1),
    (-4, 1),
    (3, 3),
    (-3, 3),
    (2, 4),
    (-2, 4),
    (4, 2),
    (-4, 2),
    (0, 5),
    (3, 4),
    (-3, 4),
    (4, 3),
    (-4, 3),
    (5, 0),
    (1, 5),
    (-1, 5),
    (5, 1),
    (-5, 1),
    (2, 5),
    (-2, 5),
    (5, 2),
    (-5, 2),
    (4, 4),
    (-4, 4),
    (3, 5),
    (-3, 5),
    (5, 3),
    (-5, 3),
    (0, 6),
    (6, 0),
    (1, 6),
    (-1, 6),
    (6, 1),
    (-6, 1),
    (2, 6),
    (-2, 6),
    (6, 2),
    (-6, 2),
    (4, 5),
    (-4, 5),
    (5, 4),
    (-5, 4),
    (3, 6),
    (-3, 6),
    (6, 3),
    (-6, 3),
    (0, 7),
    (7, 0),
    (1, 7),
    (-1, 7),
    (5, 5),
    (-5, 5),
    (7, 1),
    (-7, 1),
    (4, 6),
    (-4, 6),
    (6, 4),
    (-6, 4),
    (2, 7),
    (-2, 7),
    (7, 2),
    (-7, 2),
    (3, 7),
    (-3, 7),
    (7, 3),
    (-7, 3),
    (5, 6),
    (-5, 6),
    (6, 5),
    (-6, 5),
    (8, 0),
    (4, 7),
    (-4, 7),
    (7, 4),
    (-7, 4),
    (8, 1),
    (8, 2),
    (6, 6),
    (-6, 6),
    (8, 3),
    (5, 7),
    (-5, 7),
    (7, 5),
    (-7, 5),
    (8, 4),
    (6, 7),
    (-6, 7),
    (7, 6),
    (-7, 6),
    (8, 5),
    (7, 7),
    (-7, 7),
    (8, 6),
    (8, 7),
];

/// The distance in pixels of a distance code, 1 or more, in rows of this width.
#[inline(always)]
pub fn distance(code: usize, width: usize) -> usize {
    match NEAR.get(code.wrapping_sub(1)) {
        Some(&(left, up)) => (usize::from(up) * width).saturating_add_signed(isize::from(left)).max(1),
        None => code - NEAR.len(),
    }
}

/// The bits that a bundle of pixels of a palette takes: so many pixels, as a power of two, are one.
pub fn bundle(colours: usize) -> u32 {
    match colours {
        0..=2 => 3,
        3..=4 => 2,
        5..=16 => 1,
        _ => 0,
    }
}

/// Blocks of a side, where a block has 2^`bits` pixels.
#[inline(always)]
pub fn blocks(side: usize, bits: u32) -> usize {
    (side + (1 << bits) - 1) >> bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_sorted_by_how_far_they_are() {
        let far = |&(x, y): &(i8, u8)| i32::from(x) * i32::from(x) + i32::from(y) * i32::from(y);
        assert!(NEAR.iter().map(far).is_sorted());
        let mut all: Vec<_> = NEAR.to_vec();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 120);
        assert!(all.iter().all(|&(x, y)| (-7..=8).contains(&x) && y <= 7 && (y > 0 || x > 0)));
    }
}
