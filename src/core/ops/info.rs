//! What is known of the source instead of the picture.

use super::{Setting, Spec, Step};
use crate::params::args::Args;
use crate::plan::Answer;
use crate::{Error, Result};

/// `info`.
pub const SPEC: Spec = Spec {
    name: "info",
    args: "none",
    doc: "Answers the source's format, dimensions as stored, length and EXIF tags as JSON; what stands beside it changes nothing.",
    examples: &["info"],
    in_oss: true,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    if !args.is_canonical() {
        return Ok(Step::Output(Setting::Answer(Answer::Info)));
    }
    // The short parameters' own shape of the same facts.
    match args.text("as")? {
        None => Ok(Step::Output(Setting::Answer(Answer::Info))),
        Some("json") => Ok(Step::Output(Setting::Answer(Answer::Json))),
        Some(other) => Err(Error::BadArg(format!("info: as must be json; {other:?} came."))),
    }
}
