//! RGBA to planes of luma, chroma (ITU-R BT.601, full range) and alpha.

use limn_core::image::Size;

/// The planes of a picture, rows without padding.
pub(super) struct Planes {
    /// Luma, blue and red difference.
    pub colour: [Vec<u8>; 3],
    /// Absent where all is opaque.
    pub alpha: Option<Vec<u8>>,
}

/// The side of a plane of chroma for a side of the picture.
fn narrow(side: u32, half: bool) -> u32 {
    if half {
        side.div_ceil(2)
    } else {
        side
    }
}

/// Weights of red and blue in luma; green has the rest.
const RED: f32 = 0.299;
const BLUE: f32 = 0.114;

fn luma([r, g, b]: [f32; 3]) -> f32 {
    RED * r + (1.0 - RED - BLUE) * g + BLUE * b
}

fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

fn room(bytes: u64) -> Option<Vec<u8>> {
    let mut room = Vec::new();
    room.try_reserve_exact(usize::try_from(bytes).ok()?).ok()?;
    Some(room)
}

impl Planes {
    /// Of RGBA; chroma in `full` resolution, or the mean of each 2×2 pixels. `None` where there is no memory.
    pub(super) fn of(size: Size, data: &[u8], full: bool) -> Option<Planes> {
        let pixels = data.as_chunks::<4>().0;
        let (mut y, mut alpha) = (room(size.pixels())?, None);
        let half = !full;
        let chroma = u64::from(narrow(size.width, half)) * u64::from(narrow(size.height, half));
        let (mut cb, mut cr) = (room(chroma)?, room(chroma)?);
        let width = (size.width as usize).max(1);
        let mut seen = [0.0; 3];
        // A clear pixel's colour is never seen: that of its neighbour costs least.
        let mut shown = |p: &[u8; 4]| {
            if p[3] != 0 {
                seen = [p[0], p[1], p[2]].map(f32::from);
            }
            seen
        };
        let step = if half { 2 } else { 1 };
        for rows in pixels.chunks(width * step) {
            let rows: Vec<Vec<[f32; 3]>> = rows.chunks(width).map(|row| row.iter().map(&mut shown).collect()).collect();
            y.extend(rows.iter().flatten().map(|p| byte(luma(*p))));
            let blocks: Vec<_> = rows.iter().map(|row| row.chunks(step).collect::<Vec<_>>()).collect();
            for x in 0..width.div_ceil(step) {
                let block = || blocks.iter().filter_map(|row| row.get(x)).flat_map(|pair| pair.iter());
                let mean = |i: usize| block().filter_map(|p| p.get(i)).sum::<f32>() / block().count().max(1) as f32;
                let [r, g, b] = [mean(0), mean(1), mean(2)];
                let y = luma([r, g, b]);
                cb.push(byte((b - y) * (0.5 / (1.0 - BLUE)) + 128.0));
                cr.push(byte((r - y) * (0.5 / (1.0 - RED)) + 128.0));
            }
        }
        if pixels.iter().any(|p| p[3] != 255) {
            let mut plane = room(size.pixels())?;
            plane.extend(pixels.iter().map(|p| p[3]));
            alpha = Some(plane);
        }
        Some(Planes { colour: [y, cb, cr], alpha })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_that_are_odd_have_smaller_blocks() {
        let data = [[255, 0, 0, 255], [255, 0, 0, 255], [0, 0, 255, 255]].concat();
        let Planes { colour: [y, cb, cr], alpha } = Planes::of(Size::new(3, 1), &data, false).unwrap();
        assert_eq!((y, cb, cr, alpha), (vec![76, 76, 29], vec![85, 255], vec![255, 107], None));
        let Planes { colour: [_, cb, _], .. } = Planes::of(Size::new(1, 3), &data, true).unwrap();
        assert_eq!(cb, [85, 85, 255]);
    }

    #[test]
    fn clear_pixels_take_their_neighbours_colour() {
        let data = [[9, 200, 30, 255], [255, 255, 255, 0]].concat();
        let planes = Planes::of(Size::new(2, 1), &data, true).unwrap();
        assert_eq!(planes.colour[0][0], planes.colour[0][1]);
        assert_eq!(planes.alpha, Some(vec![255, 0]));
    }
}
