//! Image watermarks: a mark from the same bucket, placed on the image.

use super::gravity::{self, Gravity};
use super::resize::{self, Resize};
use super::{Op, Spec, Step};
use crate::image::{Image, Layout, Size};
use crate::params::args::{Args, Dialect};
use crate::render::Marks;
use crate::route::check_key;
use crate::{hash, Error, Result};
use std::fmt;

/// `watermark,image_…,t_…,g_…,x_…,y_…,voffset_…`.
pub const SPEC: Spec = Spec {
    name: "watermark",
    args: "image_KEY (base64url of an object key of the same bucket, with ?x-oss-process=image/resize,… for its own size; P_1…100 there is per cent of the main image), t_0…100 % (100), g_ one of nine points (se), x_, y_ 0…4096 px (10), voffset_-1000…1000 px (0)",
    doc: "Lays a mark over the image. x is the margin from the west or east side, y from the north or south side, voffset moves a mark of the middle row down.",
    examples: &[
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF8yNQ",
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF81MA,t_60,g_center,voffset_20",
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsd180MA,g_nw,x_0,y_4",
    ],
    in_oss: true,
    later: &["text", "type", "color", "size", "shadow", "rotate", "fill", "padx", "pady", "order", "align", "interval"],
    parse,
};

/// Where a mark's own processing begins in its reference.
const PROCESS: &str = "?x-oss-process=";

/// A margin from the image's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Margin {
    /// 0 to 4,096 px (after a device pixel ratio: more).
    Pixels(u32),
    /// Millionths of the image's side.
    Ratio(u32),
}

impl Margin {
    /// Multiplied by a device pixel ratio; ratios stay.
    pub fn times(self, dpr: f64) -> Margin {
        match self {
            Margin::Pixels(n) => Margin::Pixels((f64::from(n) * dpr).round() as u32),
            ratio => ratio,
        }
    }

    fn of(self, side: u32) -> i64 {
        match self {
            Margin::Pixels(n) => i64::from(n),
            Margin::Ratio(m) => (i64::from(side) * i64::from(m) + 500_000) / 1_000_000,
        }
    }

    fn parse(text: &str) -> Option<Margin> {
        match text.strip_prefix("0.") {
            Some(digits) if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{digits:0<6}").parse().ok().map(Margin::Ratio)
            }
            _ => crate::params::args::integer(text, &(0..=4096 * 5)).map(|n| Margin::Pixels(n as u32)),
        }
    }
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Margin::Pixels(n) => write!(f, "{n}"),
            Margin::Ratio(m) => f.write_str(format!("0.{m:06}").trim_end_matches('0')),
        }
    }
}

/// One step of a mark's own processing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum MarkStep {
    /// Fitted into so many per cent of the main image.
    Percent(u8),
    Resize(Resize),
}

/// The operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    key: String,
    steps: Vec<MarkStep>,
    /// Per cent, 0 to 100.
    pub opacity: u8,
    /// Where the mark stands.
    pub gravity: Gravity,
    /// Margin from the west or east side.
    pub x: Margin,
    /// Margin from the north or south side.
    pub y: Margin,
    /// Down from the middle row, px.
    voffset: i32,
}

impl Watermark {
    /// A mark in its natural size at the default place: south-east, 10 px from both sides.
    pub fn new(key: String) -> Watermark {
        let ten = Margin::Pixels(10);
        Watermark { key, steps: Vec::new(), opacity: 100, gravity: Gravity::SouthEast, x: ten, y: ten, voffset: 0 }
    }

    /// Fits the mark into so many per cent of the main image's width and height.
    pub fn fitted_to(mut self, percent: Option<u8>) -> Watermark {
        self.steps.extend(percent.map(MarkStep::Percent));
        self
    }

    /// Where the mark's corner lies; negative where the mark is larger than the room for it.
    fn place(&self, mark: Size, main: Size) -> (i64, i64) {
        let middle = |inner: u32, outer: u32| (i64::from(outer) - i64::from(inner)).div_euclid(2);
        let far = |inner: u32, outer: u32, margin: Margin| i64::from(outer) - i64::from(inner) - margin.of(outer);
        let x = match self.gravity.column() {
            -1 => self.x.of(main.width),
            0 => middle(mark.width, main.width),
            _ => far(mark.width, main.width, self.x),
        };
        let y = match self.gravity.row() {
            -1 => self.y.of(main.height),
            0 => middle(mark.height, main.height) + i64::from(self.voffset),
            _ => far(mark.height, main.height, self.y),
        };
        (x, y)
    }
}

fn parse(args: &mut Args) -> Result<Step> {
    let Some(reference) = args.base64("image")? else {
        return Err(match args.text("text")? {
            Some(_) => Error::NotImplemented("watermark: text marks are not built yet.".into()),
            None => Error::BadArg("watermark: image or text is wanted.".into()),
        });
    };
    let (key, program) = match reference.split_once(PROCESS) {
        Some((key, program)) => (key, Some(program)),
        None => (reference.as_str(), None),
    };
    check_key(key).map_err(|_| args.refuse("image", "an object key", key))?;
    let mut mark = Watermark::new(key.to_string());
    if let Some(program) = program {
        mark.steps = steps(program, args.dialect())?;
    }
    mark.opacity = args.integer("t", 0..=100)?.map_or(100, |t| t as u8);
    mark.gravity = args.one_of("g", gravity::WORDS)?.unwrap_or(mark.gravity);
    mark.x = margin(args, "x")?.unwrap_or(mark.x);
    mark.y = margin(args, "y")?.unwrap_or(mark.y);
    mark.voffset = args.integer("voffset", -1000..=1000)?.map_or(0, |v| v as i32);
    Ok(Step::Pixels(Box::new(mark)))
}

fn margin(args: &mut Args, key: &str) -> Result<Option<Margin>> {
    if args.dialect() == Dialect::Canonical {
        let Some(text) = args.text(key)? else { return Ok(None) };
        return Margin::parse(text).map(Some).ok_or_else(|| args.refuse(key, "a margin", text));
    }
    Ok(args.integer(key, 0..=4096)?.map(|n| Margin::Pixels(n as u32)))
}

/// A mark's own processing: `image/resize,P_25`.
fn steps(program: &str, dialect: Dialect) -> Result<Vec<MarkStep>> {
    let actions =
        program.strip_prefix("image/").ok_or_else(|| Error::BadArg("watermark: the mark's own program must begin with image/.".into()))?;
    let mut out = Vec::new();
    for action in actions.split('/') {
        let mut args = Args::new(action, dialect);
        match args.action() {
            "resize" => {}
            later @ ("crop" | "indexcrop" | "rounded-corners" | "rotate") => {
                return Err(Error::NotImplemented(format!("watermark: the action {later} on a mark is not built yet.")));
            }
            other => return Err(Error::BadArg(format!("watermark: the mark's own program may not hold {other:?}."))),
        }
        out.push(match args.integer("P", 1..=100)? {
            Some(percent) => MarkStep::Percent(percent as u8),
            None => MarkStep::Resize(resize::read(&mut args)?),
        });
        args.finish(resize::SPEC.later)?;
    }
    Ok(out)
}

impl Op for Watermark {
    fn mark(&self) -> Option<&str> {
        Some(&self.key)
    }

    fn apply(&self, image: Image, marks: &Marks) -> Result<Image> {
        let main = image.size();
        let resolve = |step: &MarkStep| match step {
            MarkStep::Resize(resize) => resize.clone(),
            MarkStep::Percent(p) => {
                let part = |side: u32| ((u64::from(side) * u64::from(*p) + 50) / 100).max(1) as u32;
                Resize::into_box(Size::new(part(main.width), part(main.height)))
            }
        };
        let steps: Vec<Resize> = self.steps.iter().map(resolve).collect();
        let mark = marks.open(&self.key, &steps)?.into_rgba()?;
        let at = self.place(mark.size(), main);
        let image = if image.layout() == Layout::Gray { image.into_rgb()? } else { image };
        compose(image, &mark, at, self.opacity)
    }
}

/// Lays `mark` (RGBA) over `image` (RGB or RGBA) with its corner at `at`; what sticks out is cut off.
fn compose(image: Image, mark: &Image, at: (i64, i64), opacity: u8) -> Result<Image> {
    let (size, nominal, layout) = (image.held(), image.size(), image.layout());
    let n = layout.channels();
    let mut data = image.into_data();
    // How many of the mark's columns and rows lie before the image's edge, and where the rest begins.
    let (skip_x, to_x) = ((-at.0).max(0) as usize, at.0.max(0) as usize);
    let (skip_y, to_y) = ((-at.1).max(0) as usize, at.1.max(0) as usize);
    let rows = data.chunks_exact_mut(size.width as usize * n).skip(to_y);
    let mark_rows = mark.data().chunks_exact(mark.held().width as usize * 4).skip(skip_y);
    for (to, from) in rows.zip(mark_rows) {
        for (below, above) in to.chunks_exact_mut(n).skip(to_x).zip(from.chunks_exact(4).skip(skip_x)) {
            over(below, above, u32::from(opacity));
        }
    }
    Ok(Image::new(size, layout, data)?.standing_for(nominal))
}

/// Porter-Duff source-over of one straight-alpha pixel, in place.
fn over(below: &mut [u8], above: &[u8], opacity: u32) {
    // Alpha in 1/25500: 255 levels times per cent.
    let top = u32::from(above[3]) * opacity;
    if let [r, g, b] = below {
        for (channel, &new) in [r, g, b].into_iter().zip(above) {
            *channel = ((u32::from(*channel) * (25_500 - top) + u32::from(new) * top + 12_750) / 25_500) as u8;
        }
    } else if let [r, g, b, a] = below {
        let under = u64::from(*a) * u64::from(25_500 - top);
        let (top, alpha) = (u64::from(top) * 255, u64::from(top) * 255 + under);
        if alpha == 0 {
            return;
        }
        for (channel, &new) in [r, g, b].into_iter().zip(above) {
            *channel = ((u64::from(*channel) * under + u64::from(new) * top + alpha / 2) / alpha) as u8;
        }
        *a = ((alpha + 12_750) / 25_500) as u8;
    }
}

impl fmt::Display for Watermark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reference = self.key.clone();
        for (i, step) in self.steps.iter().enumerate() {
            reference.push_str(if i == 0 { "?x-oss-process=image/" } else { "/" });
            match step {
                MarkStep::Percent(p) => reference.push_str(&format!("resize,P_{p}")),
                MarkStep::Resize(resize) => reference.push_str(&resize.to_string()),
            }
        }
        write!(f, "watermark,image_{}", hash::base64url(reference.as_bytes()))?;
        if self.opacity != 100 {
            write!(f, ",t_{}", self.opacity)?;
        }
        if self.gravity != Gravity::SouthEast {
            write!(f, ",g_{}", self.gravity)?;
        }
        // What the gravity makes idle is not printed, so that it cannot split the cache.
        if self.gravity.column() != 0 && self.x != Margin::Pixels(10) {
            write!(f, ",x_{}", self.x)?;
        }
        if self.gravity.row() != 0 && self.y != Margin::Pixels(10) {
            write!(f, ",y_{}", self.y)?;
        }
        if self.gravity.row() == 0 && self.voffset != 0 {
            write!(f, ",voffset_{}", self.voffset)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Color;

    fn gray(size: Size, level: u8) -> Image {
        Image::filled(size, Layout::Gray, Color { rgba: [level, 0, 0, 255] }).unwrap()
    }

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
            let mut w = Watermark::new("m".into());
            (w.x, w.y, w.voffset, w.gravity) = (Margin::Pixels(3), Margin::Pixels(4), 7, gravity::parse(word).unwrap());
            assert_eq!(w.place(mark, main), want, "{word}");
        }
    }

    #[test]
    fn a_mark_is_blended_and_cut_at_the_edge() {
        let main = gray(Size::new(3, 3), 0).into_rgb().unwrap();
        let mark = gray(Size::new(2, 2), 200).into_rgba().unwrap();
        let made = compose(main.clone(), &mark, (-1, 2), 50).unwrap();
        let reds: Vec<u8> = made.data().chunks(3).map(|p| p[0]).collect();
        assert_eq!(reds, [0, 0, 0, 0, 0, 0, 100, 0, 0]);
        // A mark that lies wholly outside changes nothing.
        assert_eq!(compose(main.clone(), &mark, (5, 5), 100).unwrap(), main);
        assert_eq!(compose(main.clone(), &mark, (-9, -9), 100).unwrap(), main);
    }

    #[test]
    fn a_mark_on_transparency_brings_its_own_alpha() {
        let main = Image::new(Size::new(1, 1), Layout::Rgba, vec![9, 9, 9, 0]).unwrap();
        let mark = gray(Size::new(1, 1), 200).into_rgba().unwrap();
        assert_eq!(compose(main.clone(), &mark, (0, 0), 50).unwrap().data(), [200, 200, 200, 128]);
        assert_eq!(compose(main, &mark, (0, 0), 100).unwrap().data(), [200, 200, 200, 255]);
    }
}
