//! JPEG decoded beside libjpeg-turbo: the same pixels in full, near ones at a scale, where the transforms differ. Each makes N×N
//! samples of a block, ours of the lowest N×N coefficients, its of some more. `scripts/libjpeg.mjs` wrote the files.

mod common;

use limn_core::image::Image;
use limn_pixels::jpeg::{self, Header, Scale};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/libjpeg/{}"), name)).unwrap()
}

/// The largest and the mean difference of the samples of two pictures.
fn apart(name: &str, scale: Scale, shrink: u32) -> (u8, f64) {
    let source = file(&format!("{name}.jpg"));
    let ours = jpeg::decode(&source, &Header::parse(&source).unwrap(), scale, None).unwrap();
    let theirs: Image = common::pixels(&file(&format!("{name}-{shrink}.png")), &common::kit());
    assert_eq!((ours.width, ours.height), (theirs.size().width, theirs.size().height));
    let pairs = ours.data.chunks(3).zip(theirs.data().chunks(4)).flat_map(|(a, b)| a.iter().zip(b));
    let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    assert_eq!(differences.len(), ours.data.len());
    (differences.iter().copied().max().unwrap(), differences.iter().map(|&d| f64::from(d)).sum::<f64>() / differences.len() as f64)
}

#[test]
fn all_pixels_are_those_of_libjpeg_turbo() {
    for name in ["420", "444"] {
        assert_eq!(apart(name, Scale::Full, 1), (0, 0.0), "{name}");
    }
}

#[test]
fn pixels_at_a_scale_are_near_those_of_libjpeg_turbo() {
    for (name, scale, shrink, most, mean) in [
        ("420", Scale::Half, 2, 20, 2.0),
        ("420", Scale::Quarter, 4, 16, 2.1),
        // Luma is the means of blocks, which both take alike; chroma has four samples a block.
        ("420", Scale::Eighth, 8, 8, 1.0),
        ("444", Scale::Half, 2, 24, 2.0),
        ("444", Scale::Quarter, 4, 16, 2.1),
        ("444", Scale::Eighth, 8, 0, 0.0),
    ] {
        let (largest, usual) = apart(name, scale, shrink);
        assert!(largest <= most && usual <= mean, "{name}, {scale:?}: {largest} at most, {usual:.2} in the mean");
    }
}
