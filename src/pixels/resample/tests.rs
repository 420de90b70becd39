use super::*;

const GRAY: Shape = Shape { channels: 1, light: false };

fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn made(shape: Shape, (width, height): Sides, data: &[u8], part: [f64; 4], target: Sides) -> Vec<u8> {
    let mut resampler = Resampler::new(shape, false, (width, height), part, target).unwrap();
    let mut out = Vec::new();
    data.chunks_exact(width as usize * shape.channels).for_each(|row| resampler.row(Row::Eight(row), &mut out));
    assert!(resampler.is_done());
    assert_eq!(out.len(), target.0 as usize * target.1 as usize * shape.channels);
    out
}

fn whole((width, height): Sides) -> [f64; 4] {
    [0.0, 0.0, f64::from(width), f64::from(height)]
}

/// The filter by its formula, in floating point, one channel.
fn formula((width, height): Sides, data: &[f64], [x, y, w, h]: [f64; 4], target: Sides) -> Vec<f64> {
    let lanczos = |v: f64| match v.abs() {
        0.0 => 1.0,
        a if a < 3.0 => {
            let p = v * std::f64::consts::PI;
            3.0 * p.sin() * (p / 3.0).sin() / (p * p)
        }
        _ => 0.0,
    };
    let side = |size: u32, from: f64, length: f64, target: u32| -> Vec<Vec<f64>> {
        let ratio = length / f64::from(target);
        let of = |i: u32| {
            let centre = from + (f64::from(i) + 0.5) * ratio;
            let all: Vec<f64> = (0..size).map(|at| lanczos((f64::from(at) + 0.5 - centre) / ratio.max(1.0))).collect();
            let sum: f64 = all.iter().sum();
            all.into_iter().map(|v| v / sum).collect()
        };
        (0..target).map(of).collect()
    };
    let (along, down) = (side(width, x, w, target.0), side(height, y, h, target.1));
    let at = |i: usize, j: usize| -> f64 {
        let row = |y: usize| -> f64 { along[i].iter().enumerate().map(|(x, weight)| weight * data[y * width as usize + x]).sum() };
        down[j].iter().enumerate().filter(|(_, weight)| **weight != 0.0).map(|(y, weight)| weight * row(y)).sum()
    };
    (0..target.1 as usize).flat_map(|j| (0..target.0 as usize).map(move |i| (i, j))).map(|(i, j)| at(i, j)).collect()
}

#[test]
fn it_is_the_formula_to_within_one_step() {
    for (source, part, target) in [
        ((40, 30), whole((40, 30)), (17, 13)),
        ((40, 30), whole((40, 30)), (40, 30)),
        ((40, 30), whole((40, 30)), (91, 64)),
        ((40, 30), [3.25, 7.5, 20.5, 11.0], (9, 8)),
        ((3, 2), whole((3, 2)), (1, 1)),
        ((1, 1), whole((1, 1)), (7, 3)),
        ((64, 8), whole((64, 8)), (3, 16)),
    ] {
        let data = noise((source.0 * source.1) as usize);
        let want = formula(source, &data.iter().map(|v| f64::from(*v)).collect::<Vec<_>>(), part, target);
        let got = made(GRAY, source, &data, part, target);
        for (i, (got, want)) in got.iter().zip(want).enumerate() {
            assert!((f64::from(*got) - want.clamp(0.0, 255.0)).abs() < 1.0, "{source:?} {part:?} {target:?} {i}: {got} {want}");
        }
    }
}

#[test]
fn each_channel_goes_its_own_way() {
    let (source, target) = ((37, 23), (11, 9));
    let gray = noise(37 * 23);
    let alone = made(GRAY, source, &gray, whole(source), target);
    let opposite = made(GRAY, source, &gray.iter().map(|v| 255 - v).collect::<Vec<_>>(), whole(source), target);
    for channels in [3, 4] {
        let pixels: Vec<u8> = gray.iter().flat_map(|v| [*v, 255 - *v, 9, 255].into_iter().take(channels)).collect();
        let out = made(Shape { channels, light: false }, source, &pixels, whole(source), target);
        for (i, pixel) in out.chunks(channels).enumerate() {
            assert!(pixel[0].abs_diff(alone[i]) <= 1 && pixel[1].abs_diff(opposite[i]) <= 1 && pixel[2] == 9, "{pixel:?}");
            assert!(pixel.get(3).is_none_or(|alpha| *alpha == 255));
        }
    }
}

#[test]
fn what_is_flat_stays_flat() {
    for channels in [1, 3, 4] {
        for light in [false, true] {
            for value in [0, 1, 2, 100, 254, 255] {
                for target in [(5, 4), (31, 17), (70, 90), (1, 1)] {
                    let pixel = [value, value, value, 255];
                    let data: Vec<u8> = (0..31 * 17).flat_map(|_| pixel.into_iter().take(channels)).collect();
                    let out = made(Shape { channels, light }, (31, 17), &data, whole((31, 17)), target);
                    assert!(out.chunks(channels).all(|p| *p == pixel[..channels]), "{channels} {light} {value} {target:?}");
                }
            }
        }
    }
}

#[test]
fn large_reductions_go_through_blocks() {
    let source = (400, 300);
    let smooth: Vec<u8> = (0..300u32).flat_map(|y| (0..400u32).map(move |x| ((x * x / 700 + y) % 256 / 2 + x / 8) as u8)).collect();
    let wanted = formula(source, &smooth.iter().map(|v| f64::from(*v)).collect::<Vec<_>>(), whole(source), (20, 15));
    let got = made(GRAY, source, &smooth, whole(source), (20, 15));
    let error: f64 = got.iter().zip(&wanted).map(|(g, w)| (f64::from(*g) - w).abs()).sum::<f64>() / 300.0;
    assert!(error < 2.0, "{error}");
}

#[test]
fn light_is_what_is_averaged() {
    let stripes: Vec<u8> = (0..64 * 64).map(|i| if i % 2 == 0 { 0 } else { 255 }).collect();
    for target in [(8, 8), (30, 30)] {
        let out = made(Shape { channels: 1, light: true }, (64, 64), &stripes, whole((64, 64)), target);
        let middle = out[out.len() / 2 + target.0 as usize / 2];
        assert!(middle.abs_diff(188) <= 2, "{target:?} {middle}");
    }
}

#[test]
fn clear_pixels_lend_no_colour() {
    for light in [false, true] {
        let data = [255, 0, 0, 255, 0, 255, 0, 0].repeat(8 * 8 / 2);
        let out = made(Shape { channels: 4, light }, (8, 8), &data, whole((8, 8)), (2, 2));
        assert!(out.chunks(4).all(|p| p[0] > 250 && p[1] == 0 && p[3].abs_diff(128) < 14), "{out:?}");
    }
}

#[test]
fn deep_samples_are_rounded_at_the_end() {
    let data: Vec<u16> = (0..64u32).map(|i| 1000 + (i % 2 * 257) as u16).collect();
    let mut resampler = Resampler::new(GRAY, true, (8, 8), whole((8, 8)), (2, 2)).unwrap();
    let mut out = Vec::new();
    data.chunks(8).for_each(|row| resampler.row(Row::Sixteen(row), &mut out));
    assert_eq!(out, [4; 4]);
}

#[test]
fn what_is_missing_or_too_much_is_neither_read_nor_given() {
    let mut resampler = Resampler::new(GRAY, false, (8, 8), whole((8, 8)), (4, 4)).unwrap();
    let mut out = Vec::new();
    (0..7).for_each(|_| resampler.row(Row::Eight(&[1, 2]), &mut out));
    assert!(!resampler.is_done());
    (0..9).for_each(|_| resampler.row(Row::Eight(&[9; 80]), &mut out));
    assert!(resampler.is_done());
    assert_eq!(out.len(), 16);
    assert!(Resampler::new(GRAY, false, (8, 8), [1.0, 0.0, 8.0, 8.0], (4, 4)).is_none());
    assert!(Resampler::new(Shape { channels: 2, light: false }, false, (8, 8), whole((8, 8)), (4, 4)).is_none());
}
