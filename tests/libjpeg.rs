//! JPEG decoded beside libjpeg-turbo: the same pixels in full, near ones at a scale, where the transforms differ. Each makes N×N
//! samples of a block, ours of the lowest N×N coefficients, its of some more. `scripts/libjpeg.mjs` wrote the files.

mod common;

use limn_core::image::Image;
use limn_pixels::jpeg::{self, Area, Header, Scale};

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

#[test]
fn what_stands_between_restart_markers_is_passed_over_where_nothing_of_it_is_wanted() {
    let mut source = file("restarts.jpg");
    let header = Header::parse(&source).unwrap();
    let part = |source: &[u8], x, y, width, height| jpeg::decode(source, &header, Scale::Full, Some(&Area { x, y, width, height }));
    let parts = [(96, 0, 16, 8), (0, 72, 112, 8), (40, 24, 8, 40), (0, 16, 1, 1), (111, 79, 1, 1)];
    let whole = jpeg::decode(&source, &header, Scale::Full, None).unwrap();
    let cut = |(x, y, width, height): (u32, u32, u32, u32)| -> Vec<u8> {
        (y..y + height).flat_map(|row| whole.data[3 * (row * whole.width + x) as usize..][..3 * width as usize].to_vec()).collect()
    };
    for (x, y, width, height) in parts {
        assert_eq!(part(&source, x, y, width, height).unwrap().data, cut((x, y, width, height)), "{x}, {y}");
    }
    // MCUs 5 to 9 of the first row.
    let markers: Vec<usize> = (0..source.len() - 1).filter(|&at| source[at] == 0xff && (0xd0..=0xd7).contains(&source[at + 1])).collect();
    source[markers[0] + 2..markers[1]].fill(0xfe);
    assert!(jpeg::decode(&source, &header, Scale::Full, None).is_err());
    assert!(part(&source, 40, 0, 8, 8).is_err());
    for (x, y, width, height) in parts {
        assert_eq!(part(&source, x, y, width, height).unwrap().data, cut((x, y, width, height)), "{x}, {y}");
    }
    // What is missing is told all the same.
    source.truncate(markers[20]);
    assert!(part(&source, 0, 72, 112, 8).is_err());
    assert!(part(&source, 96, 0, 16, 8).is_err());
}
