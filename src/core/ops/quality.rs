//! The quality of lossy encoders.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::plan::Quality;
use crate::{Error, Result};

/// `quality,q_N|Q_N|lossless`.
pub const SPEC: Spec = Spec {
    name: "quality",
    args: "q_1…100 relative, Q_1…100 absolute, or lossless",
    doc: "Q_N is the quality, but never above a JPEG source's own; q_N is per cent of a JPEG source's quality, and Q_N for other sources; Q wins where both stand. lossless makes WebP lossless. JPEG and WebP only; other formats ignore it.",
    examples: &["quality,Q_60", "quality,q_50", "quality,lossless"],
    in_oss: true,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    let relative = args.integer("q", 1..=100)?.map(|q| Quality::Relative(q as u8));
    let absolute = args.integer("Q", 1..=100)?.map(|q| Quality::Absolute(q as u8));
    let lossless = args.bare("lossless").then_some(Quality::Lossless);
    match lossless.or(absolute).or(relative) {
        Some(quality) => Ok(Step::Output(Setting::Quality(quality))),
        None => Err(Error::BadArg("quality: q_N, Q_N or lossless is wanted.".into())),
    }
}
