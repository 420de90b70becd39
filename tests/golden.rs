//! Every example of every operation over a drawn picture, against golden images by decoded pixels.
//!
//! `LIMN_BLESS=1` (scripts/bless) writes them anew; a missing one is a failure.

use limn_core::accept::Class;
use limn_core::codec::{self, EncodeSettings, Format, Header};
use limn_core::config::Limits;
use limn_core::image::{Image, Layout, Size};
use limn_core::ops::OPS;
use limn_core::params::oss::parse_canonical;
use limn_core::plan::Quality;
use limn_core::render::{render, Marks, Scene};
use std::path::PathBuf;

/// Largest difference of one sample: rounding may differ between a host's and WASM's vector units.
const TOLERANCE: u8 = 2;

/// A picture in which each corner, each side and each channel differs; round, with soft and clear parts.
fn picture(layout: Layout) -> Vec<u8> {
    let (w, h) = (200u32, 120u32);
    let mut data = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let ring = ((x as i32 - 100).pow(2) + (y as i32 - 60).pow(2)) / 300 % 4;
            let checks = (x / 20 + y / 20) % 2 * 90;
            let rgb = [(x * 255 / w) as u8, (y * 255 / h) as u8, (ring * 60) as u8 + (checks / 2) as u8];
            let alpha = if x > 150 { 255 - ((x - 150) * 5) as u8 } else { 255 };
            data.extend_from_slice(&rgb);
            if layout == Layout::Rgba {
                data.push(alpha);
            }
        }
    }
    let image = Image::new(Size::new(w, h), layout, data).unwrap();
    codec::encode(image, Format::Png, &EncodeSettings { quality: 80, lossless: false, progressive: false }).unwrap().bytes
}

fn pixels(bytes: &[u8]) -> Image {
    let header = Header::read(bytes, &Limits::default()).unwrap();
    codec::decode(bytes, &header, header.size).unwrap().into_rgba().unwrap()
}

#[test]
fn every_example_makes_its_golden_image() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let bless = std::env::var_os("LIMN_BLESS").is_some();
    let limits = Limits::default();
    let mut marks = Marks::new(limits.clone());
    marks.add("marks/logo.png".into(), picture(Layout::Rgba));
    let mut wrong = Vec::new();
    for (layout, kind) in [(Layout::Rgb, "opaque"), (Layout::Rgba, "clear")] {
        let source = picture(layout);
        for spec in OPS {
            for (i, example) in spec.examples.iter().enumerate() {
                // Lossy results are compared as what went into the encoder.
                let lossless = if ["format", "quality", "interlace"].contains(&spec.name) { "" } else { "/format,png" };
                let plan = parse_canonical(&format!("image/{example}{lossless}")).unwrap();
                let scene = Scene { class: Class::Base, marks: &marks, limits: &limits, default_quality: Quality::Default };
                let made = render(&plan, &source, &scene).unwrap_or_else(|e| panic!("{example}: {e}"));
                let name = format!("{}-{}-{kind}.png", spec.name, i + 1);
                let path = folder.join(&name);
                let image = pixels(&made.bytes);
                if bless {
                    std::fs::create_dir_all(&folder).unwrap();
                    let png =
                        codec::encode(image, Format::Png, &EncodeSettings { quality: 80, lossless: false, progressive: false }).unwrap();
                    std::fs::write(&path, png.bytes).unwrap();
                    continue;
                }
                let Ok(golden) = std::fs::read(&path) else {
                    wrong.push(format!("{name} is missing ({example}); look at the picture and run scripts/bless"));
                    continue;
                };
                let golden = pixels(&golden);
                let far = image.data().iter().zip(golden.data()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
                if image.size() != golden.size() || far > TOLERANCE {
                    wrong.push(format!("{name} ({example}): {} against {}, {far} off", image.size(), golden.size()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_committed_url_reference_is_the_tables() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/url-reference.md");
    let text = limn_core::reference::markdown();
    if std::env::var_os("LIMN_BLESS").is_some() {
        std::fs::write(path, text).unwrap();
    } else {
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == text,
            "docs/url-reference.md is not what the tables say; run scripts/bless"
        );
    }
}
