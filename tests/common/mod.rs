//! What several of the tests need: a kit with everything in it, a bucket, pixels to PNG and back.
#![allow(dead_code)] // each test takes its part

use limn_core::address::Address;
use limn_core::codec::{self, Colour, EncodeSettings, Format, Header, Want};
use limn_core::config::{Config, Limits};
use limn_core::grant::{self, Wish};
use limn_core::image::Image;
use limn_core::kit::{FileRef, Kit, SHIPPED_FONTS};
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::route::Route;
use limn_rare::Workshop;

/// Who does the rare jobs.
pub static WORKSHOP: Workshop = Workshop;

/// A kit with the shipped fonts.
pub fn kit() -> Kit<'static> {
    let mut kit = Kit::new(Limits::default(), &WORKSHOP);
    for (_, file) in SHIPPED_FONTS {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/fonts/").to_string() + file;
        kit.add(FileRef::Shipped(file), std::fs::read(path).unwrap());
    }
    kit
}

/// Takes a GET through the chain up to its plan: the plan's print, or nothing for a refusal.
pub fn planned(parts: &Parts, config: &Config, now: u64) -> Option<String> {
    let address = Address::of(parts, config);
    let caller = grant::identify(parts, &address, config, now).ok()?;
    let Ok(Route::Object(path)) = Route::parse(&address, config) else { return None };
    let bucket = config.bucket(&path.bucket).ok()?;
    let ask = Ask::parse(parts, &path, bucket).ok()?;
    caller.admit(bucket, &path.key, Wish::Read(&ask)).ok()?;
    ask.program.compile(bucket).ok().map(|plan| plan.to_string())
}

/// A deployment whose bucket `demo` is open, with a mark, styles and a font.
pub fn bucket() -> Config {
    Config::parse([
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
        ("LIMN_STYLES_DEMO", r#"{"name":"demo","styles":{"thumb":"image/resize,m_fill,w_80,h_80"}}"#),
        (
            "LIMN_BUCKET_A",
            r#"{"name":"demo","nodes":["a"],"access":"public-read","parameters":"open","styles":["demo"],"marks":{"logo":{"key":"marks/logo.png","scale":25}}}"#,
        ),
    ])
    .unwrap()
}

/// A PNG of an image.
pub fn png(image: Image) -> Vec<u8> {
    codec::encode(image, Format::Png, &EncodeSettings::default(), &kit()).unwrap()
}

/// The pixels of a file, RGBA.
pub fn pixels(bytes: &[u8], kit: &Kit) -> Image {
    let header = Header::read(bytes, kit).unwrap();
    let want = Want { size: header.size, exact: None, part: None, colour: Colour::Keep };
    codec::decode(bytes, &header, &want, kit).unwrap().settled().unwrap().into_rgba().unwrap()
}
