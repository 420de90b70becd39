//! What becomes of an embedded colour profile.

use super::{Setting, Spec, Step};
use crate::codec::Colour;
use crate::params::args::{refuse, Args};
use crate::Result;

/// `colorspace,srgb|keep`.
pub const SPEC: Spec = Spec {
    name: "colorspace",
    args: "srgb or keep",
    doc: "srgb, which is the default, converts to sRGB; keep leaves the samples and hands the profile on. CMYK is always converted.",
    examples: &["colorspace,keep"],
    in_oss: false,
    parse,
};

fn parse(args: &mut Args) -> Result<Step> {
    match args.only("srgb or keep")? {
        "srgb" => Ok(Step::Output(Setting::Colour(Colour::Srgb))),
        "keep" => Ok(Step::Output(Setting::Colour(Colour::Keep))),
        other => Err(refuse("colorspace", "srgb or keep", other)),
    }
}
