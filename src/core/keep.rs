//! What an image carries on from its source beside pixels.

use crate::codec::{Colour, Header, Metadata};
use crate::plan::{Keep, Plan};

/// The part of the source's metadata that the plan keeps.
pub fn kept(source: Metadata, plan: &Plan, _: &Header) -> Metadata {
    let icc = source.icc.filter(|_| plan.colour == Colour::Keep);
    match plan.keep {
        Keep::Nothing => Metadata { icc, ..Metadata::default() },
        _ => Metadata { icc, ..Metadata::default() },
    }
}
