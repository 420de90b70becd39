//! Samples as they are worked on: bytes as they are, or numbers where [`ONE`] is full, of light or weighted by alpha.

use crate::vector::Vector;
use std::sync::OnceLock;

/// A full sample. The filter swings beyond it, for which 16 bits leave as much again; a step of sRGB in the deepest
/// shadows is five of light.
pub(super) const ONE: u32 = 1 << 14;
/// Entries of the table from deep samples to light, between which it is a straight line.
const STEPS: usize = 4096;

/// What rows are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// 1, 3, or 4 where the last is alpha.
    pub channels: usize,
    /// Whether light is averaged, as sRGB stands for it, instead of the samples themselves.
    pub light: bool,
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub enum Row<'a> {
    /// Samples of 8 bits.
    Eight(&'a [u8]),
    /// Samples of 16 bits.
    Sixteen(&'a [u16]),
}

/// The transfer function of sRGB (IEC 61966-2-1) and its inverse, as tables.
pub(super) struct Curves {
    of_eight: [u16; 256],
    of_sixteen: Vec<u16>,
    srgb: Vec<u8>,
}

pub(super) fn curves() -> &'static Curves {
    static CURVES: OnceLock<Curves> = OnceLock::new();
    CURVES.get_or_init(|| {
        let full = f64::from(ONE);
        let to_light = |v: f64| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        let to_srgb = |v: f64| if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        Curves {
            of_eight: std::array::from_fn(|v| (to_light(v as f64 / 255.0) * full).round() as u16),
            of_sixteen: (0..=STEPS).map(|i| (to_light((i as f64 * 16.0).min(65_535.0) / 65_535.0) * full).round() as u16).collect(),
            srgb: (0..=ONE).map(|i| (to_srgb(f64::from(i) / full) * 255.0).round() as u8).collect(),
        }
    })
}

impl Curves {
    fn light_of_sixteen(&self, sample: u16) -> u32 {
        let (at, rest) = (usize::from(sample >> 4), u32::from(sample & 15));
        let level = |i: usize| u32::from(self.of_sixteen.get(i).copied().unwrap_or(ONE as u16));
        (level(at) * (16 - rest) + level(at + 1) * rest + 8) / 16
    }

    #[inline(always)]
    fn srgb(&self, light: u32) -> u8 {
        self.srgb.get(light as usize).copied().unwrap_or(255)
    }
}

fn full_of_eight(sample: u8) -> u32 {
    (u32::from(sample) * ONE + 127) / 255
}

fn full_of_sixteen(sample: u16) -> u32 {
    (u32::from(sample) * ONE + 32_767) / 65_535
}

/// A row as numbers, colours weighted by alpha where there is one.
pub(super) fn widen(row: Row<'_>, shape: Shape, out: &mut [u8]) {
    match (row, shape.light) {
        (Row::Eight(row), true) => {
            let table = &curves().of_eight;
            numbers(row, shape, out, |v| u32::from(table[usize::from(v)]), full_of_eight);
        }
        (Row::Eight(row), false) if shape.channels == 4 => premultiplied(row, out),
        (Row::Eight(row), false) => {
            let table: [u16; 256] = std::array::from_fn(|v| full_of_eight(v as u8) as u16);
            numbers(row, shape, out, |v| u32::from(table[usize::from(v)]), full_of_eight);
        }
        (Row::Sixteen(row), true) => {
            let curves = curves();
            numbers(row, shape, out, |v| curves.light_of_sixteen(v), full_of_sixteen);
        }
        (Row::Sixteen(row), false) => numbers(row, shape, out, full_of_sixteen, full_of_sixteen),
    }
}

/// The commonest of them: RGBA of 8 bits as it is.
fn premultiplied(row: &[u8], out: &mut [u8]) {
    const NO: u8 = 255;
    let alphas = Vector::from_bytes([3, NO, 3, NO, 3, NO, NO, NO, 7, NO, 7, NO, 7, NO, NO, NO]);
    // Alpha itself is weighted by nothing.
    let full = Vector::from_numbers([0, 0, 0, 255, 0, 0, 0, 255]);
    let (bias, most) = (Vector::splat(128), Vector::splat(i16::MAX));
    let two = |bytes: Vector, at: Vector| {
        // v × 2^14 / 255 is v × 64.251, and the weight v × 2^15 / 255 at most 2^15 - 1.
        let (samples, weights) = (bytes.widen_low(), bytes.pick(at).or(full));
        let samples = samples.shl(6).add(samples.shl(6).add(samples.shr(2)).add(bias).shr(8));
        let weights = weights.shl(7).add(weights.shr(1));
        samples.mul_fraction(weights.min(most)).bytes()
    };
    for (pixels, out) in row.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<16>().0) {
        let mut bytes = [0; 16];
        bytes.split_at_mut(8).0.copy_from_slice(pixels);
        *out = two(Vector::from_bytes(bytes), alphas);
    }
    // Rows of an odd number of pixels.
    let (odd, room) = (row.as_chunks::<8>().1, out.as_chunks_mut::<8>().0.get_mut(row.len() / 8 * 2));
    if let (Some(pixel), Some(room)) = (odd.first_chunk::<4>(), room) {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(pixel).for_each(|(to, from)| *to = *from);
        room.iter_mut().zip(two(Vector::from_bytes(bytes), alphas)).for_each(|(to, from)| *to = from);
    }
}

#[inline(always)]
fn numbers<T: Copy>(row: &[T], shape: Shape, out: &mut [u8], colour: impl Fn(T) -> u32, alpha: impl Fn(T) -> u32) {
    if shape.channels != 4 {
        for (sample, out) in row.iter().zip(out.as_chunks_mut::<2>().0) {
            *out = (colour(*sample) as u16).to_le_bytes();
        }
        return;
    }
    for (pixel, out) in row.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<8>().0) {
        let opacity = alpha(pixel[3]);
        let weighted = |sample| (colour(sample) * opacity + ONE / 2) / ONE;
        let [r, g, b] = [weighted(pixel[0]), weighted(pixel[1]), weighted(pixel[2])].map(|v| (v as u16).to_le_bytes());
        let a = (opacity as u16).to_le_bytes();
        *out = [r[0], r[1], g[0], g[1], b[0], b[1], a[0], a[1]];
    }
}

/// A pixel's samples of 8 bits, of numbers that may lie beyond zero and full.
#[inline(always)]
pub(super) fn narrow(numbers: [i32; 4], shape: Shape, curves: Option<&Curves>) -> [u8; 4] {
    let number = numbers.map(|v| v.clamp(0, ONE as i32) as u32);
    let byte = |v: u32| ((v * 255 + ONE / 2) / ONE) as u8;
    let colour = |v: u32| curves.map_or_else(|| byte(v), |curves| curves.srgb(v));
    if shape.channels != 4 {
        return number.map(colour);
    }
    let [r, g, b, opacity] = number;
    match opacity {
        0 => [0; 4],
        _ => {
            let [r, g, b] = [r, g, b].map(|v| colour((v * ONE / opacity).min(ONE)));
            [r, g, b, byte(opacity)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_comes_back() {
        for light in [false, true] {
            let shape = Shape { channels: 4, light };
            let curves = light.then(curves);
            for v in 0..=255u8 {
                for row in [Row::Eight(&[v, 255 - v, 7, 255]), Row::Sixteen(&[v, 255 - v, 7, 255].map(|v| u16::from(v) * 257))] {
                    let mut out = [0; 8];
                    widen(row, shape, &mut out);
                    let numbers = std::array::from_fn(|i| i32::from(u16::from_le_bytes([out[2 * i], out[2 * i + 1]])));
                    assert_eq!(narrow(numbers, shape, curves), [v, 255 - v, 7, 255], "{light}");
                }
            }
        }
    }

    #[test]
    fn colours_are_weighted_by_alpha_and_come_back_without_it() {
        let shape = Shape { channels: 4, light: false };
        let mut out = [0; 16];
        widen(Row::Eight(&[200, 100, 0, 128, 200, 100, 50, 0]), shape, &mut out);
        let numbers: Vec<i32> = out.as_chunks::<2>().0.iter().map(|b| i32::from(u16::from_le_bytes(*b))).collect();
        assert_eq!(numbers[4..], [0; 4]);
        assert_eq!(narrow([numbers[0], numbers[1], numbers[2], numbers[3]], shape, None), [200, 100, 0, 128]);
    }
}
