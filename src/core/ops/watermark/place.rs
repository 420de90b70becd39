//! Where a mark stands on its image.

use crate::image::Size;
use crate::ops::gravity::Gravity;
use crate::ops::length::Length;

/// The point that a mark holds on to, and how far it stands off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The point.
    pub gravity: Gravity,
    /// Margin from the west or east side.
    pub x: Length,
    /// Margin from the north or south side.
    pub y: Length,
    /// Down from the middle row, px, -1,000 to 1,000.
    pub voffset: i32,
}

impl Default for Place {
    fn default() -> Self {
        Place { gravity: Gravity::SouthEast, x: Length::Pixels(10), y: Length::Pixels(10), voffset: 0 }
    }
}

impl Place {
    /// Where the mark's corner lies; negative where the mark is larger than the room for it.
    pub fn corner(&self, mark: Size, main: Size) -> (i64, i64) {
        let middle = |inner: u32, outer: u32| (i64::from(outer) - i64::from(inner)).div_euclid(2);
        let near = |margin: Length, outer: u32| i64::from(margin.of_or_zero(outer));
        let far = |inner: u32, outer: u32, margin: Length| i64::from(outer) - i64::from(inner) - near(margin, outer);
        let x = match self.gravity.column() {
            -1 => near(self.x, main.width),
            0 => middle(mark.width, main.width),
            _ => far(mark.width, main.width, self.x),
        };
        let y = match self.gravity.row() {
            -1 => near(self.y, main.height),
            0 => middle(mark.height, main.height) + i64::from(self.voffset),
            _ => far(mark.height, main.height, self.y),
        };
        (x, y)
    }
}

/// The corners of tiles that cover the whole image, one of them at `at`, with `gap` px between them.
pub fn tiles(at: (i64, i64), mark: Size, main: Size, gap: (u32, u32)) -> impl Iterator<Item = (i64, i64)> {
    let along = |at: i64, mark: u32, gap: u32, main: u32| {
        let step = i64::from(mark) + i64::from(gap);
        // The first tile that still shows: its far side lies beyond 0.
        let first = at.rem_euclid(step) - step;
        (0..).map(move |i| first + i * step).take_while(move |from| *from < i64::from(main)).filter(move |from| from + i64::from(mark) > 0)
    };
    let rows: Vec<i64> = along(at.1, mark.height, gap.1, main.height).collect();
    along(at.0, mark.width, gap.0, main.width).flat_map(move |x| rows.clone().into_iter().map(move |y| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gravity;

    #[test]
    fn the_nine_places() {
        let (mark, main) = (Size::new(20, 10), Size::new(101, 60));
        for (word, want) in [
            ("nw", (3, 4)),
            ("north", (40, 4)),
            ("ne", (78, 4)),
            ("west", (3, 32)),
            ("center", (40, 32)),
            ("east", (78, 32)),
            ("sw", (3, 46)),
            ("south", (40, 46)),
            ("se", (78, 46)),
        ] {
            let place = Place { gravity: gravity::parse(word).unwrap(), x: Length::Pixels(3), y: Length::Pixels(4), voffset: 7 };
            assert_eq!(place.corner(mark, main), want, "{word}");
        }
    }

    #[test]
    fn tiles_cover_the_image_from_where_the_mark_stands() {
        let xs = |at: i64, gap: u32| {
            let mut xs: Vec<i64> = tiles((at, 0), Size::new(10, 100), Size::new(35, 1), (gap, 0)).map(|(x, _)| x).collect();
            xs.dedup();
            xs
        };
        assert_eq!(xs(0, 0), [0, 10, 20, 30]);
        assert_eq!(xs(25, 0), [-5, 5, 15, 25]);
        assert_eq!(xs(3, 10), [3, 23]);
        assert_eq!(xs(-45, 10), [-5, 15]);
    }
}
