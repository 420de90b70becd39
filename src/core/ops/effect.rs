//! Named colour effects.

pub use super::effect_names::NAMES;

use super::{Op, Spec, Step};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::params::args::{refuse, Args};
use crate::rare::Job;
use crate::Result;
use std::fmt;

/// `effect,NAME`.
pub const SPEC: Spec = Spec {
    name: "effect",
    args: "an effect's name",
    doc: "Applies a named colour effect of photon.",
    examples: &["effect,sepia", "effect,oceanic", "effect,vintage"],
    in_oss: false,
    parse: |args: &mut Args| {
        let name = args.only("an effect's name")?;
        Ok(Step::Pixels(Box::new(Effect::named(name).ok_or_else(|| refuse("effect", &format!("one of {}", NAMES.join(", ")), name))?)))
    },
};

/// The operation.
#[derive(Debug)]
pub struct Effect {
    name: &'static str,
}

impl Effect {
    /// The effect of this name.
    pub fn named(name: &str) -> Option<Effect> {
        NAMES.iter().find(|n| **n == name).map(|name| Effect { name })
    }
}

impl Op for Effect {
    fn bytes(&self, size: Size) -> u64 {
        // Pixels on both sides of the seam, and the library's own copy.
        size.pixels() * 12
    }

    fn apply(&self, image: Image, kit: &Kit) -> Result<Image> {
        let size = image.held();
        let job = Job::Effect { name: self.name.into(), width: size.width, height: size.height };
        let made = kit.rare.run(&job, image.into_rgba()?.data())?;
        Image::new(made.size, Layout::Rgba, made.bytes)?.without_idle_alpha()
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "effect,{}", self.name)
    }
}
