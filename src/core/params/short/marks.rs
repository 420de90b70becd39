//! Keys of the three marks: `wm`, `wmt` and what belongs to them.

use super::pairs::{text_or_base64, Pairs};
use super::vocabulary::{numbered, KEYS};
use crate::config::Mark;
use crate::ops::watermark::{Picture, Text, Watermark};
use crate::params::args::{integer, refuse};
use crate::params::Names;
use crate::plan::Plan;
use crate::{Error, Result};

/// All marks in order.
pub fn compile(keys: &Pairs, names: &dyn Names, plan: &mut Plan) -> Result<()> {
    for number in 1..=3 {
        if let Some(mark) = mark(keys, number, names)? {
            plan.push(Box::new(mark));
        }
    }
    Ok(())
}

fn mark(keys: &Pairs, number: u32, names: &dyn Names) -> Result<Option<Watermark>> {
    let key = |name: &str| numbered(name, number);
    let (wm, wmt) = (keys.get(&key("wm")), keys.get(&key("wmt")));
    if wm.is_none() && wmt.is_none() {
        let belongs = KEYS.iter().filter(|k| k.name.starts_with("wm") || k.name == "tile").map(|k| key(k.name));
        return match belongs.into_iter().find(|k| keys.get(k).is_some()) {
            Some(alone) => Err(Error::BadArg(format!("{alone} belongs to a mark; {} or {} is wanted beside it.", key("wm"), key("wmt")))),
            None => Ok(None),
        };
    }
    let settings = wm.map(|name| settings(name, &key("wm"), names)).transpose()?;
    // A registered mark's settings are read by the same readers as the URL's keys that override them.
    let owned: Vec<(String, String)> = match &settings {
        None => Vec::new(),
        Some(mark) => {
            let defaults = [
                ("wmg", mark.gravity.clone()),
                ("wmx", mark.x.clone()),
                ("wmy", mark.y.clone()),
                ("wmo", mark.opacity.map(|o| o.to_string())),
                ("wms", mark.scale.map(|s| s.to_string())),
            ];
            defaults.into_iter().filter_map(|(name, value)| Some((key(name), value?))).collect()
        }
    };
    let registered = Pairs::of(&owned, keys.dpr);
    let from = |name: &str| if keys.get(&key(name)).is_some() { keys } else { &registered };
    let percent = from("wms").integer(&key("wms"), 0..=100)?.filter(|s| *s > 0).map(|s| s as u8);
    let picture = settings.map(|mark| Picture::new(mark.key, percent));
    let text = wmt.map(|text| drawn(keys, text, number, names)).transpose()?;
    let mut mark = Watermark::new(picture, text);
    mark.place.gravity = from("wmg").gravity(&key("wmg"))?.unwrap_or(mark.place.gravity);
    mark.place.x = from("wmx").margin(&key("wmx"))?.unwrap_or_else(|| mark.place.x.times(keys.dpr));
    mark.place.y = from("wmy").margin(&key("wmy"))?.unwrap_or_else(|| mark.place.y.times(keys.dpr));
    mark.opacity = from("wmo").integer(&key("wmo"), 0..=100)?.map_or(100, |o| o as u8);
    mark.tile = keys.get(&key("tile")).map(|text| tile(keys, &key("tile"), text)).transpose()?.flatten();
    Ok(Some(mark))
}

/// A mark by its registered name, or by its key.
fn settings(name: &str, key: &str, names: &dyn Names) -> Result<Mark> {
    if !name.starts_with("b64:") {
        return names.mark(name);
    }
    let object = text_or_base64(name).filter(|k| crate::route::check_key(k).is_ok());
    let object = object.ok_or_else(|| refuse(key, "a mark's name or b64:KEY in base64url", name))?;
    Ok(Mark { key: object, scale: None, gravity: None, x: None, y: None, opacity: None })
}

fn drawn(keys: &Pairs, text: &str, number: u32, names: &dyn Names) -> Result<Text> {
    let key = |name: &str| numbered(name, number);
    let words = text_or_base64(text).ok_or_else(|| refuse(&key("wmt"), "text, or b64: and base64url", text))?;
    let mut mark = Text::new(words)?;
    if let Some(font) = keys.get(&key("wmf")) {
        mark.font = names.font(font)?;
    }
    mark.color = keys.color(&key("wmc"))?.unwrap_or(mark.color);
    mark.size = keys.pixels(&key("wmz"), 1..=1_000)?.unwrap_or_else(|| keys.scaled(i64::from(mark.size)));
    mark.degrees = keys.integer(&key("wmr"), 0..=360)?.map_or(0, |d| d as u32);
    mark.shadow = keys.integer(&key("wmsh"), 0..=100)?.map_or(0, |s| s as u8);
    Ok(mark)
}

/// `1`, or the gaps between columns and rows; `0` is none.
fn tile(keys: &Pairs, key: &str, text: &str) -> Result<Option<(u32, u32)>> {
    let gap = |text: &str| integer(text, &(0..=4_096)).map(|n| keys.scaled(n));
    match (text, text.split_once(',').map(|(x, y)| (gap(x), gap(y)))) {
        ("0", _) => Ok(None),
        ("1", _) => Ok(Some((0, 0))),
        (_, Some((Some(x), Some(y)))) => Ok(Some((x, y))),
        _ => Err(refuse(key, "0, 1, or dx,dy of 0 to 4096 px", text)),
    }
}
