//! Keys that change colours and sharpness.

use super::pairs::{color, Pairs};
use crate::ops::blur::Blur;
use crate::ops::bright::Bright;
use crate::ops::contrast::Contrast;
use crate::ops::duotone::Duotone;
use crate::ops::effect::{Effect, NAMES};
use crate::ops::gamma::Gamma;
use crate::ops::gray::Gray;
use crate::ops::hue::Hue;
use crate::ops::pixelate::Pixelate;
use crate::ops::saturation::Saturation;
use crate::ops::sharpen::Sharpen;
use crate::params::args::refuse;
use crate::plan::Plan;
use crate::Result;

/// `bri con sat gam hue gray duotone effect`, in this order, then `blur sharp pixelate`.
pub fn compile(keys: &Pairs, plan: &mut Plan) -> Result<()> {
    let level = |name| Ok::<_, crate::Error>(keys.integer(name, -100..=100)?.filter(|l| *l != 0).map(|l| l as i32));
    if let Some(level) = level("bri")? {
        plan.push(Box::new(Bright { level }));
    }
    if let Some(level) = level("con")? {
        plan.push(Box::new(Contrast { level }));
    }
    if let Some(level) = level("sat")? {
        plan.push(Box::new(Saturation { level }));
    }
    if let Some(gamma) = keys.thousandths("gam", 1.0, 3.0)?.filter(|g| *g != 1_000) {
        plan.push(Box::new(Gamma { gamma }));
    }
    if let Some(level) = level("hue")? {
        plan.push(Box::new(Hue { level }));
    }
    if keys.flag("gray")? == Some(true) {
        plan.push(Box::new(Gray));
    }
    if let Some(text) = keys.get("duotone") {
        let (dark, light) = text.split_once(',').ok_or_else(|| refuse("duotone", "two colours with a comma between", text))?;
        plan.push(Box::new(Duotone { dark: color("duotone", dark)?, light: color("duotone", light)? }));
    }
    if let Some(name) = keys.get("effect") {
        let effect = Effect::named(name).ok_or_else(|| refuse("effect", &format!("one of {}", NAMES.join(", ")), name))?;
        plan.push(Box::new(effect));
    }
    if let Some(sigma) = keys.thousandths("blur", 0.3, 100.0)? {
        plan.push(Box::new(Blur::new(sigma)));
    }
    if let Some(amount) = keys.integer("sharp", 0..=100)?.filter(|a| *a > 0) {
        plan.push(Box::new(Sharpen { sigma: 100, amount: amount as u32 }));
    }
    if let Some(side) = keys.integer("pixelate", 2..=1_000)? {
        plan.push(Box::new(Pixelate { side: side as u32 }));
    }
    Ok(())
}
