//! Keys of the answer: format, quality, animation, metadata, facts.

use super::pairs::Pairs;
use crate::codec::{Colour, Format};
use crate::ops::effort::WORDS;
use crate::ops::max_bytes::MOST;
use crate::ops::Setting;
use crate::params::args::{integer, refuse};
use crate::params::Names;
use crate::plan::{Answer, FormatChoice, Keep, Plan, Quality};
use crate::{Error, Result};

/// All of them.
pub fn compile(keys: &Pairs, names: &dyn Names, plan: &mut Plan) -> Result<()> {
    let answer =
        keys.one_of("info", &[("1", Answer::Json), ("hue", Answer::Hue), ("palette", Answer::Palette), ("blurhash", Answer::BlurHash)])?;
    let json = keys.get("f") == Some("json");
    match answer {
        Some(_) if keys.get("f").is_some() => return Err(Error::BadArg("info answers JSON; f beside it has no meaning.".into())),
        Some(answer) => plan.set(Setting::Answer(answer)),
        None if json => plan.set(Setting::Answer(Answer::Json)),
        None => format(keys, names, plan)?,
    }
    quality(keys, plan)?;
    if let Some(text) = keys.get("mb") {
        plan.set(Setting::MaxBytes(bytes(text)?));
    }
    if keys.flag("prog")? == Some(true) {
        plan.set(Setting::Progressive(true));
    }
    if let Some(effort) = keys.one_of("effort", WORDS)? {
        plan.set(Setting::Effort(effort));
    }
    frames(keys, plan)?;
    let metas = [("none", Keep::Nothing), ("copyright", Keep::Copyright), ("keep", Keep::All), ("keep,gps", Keep::AllAndPlace)];
    if let Some(keep) = keys.one_of("meta", &metas)? {
        plan.set(Setting::Metadata(keep));
    }
    if let Some(colour) = keys.one_of("cs", &[("srgb", Colour::Srgb), ("keep", Colour::Keep)])? {
        plan.set(Setting::Colour(colour));
    }
    Ok(())
}

fn format(keys: &Pairs, names: &dyn Names, plan: &mut Plan) -> Result<()> {
    const WORDS: &[(&str, FormatChoice)] = &[
        ("auto", FormatChoice::Auto),
        ("jpg", FormatChoice::Fixed(Format::Jpeg)),
        ("pjpg", FormatChoice::Fixed(Format::Jpeg)),
        ("png", FormatChoice::Fixed(Format::Png)),
        ("png8", FormatChoice::Png8),
        ("webp", FormatChoice::Fixed(Format::WebP)),
        ("avif", FormatChoice::Fixed(Format::Avif)),
        ("gif", FormatChoice::Fixed(Format::Gif)),
        ("json", FormatChoice::Keep),
        ("keep", FormatChoice::Keep),
    ];
    let fallback = if names.auto_format() { FormatChoice::Auto } else { FormatChoice::Keep };
    plan.set(Setting::Format(keys.one_of("f", WORDS)?.unwrap_or(fallback)));
    if keys.get("f") == Some("pjpg") {
        plan.set(Setting::Progressive(true));
    }
    Ok(())
}

fn quality(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    let absolute = match keys.get("q") {
        Some("low") => Some(50),
        Some("med") => Some(70),
        Some("high") => Some(85),
        _ => keys.integer("q", 1..=100)?.map(|q| q as u8),
    };
    let relative = keys.integer("qr", 1..=100)?.map(|q| q as u8);
    let quality = match (absolute, relative, keys.flag("ll")?) {
        (Some(_), Some(_), _) => return Err(Error::BadArg("q is absolute and qr relative; one of them is wanted.".into())),
        (_, _, Some(true)) => Quality::Lossless,
        (Some(q), None, _) => Quality::Absolute(q),
        (None, Some(q), _) => Quality::Relative(q),
        (None, None, _) => return Ok(()),
    };
    plan.set(Setting::Quality(quality));
    Ok(())
}

fn frames(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    let (anim, frame, most) = (keys.flag("anim")?, keys.integer("frame", 0..=99_999)?, keys.integer("n", 1..=1_000)?);
    match (anim, frame, most) {
        (Some(true), Some(_), _) | (_, Some(_), Some(_)) | (Some(false), _, Some(_)) => {
            Err(Error::BadArg("frame and anim=0 take one frame; anim=1 and n take several: one or the other is wanted.".into()))
        }
        (_, Some(frame), None) => {
            plan.set(Setting::Still(frame as u32));
            Ok(())
        }
        (Some(false), None, None) => {
            plan.set(Setting::Still(0));
            Ok(())
        }
        (_, None, Some(most)) => {
            plan.set(Setting::MostFrames(most as u32));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Bytes, or with `k` so many times 1,024.
fn bytes(text: &str) -> Result<u64> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_024),
        None => (text, 1),
    };
    let bytes = integer(digits, &(1..=MOST)).map(|n| n * unit).filter(|n| (100..=MOST).contains(n));
    bytes.map(|n| n as u64).ok_or_else(|| refuse("mb", "100 to 100000000 bytes, or with k for 1024", text))
}
