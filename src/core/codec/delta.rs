//! What changes from one frame to the next, so that animated files hold that and no more.

use super::canvas::Area;
use crate::image::{buffer, Size};
use crate::Result;

/// The part of a frame that is written.
pub struct Change {
    /// Where it lies; at least one pixel.
    pub area: Area,
    /// Its RGBA pixels.
    pub pixels: Vec<u8>,
    /// Whether it is laid over what is there; unchanged pixels are transparent then.
    pub over: bool,
}

/// The smallest rectangle that holds all pixels of which `differs` is true for their RGBA before and after.
pub fn bounds(before: &[u8], after: &[u8], width: u32, differs: impl Fn(&[u8], &[u8]) -> bool) -> Option<Area> {
    let row = (width as usize * 4).max(4);
    let mut found: Option<(usize, usize, usize, usize)> = None;
    for (y, (before, after)) in before.chunks_exact(row).zip(after.chunks_exact(row)).enumerate() {
        if before == after {
            continue;
        }
        let unlike = |(b, a): (&[u8], &[u8])| differs(b, a);
        let mut pairs = before.chunks_exact(4).zip(after.chunks_exact(4));
        if let Some(left) = pairs.position(unlike) {
            let mut pairs = before.chunks_exact(4).zip(after.chunks_exact(4));
            let right = pairs.rposition(unlike).unwrap_or(left);
            let (l, top, r, _) = found.unwrap_or((left, y, right, y));
            found = Some((l.min(left), top, r.max(right), y));
        }
    }
    found.map(|(l, t, r, b)| Area { x: l as u32, y: t as u32, width: (r - l + 1) as u32, height: (b - t + 1) as u32 })
}

/// The RGBA pixels of an area that lies within the picture.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn crop(rgba: &[u8], width: u32, area: Area) -> Result<Vec<u8>> {
    let mut out = buffer(u64::from(area.width) * u64::from(area.height) * 4)?;
    rows(rgba, width, area).for_each(|row| out.extend_from_slice(row));
    Ok(out)
}

/// The area's pixels, those that did not change transparent.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn sparse(before: &[u8], after: &[u8], width: u32, area: Area) -> Result<Vec<u8>> {
    let mut out = crop(after, width, area)?;
    let before = rows(before, width, area).flat_map(|row| row.chunks_exact(4));
    out.chunks_exact_mut(4).zip(before).filter(|(to, before)| &to[..] == *before).for_each(|(to, _)| to.fill(0));
    Ok(out)
}

/// What of `after` must be written on top of `before`, or all of it where nothing was before. `even` moves
/// the corner to even coordinates; `see_through` allows unchanged pixels to be left out.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn change(before: Option<&[u8]>, after: &[u8], size: Size, even: bool, see_through: bool) -> Result<Change> {
    let whole = Area { x: 0, y: 0, width: size.width, height: size.height };
    let Some(before) = before else { return Ok(Change { area: whole, pixels: crop(after, size.width, whole)?, over: false }) };
    // A frame that changes nothing still takes its time; formats want at least one pixel for it.
    let dot = Area { width: 1, height: 1, ..whole };
    let mut area = bounds(before, after, size.width, |b, a| b != a).unwrap_or(dot);
    if even {
        area = Area { x: area.x & !1, y: area.y & !1, width: area.width + (area.x & 1), height: area.height + (area.y & 1) };
    }
    let opaque = |(b, a): (&[u8], &[u8])| b == a || a.last() == Some(&255);
    let all_opaque = rows(before, size.width, area).zip(rows(after, size.width, area));
    let over = see_through && all_opaque.flat_map(|(b, a)| b.chunks_exact(4).zip(a.chunks_exact(4))).all(opaque);
    let pixels = if over { sparse(before, after, size.width, area)? } else { crop(after, size.width, area)? };
    Ok(Change { area, pixels, over })
}

fn rows(rgba: &[u8], width: u32, area: Area) -> impl Iterator<Item = &[u8]> {
    let (from, to) = (area.x as usize * 4, (area.x + area.width) as usize * 4);
    let rows = rgba.chunks_exact((width as usize * 4).max(4)).skip(area.y as usize).take(area.height as usize);
    rows.filter_map(move |row| row.get(from..to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_written() {
        let size = Size::new(4, 3);
        let before = vec![255; 48];
        let mut after = before.clone();
        after[4 * 7] = 1;
        after[4 * 9] = 2;
        let change = change(Some(&before), &after, size, false, true).unwrap();
        assert_eq!(change.area, Area { x: 1, y: 1, width: 3, height: 2 });
        assert!(change.over);
        assert_eq!(change.pixels.chunks(4).map(|p| p[3]).collect::<Vec<_>>(), [0, 0, 255, 255, 0, 0]);
        let even = super::change(Some(&before), &after, size, true, false).unwrap();
        assert_eq!((even.area, even.over), (Area { x: 0, y: 0, width: 4, height: 3 }, false));
    }

    #[test]
    fn pixels_that_turn_transparent_forbid_laying_over() {
        let (before, mut after) = (vec![255; 16], vec![255; 16]);
        after[..4].fill(0);
        assert!(!change(Some(&before), &after, Size::new(2, 2), false, true).unwrap().over);
        assert_eq!(change(Some(&before), &before, Size::new(2, 2), false, true).unwrap().area.width, 1);
    }
}
