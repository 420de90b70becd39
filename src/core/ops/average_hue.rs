//! The picture's salient colour instead of the picture.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::plan::Answer;
use crate::Result;

/// `average-hue`.
pub const SPEC: Spec = Spec {
    name: "average-hue",
    args: "none",
    doc: "Answers {\"RGB\": \"0xRRGGBB\"}: the mean colour of the pixels whose hue stands out from the mean hue.",
    examples: &["average-hue"],
    in_oss: true,
    parse: |_: &mut Args| -> Result<Step> { Ok(Step::Output(Setting::Answer(Answer::Hue))) },
};
