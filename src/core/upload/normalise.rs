//! What becomes of an image before it is stored, where its bucket asks for it: turned upright, made smaller,
//! freed of the place where it was taken.

use super::strip;
use crate::accept::Class;
use crate::codec::sniff::{sniff, Sniffed};
use crate::codec::{self, Colour, Format, Header, Metadata};
use crate::keep;
use crate::kit::Kit;
use crate::ops::length::Length;
use crate::ops::resize::{Fit, Resize};
use crate::plan::{FormatChoice, Keep, Plan, Quality};
use crate::render::{render, Scene};
use crate::tags::{Block, Group};
use crate::{Error, Result};
use serde::Deserialize;

/// A bucket's setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Normalise {
    /// The place goes, and whatever private tags may hold it.
    pub strip_gps: bool,
    /// Pixels are turned as EXIF's orientation says.
    pub orient: bool,
    /// Longest side, px; a longer one shrinks to it.
    pub max_side: Option<u32>,
}

/// The bytes that are stored instead; `None` where they are those that came. Where nothing but the place is to
/// go, a JPEG keeps its pixels; what must be encoded anew keeps its format, and its quality follows the rule of
/// [`render`].
///
/// # Errors
/// Those of [`render`]; `format_unsupported` for a format that Limn does not write and that would have to change.
pub fn normalise(body: &[u8], asked: Normalise, quality: Quality, kit: &Kit) -> Result<Option<Vec<u8>>> {
    let Sniffed::Known(format) = sniff(body) else { return Ok(None) };
    // A drawing has neither pixels nor a camera.
    if asked == Normalise::default() || format == Format::Svg {
        return Ok(None);
    }
    let header = Header::read(body, kit)?;
    let turns = asked.orient && header.orientation.value() != 1;
    let shrinks = asked.max_side.filter(|most| header.size.width.max(header.size.height) > *most);
    let mut plan = Plan::default();
    plan.orient = asked.orient;
    plan.format = FormatChoice::Fixed(format);
    plan.keep = if asked.strip_gps { Keep::All } else { Keep::AllAndPlace };
    plan.colour = Colour::Keep;
    let found = codec::metadata(body, &header);
    let had = Metadata { icc: None, ..found.clone() };
    let kept = Metadata { icc: None, ..keep::kept(found, &plan, &header) };
    let told = asked.strip_gps && tells_place(&had, &kept);
    if !turns && shrinks.is_none() {
        match format {
            Format::Jpeg if asked.strip_gps => {
                let stripped = strip::jpeg(body, &kept).ok_or_else(|| Error::ImageCorrupt("The JPEG has no end.".into()))?;
                return Ok(Some(stripped).filter(|stripped| stripped != body));
            }
            _ if told => {}
            _ => return Ok(None),
        }
    }
    if !format.is_written() {
        return Err(Error::FormatUnsupported(format!(
            "This bucket changes images when they are uploaded, which Limn cannot do to a {} file.",
            format.name()
        )));
    }
    if let Some(most) = shrinks {
        plan.push(Box::new(Resize::new(Fit::Lfit, Some(Length::Pixels(most)), Some(Length::Pixels(most)))));
    } else if !turns && format != Format::Avif {
        plan.quality = Quality::Lossless;
    }
    render(&plan, body, &Scene::new(Class::Base, kit, quality)).map(|made| Some(made.bytes))
}

/// Whether the metadata holds a place, or an XMP packet that had to go for one.
fn tells_place(had: &Metadata, kept: &Metadata) -> bool {
    let exif = had.exif.as_deref().and_then(Block::read).is_some_and(|block| block.fields.iter().any(|f| f.group == Group::Place));
    exif || (had.xmp.is_some() && kept.xmp.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Image, Layout, Size};
    use crate::tags::write::write;
    use crate::tags::{Field, Order};

    const PLACE: &[u8] = b"\x12\x34\x56\x78\x9a\xbc\xde\xf1\x12\x34\x56\x78\x9a\xbc\xde\xf2\x12\x34\x56\x78\x9a\xbc\xde\xf3";

    fn photo(format: Format, orientation: u8, place: bool) -> Vec<u8> {
        let field = |group: Group, tag: u16, kind: u16, value: &[u8]| Field { group, tag, kind, value: value.to_vec().into() };
        let mut fields = vec![field(Group::Image, 0x8298, 2, b"(c) me\0"), field(Group::Image, 0x0112, 3, &[0, orientation])];
        if place {
            fields.push(field(Group::Place, 2, 5, PLACE));
        }
        let exif = write(Order::Big, fields, 1 << 16);
        let settings = codec::EncodeSettings { metadata: Metadata { exif, ..Metadata::default() }, ..codec::EncodeSettings::default() };
        let pixels = (0..32 * 16 * 3).map(|i| (i * 7 % 251) as u8).collect();
        codec::encode(Image::new(Size::new(32, 16), Layout::Rgb, pixels).unwrap(), format, &settings, &Kit::default()).unwrap()
    }

    fn all(strip_gps: bool, orient: bool, max_side: Option<u32>) -> Normalise {
        Normalise { strip_gps, orient, max_side }
    }

    fn done(body: &[u8], asked: Normalise) -> Option<Vec<u8>> {
        normalise(body, asked, Quality::Default, &Kit::default()).unwrap()
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|w| w == part)
    }

    /// From the first scan to the end.
    fn scan(jpeg: &[u8]) -> &[u8] {
        let at = jpeg.windows(2).position(|w| w == b"\xff\xda").unwrap();
        &jpeg[at..]
    }

    #[test]
    fn a_place_goes_and_pixels_stay() {
        let photo = photo(Format::Jpeg, 6, true);
        assert!(holds(&photo, PLACE));
        let behind = [&photo[..], b"\xff\xd8 a film behind the picture ", PLACE].concat();
        for body in [&photo, &behind] {
            let got = done(body, all(true, false, None)).unwrap();
            assert!(!holds(&got, PLACE) && holds(&got, b"(c) me"));
            assert_eq!(scan(&got), scan(&photo));
            let header = Header::read(&got, &Kit::default()).unwrap();
            assert_eq!((header.orientation.value(), header.size), (6, Size::new(32, 16)));
            assert_eq!(done(&got, all(true, false, None)), None, "once is enough");
        }
        for cut in [2, 3, 20, photo.len() / 2, photo.len() - 1] {
            assert_eq!(strip::jpeg(&photo[..cut], &Metadata::default()), None, "{cut}");
        }
    }

    #[test]
    fn pictures_are_turned_and_shrunk() {
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            for (asked, size, orientation, place) in [
                (all(false, true, None), Size::new(16, 32), 1, true),
                (all(true, true, None), Size::new(16, 32), 1, false),
                (all(false, true, Some(8)), Size::new(4, 8), 1, true),
                (all(true, false, Some(8)), Size::new(8, 4), 6, false),
            ] {
                let got = done(&photo(format, 6, true), asked).unwrap();
                let header = Header::read(&got, &Kit::default()).unwrap();
                assert_eq!((header.format, header.size, header.orientation.value()), (format, size, orientation), "{format:?} {asked:?}");
                assert_eq!((holds(&got, PLACE), holds(&got, b"(c) me")), (place, true), "{format:?} {asked:?}");
            }
            let stripped = done(&photo(format, 1, true), all(true, true, Some(32))).unwrap();
            assert!(!holds(&stripped, PLACE) && holds(&stripped, b"(c) me"), "{format:?}");
        }
    }

    #[test]
    fn what_needs_nothing_stays_as_it_came() {
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            assert_eq!(done(&photo(format, 1, false), all(true, true, Some(32))), None, "{format:?}");
            assert_eq!(done(&photo(format, 6, true), Normalise::default()), None, "{format:?}");
            assert_eq!(done(&photo(format, 6, true), all(false, false, Some(32))), None, "{format:?}");
        }
        for other in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"text", b""] {
            assert_eq!(done(other, all(true, true, Some(1))), None);
        }
    }
}
