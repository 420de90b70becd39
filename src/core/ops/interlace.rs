//! Progressive JPEG.

use super::{Setting, Spec, Step};
use crate::params::args::{refuse, Args};
use crate::Result;

/// `interlace,0|1`.
pub const SPEC: Spec = Spec {
    name: "interlace",
    args: "0 or 1 (0)",
    doc: "1 makes a JPEG progressive, so that it appears coarse first; other formats ignore it.",
    examples: &["interlace,1"],
    in_oss: true,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    match args.only("0 or 1")? {
        "0" => Ok(Step::Output(Setting::Progressive(false))),
        "1" => Ok(Step::Output(Setting::Progressive(true))),
        other => Err(refuse("interlace", "0 or 1", other)),
    }
}
