//! What is kept, decided on what stands in no file.

use super::*;
use crate::codec::{self, EncodeSettings, Format};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;

/// The plan without operations, changed.
pub fn plan(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = Plan::default();
    change(&mut plan);
    plan
}

#[test]
fn a_profile_that_does_not_fit_its_samples_is_left() {
    let header = |layout: Layout| {
        let image = Image::filled(Size::new(2, 2), layout, crate::image::Color::WHITE).unwrap();
        let bytes = codec::encode(image, Format::Jpeg, &EncodeSettings::default(), &Kit::default()).unwrap();
        Header::read(&bytes, &Kit::default()).unwrap()
    };
    let source = || Metadata { icc: Some(moxcms::ColorProfile::new_display_p3().encode().unwrap()), ..Metadata::default() };
    let plan = plan(|p| p.colour = Colour::Keep);
    assert!(kept(source(), &plan, &header(Layout::Rgb)).icc.is_some());
    assert!(kept(source(), &plan, &header(Layout::Gray)).icc.is_none());
}
