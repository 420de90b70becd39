//! Keys that change the outline: trim, rect, w, h, fit, pad, rot, flip, r.

use super::pairs::{ratio, Pairs};
use crate::image::Color;
use crate::ops::anchor::Anchor;
use crate::ops::circle::Circle;
use crate::ops::crop::Crop;
use crate::ops::flip::{self, Flip};
use crate::ops::gravity::Gravity;
use crate::ops::length::Length;
use crate::ops::pad::{self, Pad};
use crate::ops::resize::{Fit, Resize, MAX_SIDE};
use crate::ops::rotate::Rotate;
use crate::ops::rounded_corners::RoundedCorners;
use crate::ops::trim::Trim;
use crate::params::args::{integer, refuse};
use crate::plan::Plan;
use crate::{Error, Result};

/// `trim` and `rect`, which come before anything is resized.
pub fn cut(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    if let Some(text) = keys.get("trim") {
        let tolerance = if text.is_empty() { 10 } else { keys.integer("trim", 1..=254)?.unwrap_or(10) };
        plan.push(Box::new(Trim { tolerance: tolerance as u8 }));
    }
    if let Some(text) = keys.get("rect") {
        plan.push(Box::new(rect(text)?));
    }
    Ok(())
}

fn rect(text: &str) -> Result<Crop> {
    let bad = || refuse("rect", "x,y,w,h in pixels or as ratios between 0 and 1", text);
    let length = |text: &str| match integer(text, &(0..=30_000)) {
        Some(n) => Some(Length::Pixels(n as u32)),
        None => ratio(text).map(Length::Ratio),
    };
    let lengths: Option<Vec<Length>> = text.split(',').map(length).collect();
    let Some([x, y, w, h]) = lengths.as_deref() else { return Err(bad()) };
    // A ratio of 1 is the whole side, as 0 is to the edge.
    let side = |l: &Length| Some(*l).filter(|l| *l != Length::Pixels(0));
    Ok(Crop { size: (side(w), side(h)), offset: (*x, *y), gravity: Gravity::NorthWest })
}

/// `w`, `h`, `ls`, `ss`, `pct` with `fit`, `en`, `g`, and `pad`.
pub fn resize(keys: &Pairs, bg: Option<Color>, plan: &mut Plan) -> Result<()> {
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
    let anchor = keys.anchor()?.unwrap_or(Anchor::CENTER);
    let (width, height) = (keys.side("w")?, keys.side("h")?);
    let side = |name| match keys.pixels(name, 1..=i64::from(MAX_SIDE))? {
        Some(n) if n > MAX_SIDE => Err(refuse(name, "an integer from 1 to 16384 (after dpr)", &n.to_string())),
        other => Ok(other),
    };
    let (long, short) = (side("ls")?, side("ss")?);
    let percent = keys.integer("pct", 1..=1_000)?;
    let ways = [width.is_some() || height.is_some(), long.is_some() || short.is_some(), percent.is_some()];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(Error::BadArg("w and h, ls and ss, and pct are three ways to say a size; one of them is wanted.".into()));
    }
    let resize = match percent {
        Some(percent) => Some(Resize::percent(percent as u32)),
        None if ways[1] => Some(Resize::long_short(fit, long, short)),
        None if ways[0] => Some(Resize::new(fit, width, height)),
        None => None,
    };
    if let Some(mut resize) = resize {
        if percent.is_none() {
            resize.limit = limit;
            match (fit, anchor) {
                (Fit::Fill, _) | (Fit::Pad, Anchor::Grid(_)) => resize.anchor = anchor,
                (Fit::Pad, _) => return Err(refuse("g", "a point of the grid where fit is pad", keys.get("g").unwrap_or(""))),
                _ => {}
            }
            if fit == Fit::Pad {
                resize.color = bg.unwrap_or(Color::WHITE);
            }
        }
        plan.push(Box::new(resize));
    }
    if let Some(text) = keys.get("pad") {
        plan.push(Box::new(Pad { sides: sides(keys, text)?, color: bg.unwrap_or(Color::WHITE) }));
    }
    Ok(())
}

/// One to four lengths, as CSS orders them: top, right, bottom, left.
fn sides(keys: &Pairs, text: &str) -> Result<[u32; 4]> {
    let sides: Option<Vec<u32>> = text.split(',').map(|side| integer(side, &(0..=pad::MAX_SIDE)).map(|n| keys.scaled(n))).collect();
    match sides.as_deref() {
        Some([all]) => Ok([*all; 4]),
        Some([v, h]) => Ok([*v, *h, *v, *h]),
        Some([t, h, b]) => Ok([*t, *h, *b, *h]),
        Some([t, r, b, l]) => Ok([*t, *r, *b, *l]),
        _ => Err(refuse("pad", "one to four integers from 0 to 4096 (top,right,bottom,left)", text)),
    }
}

/// `rot` and `flip`.
pub fn turn(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    if let Some(degrees) = keys.integer("rot", 0..=360)?.filter(|d| d % 360 != 0) {
        plan.push(Box::new(Rotate { degrees: degrees as u32 }));
    }
    if let Some(flip) = keys.one_of::<Flip>("flip", flip::WORDS)? {
        plan.push(Box::new(flip));
    }
    Ok(())
}

/// `r`.
pub fn mask(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    match keys.get("r") {
        Some("max") => plan.push(Box::new(Circle { radius: 4_096 })),
        Some(text) => {
            let radius = integer(text, &(1..=4_096)).ok_or_else(|| refuse("r", "an integer from 1 to 4096, or max", text))?;
            plan.push(Box::new(RoundedCorners { radius: keys.scaled(radius) }));
        }
        None => {}
    }
    Ok(())
}
