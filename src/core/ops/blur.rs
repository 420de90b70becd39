//! Gaussian blur.

use super::{convolve, Op, Spec, Step};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::params::args::{decimal_print, Args};
use crate::{Error, Result};
use std::fmt;

/// `blur,r_…,s_…`.
pub const SPEC: Spec = Spec {
    name: "blur",
    args: "r_1…50 px, s_1…50",
    doc: "Gaussian blur of sigma s, cut at radius r. Both are in pixels of the image as it is then.",
    examples: &["blur,r_3,s_2", "blur,r_50,s_20"],
    in_oss: true,
    parse,
};

/// The operation.
#[derive(Debug)]
pub struct Blur {
    radius: u32,
    /// Thousandths of a pixel.
    sigma: u32,
}

impl Blur {
    /// Of a sigma in thousandths of a pixel, 300 to 100,000, cut where a Gaussian ends: at three sigma.
    pub fn new(sigma: u32) -> Blur {
        Blur { radius: (sigma * 3).div_ceil(1_000).max(1), sigma }
    }
}

fn parse(args: &mut Args) -> Result<Step> {
    let radius = args.integer("r", args.range(1..=50, 1..=1_500))?.map(|r| r as u32);
    let sigma = args.thousandths("s", if args.is_canonical() { 0.3 } else { 1.0 }, if args.is_canonical() { 500.0 } else { 50.0 })?;
    match (radius, sigma) {
        (Some(radius), Some(sigma)) => Ok(Step::Pixels(Box::new(Blur { radius, sigma }))),
        _ => Err(Error::MissingArg("blur: r and s are both wanted.".into())),
    }
}

impl Op for Blur {
    fn bytes(&self, size: Size) -> u64 {
        size.pixels() * 4
    }

    fn work(&self, size: Size) -> u64 {
        size.pixels() * convolve::work(self.radius)
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        convolve::gaussian(image, self.sigma as f32 / 1_000.0, self.radius)
    }
}

impl fmt::Display for Blur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blur,r_{},s_{}", self.radius, decimal_print(self.sigma))
    }
}
