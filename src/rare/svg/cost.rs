//! What drawing an SVG takes, in pixels touched and in pixels held at once, before it is drawn.
//!
//! resvg gives every group with opacity, mask, clip or filter a layer as large as what it covers, filters
//! several as large as five canvases a side, and allocates them without asking whether there is memory.

use super::too_much;
use limn_core::image::Size;
use limn_core::Result;
use resvg::tiny_skia::Path;
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{Group, Node, NonZeroRect, Paint, Tree};

/// The most pixels held at once, the canvas included: about the memory of a module.
const MAX_HELD: f64 = 18e6;
/// The most pixels touched: some seconds.
const MAX_TOUCHED: f64 = 600e6;
/// What cutting and outlining one dash takes, in pixels.
const DASH: f64 = 100.0;

#[derive(Clone, Copy, Default)]
struct Cost {
    touched: f64,
    held: f64,
}

struct Canvas {
    width: f64,
    height: f64,
    across: f64,
    down: f64,
}

/// Checks a tree that is about to be drawn at a size, with the scales from its own units to pixels.
///
/// # Errors
/// `image_too_large`.
pub fn check(tree: &Tree, size: Size, across: f32, down: f32) -> Result<()> {
    let canvas = Canvas { width: size.width.into(), height: size.height.into(), across: across.into(), down: down.into() };
    let cost = canvas.group(tree.root())?;
    let whole = size.pixels() as f64;
    if cost.held + whole > MAX_HELD {
        return Err(too_much(&format!("needs more memory for its layers at {size} than there is; a smaller size may do")));
    }
    match cost.touched > MAX_TOUCHED {
        true => Err(too_much(&format!("takes too long to draw at {size}; a smaller size may do"))),
        false => Ok(()),
    }
}

impl Canvas {
    fn area(&self, bounds: NonZeroRect, canvases: f64) -> f64 {
        let width = (f64::from(bounds.width()) * self.across + 2.0).min(self.width * canvases);
        let height = (f64::from(bounds.height()) * self.down + 2.0).min(self.height * canvases);
        width * height
    }

    fn group(&self, group: &Group) -> Result<Cost> {
        let mut inside = Cost::default();
        for node in group.children() {
            inside = inside.beside(self.node(node)?);
        }
        if !group.should_isolate() {
            return inside.checked();
        }
        let canvases = if group.filters().is_empty() { 1.0 } else { 5.0 };
        let area = self.area(group.abs_layer_bounding_box(), canvases);
        let mut cost = Cost { touched: inside.touched + 2.0 * area, held: inside.held + area };
        let mut clip = group.clip_path();
        while let Some(one) = clip {
            cost = cost.beside(self.group(one.root())?.within(area));
            clip = one.clip_path();
        }
        let mut mask = group.mask();
        while let Some(one) = mask {
            cost = cost.beside(self.group(one.root())?.within(2.0 * area));
            mask = one.mask();
        }
        for filter in group.filters() {
            cost = cost.beside(self.filter(filter, area)?);
        }
        cost.checked()
    }

    fn node(&self, node: &Node) -> Result<Cost> {
        match node {
            Node::Group(group) => self.group(group),
            Node::Text(text) => self.group(text.flattened()),
            Node::Image(_) => Ok(Cost::default()),
            Node::Path(path) => {
                let mut cost = Cost { touched: path.data().len() as f64 * 16.0, held: 0.0 };
                if let Some(stroke) = path.stroke() {
                    cost.touched += DASH * dashes(path.data(), stroke.dasharray().unwrap_or_default());
                }
                if let Some(bounds) = path.abs_stroke_bounding_box().to_non_zero_rect() {
                    cost.touched += self.area(bounds, 1.0);
                }
                for paint in path.fill().map(|f| f.paint()).into_iter().chain(path.stroke().map(|s| s.paint())) {
                    if let Paint::Pattern(pattern) = paint {
                        let (x, y) = (pattern.transform().get_scale(), path.abs_transform().get_scale());
                        let rect = pattern.rect();
                        let width = f64::from(rect.width() * x.0 * y.0) * self.across;
                        let height = f64::from(rect.height() * x.1 * y.1) * self.down;
                        cost = cost.beside(self.group(pattern.root())?.within((width + 1.0) * (height + 1.0)));
                    }
                }
                cost.checked()
            }
        }
    }

    fn filter(&self, filter: &Filter, area: f64) -> Result<Cost> {
        // Source, result and work of a step are alive together, and every named result stays.
        let mut cost = Cost { touched: 0.0, held: area * (3.0 + filter.primitives().len() as f64) };
        for step in filter.primitives() {
            let times = match step.kind() {
                Kind::ConvolveMatrix(m) => f64::from(m.matrix().columns()) * f64::from(m.matrix().rows()),
                Kind::Morphology(m) => {
                    let (x, y) = (f64::from(m.radius_x().get()) * self.across, f64::from(m.radius_y().get()) * self.down);
                    (2.0 * x + 1.0) * (2.0 * y + 1.0)
                }
                Kind::Merge(m) => 4.0 * m.inputs().len() as f64,
                Kind::Turbulence(t) => 40.0 * f64::from(t.num_octaves()),
                Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) => 20.0,
                Kind::GaussianBlur(_) | Kind::DropShadow(_) => 20.0,
                _ => 4.0,
            };
            cost.touched += area * times;
            if let Kind::Image(image) = step.kind() {
                cost = cost.beside(self.group(image.root())?.within(area));
            }
        }
        cost.checked()
    }
}

/// About how many dashes a path is cut into.
fn dashes(path: &Path, pattern: &[f32]) -> f64 {
    let period: f64 = pattern.iter().map(|d| f64::from(*d)).sum();
    let points = path.points();
    let length: f64 = points.iter().zip(points.iter().skip(1)).map(|(a, b)| f64::from(a.distance(*b))).sum();
    if period > 0.0 {
        length / period * pattern.len() as f64
    } else {
        0.0
    }
}

impl Cost {
    /// One after the other.
    fn beside(self, other: Cost) -> Cost {
        Cost { touched: self.touched + other.touched, held: self.held.max(other.held) }
    }

    /// On a layer of its own.
    fn within(self, area: f64) -> Cost {
        Cost { touched: self.touched + area, held: self.held + area }
    }

    /// Stops early, because shared masks make the walk itself exponential; a cost that is no number is too much.
    fn checked(self) -> Result<Cost> {
        match self.touched <= MAX_TOUCHED && self.held <= MAX_HELD {
            true => Ok(self),
            false => Err(too_much("takes too much memory or time to draw at that size; a smaller one may do")),
        }
    }
}
