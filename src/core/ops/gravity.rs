//! The nine points that an image or a mark can hold on to.

use crate::image::Size;

/// A point of the nine-point grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Gravity {
    NorthWest,
    North,
    NorthEast,
    West,
    Center,
    East,
    SouthWest,
    South,
    SouthEast,
}

/// OSS's words, which are also the canonical print.
pub const WORDS: &[(&str, Gravity)] = &[
    ("nw", Gravity::NorthWest),
    ("north", Gravity::North),
    ("ne", Gravity::NorthEast),
    ("west", Gravity::West),
    ("center", Gravity::Center),
    ("east", Gravity::East),
    ("sw", Gravity::SouthWest),
    ("south", Gravity::South),
    ("se", Gravity::SouthEast),
];

/// Reads OSS's words and the one-letter forms of the short parameters.
pub fn parse(text: &str) -> Option<Gravity> {
    let long = match text {
        "n" => "north",
        "e" => "east",
        "s" => "south",
        "w" => "west",
        "c" => "center",
        other => other,
    };
    WORDS.iter().find(|(word, _)| *word == long).map(|(_, g)| *g)
}

impl Gravity {
    /// -1 west, 0 middle, 1 east.
    pub fn column(self) -> i8 {
        use Gravity::*;
        match self {
            NorthWest | West | SouthWest => -1,
            North | Center | South => 0,
            NorthEast | East | SouthEast => 1,
        }
    }

    /// -1 north, 0 middle, 1 south.
    pub fn row(self) -> i8 {
        use Gravity::*;
        match self {
            NorthWest | North | NorthEast => -1,
            West | Center | East => 0,
            SouthWest | South | SouthEast => 1,
        }
    }

    /// Where the smaller of two boxes stands in the larger: floor((W-w)/2) in the middle.
    pub fn place(self, inner: Size, outer: Size) -> (u32, u32) {
        let along = |side: i8, inner: u32, outer: u32| match side {
            -1 => 0,
            0 => outer.saturating_sub(inner) / 2,
            _ => outer.saturating_sub(inner),
        };
        (along(self.column(), inner.width, outer.width), along(self.row(), inner.height, outer.height))
    }
}

impl std::fmt::Display for Gravity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(WORDS.iter().find(|(_, g)| g == self).map_or("center", |(word, _)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_mean_the_same_point() {
        for (short, long) in [("n", "north"), ("c", "center"), ("se", "se")] {
            assert_eq!(parse(short), parse(long));
            assert_eq!(parse(short).unwrap().to_string(), long);
        }
        assert_eq!(parse("sourth"), None);
    }

    #[test]
    fn boxes_are_placed() {
        let (inner, outer) = (Size::new(3, 2), Size::new(10, 10));
        assert_eq!(Gravity::Center.place(inner, outer), (3, 4));
        assert_eq!(Gravity::SouthEast.place(inner, outer), (7, 8));
        assert_eq!(Gravity::NorthWest.place(inner, outer), (0, 0));
    }
}
