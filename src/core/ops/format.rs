//! The format of the answer.

use super::{Setting, Spec, Step};
use crate::params::args::{refuse, Args, Dialect};
use crate::plan::FormatChoice;
use crate::{Error, Result};

/// `format,FORMAT`.
pub const SPEC: Spec = Spec {
    name: "format",
    args: "jpg, png, webp, bmp or gif",
    doc: "Changes the format; without it the source's format is kept. jpg lays transparency on white; gif applies to GIF sources and keeps any other's format.",
    examples: &["format,jpg", "format,png", "format,webp", "format,bmp"],
    in_oss: true,
    later: &[],
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = "one of jpg, png, webp, bmp, gif";
    let text = args.only(wanted)?;
    let choice = match text {
        "auto" if args.dialect() == Dialect::Canonical => FormatChoice::Auto,
        "gif" if args.dialect() == Dialect::Oss => FormatChoice::GifIfGif,
        "gif-if-gif" if args.dialect() == Dialect::Canonical => FormatChoice::GifIfGif,
        "avif" | "tiff" => return Err(Error::NotImplemented(format!("format,{text} is not built yet."))),
        other => FormatChoice::parse(other).ok_or_else(|| refuse("format", wanted, other))?,
    };
    Ok(Step::Output(Setting::Format(choice)))
}
