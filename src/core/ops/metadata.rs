//! What is kept of the source's metadata.

use super::{Setting, Spec, Step};
use crate::params::args::{list, refuse, Args};
use crate::plan::Keep;
use crate::Result;

/// The words of the grammar.
pub const WORDS: &[(&str, Keep)] =
    &[("none", Keep::Nothing), ("copyright", Keep::Copyright), ("keep", Keep::All), ("keep-gps", Keep::AllAndPlace)];

/// `metadata,WORD`.
pub const SPEC: Spec = Spec {
    name: "metadata",
    args: "none, copyright, keep or keep-gps",
    doc: "Keeps nothing, the artist and copyright tags alone (which is the default), all of EXIF and XMP but the place, or all with the place.",
    examples: &["metadata,none", "metadata,keep"],
    in_oss: false,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = list(WORDS);
    let text = args.only(&wanted)?;
    let keep = WORDS.iter().find(|(word, _)| *word == text).ok_or_else(|| refuse("metadata", &wanted, text))?;
    Ok(Step::Output(Setting::Metadata(keep.1)))
}
