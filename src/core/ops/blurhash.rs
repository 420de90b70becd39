//! A BlurHash instead of the picture.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::plan::Answer;
use crate::Result;

/// `blurhash`.
pub const SPEC: Spec = Spec {
    name: "blurhash",
    args: "none",
    doc: "Answers {\"blurhash\":\"…\",\"width\":…,\"height\":…}: a few letters that a page shows as a soft stand-in while the image loads.",
    examples: &["blurhash"],
    in_oss: false,
    parse: |_: &mut Args| -> Result<Step> { Ok(Step::Output(Setting::Answer(Answer::BlurHash))) },
};
