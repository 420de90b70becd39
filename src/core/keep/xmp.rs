//! Whether an image keeps its source's XMP packet: as a whole or not at all, but for the orientation.
//!
//! Words are looked for instead of parsing RDF, which spells one fact in many ways: a word that tells of a place
//! stands in the name of an element or attribute however it is nested, and a wrong alarm only costs the packet.

use crate::plan::{Keep, Plan};

/// Parts of names and namespaces that tell of a place wherever they stand, lower case.
const PLACE: [&str; 6] = ["gps", "latitude", "longitude", "wgs84", "geo:", "geolocation"];
/// Beginnings of the local names that tell of a place (IPTC photo metadata; Photoshop's namespace), lower case.
const PLACE_NAMES: [&str; 8] = ["city", "state", "country", "location", "sublocation", "provincestate", "worldregion", "countrycode"];
/// Parts of names of pictures within the packet, or of ones that should lie behind the source's pixels, lower case.
const PICTURES: [&str; 7] = ["xmpgimg", "thumbnail", "gimage", "gdepth", "hdrgm", "container:directory", "microvideo"];

/// The packet; `None` where it must not go along.
pub fn kept(packet: Vec<u8>, plan: &Plan) -> Option<Vec<u8>> {
    let mut text = String::from_utf8(packet).ok()?;
    // Another encoding would hide the words: XMP in JPEG, PNG and WebP is UTF-8.
    let low = text.to_ascii_lowercase();
    let place = || PLACE.iter().any(|word| low.contains(word)) || PLACE_NAMES.iter().any(|name| has_name(&low, name));
    if low.contains('\0') || PICTURES.iter().any(|word| low.contains(word)) || (plan.keep != Keep::AllAndPlace && place()) {
        return None;
    }
    if plan.orient {
        for at in orientations(&low) {
            text.replace_range(at..=at, "1");
        }
    }
    Some(text.into_bytes())
}

/// Whether a name of an element or attribute, its prefix aside, begins so.
fn has_name(low: &str, name: &str) -> bool {
    let before = |at: usize| low.get(..at).and_then(|head| head.chars().next_back());
    low.match_indices(name).any(|(at, _)| matches!(before(at), Some(':' | '<' | '/')))
}

/// Where the digits of `tiff:Orientation` stand, as an attribute or an element.
fn orientations(low: &str) -> Vec<usize> {
    let digit = |(at, name): (usize, &str)| {
        let from = at + name.len();
        let rest = low.get(from..)?;
        let value = rest.trim_start_matches([' ', '\t', '\r', '\n', '=', '>', '"', '\'']);
        let skipped = rest.len() - value.len();
        value.starts_with(|c: char| ('2'..='8').contains(&c)).then_some(from + skipped).filter(|_| skipped > 0)
    };
    low.match_indices(":orientation").filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keep::tests::plan;

    fn through(packet: &str, keep: Keep, orient: bool) -> Option<String> {
        kept(packet.as_bytes().to_vec(), &plan(|p| (p.keep, p.orient) = (keep, orient))).map(|x| String::from_utf8(x).unwrap())
    }

    #[test]
    fn a_place_costs_the_packet_unless_it_is_asked_for() {
        for packet in [
            "<a exif:GPSLatitude='48,51.5N'/>",
            "<drone:GpsLongtitude>2</drone:GpsLongtitude>",
            "<photoshop:City>Paris</photoshop:City>",
            "<a ps:Country=\"FR\"/>",
            "<Iptc4xmpCore:Location>here</Iptc4xmpCore:Location>",
            "<Iptc4xmpExt:LocationCreated/>",
            "<City xmlns='http://ns.adobe.com/photoshop/1.0/'>Paris</City>",
            "xmlns:g='http://www.w3.org/2003/01/geo/wgs84_pos#'",
        ] {
            assert_eq!(through(packet, Keep::All, true), None, "{packet}");
            assert_eq!(through(packet, Keep::AllAndPlace, true).as_deref(), Some(packet));
        }
    }

    #[test]
    fn other_packets_stay() {
        for packet in ["<dc:rights>(c) me</dc:rights>", "<crs:Opacity>1</crs:Opacity>", "<dc:description>The city</dc:description>"] {
            assert_eq!(through(packet, Keep::All, true).as_deref(), Some(packet));
        }
    }

    #[test]
    fn pictures_and_other_encodings_never_stay() {
        for packet in ["<xmpGImg:image>abcd</xmpGImg:image>", "<xmp:Thumbnails/>", "<GDepth:Data>x</GDepth:Data>", "<\0a\0>\0"] {
            assert_eq!(through(packet, Keep::AllAndPlace, true), None, "{packet}");
        }
        assert_eq!(kept(vec![b'<', 0xff, 0xfe], &plan(|p| p.keep = Keep::AllAndPlace)), None);
    }

    #[test]
    fn orientation_follows_the_pixels() {
        for (packet, want) in [
            ("<a tiff:Orientation=\"6\" b='6'/>", "<a tiff:Orientation=\"1\" b='6'/>"),
            ("<tiff:Orientation>8</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>"),
            ("<tiff:Orientation = '3'/>", "<tiff:Orientation = '1'/>"),
            ("<tiff:Orientation/>8", "<tiff:Orientation/>8"),
            ("<é tiff:Orientation='6'/>", "<é tiff:Orientation='1'/>"),
        ] {
            assert_eq!(through(packet, Keep::All, true).as_deref(), Some(want));
            assert_eq!(through(packet, Keep::All, false).as_deref(), Some(packet));
        }
    }
}
