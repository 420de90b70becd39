//! Which bytes of a source's metadata its images hold.

mod common;

use common::kit;
use limn_core::accept::Class;
use limn_core::codec::{self, Colour, EncodeSettings, Format, Header, Metadata};
use limn_core::image::{Image, Layout, Size};
use limn_core::kit::Kit;
use limn_core::plan::{FormatChoice, Keep, Plan, Quality};
use limn_core::render::{render, Scene};
use limn_core::tags::{write::write, Field, Group, Order};

const RIGHTS: &[u8] = b"(c) 2026 A. Copyright";
const PLACE: &[u8] = b"\x12\x34\x56\x78\x9a\xbc\xde\xf1\x12\x34\x56\x78";
const XMP_PLACE: &[u8] = b"48,51.5N";
const THUMBNAIL: &[u8] = b"\xff\xd8\xff\xdb thumbnail";

/// The plan without operations, changed.
fn plan(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = Plan::default();
    change(&mut plan);
    plan
}

/// A block with a place, a private note and a thumbnail directory behind it, as cameras write it.
fn exif() -> Vec<u8> {
    let field = |group: Group, tag: u16, kind: u16, value: &[u8]| Field { group, tag, kind, value: value.to_vec().into() };
    let fields = vec![
        field(Group::Image, 0x8298, 2, &[RIGHTS, b"\0"].concat()),
        field(Group::Image, 0x0112, 3, &[6, 0]),
        field(Group::Photo, 0x9003, 2, b"2026:01:02 03:04:05\0"),
        field(Group::Photo, 0x927c, 7, &[b"Maker\0", PLACE].concat()),
        field(Group::Place, 2, 5, &PLACE.repeat(2)),
    ];
    let mut block = write(Order::Little, fields, 1 << 16).unwrap();
    let at = (block.len() as u32).to_le_bytes();
    let entries = usize::from(block[8]);
    block[10 + entries * 12..14 + entries * 12].copy_from_slice(&at);
    let picture = block.len() as u32 + 2 + 2 * 12 + 4;
    block.extend([2, 0, 0x01, 2, 4, 0, 1, 0, 0, 0]);
    block.extend(picture.to_le_bytes());
    block.extend([0x02, 2, 4, 0, 1, 0, 0, 0, THUMBNAIL.len() as u8, 0, 0, 0, 0, 0, 0, 0]);
    block.extend(THUMBNAIL);
    block
}

fn photo() -> Vec<u8> {
    let xmp = [b"<x:xmpmeta><a tiff:Orientation='6' exif:GPSLatitude='", XMP_PLACE, b"'/></x:xmpmeta>"].concat();
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let settings =
        EncodeSettings { metadata: Metadata { exif: Some(exif()), xmp: Some(xmp), icc: Some(icc) }, ..EncodeSettings::default() };
    let pixels = (0..32 * 16 * 3).map(|i| (i * 7 % 251) as u8).collect();
    codec::encode(Image::new(Size::new(32, 16), Layout::Rgb, pixels).unwrap(), Format::Jpeg, &settings, &Kit::default()).unwrap()
}

fn made(plan: &Plan) -> (Vec<u8>, Header, Metadata) {
    let kit = kit();
    let scene = Scene::new(Class::Base, &kit, Quality::Default);
    let bytes = render(plan, &photo(), &scene).unwrap().bytes;
    let header = Header::read(&bytes, &kit).unwrap();
    let metadata = codec::metadata(&bytes, &header);
    (bytes, header, metadata)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

const FORMATS: [Format; 4] = [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff];
const KEEPS: [Keep; 4] = [Keep::Nothing, Keep::Copyright, Keep::All, Keep::AllAndPlace];

#[test]
fn the_source_holds_it_all() {
    let photo = photo();
    assert!([RIGHTS, PLACE, XMP_PLACE, THUMBNAIL].iter().all(|part| holds(&photo, part)));
}

#[test]
fn only_who_asks_for_the_place_gets_it() {
    for format in FORMATS {
        for keep in KEEPS {
            for quality in [Quality::Default, Quality::Lossless] {
                let (bytes, header, metadata) =
                    made(&plan(|p| (p.keep, p.quality, p.format) = (keep, quality, FormatChoice::Fixed(format))));
                let parts = [RIGHTS, PLACE, XMP_PLACE, THUMBNAIL].map(|part| holds(&bytes, part));
                // A TIFF holds artist and copyright, and XMP, of all that is kept.
                let place = keep == Keep::AllAndPlace;
                let gps = place && format != Format::Tiff;
                assert_eq!(parts, [keep != Keep::Nothing, gps, place, false], "{format:?} {keep:?}");
                assert_eq!((header.size, header.orientation.value()), (Size::new(16, 32), 1), "{format:?} {keep:?}");
                assert_eq!(metadata.icc, None);
                if let Some(xmp) = metadata.xmp {
                    assert!(holds(&xmp, b"tiff:Orientation='1'"));
                }
            }
        }
    }
}

#[test]
fn copyright_is_the_default_and_all_that_is_kept_then() {
    for format in FORMATS {
        let (bytes, _, metadata) = made(&plan(|p| p.format = FormatChoice::Fixed(format)));
        assert!(holds(&bytes, RIGHTS));
        let block = metadata.exif.unwrap();
        assert!(holds(&block, RIGHTS) && !holds(&block, b"Maker"), "{format:?}");
    }
}

#[test]
fn a_profile_stays_where_pixels_do() {
    for format in FORMATS {
        for (colour, keep, stays) in [(Colour::Keep, Keep::Nothing, true), (Colour::Srgb, Keep::AllAndPlace, false)] {
            let (_, _, metadata) = made(&plan(|p| (p.keep, p.colour, p.format) = (keep, colour, FormatChoice::Fixed(format))));
            assert_eq!(metadata.icc.is_some(), stays, "{format:?}");
        }
    }
}
