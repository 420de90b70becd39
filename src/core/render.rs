//! From a source's bytes and a plan to an encoded image: header, limits, decode, operations, encode.

use crate::accept::Class;
use crate::codec::{self, EncodeSettings, Encoded, Format, Header};
use crate::config::Limits;
use crate::image::{Image, Size};
use crate::ops::resize::{Resize, MAX_SIDE};
use crate::ops::Op;
use crate::plan::{FormatChoice, Plan, Quality, DEFAULT_QUALITY};
use crate::{Error, Result};
use std::collections::HashMap;

/// Largest result of an operation, px (OSS: 4096 × 4096).
const MAX_RESULT_PIXELS: u64 = 16_777_216;

/// The files that a plan's marks read, by object key.
#[derive(Debug, Default)]
pub struct Marks {
    files: HashMap<String, Vec<u8>>,
    limits: Limits,
}

impl Marks {
    /// No marks yet; `limits` bound each of them as they bound the source.
    pub fn new(limits: Limits) -> Marks {
        Marks { files: HashMap::new(), limits }
    }

    /// Adds a mark's file.
    pub fn add(&mut self, key: String, bytes: Vec<u8>) {
        self.files.insert(key, bytes);
    }

    /// Decodes a mark and runs its own processing.
    ///
    /// # Errors
    /// `no_such_mark`, and what decoding can meet, told as the mark's fault.
    pub fn open(&self, key: &str, steps: &[Resize]) -> Result<Image> {
        let bytes = self.files.get(key).ok_or_else(|| Error::NoSuchMark(key.into()))?;
        let open = || -> Result<Image> {
            let header = Header::read(bytes, &self.limits)?;
            let ops: Vec<&dyn Op> = steps.iter().map(|s| s as &dyn Op).collect();
            check(&header, true, &ops, &self.limits)?;
            let image = decode(bytes, &header, true, &ops)?;
            ops.iter().try_fold(image, |image, op| op.apply(image, self))
        };
        open().map_err(|e| match e {
            Error::ImageCorrupt(s) => Error::ImageCorrupt(format!("The mark: {s}")),
            Error::ImageTooLarge(s) => Error::ImageTooLarge(format!("The mark: {s}")),
            Error::FormatUnsupported(s) => Error::FormatUnsupported(format!("The mark: {s}")),
            other => other,
        })
    }
}

/// What a render depends on beside the plan and the bytes.
pub struct Scene<'a> {
    /// The client's class.
    pub class: Class,
    /// Files of the marks that [`Plan::marks`] names.
    pub marks: &'a Marks,
    /// Bounds.
    pub limits: &'a Limits,
    /// Quality where the plan says none.
    pub default_quality: Quality,
}

/// Makes the image.
///
/// # Errors
/// `format_unsupported`, `image_too_large` (pixels, frames, memory, result), `image_corrupt`,
/// `no_such_mark`. Limits are checked before any pixel is decoded.
pub fn render(plan: &Plan, bytes: &[u8], scene: &Scene) -> Result<Encoded> {
    let header = Header::read(bytes, scene.limits)?;
    let ops: Vec<&dyn Op> = plan.ops().iter().map(|op| op.as_ref()).collect();
    check(&header, plan.orient, &ops, scene.limits)?;
    let image = decode(bytes, &header, plan.orient, &ops)?;
    let image = ops.iter().try_fold(image, |image, op| op.apply(image, scene.marks))?;
    let format = output_format(plan, &header, scene.class, &image);
    let settings = EncodeSettings {
        quality: output_quality(plan.quality, scene.default_quality, &header, format),
        lossless: plan.quality == Quality::Lossless,
        progressive: plan.progressive,
    };
    codec::encode(image, format, &settings)
}

/// The size that a plan makes of a source of this size, after orientation.
pub fn result_size(ops: &[&dyn Op], source: Size) -> Size {
    ops.iter().fold(source, |size, op| op.size(size))
}

fn check(header: &Header, orient: bool, ops: &[&dyn Op], limits: &Limits) -> Result<()> {
    let source = oriented(header, orient);
    let mut held = u64::from(header.layout.channels() as u32) * header.decoded_size(needed(header, orient, ops)).pixels();
    let mut peak = header.decode_bytes(needed(header, orient, ops));
    let mut size = source;
    for op in ops {
        let out = op.size(size);
        if out != size && (out.width.max(out.height) > MAX_SIDE || out.pixels() > MAX_RESULT_PIXELS) {
            return Err(Error::ImageTooLarge(format!(
                "The result would be {out} px; at most {MAX_SIDE} px a side and {MAX_RESULT_PIXELS} px in all are allowed."
            )));
        }
        let bytes = if out == size { held } else { out.pixels() * 4 };
        peak = peak.max(held + bytes);
        (held, size) = (bytes, out);
    }
    // The encoders' planes and output beside the pixels.
    peak = peak.max(held + size.pixels() * 3);
    match peak > limits.max_memory_bytes {
        true => Err(Error::ImageTooLarge(format!(
            "Making this of the {} source needs about {} MB of memory; at most {} MB are allowed.",
            header.size,
            peak.div_ceil(1 << 20),
            limits.max_memory_bytes >> 20
        ))),
        false => Ok(()),
    }
}

fn oriented(header: &Header, orient: bool) -> Size {
    match orient && header.orientation.turns() {
        true => header.size.turned(),
        false => header.size,
    }
}

/// The smallest stand-in, in the source's own orientation, that serves the first operation. Twice what
/// it resamples to: DCT scaling is a block filter, and the last factor of two must be the resizer's.
fn needed(header: &Header, orient: bool, ops: &[&dyn Op]) -> Size {
    let source = oriented(header, orient);
    let needs = match ops.first().map(|op| op.needs(source)) {
        Some(needs) if needs != source => Size::new(needs.width.saturating_mul(2), needs.height.saturating_mul(2)),
        _ => source,
    };
    match source == header.size {
        true => needs,
        false => needs.turned(),
    }
}

fn decode(bytes: &[u8], header: &Header, orient: bool, ops: &[&dyn Op]) -> Result<Image> {
    let image = codec::decode(bytes, header, needed(header, orient, ops))?;
    match orient {
        true => header.orientation.apply(image),
        false => Ok(image),
    }
}

fn output_format(plan: &Plan, header: &Header, class: Class, image: &Image) -> Format {
    match plan.format {
        FormatChoice::Keep | FormatChoice::GifIfGif => header.format,
        FormatChoice::Fixed(format) => format,
        FormatChoice::Auto => match class {
            Class::WebP => Format::WebP,
            Class::Base if image.has_transparency() => Format::Png,
            Class::Base => Format::Jpeg,
        },
    }
}

/// OSS's rule (reference: `quality`): absolute is capped by a JPEG source's own, relative is a part of
/// it; without either a JPEG that stays one does not grow beyond its own quality.
fn output_quality(asked: Quality, default: Quality, header: &Header, out: Format) -> u8 {
    let own = header.quality;
    let asked = if matches!(asked, Quality::Default | Quality::Lossless) { default } else { asked };
    match asked {
        Quality::Absolute(q) => own.map_or(q, |own| own.min(q)),
        Quality::Relative(q) => own.map_or(q, |own| ((u32::from(own) * u32::from(q) + 50) / 100).max(1) as u8),
        Quality::Default | Quality::Lossless => match (own, out) {
            (Some(own), Format::Jpeg) => own.min(DEFAULT_QUALITY),
            _ => DEFAULT_QUALITY,
        },
    }
}
