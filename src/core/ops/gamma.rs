//! Gamma.

use super::{level, Op, Spec, Step};
use crate::image::Image;
use crate::kit::Kit;
use crate::params::args::{decimal_print, Args};
use crate::Result;
use std::fmt;

/// `gamma,g_N`.
pub const SPEC: Spec = Spec {
    name: "gamma",
    args: "g_1…3",
    doc: "Lifts the middle tones: a sample v of 0 to 1 becomes v^(1/N).",
    examples: &["gamma,g_1.5", "gamma,g_2.2"],
    in_oss: false,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Gamma {
    /// Thousandths, 1,000 to 3,000.
    pub gamma: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let gamma = args.thousandths("g", 1.0, 3.0)?.ok_or_else(|| crate::Error::MissingArg("gamma: g is wanted.".into()))?;
    Ok(Step::Pixels(Box::new(Gamma { gamma })))
}

impl Op for Gamma {
    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let power = 1_000.0 / self.gamma as f32;
        Ok(level::through(image, |v| (v / 255.0).powf(power) * 255.0))
    }
}

impl fmt::Display for Gamma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gamma,g_{}", decimal_print(self.gamma))
    }
}
