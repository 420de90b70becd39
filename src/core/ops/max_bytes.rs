//! A budget of bytes, met by a search for the quality.

use super::{Setting, Spec, Step};
use crate::params::args::{integer, refuse, Args};
use crate::Result;

/// Most bytes that may be asked for.
pub const MOST: i64 = 100_000_000;

/// `max-bytes,N`.
pub const SPEC: Spec = Spec {
    name: "max-bytes",
    args: "100…100000000 bytes",
    doc: "Lowers the quality of JPEG, WebP and AVIF until the file is not larger than N bytes; what cannot be made so small is an error.",
    examples: &["max-bytes,2500"],
    in_oss: false,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = "an integer from 100 to 100000000";
    let text = args.only(wanted)?;
    let bytes = integer(text, &(100..=MOST)).ok_or_else(|| refuse("max-bytes", wanted, text))?;
    Ok(Step::Output(Setting::MaxBytes(bytes as u64)))
}
