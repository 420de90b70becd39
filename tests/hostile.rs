//! Files that lie, end early or are far larger than they look: a named error, and soon.

mod common;

use common::kit;
use limn_core::accept::Class;
use limn_core::codec::{self, EncodeSettings, Format};
use limn_core::config::Limits;
use limn_core::image::{Image, Layout, Size};
use limn_core::params::oss::parse_canonical;
use limn_core::plan::Quality;
use limn_core::render::{render, Encoded, Scene};
use limn_core::Result;

fn run(bytes: &[u8]) -> Result<Encoded> {
    let kit = kit();
    render(&parse_canonical("image/resize,w_20").unwrap(), bytes, &Scene::new(Class::Base, &kit, Quality::Default))
}

fn sample(format: Format, progressive: bool) -> Vec<u8> {
    let (w, h) = (61u32, 43u32);
    let data = (0..w * h).flat_map(|i| [(i * 7) as u8, (i / w * 5) as u8, (i * i) as u8]).collect();
    let image = Image::new(Size::new(w, h), Layout::Rgb, data).unwrap();
    codec::encode(image, format, &EncodeSettings { progressive, ..EncodeSettings::default() }, &kit()).unwrap()
}

const FORMATS: [(Format, bool); 6] =
    [(Format::Jpeg, false), (Format::Jpeg, true), (Format::Png, false), (Format::WebP, false), (Format::Gif, false), (Format::Bmp, false)];

#[test]
fn a_file_cut_anywhere_is_refused_by_name() {
    for (format, progressive) in FORMATS {
        let whole = sample(format, progressive);
        assert!(run(&whole).is_ok(), "{format:?}");
        for end in 0..whole.len() * 3 / 4 {
            let Err(e) = run(&whole[..end]) else { panic!("{format:?} cut at {end} of {} passed", whole.len()) };
            assert!([415, 422].contains(&e.status()), "{format:?} cut at {end}: {e:?}");
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_an_image_or_a_named_error() {
    for (format, progressive) in FORMATS {
        let whole = sample(format, progressive);
        for at in 0..whole.len().min(1_500) {
            for value in [0, 0xff, whole[at] ^ 0x10] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Err(e) = run(&bytes) {
                    assert!([415, 422].contains(&e.status()), "{format:?} byte {at} = {value}: {e:?}");
                }
            }
        }
    }
}

#[test]
fn sizes_are_refused_before_pixels_are_decoded() {
    let mut png = sample(Format::Png, false);
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let mut gif = sample(Format::Gif, false);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let mut bmp = sample(Format::Bmp, false);
    bmp[18..26].copy_from_slice(&[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0]);
    for (name, bytes) in [("png", png), ("gif", gif), ("bmp", bmp)] {
        let e = run(&bytes).unwrap_err();
        assert!(e.status() == 422, "{name}: {e:?}");
    }
    let mut empty = sample(Format::Gif, false);
    empty[6..10].copy_from_slice(&[0; 4]);
    assert_eq!(run(&empty).unwrap_err().code(), "image_corrupt");
}

#[test]
fn a_gif_without_end_is_counted_and_refused() {
    let mut gif = b"GIF89a\x10\0\x10\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    let frame = b"\x2c\0\0\0\0\x10\0\x10\0\0\x02\x02\x44\x01\0";
    (0..2_000).for_each(|_| gif.extend_from_slice(frame));
    let e = run(&gif).unwrap_err();
    assert_eq!(e.code(), "image_too_large");
    assert!(e.to_string().contains("2000 frames"), "{e}");
}

#[test]
fn more_memory_than_allowed_is_refused_with_the_sum() {
    let mut kit = kit();
    kit.limits = Limits { max_memory_bytes: 100_000, ..Limits::default() };
    let scene = Scene::new(Class::Base, &kit, Quality::Default);
    let e = render(&parse_canonical("image/format,png").unwrap(), &sample(Format::Jpeg, false), &scene).unwrap_err();
    assert!(e.code() == "image_too_large" && e.to_string().contains("memory"), "{e}");
}
