//! Every example of every operation and parameter over a drawn picture, against golden images by decoded pixels.
//!
//! `LIMN_BLESS=1` (scripts/bless) writes them anew; a missing one is a failure.

mod common;

use common::{kit, pixels, png};
use limn_core::accept::Class;
use limn_core::hash;
use limn_core::image::{Image, Layout, Size};
use limn_core::key::ENCODER_VERSION;
use limn_core::ops::OPS;
use limn_core::params::oss::parse_canonical;
use limn_core::params::short::{self, KEYS};
use limn_core::params::Program;
use limn_core::plan::{Plan, Quality};
use limn_core::reference::{golden_of_key, golden_of_op};
use limn_core::render::{render, Scene};
use std::path::{Path, PathBuf};

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
    png(Image::new(Size::new(w, h), layout, data).unwrap())
}

/// Compares what a plan makes with its golden image; says what is wrong.
fn compare(plan: &Plan, source: &[u8], path: &Path) -> Result<(), String> {
    let mut kit = kit();
    kit.add(limn_core::kit::FileRef::Mark("marks/logo.png".into()), picture(Layout::Rgba));
    let scene = Scene::new(Class::Base, &kit, Quality::Default);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let made = render(plan, source, &scene).map_err(|e| format!("{name} ({plan}): {e}"))?;
    let (bytes, is_json) = match made.format {
        Some(_) => (png(pixels(&made.bytes, &kit)), false),
        None => (made.bytes, true),
    };
    let path = if is_json { path.with_extension("json") } else { path.to_path_buf() };
    if std::env::var_os("LIMN_BLESS").is_some() {
        std::fs::write(&path, &bytes).unwrap();
        return Ok(());
    }
    let golden =
        std::fs::read(&path).map_err(|_| format!("{} is missing ({plan}); run scripts/bless and look at the picture", path.display()))?;
    if is_json {
        return if golden == bytes { Ok(()) } else { Err(format!("{name} ({plan}): {}", String::from_utf8_lossy(&bytes))) };
    }
    let (image, golden) = (pixels(&bytes, &kit), pixels(&golden, &kit));
    let far = image.data().iter().zip(golden.data()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    match image.size() == golden.size() && far <= TOLERANCE {
        true => Ok(()),
        false => Err(format!("{name} ({plan}): {} against {}, {far} off", image.size(), golden.size())),
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

#[test]
fn every_example_of_an_operation_makes_its_golden_image() {
    let mut wrong = Vec::new();
    for (layout, kind) in [(Layout::Rgb, "opaque"), (Layout::Rgba, "clear")] {
        let source = picture(layout);
        for spec in OPS {
            for (i, example) in spec.examples.iter().enumerate() {
                // Lossy results are compared as what went into the encoder.
                let encodes = ["format", "quality", "interlace", "effort", "max-bytes"].contains(&spec.name);
                let (before, after) = (
                    if ["effort", "max-bytes"].contains(&spec.name) { "format,jpg/" } else { "" },
                    if encodes { "" } else { "/format,png" },
                );
                let plan = parse_canonical(&format!("image/{before}{example}{after}")).unwrap();
                wrong.extend(compare(&plan, &source, &folder().join(golden_of_op(spec, i, kind))).err());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_of_a_parameter_makes_its_golden_image() {
    let bucket = common::bucket();
    let source = picture(Layout::Rgb);
    let mut wrong = Vec::new();
    // What changes the reply or the cache alone has no picture.
    for key in KEYS.iter().filter(|k| !["dl", "default", "explain", "v"].contains(&k.name)) {
        let pairs = key
            .example
            .split('&')
            .filter_map(|p| p.split_once('='))
            .map(|(n, v)| (short::canonical_name(n).unwrap(), limn_core::percent::decode(v, limn_core::percent::Plus::Space).unwrap()));
        let plan = Program::Short(pairs.collect()).compile(bucket.bucket("demo").unwrap()).unwrap();
        wrong.extend(compare(&plan, &source, &folder().join(golden_of_key(key))).err());
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

/// Small AVIFs of each kind with their names. `tests/rare.test.mjs` has the built module, which uses SIMD, make the same.
fn avifs() -> Vec<(&'static str, Vec<u8>)> {
    let (wide, high) = (97u32, 65u32);
    let drawn = |clear: bool| -> Vec<u8> {
        let pixel = |x: u32, y: u32| [x * 2 + y % 7 * 5, x * y / 16, (x / 8 + y / 8) % 2 * 120 + y, if clear { 255 - x } else { 255 }];
        (0..high).flat_map(|y| (0..wide).flat_map(move |x| pixel(x, y).map(|sample| sample as u8))).collect()
    };
    [("coarse", 30, false, false), ("fine", 80, false, true), ("full", 60, true, false), ("lossless", 100, false, false)]
        .map(|(name, quality, full, clear)| (name, limn_rare::avif::encode(wide, high, quality, full, &drawn(clear)).unwrap().bytes))
        .into()
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "the bytes on record are those of x86-64")]
fn an_avif_is_the_file_on_record_to_the_byte() {
    for (name, made) in avifs() {
        let path = folder().join(format!("avif-{name}.avif"));
        if std::env::var_os("LIMN_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        assert!(std::fs::read(&path).unwrap_or_default() == made, "{} is another file; run scripts/bless", path.display());
    }
}

/// Bytes of each encoder: what a cache may hold under a key. A cut reaches it, whose pixels are the same on
/// every machine; what operations make is held by the golden images.
fn encoded() -> String {
    let kit = kit();
    let mut all = Vec::new();
    for layout in [Layout::Rgb, Layout::Rgba] {
        let source = picture(layout);
        for format in ["jpg", "webp", "png", "gif", "bmp", "jpg/quality,Q_40/interlace,1", "jpg/effort,high", "webp/quality,Q_60"] {
            let plan = parse_canonical(&format!("image/crop,x_70,y_20,w_90,h_90/format,{format}")).unwrap();
            all.extend(render(&plan, &source, &Scene::new(Class::Base, &kit, Quality::Default)).unwrap().bytes);
        }
    }
    all.extend(avifs().into_iter().flat_map(|(_, bytes)| bytes));
    hash::hex(&hash::sha256(&all))
}

/// Images made before and after such a change must not share a key, or caches would mix the two.
#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "the bytes on record are those of x86-64")]
fn other_bytes_want_another_encoder_version() {
    let path = folder().join("encoder-version.txt");
    let (now, before) = (format!("{ENCODER_VERSION} {}\n", encoded()), std::fs::read_to_string(&path).unwrap_or_default());
    let version = |text: &str| text.split(' ').next().unwrap_or("").to_string();
    let stands = now == before || version(&now) != version(&before);
    assert!(stands, "the encoders make other bytes than before: count ENCODER_VERSION in core/key.rs up, then run scripts/bless");
    if std::env::var_os("LIMN_BLESS").is_some() {
        return std::fs::write(&path, now).unwrap();
    }
    assert_eq!(now, before, "run scripts/bless, which writes the new version down");
}
