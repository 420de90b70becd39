//! EXIF orientation, applied before everything else wherever the action stands.

use super::{Setting, Spec, Step};
use crate::params::args::{refuse, Args};
use crate::Result;

/// `auto-orient,0|1`.
pub const SPEC: Spec = Spec {
    name: "auto-orient",
    args: "0 or 1 (1 even if absent)",
    doc: "Turns the image as its EXIF Orientation tag says, before any other operation; 0 leaves it as stored.",
    examples: &["auto-orient,1", "auto-orient,0"],
    in_oss: true,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    match args.only("0 or 1")? {
        "0" => Ok(Step::Output(Setting::Orient(false))),
        "1" => Ok(Step::Output(Setting::Orient(true))),
        other => Err(refuse("auto-orient", "0 or 1", other)),
    }
}
