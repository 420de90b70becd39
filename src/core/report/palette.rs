//! The main colours of an image: a histogram cut into boxes in OKLab, and those that look alike put together.

use super::small::{pixels, within_pixels};
use crate::image::Image;
use crate::sort;
use crate::Result;
use csscolorparser::Color;
use serde_json::{json, Value};

/// Most pixels that are looked at.
const PIXELS: u64 = 1 << 16;
/// Most colours that are told.
const COLOURS: usize = 8;
/// Boxes that the histogram is cut into: more than colours, as what looks alike may lie in several.
const BOXES: usize = 32;
/// Colours nearer than this in OKLab are one; about three times what is just seen to differ.
const ALIKE: f64 = 0.06;
/// Bits of each channel that the histogram tells apart.
const BITS: u32 = 5;

/// `{"palette":[{"color":"rrggbb","part":0.41},…]}`, the most frequent first. Parts are of what is to be
/// seen: pixels count by their opacity; of an image all transparent the list is empty.
///
/// # Errors
/// `image_too_large` when memory ends.
pub fn report(image: &Image) -> Result<Value> {
    let mut colours = merged(cut(histogram(&within_pixels(image, PIXELS)?)));
    // Equal parts stand in the order of their colours, so that the answer never changes.
    sort::by(&mut colours, |a, b| b.weight.total_cmp(&a.weight).then_with(|| a.rgb().cmp(&b.rgb())));
    let all: f64 = colours.iter().map(|c| c.weight).sum();
    let told = colours.iter().map(|c| (c.rgb(), (c.weight / all * 1000.0).round() / 1000.0)).filter(|(_, part)| *part > 0.0);
    let list: Vec<Value> = told.map(|([r, g, b], part)| json!({ "color": format!("{r:02x}{g:02x}{b:02x}"), "part": part })).collect();
    Ok(json!({ "palette": list }))
}

/// Some pixels together.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Sum of opacities.
    weight: f64,
    /// Sums of sRGB, 0 to 255, and of OKLab, both times opacity.
    rgb: [f64; 3],
    lab: [f64; 3],
}

impl Group {
    fn add(&mut self, other: &Group) {
        self.weight += other.weight;
        for (mine, theirs) in self.rgb.iter_mut().zip(other.rgb).chain(self.lab.iter_mut().zip(other.lab)) {
            *mine += theirs;
        }
    }

    fn rgb(&self) -> [u8; 3] {
        self.rgb.map(|sum| (sum / self.weight).round() as u8)
    }

    fn lab(&self) -> [f64; 3] {
        self.lab.map(|sum| sum / self.weight)
    }
}

fn histogram(image: &Image) -> Vec<Group> {
    let mut cells = vec![Group::default(); 1 << (3 * BITS)];
    for [r, g, b, a] in pixels(image) {
        let index = [r, g, b].iter().fold(0, |index, c| index << BITS | usize::from(c >> (8 - BITS)));
        if let Some(cell) = cells.get_mut(index) {
            let weight = f64::from(a);
            cell.weight += weight;
            for (sum, c) in cell.rgb.iter_mut().zip([r, g, b]) {
                *sum += f64::from(c) * weight;
            }
        }
    }
    cells.retain(|cell| cell.weight > 0.0);
    for cell in &mut cells {
        let [r, g, b] = cell.rgb();
        let [l, a, b, _] = Color::from_rgba8(r, g, b, 255).to_oklaba();
        cell.lab = [l, a, b].map(|v| f64::from(v) * cell.weight);
    }
    cells
}

/// Cuts the box with the most spread, at its mean, until there are enough or none has any.
fn cut(cells: Vec<Group>) -> Vec<Group> {
    let mut boxes = vec![Part::of(cells)];
    while boxes.len() < BOXES {
        let widest = boxes.iter().enumerate().max_by(|a, b| a.1.spread.total_cmp(&b.1.spread)).map(|(i, _)| i);
        let Some(widest) = widest.filter(|i| boxes.get(*i).is_some_and(|b| b.spread > 0.0)) else { break };
        let Part { cells, axis, sum, .. } = boxes.swap_remove(widest);
        let along = |lab: [f64; 3]| lab.into_iter().nth(axis).unwrap_or(0.0);
        let mean = along(sum.lab());
        let (low, high): (Vec<_>, Vec<_>) = cells.into_iter().partition(|cell| along(cell.lab()) <= mean);
        boxes.extend([Part::of(low), Part::of(high)]);
    }
    boxes.into_iter().map(|part| part.sum).filter(|sum| sum.weight > 0.0).collect()
}

/// A box.
struct Part {
    cells: Vec<Group>,
    sum: Group,
    /// Where it is widest.
    axis: usize,
    /// The squared distance from the mean along that axis, all pixels together.
    spread: f64,
}

impl Part {
    fn of(cells: Vec<Group>) -> Part {
        let mut sum = Group::default();
        cells.iter().for_each(|cell| sum.add(cell));
        let mut squares = [0.0; 3];
        for cell in &cells {
            for ((square, v), mean) in squares.iter_mut().zip(cell.lab()).zip(sum.lab()) {
                *square += (v - mean).powi(2) * cell.weight;
            }
        }
        let widest = squares.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let (axis, spread) = widest.filter(|_| cells.len() > 1).unwrap_or((0, 0.0));
        Part { cells, sum, axis, spread }
    }
}

/// Puts two together as long as there are too many, or two look alike: those whose union adds least error (Ward).
fn merged(mut groups: Vec<Group>) -> Vec<Group> {
    loop {
        let many = groups.len() > COLOURS;
        let pairs = (0..groups.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let cost = |(i, j): (usize, usize)| {
            let (a, b) = (groups.get(i)?, groups.get(j)?);
            let apart: f64 = a.lab().iter().zip(b.lab()).map(|(a, b)| (a - b).powi(2)).sum();
            (many || apart < ALIKE * ALIKE).then(|| (apart * a.weight * b.weight / (a.weight + b.weight), i, j))
        };
        let Some((_, i, j)) = pairs.filter_map(cost).min_by(|a, b| a.0.total_cmp(&b.0)) else { return groups };
        let other = groups.swap_remove(j);
        if let Some(group) = groups.get_mut(i) {
            group.add(&other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Layout, Size};

    fn told(pixels: &[([u8; 4], usize)]) -> Value {
        let data: Vec<u8> = pixels.iter().flat_map(|(p, n)| p.repeat(*n)).collect();
        report(&Image::new(Size::new(data.len() as u32 / 4, 1), Layout::Rgba, data).unwrap()).unwrap()
    }

    fn list(colours: &[(&str, f64)]) -> Value {
        json!({ "palette": colours.iter().map(|(color, part)| json!({ "color": color, "part": part })).collect::<Vec<_>>() })
    }

    #[test]
    fn flat_colours_are_told_exactly_and_by_frequency() {
        let pixels = [([255, 0, 0, 255], 10), ([0, 0, 255, 255], 25), ([255, 255, 255, 255], 5), ([1, 2, 3, 255], 60)];
        assert_eq!(told(&pixels), list(&[("010203", 0.6), ("0000ff", 0.25), ("ff0000", 0.1), ("ffffff", 0.05)]));
    }

    #[test]
    fn what_looks_alike_is_one() {
        assert_eq!(
            told(&[([200, 30, 30, 255], 30), ([206, 34, 34, 255], 10), ([0, 120, 0, 255], 10)]),
            list(&[("ca1f1f", 0.8), ("007800", 0.2)])
        );
    }

    #[test]
    fn transparency_does_not_count() {
        assert_eq!(told(&[([255, 0, 0, 0], 90), ([0, 0, 255, 255], 1), ([0, 255, 0, 85], 3)]), list(&[("0000ff", 0.5), ("00ff00", 0.5)]));
        assert_eq!(told(&[([255, 0, 0, 0], 9)]), list(&[]));
    }

    #[test]
    fn at_most_eight_of_any_picture() {
        let data: Vec<u8> =
            (0..300 * 300).flat_map(|i: u32| [(i % 300 * 255 / 299) as u8, (i / 300 * 255 / 299) as u8, (i % 7 * 40) as u8]).collect();
        let told = report(&Image::new(Size::new(300, 300), Layout::Rgb, data).unwrap()).unwrap();
        let colours = told["palette"].as_array().unwrap();
        let parts: Vec<f64> = colours.iter().map(|c| c["part"].as_f64().unwrap()).collect();
        assert_eq!(colours.len(), 8);
        assert!(parts.is_sorted_by(|a, b| a >= b) && (parts.iter().sum::<f64>() - 1.0).abs() < 0.005, "{parts:?}");
    }
}
