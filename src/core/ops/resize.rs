//! Resizing in the five modes of OSS.

use super::gravity::{self, Gravity};
use super::{Op, Spec, Step};
use crate::image::{zeroed, Color, Image, Layout, Size};
use crate::params::args::{refuse, Args};
use crate::render::Marks;
use crate::{Error, Result};
use fast_image_resize as fir;
use std::fmt;

/// Longest side that may be asked for, px.
pub const MAX_SIDE: u32 = 16_384;

/// `resize,m_…,w_…,h_…,l_…,s_…,p_…,limit_…,color_…`.
pub const SPEC: Spec = Spec {
    name: "resize",
    args: "m_lfit|mfit|fill|pad|fixed (lfit), w_, h_, l_, s_ 1…16384 px, p_1…1000 %, limit_0|1 (1), color_RRGGBB (FFFFFF)",
    doc: "Resizes. lfit fits into w×h, mfit covers it, fill covers and cuts, pad fits and fills up with the colour, fixed stretches. l and s are the longer and shorter side. limit_1 leaves an image alone that would have to grow. Halves are rounded up.",
    examples: &[
        "resize,w_120",
        "resize,m_mfit,w_120,h_50",
        "resize,m_fill,w_90,h_90",
        "resize,m_pad,w_120,h_120,color_3366FF",
        "resize,m_fixed,w_120,h_40",
        "resize,l_80",
        "resize,s_40",
        "resize,p_25",
        "resize,w_400,limit_0",
    ],
    in_oss: true,
    later: &[],
    parse,
};

/// How the image meets the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// As large as fits into the box.
    Lfit,
    /// As small as covers the box.
    Mfit,
    /// Covers the box and is cut to it.
    Fill,
    /// Fits into the box, which is filled up with a colour.
    Pad,
    /// Is stretched to the box.
    Fixed,
}

const FITS: &[(&str, Fit)] = &[("lfit", Fit::Lfit), ("mfit", Fit::Mfit), ("fill", Fit::Fill), ("pad", Fit::Pad), ("fixed", Fit::Fixed)];

/// A side of the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// 1 to 16,384 px.
    Pixels(u32),
    /// Millionths of the source's side, below one.
    Ratio(u32),
}

impl Length {
    fn of(self, side: u32) -> u32 {
        match self {
            Length::Pixels(n) => n,
            Length::Ratio(millionths) => scale(side, millionths, 1_000_000),
        }
    }

    fn parse(text: &str) -> Option<Length> {
        match text.strip_prefix("0.") {
            Some(digits) if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{digits:0<6}").parse().ok().filter(|m| *m > 0).map(Length::Ratio)
            }
            _ => crate::params::args::integer(text, &(1..=i64::from(MAX_SIDE))).map(|n| Length::Pixels(n as u32)),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Pixels(n) => write!(f, "{n}"),
            Length::Ratio(m) => f.write_str(format!("0.{m:06}").trim_end_matches('0')),
        }
    }
}

/// The operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resize {
    /// How the image meets the box.
    pub fit: Fit,
    target: Target,
    /// True: left alone where it would have to grow.
    pub limit: bool,
    /// What fills up a pad.
    pub color: Color,
    /// What fill and pad hold on to.
    pub gravity: Gravity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Sides(Option<Length>, Option<Length>),
    LongShort(Option<u32>, Option<u32>),
    Percent(u32),
}

/// What [`Resize`] does to one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Geometry {
    /// What the whole source is scaled to.
    scaled: Size,
    /// What comes out.
    out: Size,
    /// What happens between the two.
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    Cut,
    Pad,
}

impl Resize {
    /// Resizes into a box; a missing side follows from the other.
    pub fn new(fit: Fit, width: Option<Length>, height: Option<Length>) -> Resize {
        Resize { fit, target: Target::Sides(width, height), limit: true, color: Color::WHITE, gravity: Gravity::Center }
    }

    /// Fits into a box of pixels and may enlarge: how a mark is sized against its image.
    pub fn into_box(size: Size) -> Resize {
        let mut resize = Resize::new(Fit::Lfit, Some(Length::Pixels(size.width)), Some(Length::Pixels(size.height)));
        resize.limit = false;
        resize
    }

    fn geometry(&self, src: Size) -> Geometry {
        let (w, h, fit) = match self.target {
            Target::Percent(p) => {
                let out = Size::new(scale(src.width, p, 100), scale(src.height, p, 100));
                return Geometry { scaled: out, out, then: Then::Nothing };
            }
            Target::Sides(w, h) => (w.map(|w| w.of(src.width)), h.map(|h| h.of(src.height)), self.fit),
            Target::LongShort(Some(l), Some(s)) if src.width >= src.height => (Some(l), Some(s), self.fit),
            Target::LongShort(Some(l), Some(s)) => (Some(s), Some(l), self.fit),
            // The shorter side alone: the other one may be longer, so the box is to be covered.
            Target::LongShort(None, Some(s)) if self.fit == Fit::Lfit => (Some(s), Some(s), Fit::Mfit),
            Target::LongShort(l, s) => (l.or(s), l.or(s), self.fit),
        };
        // A missing side: lfit and mfit keep the ratio, the fixed-size modes take the given one.
        let keeps_ratio = matches!(fit, Fit::Lfit | Fit::Mfit);
        let (by_width, by_height) = (w.or(if keeps_ratio { None } else { h }), h.or(if keeps_ratio { None } else { w }));
        let (Some(bw), Some(bh)) = (by_width, by_height) else {
            let out = match (by_width, by_height) {
                (Some(w), None) => Size::new(w, scale(src.height, w, src.width)),
                (None, Some(h)) => Size::new(scale(src.width, h, src.height), h),
                _ => src,
            };
            let grows = out.width > src.width || out.height > src.height;
            return self.whole(if grows && self.limit { src } else { out });
        };
        // The width decides when it asks for the smaller factor: w/W < h/H.
        let width_is_tighter = u64::from(bw) * u64::from(src.height) <= u64::from(bh) * u64::from(src.width);
        let follows = |width_decides: bool| match width_decides {
            true => (Size::new(bw, scale(src.height, bw, src.width)), bw > src.width),
            false => (Size::new(scale(src.width, bh, src.height), bh), bh > src.height),
        };
        let (scaled, grows) = match fit {
            Fit::Lfit | Fit::Pad => follows(width_is_tighter),
            Fit::Mfit | Fit::Fill => follows(!width_is_tighter),
            Fit::Fixed => (Size::new(bw, bh), bw > src.width || bh > src.height),
        };
        if grows && self.limit {
            return self.whole(src);
        }
        let out = Size::new(bw, bh);
        match fit {
            Fit::Fill => Geometry { scaled: Size::new(scaled.width.max(bw), scaled.height.max(bh)), out, then: Then::Cut },
            Fit::Pad => Geometry { scaled, out, then: Then::Pad },
            _ => self.whole(scaled),
        }
    }

    fn whole(&self, size: Size) -> Geometry {
        Geometry { scaled: size, out: size, then: Then::Nothing }
    }
}

/// `side * to / from`, rounded half up, at least 1.
fn scale(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from.max(1)));
    u32::try_from((2 * side * to + from) / (2 * from)).unwrap_or(u32::MAX).max(1)
}

fn parse(args: &mut Args) -> Result<Step> {
    Ok(Step::Pixels(Box::new(read(args)?)))
}

/// Reads the arguments of a resize, of an image or of a mark.
pub(super) fn read(args: &mut Args) -> Result<Resize> {
    let side = |args: &mut Args, key: &str| -> Result<Option<u32>> { Ok(args.integer(key, 1..=i64::from(MAX_SIDE))?.map(|n| n as u32)) };
    let fit = args.one_of("m", FITS)?.unwrap_or(Fit::Lfit);
    let (w, h) = (length(args, "w")?, length(args, "h")?);
    let (l, s) = (side(args, "l")?, side(args, "s")?);
    let percent = args.integer("p", 1..=1000)?.map(|p| p as u32);
    let target = match (w, h, l, s, percent) {
        (None, None, None, None, None) => return Err(Error::BadArg("resize: one of w, h, l, s, p is wanted.".into())),
        (None, None, None, None, Some(p)) => Target::Percent(p),
        (None, None, l, s, _) => Target::LongShort(l, s),
        (w, h, ..) => Target::Sides(w, h),
    };
    let limit = args.one_of("limit", &[("0", false), ("1", true)])?.unwrap_or(true);
    let color = args.color("color")?.unwrap_or(Color::WHITE);
    let gravity = match args.canonical_text("g")? {
        Some(text) => gravity::parse(text).ok_or_else(|| refuse("resize: g", "one of the nine points", text))?,
        None => Gravity::Center,
    };
    let mut resize = Resize { fit, target, limit, color: Color::WHITE, gravity: Gravity::Center };
    // Only what has an effect is kept, so that two spellings of one picture share one key.
    if fit == Fit::Pad {
        resize.color = color;
    }
    if matches!(fit, Fit::Fill | Fit::Pad) {
        resize.gravity = gravity;
    }
    if let Target::Percent(_) = target {
        resize = Resize { fit: Fit::Lfit, target, limit: true, color: Color::WHITE, gravity: Gravity::Center };
    }
    Ok(resize)
}

fn length(args: &mut Args, key: &str) -> Result<Option<Length>> {
    if args.dialect() == crate::params::args::Dialect::Canonical {
        let Some(text) = args.text(key)? else { return Ok(None) };
        return Length::parse(text).map(Some).ok_or_else(|| args.refuse(key, "a length", text));
    }
    Ok(args.integer(key, 1..=i64::from(MAX_SIDE))?.map(|n| Length::Pixels(n as u32)))
}

impl Op for Resize {
    fn size(&self, size: Size) -> Size {
        self.geometry(size).out
    }

    fn needs(&self, size: Size) -> Size {
        self.geometry(size).scaled
    }

    fn apply(&self, image: Image, _: &Marks) -> Result<Image> {
        let geometry = self.geometry(image.size());
        match geometry.then {
            Then::Nothing => resample(image, geometry.scaled, None),
            Then::Cut => {
                let (x, y) = self.gravity.place(geometry.out, geometry.scaled);
                resample(image, geometry.out, Some((x, y, geometry.scaled)))
            }
            Then::Pad => {
                let inner = resample(image, geometry.scaled, None)?;
                pad(inner, geometry.out, self.color, self.gravity)
            }
        }
    }
}

/// Lanczos3 on the values as they are stored. `cut` is the part's place in the image as scaled whole:
/// the part alone is computed.
fn resample(image: Image, out: Size, cut: Option<(u32, u32, Size)>) -> Result<Image> {
    let held = image.held();
    if held == out && cut.is_none_or(|(_, _, scaled)| scaled == held) {
        return Ok(image.standing_for(out));
    }
    let layout = image.layout();
    let kind = match layout {
        Layout::Gray => fir::PixelType::U8,
        Layout::Rgb => fir::PixelType::U8x3,
        Layout::Rgba => fir::PixelType::U8x4,
    };
    let mut options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3));
    if let Some((x, y, scaled)) = cut {
        let (fx, fy) = (f64::from(held.width) / f64::from(scaled.width), f64::from(held.height) / f64::from(scaled.height));
        let (left, top) = (f64::from(x) * fx, f64::from(y) * fy);
        // Rounding must not push the box beyond the source's edge.
        let width = (f64::from(out.width) * fx).min(f64::from(held.width) - left);
        let height = (f64::from(out.height) * fy).min(f64::from(held.height) - top);
        options = options.crop(left, top, width, height);
    }
    let pixels = zeroed(out.pixels() * layout.channels() as u64)?;
    let mut target = fir::images::Image::from_vec_u8(out.width, out.height, pixels, kind).map_err(|_| Error::Internal)?;
    let data = image.into_data();
    let source = fir::images::ImageRef::new(held.width, held.height, &data, kind).map_err(|_| Error::Internal)?;
    fir::Resizer::new().resize(&source, &mut target, &options).map_err(|_| Error::Internal)?;
    Image::new(out, layout, target.into_vec())
}

fn pad(image: Image, out: Size, color: Color, gravity: Gravity) -> Result<Image> {
    let inner = image.held();
    if inner == out {
        return Ok(image);
    }
    let image = match (image.layout(), color.is_opaque()) {
        (_, false) => image.into_rgba()?,
        (Layout::Gray, true) => image.into_rgb()?,
        _ => image,
    };
    let layout = image.layout();
    let (x, y) = gravity.place(inner, out);
    let (n, row) = (layout.channels(), inner.width as usize * layout.channels());
    let mut data = Image::filled(out, layout, color)?.into_data();
    let rows = data.chunks_exact_mut(out.width as usize * n).skip(y as usize);
    for (to, from) in rows.zip(image.data().chunks_exact(row)) {
        if let Some(part) = to.get_mut(x as usize * n..x as usize * n + row) {
            part.copy_from_slice(from);
        }
    }
    Image::new(out, layout, data)
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resize")?;
        if self.fit != Fit::Lfit {
            let word = FITS.iter().find(|(_, fit)| *fit == self.fit).map_or("lfit", |(word, _)| word);
            write!(f, ",m_{word}")?;
        }
        let mut side = |key: &str, value: Option<String>| value.map_or(Ok(()), |v| write!(f, ",{key}_{v}"));
        match self.target {
            Target::Sides(w, h) => {
                side("w", w.map(|w| w.to_string()))?;
                side("h", h.map(|h| h.to_string()))?;
            }
            Target::LongShort(l, s) => {
                side("l", l.map(|l| l.to_string()))?;
                side("s", s.map(|s| s.to_string()))?;
            }
            Target::Percent(p) => side("p", Some(p.to_string()))?,
        }
        if !self.limit {
            f.write_str(",limit_0")?;
        }
        if self.color != Color::WHITE {
            write!(f, ",color_{}", self.color)?;
        }
        if self.gravity != Gravity::Center {
            write!(f, ",g_{}", self.gravity)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::args::Dialect;

    fn out(action: &str, w: u32, h: u32) -> (u32, u32) {
        let mut args = Args::new(action, Dialect::Canonical);
        let Step::Pixels(op) = parse(&mut args).unwrap() else { panic!() };
        let size = op.size(Size::new(w, h));
        let image = Image::filled(Size::new(w, h), Layout::Rgb, Color::from_hex("204060").unwrap()).unwrap();
        let made = op.apply(image, &Marks::default()).unwrap();
        assert_eq!(made.size(), size, "{action}");
        assert_eq!(made.held(), size, "{action}");
        (size.width, size.height)
    }

    #[test]
    fn the_documented_example_of_200x100() {
        for (mode, want) in [("lfit", (150, 75)), ("mfit", (160, 80)), ("fill", (150, 80)), ("pad", (150, 80)), ("fixed", (150, 80))] {
            assert_eq!(out(&format!("resize,m_{mode},w_150,h_80"), 200, 100), want, "{mode}");
        }
        assert_eq!(out("resize,m_fixed,h_100", 200, 100), (100, 100));
    }

    #[test]
    fn one_side_keeps_the_ratio_and_halves_round_up() {
        assert_eq!(out("resize,w_100", 424, 333), (100, 79));
        assert_eq!(out("resize,w_1", 3, 2), (1, 1));
        assert_eq!(out("resize,w_50", 100, 5), (50, 3));
        assert_eq!(out("resize,h_1", 1000, 10), (100, 1));
        assert_eq!(out("resize,w_10", 1000, 1), (10, 1));
    }

    #[test]
    fn long_and_short_sides() {
        assert_eq!(out("resize,l_100", 400, 200), (100, 50));
        assert_eq!(out("resize,l_100", 200, 400), (50, 100));
        assert_eq!(out("resize,s_100", 400, 200), (200, 100));
        assert_eq!(out("resize,m_fixed,l_100,s_30", 200, 400), (30, 100));
        assert_eq!(out("resize,m_mfit,l_100", 400, 200), (200, 100));
        // w or h beside l and s: l and s are ignored.
        assert_eq!(out("resize,m_lfit,w_40,l_100", 400, 200), (40, 20));
    }

    #[test]
    fn the_limit_leaves_small_images_alone_and_limit_0_enlarges() {
        assert_eq!(out("resize,w_300", 200, 100), (200, 100));
        assert_eq!(out("resize,w_300,limit_0", 200, 100), (300, 150));
        assert_eq!(out("resize,m_pad,w_300,h_300", 200, 100), (200, 100));
        assert_eq!(out("resize,m_fill,w_150,h_150", 200, 100), (200, 100));
        assert_eq!(out("resize,m_fixed,w_300,h_50", 200, 100), (200, 100));
        // lfit grows by its smaller factor only: a box larger on one side still shrinks the other.
        assert_eq!(out("resize,w_300,h_50", 200, 100), (100, 50));
        // A percentage enlarges whatever the limit.
        assert_eq!(out("resize,p_200", 200, 100), (400, 200));
        assert_eq!(out("resize,p_33", 200, 100), (66, 33));
    }

    #[test]
    fn ratios() {
        assert_eq!(out("resize,w_0.5", 201, 100), (101, 50));
        assert_eq!(out("resize,w_0.000001", 200, 100), (1, 1));
    }

    #[test]
    fn fill_keeps_the_side_that_gravity_names() {
        // Left half black, right half white.
        let row: Vec<u8> = (0..40u32).map(|x| if x < 20 { 0 } else { 255 }).collect();
        let image = |_| Image::new(Size::new(40, 10), Layout::Gray, row.repeat(10)).unwrap();
        for (g, want) in [(Gravity::West, 0), (Gravity::East, 255)] {
            let mut r = Resize::new(Fit::Fill, Some(Length::Pixels(10)), Some(Length::Pixels(10)));
            r.gravity = g;
            let made = r.apply(image(()), &Marks::default()).unwrap();
            assert!(made.data().iter().all(|v| *v == want), "{g:?}");
        }
    }

    #[test]
    fn a_pad_is_centred_on_its_colour() {
        let image = Image::filled(Size::new(2, 1), Layout::Gray, Color::from_hex("000000").unwrap()).unwrap();
        let mut r = Resize::new(Fit::Pad, Some(Length::Pixels(2)), Some(Length::Pixels(4)));
        r.color = Color::from_hex("ff0000").unwrap();
        let made = r.apply(image, &Marks::default()).unwrap();
        let reds: Vec<u8> = made.data().chunks(6).map(|row| row[0]).collect();
        assert_eq!((made.layout(), reds), (Layout::Rgb, vec![255, 0, 255, 255]));
    }
}
