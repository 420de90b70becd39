//! The format of the answer.

use super::{Setting, Spec, Step};
use crate::codec::Format;
use crate::params::args::{refuse, Args};
use crate::plan::FormatChoice;
use crate::Result;

/// `format,FORMAT`.
pub const SPEC: Spec = Spec {
    name: "format",
    args: "jpg, png, webp, bmp, gif, tiff or avif",
    doc: "Changes the format; without it the source's format is kept where Limn writes it, else it is PNG. jpg lays transparency on white; gif applies to GIF sources and keeps any other's format. Animations stay animations in GIF, WebP and PNG.",
    examples: &["format,jpg", "format,png", "format,webp", "format,bmp", "format,tiff"],
    in_oss: true,
    parse,
};

/// Formats that every plan may name.
pub const WRITTEN: [Format; 6] = [Format::Jpeg, Format::Png, Format::WebP, Format::Bmp, Format::Tiff, Format::Avif];

fn parse(args: &mut Args) -> Result<Step> {
    let wanted = "one of jpg, png, webp, bmp, gif, tiff, avif";
    let text = args.only(wanted)?;
    let canonical = match text {
        "auto" => Some(FormatChoice::Auto),
        "png8" => Some(FormatChoice::Png8),
        "gif-if-gif" => Some(FormatChoice::GifIfGif),
        "gif" => Some(FormatChoice::Fixed(Format::Gif)),
        _ => None,
    };
    let choice = match (canonical, args.is_canonical()) {
        (Some(choice), true) => choice,
        // Baidu's `f_auto`, which OSS has no word for.
        (Some(FormatChoice::Auto), false) => FormatChoice::Auto,
        (_, false) if text == "gif" => FormatChoice::GifIfGif,
        _ => {
            let format = WRITTEN.into_iter().find(|f| f.name() == text);
            format.map(FormatChoice::Fixed).ok_or_else(|| refuse("format", wanted, text))?
        }
    };
    Ok(Step::Output(Setting::Format(choice)))
}
