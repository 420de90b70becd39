//! Resampling with Lanczos3, one pixel type at a time, by name: a choice by the library while it runs would
//! link every pixel type that it knows, with half a megabyte of tables.

use fast_image_resize as fir;

/// What a pixel is made of; 16-bit samples are in the machine's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One sample of 8 bits.
    U8,
    /// Three samples of 8 bits.
    U8x3,
    /// Four samples of 8 bits; premultiplied where the last is alpha.
    U8x4,
    /// One sample of 16 bits.
    U16,
    /// Three samples of 16 bits.
    U16x3,
}

impl Kind {
    /// Bytes a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Kind::U8 => 1,
            Kind::U16 => 2,
            Kind::U8x3 => 3,
            Kind::U8x4 => 4,
            Kind::U16x3 => 6,
        }
    }
}

/// Width and height.
pub type Sides = (u32, u32);

/// Makes `target` of the part of `source` that begins at `x`, `y` and has this `width` and `height`.
/// `None` where a slice is shorter than its sides say or the part lies outside.
#[inline(never)]
pub fn resize(kind: Kind, source: (&[u8], Sides), part: [f64; 4], target: (&mut [u8], Sides)) -> Option<()> {
    match kind {
        Kind::U8 => typed::<fir::pixels::U8>(source, part, target),
        Kind::U8x3 => typed::<fir::pixels::U8x3>(source, part, target),
        Kind::U8x4 => typed::<fir::pixels::U8x4>(source, part, target),
        Kind::U16 => typed::<fir::pixels::U16>(source, part, target),
        Kind::U16x3 => typed::<fir::pixels::U16x3>(source, part, target),
    }
}

fn typed<P: fir::PixelTrait>(source: (&[u8], Sides), [x, y, width, height]: [f64; 4], target: (&mut [u8], Sides)) -> Option<()> {
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3)).crop(x, y, width, height);
    let (pixels, (wide, high)) = source;
    let source = fir::images::TypedImageRef::<P>::from_buffer(wide, high, pixels).ok()?;
    let (pixels, (wide, high)) = target;
    let mut target = fir::images::TypedImage::<P>::from_buffer(wide, high, pixels).ok()?;
    fir::Resizer::new().resize_typed(&source, &mut target, &options).ok()
}
