//! The picture's main colours instead of the picture.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::plan::Answer;
use crate::Result;

/// `palette`.
pub const SPEC: Spec = Spec {
    name: "palette",
    args: "none",
    doc: "Answers the main colours as JSON, the most frequent first: {\"palette\":[{\"color\":\"rrggbb\",\"part\":0.41},…]}.",
    examples: &["palette"],
    in_oss: false,
    parse: |_: &mut Args| -> Result<Step> { Ok(Step::Output(Setting::Answer(Answer::Palette))) },
};
