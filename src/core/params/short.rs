//! Limn's own short parameters: `?w=200&fit=cover&wm=logo`. Order-independent; each key stands once.

use super::args::{self, between, list, refuse};
use super::Names;
use crate::image::Color;
use crate::ops::background::Background;
use crate::ops::gravity::{self, Gravity};
use crate::ops::resize::{Fit, Length, Resize, MAX_SIDE};
use crate::ops::watermark::{Margin, Watermark};
use crate::ops::Setting;
use crate::plan::{FormatChoice, Plan, Quality};
use crate::{Error, Result};

/// One key of the vocabulary.
pub struct Key {
    /// As it is printed.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub values: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// A value that shows it, as a whole query.
    pub example: &'static str,
}

const fn key(name: &'static str, aliases: &'static [&'static str], values: &'static str, doc: &'static str, example: &'static str) -> Key {
    Key { name, aliases, values, doc, example }
}

/// The vocabulary: what is parsed, documented and shown.
pub const KEYS: &[Key] = &[
    key("w", &["width"], "1 to 16384 px, a ratio below 1, or auto", "Width. auto follows from the height.", "w=200"),
    key("h", &["height"], "as w", "Height.", "h=0.5"),
    key(
        "fit",
        &[],
        "max, inside (clip, contain), outside (min), cover, crop, pad, fill (stretch, squeeze, scale)",
        "How the image meets w and h. max never enlarges; crop is cover without enlarging.",
        "w=120&h=120&fit=cover",
    ),
    key("en", &["enlarge", "up"], "0 or 1", "Whether enlarging is allowed; absent: as fit says.", "w=1200&en=1"),
    key("dpr", &[], "0.5 to 5", "Multiplies w, h and pixel margins.", "w=100&dpr=2"),
    key("g", &["gravity", "a"], "n ne e se s sw w nw c", "What cover, crop and pad hold on to.", "w=120&h=120&fit=cover&g=n"),
    key(
        "bg",
        &["cbg", "bgcolor"],
        "rgb, rrggbb, rrggbbaa or a CSS name",
        "Colour behind transparency and around pad.",
        "w=120&h=120&fit=pad&bg=fc0",
    ),
    key("q", &["quality"], "1 to 100, low, med or high", "Quality of JPEG and WebP; never above a JPEG source's own.", "w=200&q=60"),
    key("ll", &["lossless"], "0 or 1", "Lossless WebP.", "w=100&f=webp&ll=1"),
    key(
        "f",
        &["fm", "format", "output"],
        "auto, jpg, pjpg, png, webp, gif or keep",
        "Format; auto takes the best that Accept names.",
        "w=200&f=webp",
    ),
    key("or", &[], "0 or 1", "Whether EXIF orientation is applied.", "w=200&or=0"),
    key("wm", &[], "a mark's name or b64:KEY", "Watermark.", "w=200&wm=logo"),
    key("wmg", &[], "as g", "Where the mark stands.", "w=200&wm=logo&wmg=nw"),
    key("wmx", &[], "0 to 4096 px or a ratio below 1", "Margin from the side.", "w=200&wm=logo&wmx=0.05"),
    key("wmy", &[], "as wmx", "Margin from top or bottom.", "w=200&wm=logo&wmy=0"),
    key("wmo", &[], "0 to 100 %", "Opacity of the mark.", "w=200&wm=logo&wmo=50"),
    key("wms", &[], "0 to 100 %", "Size of the mark against the image; 0 is its natural size.", "w=200&wm=logo&wms=50"),
    key("p", &["preset", "style"], "a style's name", "A named style; stands alone.", "p=thumb"),
    key("v", &["cb"], "any text", "Cache buster, part of key and signature.", "w=200&v=2"),
];

/// Keys of the vocabulary whose operations are not built yet.
#[rustfmt::skip]
const LATER: &[&str] = &[
    "ls", "ss", "pct", "fx", "fy", "fp-x", "fp-y", "rect", "crop", "trim", "pad", "r", "round", "corner-radius",
    "rot", "ro", "rotate", "flip", "blur", "sharp", "bri", "con", "sat", "gam", "hue", "gray", "effect",
    "pixelate", "duotone", "qr", "mb", "prog", "il", "anim", "n", "frame", "meta", "cs", "wmt", "wmf", "wmc",
    "wmz", "wmr", "wmsh", "tile", "wmfill", "wm2", "wm3", "info", "explain", "dl", "default", "fb", "onerror",
];

/// `width` → `w`; `None` for what is not in the vocabulary.
pub fn canonical_name(name: &str) -> Option<&'static str> {
    KEYS.iter().find(|k| k.name == name || k.aliases.contains(&name)).map(|k| k.name)
}

/// True for keys that are promised and not built.
pub fn is_later(name: &str) -> bool {
    LATER.contains(&name)
}

/// Compiles pairs of canonical name and value, in the fixed order of the vocabulary's operations:
/// orient, resize, background, watermark, encode.
///
/// # Errors
/// `bad_arg`, `no_such_mark`, `no_such_style`, `not_implemented`.
pub fn compile(pairs: &[(String, String)], names: &dyn Names) -> Result<Plan> {
    let keys = Pairs(pairs);
    if let Some(style) = keys.get("p") {
        return match pairs.len() {
            1 => names.style(style)?.compile(names),
            _ => Err(Error::BadArg("p stands alone: the keys beside it would change what the style means.".into())),
        };
    }
    let mut plan = Plan::default();
    if keys.flag("or")? == Some(false) {
        plan.set(Setting::Orient(false));
    }
    let dpr = keys.number("dpr", 0.5, 5.0)?.unwrap_or(1.0);
    let gravity = keys.gravity("g")?;
    let bg = keys
        .get("bg")
        .map(|text| Color::parse(text).ok_or_else(|| refuse("bg", "rgb, rrggbb, rrggbbaa or a CSS colour name", text)))
        .transpose()?;
    if let Some(resize) = resize(&keys, dpr, gravity, bg)? {
        plan.push(Box::new(resize));
    }
    if let Some(color) = bg {
        plan.push(Box::new(Background { color }));
    }
    if let Some(mark) = mark(&keys, dpr, names)? {
        plan.push(Box::new(mark));
    }
    encode(&keys, names, &mut plan)?;
    plan.check()?;
    Ok(plan)
}

fn resize(keys: &Pairs, dpr: f64, gravity: Option<Gravity>, bg: Option<Color>) -> Result<Option<Resize>> {
    const FITS: &[(&str, (Fit, bool))] = &[
        ("max", (Fit::Lfit, true)),
        ("inside", (Fit::Lfit, false)),
        ("clip", (Fit::Lfit, false)),
        ("contain", (Fit::Lfit, false)),
        ("outside", (Fit::Mfit, false)),
        ("min", (Fit::Mfit, false)),
        ("cover", (Fit::Fill, false)),
        ("crop", (Fit::Fill, true)),
        ("pad", (Fit::Pad, false)),
        ("fill", (Fit::Fixed, false)),
        ("stretch", (Fit::Fixed, false)),
        ("squeeze", (Fit::Fixed, false)),
        ("scale", (Fit::Fixed, false)),
    ];
    let (fit, limit) = keys.one_of("fit", FITS)?.unwrap_or((Fit::Lfit, true));
    let limit = keys.flag("en")?.map_or(limit, |enlarge| !enlarge);
    let (width, height) = (keys.length("w", dpr)?, keys.length("h", dpr)?);
    if width.is_none() && height.is_none() {
        return Ok(None);
    }
    let mut resize = Resize::new(fit, width, height);
    resize.limit = limit;
    if matches!(fit, Fit::Fill | Fit::Pad) {
        resize.gravity = gravity.unwrap_or(Gravity::Center);
    }
    if fit == Fit::Pad {
        resize.color = bg.unwrap_or(Color::WHITE);
    }
    Ok(Some(resize))
}

fn mark(keys: &Pairs, dpr: f64, names: &dyn Names) -> Result<Option<Watermark>> {
    let Some(name) = keys.get("wm") else {
        return match ["wmg", "wmx", "wmy", "wmo", "wms"].iter().find(|k| keys.get(k).is_some()) {
            Some(alone) => Err(Error::BadArg(format!("{alone} belongs to a mark; wm is wanted beside it."))),
            None => Ok(None),
        };
    };
    let settings = match name.strip_prefix("b64:") {
        Some(text) => {
            let key = crate::hash::from_base64url(text).and_then(|b| String::from_utf8(b).ok());
            let key = key
                .filter(|k| crate::route::check_key(k).is_ok())
                .ok_or_else(|| refuse("wm", "a mark's name or b64:KEY in base64url", name))?;
            crate::config::Mark { key, scale: None, gravity: None, x: None, y: None, opacity: None }
        }
        None => names.mark(name)?,
    };
    // A registered mark's settings are read by the same readers as the URL's keys that override them.
    let defaults = [
        ("wmg", settings.gravity),
        ("wmx", settings.x),
        ("wmy", settings.y),
        ("wmo", settings.opacity.map(|o| o.to_string())),
        ("wms", settings.scale.map(|s| s.to_string())),
    ];
    let owned: Vec<(String, String)> =
        defaults.into_iter().filter_map(|(key, set)| Some((key.to_string(), keys.get(key).map(str::to_string).or(set)?))).collect();
    let keys = Pairs(&owned);
    let percent = keys.integer("wms", 0..=100)?.filter(|s| *s > 0).map(|s| s as u8);
    let mut mark = Watermark::new(settings.key).fitted_to(percent);
    mark.gravity = keys.gravity("wmg")?.unwrap_or(mark.gravity);
    mark.x = keys.margin("wmx", dpr)?.unwrap_or_else(|| mark.x.times(dpr));
    mark.y = keys.margin("wmy", dpr)?.unwrap_or_else(|| mark.y.times(dpr));
    mark.opacity = keys.integer("wmo", 0..=100)?.map_or(100, |o| o as u8);
    Ok(Some(mark))
}

fn encode(keys: &Pairs, names: &dyn Names, plan: &mut Plan) -> Result<()> {
    let format = match keys.get("f") {
        Some("auto") => FormatChoice::Auto,
        Some("keep") => FormatChoice::Keep,
        Some("pjpg") => {
            plan.set(Setting::Progressive(true));
            FormatChoice::parse("jpg").unwrap_or(FormatChoice::Keep)
        }
        Some(later @ ("avif" | "png8" | "json")) => return Err(Error::NotImplemented(format!("f={later} is not built yet."))),
        Some(other) => match FormatChoice::parse(other).filter(|_| ["jpg", "png", "webp", "gif"].contains(&other)) {
            Some(choice) => choice,
            None => return Err(refuse("f", "one of auto, jpg, pjpg, png, webp, gif, keep", other)),
        },
        None if names.auto_format() => FormatChoice::Auto,
        None => FormatChoice::Keep,
    };
    plan.set(Setting::Format(format));
    let quality = match keys.get("q") {
        Some("low") => Quality::Absolute(50),
        Some("med") => Quality::Absolute(70),
        Some("high") => Quality::Absolute(85),
        Some(_) => keys.integer("q", 1..=100)?.map_or(Quality::Default, |q| Quality::Absolute(q as u8)),
        None => Quality::Default,
    };
    let lossless = keys.flag("ll")? == Some(true);
    plan.set(Setting::Quality(if lossless { Quality::Lossless } else { quality }));
    Ok(())
}

/// Typed readers over name and value.
struct Pairs<'a>(&'a [(String, String)]);

impl Pairs<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn integer(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        args::integer(text, &range).map(Some).ok_or_else(|| refuse(name, &between(&range), text))
    }

    fn number(&self, name: &str, min: f64, max: f64) -> Result<Option<f64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match decimal(text).filter(|n| (min..=max).contains(n)) {
            Some(n) => Ok(Some(n)),
            None => Err(refuse(name, &format!("a number from {min} to {max}"), text)),
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.one_of(name, &[("0", false), ("1", true)])
    }

    fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(refuse(name, &list(words), text)),
        }
    }

    fn gravity(&self, name: &str) -> Result<Option<Gravity>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        if matches!(text, "fp" | "auto") {
            return Err(Error::NotImplemented(format!("{name}={text} is not built yet.")));
        }
        gravity::parse(text).map(Some).ok_or_else(|| refuse(name, "one of n ne e se s sw w nw c", text))
    }

    fn length(&self, name: &str, dpr: f64) -> Result<Option<Length>> {
        let wanted = "an integer from 1 to 16384 (after dpr), a ratio between 0 and 1, or auto";
        let text = match self.get(name) {
            None | Some("auto") => return Ok(None),
            Some(text) => text,
        };
        let length = match args::integer(text, &(1..=i64::from(MAX_SIDE))) {
            Some(n) => Some((n as f64 * dpr).round()).filter(|n| (1.0..=f64::from(MAX_SIDE)).contains(n)).map(|n| Length::Pixels(n as u32)),
            None => ratio(text).map(Length::Ratio),
        };
        length.map(Some).ok_or_else(|| refuse(name, wanted, text))
    }

    fn margin(&self, name: &str, dpr: f64) -> Result<Option<Margin>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let margin = match args::integer(text, &(0..=4096)) {
            Some(n) => Some(Margin::Pixels(n as u32).times(dpr)),
            None => ratio(text).map(Margin::Ratio),
        };
        margin.map(Some).ok_or_else(|| refuse(name, "an integer from 0 to 4096 or a ratio between 0 and 1", text))
    }
}

/// A ratio strictly between 0 and 1, kept in millionths so that it prints back exactly.
fn ratio(text: &str) -> Option<u32> {
    let value = decimal(text).filter(|v| *v > 0.0 && *v < 1.0)?;
    Some((value * 1e6).round() as u32).filter(|m| (1..1_000_000).contains(m))
}

/// Digits with at most one point: no sign, exponent, `inf` or `nan`.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::params::Program;

    fn compiled(query: &str) -> Result<String> {
        let pairs =
            query.split('&').map(|p| p.split_once('=').unwrap()).map(|(n, v)| (canonical_name(n).unwrap().into(), v.into())).collect();
        Program::Short(pairs).compile(sample().bucket("demo").unwrap()).map(|p| p.to_string())
    }

    #[test]
    fn short_parameters_print_as_the_oss_program_that_means_the_same() {
        for (query, print) in [
            ("w=200", "image/resize,w_200"),
            ("h=150&w=200", "image/resize,w_200,h_150"),
            ("w=200&fit=contain", "image/resize,w_200,limit_0"),
            ("w=200&h=100&fit=cover", "image/resize,m_fill,w_200,h_100,limit_0"),
            ("w=200&h=100&fit=crop&g=n", "image/resize,m_fill,w_200,h_100,g_north"),
            ("w=200&h=100&fit=pad&bg=f00", "image/resize,m_pad,w_200,h_100,limit_0,color_ff0000/background,ff0000"),
            ("w=0.5", "image/resize,w_0.5"),
            ("w=100&dpr=2", "image/resize,w_200"),
            ("w=200&f=webp&q=high", "image/resize,w_200/format,webp/quality,Q_85"),
            ("w=200&f=pjpg", "image/resize,w_200/format,jpg/interlace,1"),
            ("w=200&or=0&ll=1", "image/auto-orient,0/resize,w_200/quality,lossless"),
            ("w=auto&h=10&v=1", "image/resize,h_10"),
            ("p=thumb", "image/resize,w_200"),
            ("p=card", "image/resize,m_fill,w_400,h_300,limit_0"),
        ] {
            assert_eq!(compiled(query).unwrap(), print, "{query}");
        }
    }

    #[test]
    fn a_mark_by_name_is_the_oss_watermark_of_its_key() {
        let mark = crate::hash::base64url(b"marks/logo.png?x-oss-process=image/resize,P_25");
        assert_eq!(compiled("w=200&wm=logo").unwrap(), format!("image/resize,w_200/watermark,image_{mark}"));
        let key = crate::hash::base64url(b"marks/logo.png");
        assert_eq!(compiled("wm=logo&wms=0&wmg=nw&wmx=0.1&wmo=40").unwrap(), format!("image/watermark,image_{key},t_40,g_nw,x_0.1"));
    }

    #[test]
    fn an_error_names_the_parameter() {
        for (query, code, name) in [
            ("w=0", "bad_arg", "w must"),
            ("w=20000", "bad_arg", "w must"),
            ("w=10000&dpr=2", "bad_arg", "w must"),
            ("w=-1", "bad_arg", "w must"),
            ("w=1.5", "bad_arg", "w must"),
            ("w=nan", "bad_arg", "w must"),
            ("w=1e2", "bad_arg", "w must"),
            ("h=", "bad_arg", "h must"),
            ("w=1&fit=zoom", "bad_arg", "fit must"),
            ("w=1&g=fp", "not_implemented", "g=fp"),
            ("w=1&bg=blurple", "bad_arg", "bg must"),
            ("w=1&q=0", "bad_arg", "q must"),
            ("w=1&f=heic", "bad_arg", "f must"),
            ("w=1&f=avif", "not_implemented", "avif"),
            ("w=1&wmo=20", "bad_arg", "wmo"),
            ("wm=nope", "no_such_mark", "nope"),
            ("wm=b64:Li4vYQ", "bad_arg", "wm must"),
            ("p=nope", "no_such_style", "nope"),
            ("p=thumb&w=3", "bad_arg", "p stands alone"),
            ("w=1&dpr=9", "bad_arg", "dpr must"),
            ("w=1&en=yes", "bad_arg", "en must"),
        ] {
            let e = compiled(query).unwrap_err();
            assert_eq!(e.code(), code, "{query}");
            assert!(e.to_string().contains(name), "{query}: {e}");
        }
    }

    #[test]
    fn every_example_compiles_and_shows_its_own_key() {
        for key in KEYS {
            assert!(key.example.split('&').any(|p| p.starts_with(&format!("{}=", key.name))), "{}", key.name);
            if key.name != "v" {
                compiled(key.example).unwrap();
            }
            assert!(!key.doc.is_empty());
        }
    }
}
