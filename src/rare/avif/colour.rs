//! From AV1's planes to RGBA, 8 bits a sample.

use super::container::corrupt;
use limn_core::image::{buffer, Size};
use limn_core::{Error, Result};
use re_rav1d::pixel::{ColorPrimaries, MatrixCoefficients as Matrix};

/// One plane; samples of more than 8 bits take two bytes, in this machine's order.
pub struct Plane {
    /// Rows from top to bottom.
    pub data: re_rav1d::Plane,
    /// Bytes from row to row.
    pub stride: usize,
}

/// A picture as AV1 keeps it.
pub struct Planes {
    /// Luma, or green.
    pub luma: Plane,
    /// Both colour differences; none for grey.
    pub chroma: Option<[Plane; 2]>,
    /// Binary logarithm of how much wider luma is than chroma.
    pub across: u32,
    /// Binary logarithm of how much taller luma is than chroma.
    pub down: u32,
    /// Bits a sample: 8, 10 or 12.
    pub depth: u32,
    /// Whether samples use their whole range.
    pub full: bool,
    /// What the planes mean.
    pub matrix: Matrix,
    /// Which red, green and blue; some matrices are derived from them.
    pub primaries: ColorPrimaries,
}

impl Plane {
    fn row(&self, y: usize) -> &[u8] {
        self.data.get(y * self.stride..(y + 1) * self.stride).unwrap_or_default()
    }
}

impl Planes {
    fn sample(&self, row: &[u8], x: usize) -> f32 {
        match self.depth {
            8 => row.get(x).map_or(0.0, |s| f32::from(*s)),
            _ => match row.get(2 * x..2 * x + 2) {
                Some([low, high]) => f32::from(u16::from_ne_bytes([*low, *high])),
                _ => 0.0,
            },
        }
    }

    /// Luma to 0…1.
    fn level(&self, sample: f32) -> f32 {
        let unit = (1 << (self.depth - 8)) as f32;
        match self.full {
            true => sample / (256.0 * unit - 1.0),
            false => (sample - 16.0 * unit) / (219.0 * unit),
        }
    }

    /// Chroma to -½…½.
    fn difference(&self, sample: f32) -> f32 {
        let unit = (1 << (self.depth - 8)) as f32;
        match self.full {
            true => (sample - 128.0 * unit) / (256.0 * unit - 1.0),
            false => (sample - 128.0 * unit) / (224.0 * unit),
        }
    }
}

/// Converts; alpha is opaque. Halved chroma is interpolated as if it lay between the luma samples.
///
/// # Errors
/// `format_unsupported` for a colour matrix that pictures do not use, `image_too_large` without memory.
pub fn rgba(planes: &Planes, size: Size) -> Result<Vec<u8>> {
    let weights = match planes.matrix {
        Matrix::Identity => None,
        Matrix::ChromaticityDerivedNonConstantLuminance => Some(match planes.primaries {
            ColorPrimaries::BT2020 => (0.2627, 0.0593),
            ColorPrimaries::P3Display => (0.2290, 0.0793),
            _ => (0.2126, 0.0722),
        }),
        Matrix::BT709 => Some((0.2126, 0.0722)),
        Matrix::BT2020NonConstantLuminance | Matrix::BT2020ConstantLuminance => Some((0.2627, 0.0593)),
        Matrix::BT470M => Some((0.30, 0.11)),
        Matrix::ST240M => Some((0.212, 0.087)),
        Matrix::BT470BG | Matrix::ST170M | Matrix::Unspecified | Matrix::Reserved => Some((0.299, 0.114)),
        _ => return Err(Error::FormatUnsupported("The AVIF's colour matrix is not one that pictures use.".into())),
    };
    let mut bytes = buffer(size.pixels() * 4)?;
    for y in 0..size.height as usize {
        let luma = planes.luma.row(y);
        let chroma = planes.chroma.as_ref().map(|c| (Pair::at(&c[0], planes, y, size), Pair::at(&c[1], planes, y, size)));
        for x in 0..size.width as usize {
            let light = planes.level(planes.sample(luma, x));
            let pixel = match (&chroma, weights) {
                (None, _) => [light; 3],
                (Some((blue, red)), None) => [planes.level(red.sample(planes, x)), light, planes.level(blue.sample(planes, x))],
                (Some((blue, red)), Some((kr, kb))) => {
                    let blue = planes.difference(blue.sample(planes, x)) * 2.0 * (1.0 - kb);
                    let red = planes.difference(red.sample(planes, x)) * 2.0 * (1.0 - kr);
                    [light + red, light - (kr * red + kb * blue) / (1.0 - kr - kb), light + blue]
                }
            };
            let [red, green, blue] = pixel.map(byte);
            bytes.extend_from_slice(&[red, green, blue, 255]);
        }
    }
    Ok(bytes)
}

/// Sets the alpha of RGBA from the luma of another picture, and divides by it what was multiplied.
///
/// # Errors
/// `image_corrupt` when the pictures do not fit each other.
pub fn put_alpha(bytes: &mut [u8], planes: &Planes, size: Size, premultiplied: bool) -> Result<()> {
    let width = size.width as usize;
    if bytes.len() as u64 != size.pixels() * 4 {
        return Err(corrupt("its alpha does not fit"));
    }
    for (y, row) in bytes.chunks_exact_mut(width * 4).enumerate() {
        let luma = planes.luma.row(y);
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let level = planes.level(planes.sample(luma, x)).clamp(0.0, 1.0);
            if let [red, green, blue, alpha] = pixel {
                *alpha = byte(level);
                if premultiplied && level > 0.0 {
                    for c in [red, green, blue] {
                        *c = byte(f32::from(*c) / 255.0 / level);
                    }
                }
            }
        }
    }
    Ok(())
}

fn byte(level: f32) -> u8 {
    (level * 255.0 + 0.5) as u8
}

/// The chroma rows that a luma row lies between, and how near it is to the second.
struct Pair<'a> {
    near: &'a [u8],
    far: &'a [u8],
    last: usize,
}

impl<'a> Pair<'a> {
    fn at(plane: &'a Plane, planes: &Planes, y: usize, size: Size) -> Pair<'a> {
        let last_row = (size.height as usize - 1) >> planes.down;
        let row = y >> planes.down;
        let far = if planes.down == 0 { row } else { neighbour(y, row, last_row) };
        Pair { near: plane.row(row), far: plane.row(far), last: (size.width as usize - 1) >> planes.across }
    }

    fn sample(&self, planes: &Planes, x: usize) -> f32 {
        let at = x >> planes.across;
        if planes.across == 0 {
            return planes.sample(self.near, at);
        }
        let beside = neighbour(x, at, self.last);
        let mix = |x| 0.75 * planes.sample(self.near, x) + 0.25 * planes.sample(self.far, x);
        0.75 * mix(at) + 0.25 * mix(beside)
    }
}

/// The chroma sample on the other side of a luma sample: even ones lean back, odd ones forward.
fn neighbour(luma: usize, chroma: usize, last: usize) -> usize {
    if luma.is_multiple_of(2) {
        chroma.saturating_sub(1)
    } else {
        (chroma + 1).min(last)
    }
}
