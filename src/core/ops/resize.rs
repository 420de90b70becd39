//! Resizing in the five modes of OSS.

use super::anchor::Anchor;
use super::length::{scale, Length};
use super::resample::resample;
use super::{smart, Op, Side, Spec, Step};
use crate::image::{Color, Image, Layout, Size};
use crate::kit::Kit;
use crate::params::args::Args;
use crate::{Error, Result};
use std::fmt;

/// Longest side that may be asked for, px.
pub const MAX_SIDE: u32 = 16_384;
const SIDE: std::ops::RangeInclusive<i64> = 1..=MAX_SIDE as i64;

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
    pub anchor: Anchor,
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
        Resize { fit, target: Target::Sides(width, height), limit: true, color: Color::WHITE, anchor: Anchor::CENTER }
    }

    /// By the longer and the shorter side, px.
    pub fn long_short(fit: Fit, long: Option<u32>, short: Option<u32>) -> Resize {
        Resize { target: Target::LongShort(long, short), ..Resize::new(fit, None, None) }
    }

    /// By per cent, 1 to 1,000; enlarges too.
    pub fn percent(percent: u32) -> Resize {
        Resize { target: Target::Percent(percent), ..Resize::new(Fit::Lfit, None, None) }
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

fn parse(args: &mut Args) -> Result<Step> {
    Ok(Step::Pixels(Box::new(read(args)?)))
}

/// Reads the arguments of a resize, of an image or of a mark.
pub(super) fn read(args: &mut Args) -> Result<Resize> {
    let side = |args: &mut Args, key: &str| -> Result<Option<u32>> { Ok(args.integer(key, SIDE)?.map(|n| n as u32)) };
    let fit = args.one_of("m", FITS)?.unwrap_or(Fit::Lfit);
    let (w, h) = (Length::read(args, "w", SIDE)?, Length::read(args, "h", SIDE)?);
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
    let anchor = args.canonical_text("g")?.map_or(Ok(Anchor::CENTER), Anchor::parse)?;
    let mut resize = Resize { fit, target, limit, color: Color::WHITE, anchor: Anchor::CENTER };
    // Only what has an effect is kept, so that two spellings of one picture share one key.
    if fit == Fit::Pad {
        resize.color = color;
    }
    if matches!(fit, Fit::Fill | Fit::Pad) {
        resize.anchor = anchor;
    }
    if let Target::Percent(_) = target {
        resize = Resize { fit: Fit::Lfit, target, limit: true, color: Color::WHITE, anchor: Anchor::CENTER };
    }
    Ok(resize)
}

impl Op for Resize {
    fn asks(&self) -> Vec<Side> {
        let pixels = |length: Length, side: fn(u32) -> Side| match length {
            Length::Pixels(px) => side(px),
            _ => Side::Relative,
        };
        match self.target {
            Target::Sides(w, h) => [w.map(|w| pixels(w, Side::Width)), h.map(|h| pixels(h, Side::Height))].into_iter().flatten().collect(),
            Target::LongShort(l, s) => [l, s].into_iter().flatten().map(Side::Either).collect(),
            Target::Percent(_) => vec![Side::Relative],
        }
    }

    fn size(&self, size: Size) -> Size {
        self.geometry(size).out
    }

    fn needs(&self, size: Size) -> Size {
        self.geometry(size).scaled
    }

    fn takes_unsettled(&self) -> bool {
        true
    }

    fn adds_alpha(&self) -> bool {
        !self.color.is_opaque()
    }

    fn bytes(&self, size: Size) -> u64 {
        match self.anchor {
            Anchor::Auto => self.geometry(size).scaled.pixels() * 4,
            _ => 0,
        }
    }

    fn work(&self, size: Size) -> u64 {
        self.geometry(size).scaled.pixels() * 40
    }

    fn apply(&self, image: Image, kit: &Kit) -> Result<Image> {
        let geometry = self.geometry(image.size());
        match geometry.then {
            Then::Nothing => resample(image, geometry.scaled, None, kit.linear),
            Then::Cut if self.anchor == Anchor::Auto => {
                let whole = resample(image, geometry.scaled, None, kit.linear)?;
                let (x, y) = smart::place(&whole, geometry.out)?;
                whole.cut(x, y, geometry.out)
            }
            Then::Cut => {
                let (x, y) = self.anchor.place(geometry.out, geometry.scaled);
                resample(image, geometry.out, Some((x, y, geometry.scaled)), kit.linear)
            }
            Then::Pad => {
                let inner = resample(image, geometry.scaled, None, kit.linear)?;
                lay_out(inner, geometry.out, self.color, self.anchor.place(geometry.scaled, geometry.out))
            }
        }
    }
}

/// A canvas of `out` pixels of one colour with the image on it, its corner at `at`.
///
/// # Errors
/// `image_too_large` when memory ends.
pub(super) fn lay_out(image: Image, out: Size, color: Color, at: (u32, u32)) -> Result<Image> {
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
    let (x, y) = at;
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
        if self.anchor != Anchor::CENTER {
            write!(f, ",g_{}", self.anchor)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::gravity::Gravity;
    use super::*;

    fn out(action: &str, w: u32, h: u32) -> (u32, u32) {
        let mut args = Args::canonical(action);
        let Step::Pixels(op) = parse(&mut args).unwrap() else { panic!() };
        let size = op.size(Size::new(w, h));
        let image = Image::filled(Size::new(w, h), Layout::Rgb, Color::from_hex("204060").unwrap()).unwrap();
        let made = op.apply(image, &Kit::default()).unwrap();
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
            r.anchor = Anchor::Grid(g);
            let made = r.apply(image(()), &Kit::default()).unwrap();
            assert!(made.data().iter().all(|v| *v == want), "{g:?}");
        }
    }

    #[test]
    fn a_pad_is_centred_on_its_colour() {
        let image = Image::filled(Size::new(2, 1), Layout::Gray, Color::from_hex("000000").unwrap()).unwrap();
        let mut r = Resize::new(Fit::Pad, Some(Length::Pixels(2)), Some(Length::Pixels(4)));
        r.color = Color::from_hex("ff0000").unwrap();
        let made = r.apply(image, &Kit::default()).unwrap();
        let reds: Vec<u8> = made.data().chunks(6).map(|row| row[0]).collect();
        assert_eq!((made.layout(), reds), (Layout::Rgb, vec![255, 0, 255, 255]));
    }
}
