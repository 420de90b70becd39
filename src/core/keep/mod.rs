//! What an image carries on from its source beside pixels.

mod exif;
mod xmp;

use crate::codec::{is_profile_for, Colour, Header, Metadata};
use crate::plan::{Keep, Plan};

/// The part of the source's metadata that the plan keeps. Previews of the source are never kept: they would
/// show what was cut away. A profile goes along only where pixels stay as they are, which those of CMYK never do.
pub fn kept(source: Metadata, plan: &Plan, header: &Header) -> Metadata {
    let Metadata { exif, xmp, icc } = source;
    let icc = icc.filter(|profile| plan.colour == Colour::Keep && is_profile_for(profile, header.layout));
    match plan.keep {
        Keep::Nothing => Metadata { icc, ..Metadata::default() },
        Keep::Copyright => Metadata { exif: exif.and_then(|exif| exif::copyright(&exif)), xmp: None, icc },
        Keep::All | Keep::AllAndPlace => {
            Metadata { exif: exif.and_then(|exif| exif::all(&exif, plan)), xmp: xmp.and_then(|xmp| xmp::kept(xmp, plan)), icc }
        }
    }
}

#[cfg(test)]
mod tests;
