//! What becomes of an animation's frames.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::{Error, Result};

/// `animation,frame_N|most_N`.
pub const SPEC: Spec = Spec {
    name: "animation",
    args: "frame_N: that frame alone, from 0; most_1…1000: at most so many frames",
    doc: "Takes one frame of an animation, or drops frames evenly and shows the others longer.",
    examples: &["animation,frame_0", "animation,most_5"],
    in_oss: false,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    match (args.integer("frame", 0..=99_999)?, args.integer("most", 1..=1_000)?) {
        (Some(frame), None) => Ok(Step::Output(Setting::Still(frame as u32))),
        (None, Some(most)) => Ok(Step::Output(Setting::MostFrames(most as u32))),
        _ => Err(Error::BadArg("animation: either frame or most is wanted.".into())),
    }
}
