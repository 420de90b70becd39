//! What is spent on a smaller JPEG.

use super::{Setting, Spec, Step};
use crate::codec::Effort;
use crate::params::args::{list, refuse, Args};
use crate::Result;

/// The words of the grammar.
pub const WORDS: &[(&str, Effort)] = &[("fast", Effort::Fast), ("high", Effort::High)];

/// `effort,WORD`.
pub const SPEC: Spec = Spec {
    name: "effort",
    args: "fast or high (fast)",
    doc: "high spends several times the time on a JPEG that has fewer bytes at the same quality, in the order of scans that is the smallest; other formats ignore it.",
    examples: &["effort,high"],
    in_oss: false,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = list(WORDS);
    let text = args.only(&wanted)?;
    let effort = WORDS.iter().find(|(word, _)| *word == text).ok_or_else(|| refuse("effort", &wanted, text))?;
    Ok(Step::Output(Setting::Effort(effort.1)))
}
