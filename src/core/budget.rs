//! What a render may cost, told from the header alone: size of the result, memory, work.

use crate::codec::{Colour, Effort, Format, Header, Want};
use crate::image::{Layout, Size, Window};
use crate::kit::Kit;
use crate::ops::resample::resample_bytes;
use crate::ops::resize::MAX_SIDE;
use crate::ops::Op;
use crate::{Error, Result};

/// Largest result of an operation, px (OSS: 4096 × 4096).
const MAX_RESULT_PIXELS: u64 = 16_777_216;
/// Most additions of a sample that all operations on all frames may cost together: a few seconds.
const MAX_WORK: u64 = 12_000_000_000;

/// What making an image will need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// What comes out, or the most that can.
    pub result: Size,
    /// What is decoded.
    pub decoded: Size,
    /// Bytes of memory beside the source.
    pub memory: u64,
    /// Additions of a sample, all frames together.
    pub work: u64,
}

/// What is to be done with a source.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// Whether it is turned as it says itself.
    pub orient: bool,
    /// The operations in their order.
    pub ops: &'a [&'a dyn Op],
    /// How many of its frames.
    pub frames: u32,
    /// What the result is encoded as, if it is.
    pub written: Option<Written>,
    /// Whether it may be encoded more than once.
    pub again: bool,
}

/// How a result is encoded.
#[derive(Clone, Copy)]
pub struct Written {
    /// As what.
    pub format: Format,
    /// Whether that is to be lossless.
    pub lossless: bool,
    /// What is spent on a smaller file.
    pub effort: Effort,
}

impl Written {
    /// Additions of a sample that a pixel costs where encoding takes far longer than all else, from times measured.
    fn work(&self) -> u64 {
        match (self.format, self.lossless, self.effort) {
            (Format::WebP, true, _) => 1_500,
            (Format::Jpeg, _, Effort::High) => 300,
            _ => 0,
        }
    }
}

/// Refuses what would cost too much, before a pixel is decoded.
///
/// # Errors
/// `image_too_large`; `busy` where the memory that it may have is in use; `bad_arg` where the source's size makes an
/// argument wrong.
pub fn check(header: &Header, work: &Work, kit: &Kit) -> Result<Estimate> {
    let mut size = oriented(header, work.orient);
    for op in work.ops {
        op.admit(size)?;
        let out = op.size(size);
        if out != size && (out.width.max(out.height) > MAX_SIDE || out.pixels() > MAX_RESULT_PIXELS) {
            return Err(Error::ImageTooLarge(format!(
                "The result of {} would be {out} px; at most {MAX_SIDE} px a side and {MAX_RESULT_PIXELS} px in all are allowed.",
                name(*op)
            )));
        }
        size = out;
    }
    let estimate = estimate(header, work, kit);
    let most = kit.limits.max_memory_bytes;
    if estimate.memory > most {
        return Err(Error::ImageTooLarge(format!(
            "Making this of the {} source needs about {} MB of memory; at most {} MB are allowed.",
            header.size,
            estimate.memory.div_ceil(1 << 20),
            most >> 20
        )));
    }
    if estimate.memory > kit.room.get() {
        return Err(Error::Busy);
    }
    if estimate.work > MAX_WORK {
        return Err(Error::ImageTooLarge(format!(
            "Making this of {} frame(s) of {} px is too much work; smaller images, radii or fewer frames are wanted.",
            work.frames, header.size
        )));
    }
    Ok(estimate)
}

/// What making an image will need.
pub fn estimate(header: &Header, work: &Work, kit: &Kit) -> Estimate {
    costs(header, work, kit, needed(header, work, kit))
}

fn costs(header: &Header, job: &Work, kit: &Kit, want: Size) -> Estimate {
    let (orient, ops) = (job.orient, job.ops);
    let decoded = header.decoded_size(want);
    let whole = header.pixel_bytes() * decoded.pixels();
    let mut held = header.pixel_bytes() * header.held_pixels(decoded, part(header, job));
    let mut memory = header.decode_bytes(want).saturating_sub(whole) + held;
    let exact = exact(header, job);
    if let Some(exact) = exact {
        // The picture at the scale of decoding is never held.
        let small = exact.pixels() * header.layout.channels() as u64;
        memory = memory.saturating_sub(held) + small + resample_bytes(header, header.row_size(want), exact, kit.linear);
        held = small;
    }
    if orient && header.orientation.value() > 1 {
        memory = memory.max(held * 2);
    }
    let (mut size, mut work) = (oriented(header, orient), 0u64);
    let mut pixels = stored(header, orient, exact.unwrap_or(decoded));
    let mut alpha = header.layout == Layout::Rgba;
    for op in ops {
        let (out, needs) = (op.size(size), op.needs(size));
        let cut = op.cuts(size).is_some();
        alpha |= op.adds_alpha();
        let bytes = match out == size {
            true if op.adds_alpha() => out.pixels() * 4,
            true => held,
            // Of a stand-in it takes less than it would of the source.
            false if cut => held.min(out.pixels() * 4),
            false => out.pixels() * 4,
        };
        let rows = if needs == size || needs == pixels { 0 } else { resample_bytes(header, pixels, needs, kit.linear) };
        // What comes in without alpha gets it first.
        let taken = if op.adds_alpha() { held.max(needs.pixels() * 4) } else { held };
        memory = memory.max(taken + bytes + rows + op.bytes(size));
        work = work.saturating_add(op.work(size));
        // A cut only says what counts from then on.
        pixels = if cut { pixels } else { out };
        (held, size) = (bytes, out);
    }
    if let Some(written) = job.written {
        let needs = written.format.encode_bytes(size, written.lossless, alpha);
        memory = memory.max(held * if job.again { 2 } else { 1 } + needs);
        work = work.saturating_add(size.pixels().saturating_mul(written.work()));
    }
    Estimate { result: size, decoded, memory, work: work.saturating_mul(u64::from(job.frames)) }
}

fn name(op: &dyn Op) -> String {
    op.to_string().split(',').next().unwrap_or("").to_string()
}

fn oriented(header: &Header, orient: bool) -> Size {
    stored(header, orient, header.size)
}

/// A size of the picture as it is shown, in the source's own orientation; or the other way.
fn stored(header: &Header, orient: bool, size: Size) -> Size {
    match orient && header.orientation.turns() {
        true => size.turned(),
        false => size,
    }
}

/// What is wanted of the decoder.
pub fn want(header: &Header, work: &Work, colour: Colour, kit: &Kit) -> Want {
    Want { size: needed(header, work, kit), exact: exact(header, work), part: part(header, work), colour }
}

/// What the first operation leaves of the source, in the source's own orientation, where it cuts.
fn part(header: &Header, work: &Work) -> Option<Window> {
    let shown = oriented(header, work.orient);
    let (x, y, inner) = work.ops.first().filter(|_| header.parts)?.cuts(shown).filter(|(.., inner)| *inner != shown)?;
    let cut = Window { x: x.into(), y: y.into(), width: inner.width.into(), height: inner.height.into() };
    Some(if work.orient { header.orientation.stored(cut, header.size) } else { cut })
}

/// What the first operation makes of all pixels, in the source's own orientation, where it resamples.
fn exact(header: &Header, work: &Work) -> Option<Size> {
    let source = oriented(header, work.orient);
    let needs = work.ops.first().filter(|op| header.streams && op.cuts(source).is_none())?.needs(source);
    (needs != source).then(|| stored(header, work.orient, needs))
}

/// The smallest stand-in, in the source's own orientation, that serves the operations. Twice what the
/// first of them that resamples makes: DCT scaling is a block filter, and the last factor of two must be
/// the resizer's. Where there is no memory for that, once: a slightly softer picture is better than none.
fn needed(header: &Header, work: &Work, kit: &Kit) -> Size {
    let memory = |want: Size| costs(header, work, kit, want).memory;
    let wanted = |times| wanted(header, work.orient, work.ops, times);
    let (twice, once) = (wanted(2), wanted(1));
    match memory(twice) > kit.limits.max_memory_bytes && memory(once) <= kit.limits.max_memory_bytes {
        true => once,
        false => twice,
    }
}

/// So many times what the first operation that resamples makes. Cuts before it keep the scale.
fn wanted(header: &Header, orient: bool, ops: &[&dyn Op], times: u64) -> Size {
    let source = oriented(header, orient);
    let mut size = source;
    let mut wanted = source;
    for op in ops {
        if let Some((.., inner)) = op.cuts(size) {
            size = inner;
            continue;
        }
        let needs = op.needs(size);
        if needs != size {
            let side = |source: u32, needs: u32, of: u32| {
                u32::try_from((u64::from(source) * u64::from(needs) * times).div_ceil(u64::from(of.max(1)))).unwrap_or(u32::MAX)
            };
            wanted = Size::new(side(source.width, needs.width, size.width), side(source.height, needs.height, size.height));
        }
        break;
    }
    stored(header, orient, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, EncodeSettings};
    use crate::config::Limits;
    use crate::image::{Image, Layout};
    use crate::params::oss::parse_canonical;

    const JPEG: Written = Written { format: Format::Jpeg, lossless: false, effort: Effort::Fast };

    #[test]
    fn what_is_dear_to_encode_counts() {
        let photo = Image::filled(Size::new(3_000, 3_000), Layout::Rgb, crate::image::Color::WHITE).unwrap();
        let jpeg = codec::encode(photo, Format::Jpeg, &EncodeSettings::default(), &Kit::default()).unwrap();
        let kit = Kit::default();
        let header = Header::read(&jpeg, &kit).unwrap();
        let checked = |written| {
            let work = Work { orient: true, ops: &[], frames: 1, written: Some(written), again: false };
            check(&header, &work, &kit).map(|estimate| estimate.work).map_err(|e| e.code())
        };
        let lossless = Written { format: Format::WebP, lossless: true, ..JPEG };
        assert_eq!(checked(JPEG), Ok(0));
        assert_eq!(checked(Written { effort: Effort::High, ..JPEG }), Ok(2_700_000_000));
        assert_eq!(checked(lossless), Err("image_too_large"));
    }

    #[test]
    fn what_cuts_corners_round_counts_their_alpha() {
        let photo = Image::filled(Size::new(1_000, 1_000), Layout::Rgb, crate::image::Color::WHITE).unwrap();
        let jpeg = codec::encode(photo, Format::Jpeg, &EncodeSettings::default(), &Kit::default()).unwrap();
        let kit = Kit::default();
        let header = Header::read(&jpeg, &kit).unwrap();
        let memory = |actions: &str| {
            let plan = parse_canonical(&format!("image/{actions}")).unwrap();
            let ops: Vec<&dyn Op> = plan.ops().iter().map(|op| op.as_ref()).collect();
            let written = Some(Written { format: Format::WebP, lossless: false, effort: Effort::Fast });
            estimate(&header, &Work { orient: true, ops: &ops, frames: 1, written, again: true }, &kit).memory
        };
        let (plain, alpha) = (Format::WebP.encode_bytes(header.size, false, false), Format::WebP.encode_bytes(header.size, false, true));
        assert!(alpha > plain);
        assert_eq!(memory("bright,10"), 6_000_000 + plain);
        for op in ["rounded-corners,r_9", "circle,r_500", "pad,t_0,color_00000000"] {
            assert_eq!(memory(op), 8_000_000 + alpha, "{op}");
        }
        assert!(memory("rotate,45") > 2 * memory("rotate,90"));
    }

    #[test]
    fn where_memory_is_short_a_smaller_stand_in_serves() {
        let photo = Image::filled(Size::new(1_200, 900), Layout::Rgb, crate::image::Color::WHITE).unwrap();
        let jpeg = codec::encode(photo, Format::Jpeg, &EncodeSettings::default(), &Kit::default()).unwrap();
        let decoded = |actions: &str, megabytes: u64| {
            let mut kit = Kit::default();
            kit.limits = Limits { max_memory_bytes: megabytes << 20, ..kit.limits };
            let header = Header::read(&jpeg, &kit).unwrap();
            let plan = parse_canonical(&format!("image/{actions}")).unwrap();
            let ops: Vec<&dyn Op> = plan.ops().iter().map(|op| op.as_ref()).collect();
            let work = Work { orient: true, ops: &ops, frames: 1, written: Some(JPEG), again: false };
            let checked = check(&header, &work, &kit).map(|estimate| estimate.decoded.width);
            checked.map_err(|e| e.code())
        };
        // After a cut what it leaves of the stand-in is held.
        let cut = "crop,w_1200,h_896/resize";
        assert_eq!(decoded(&format!("{cut},w_400"), 64), Ok(1_200));
        assert_eq!(decoded(&format!("{cut},w_400"), 3), Ok(600));
        assert_eq!(decoded(&format!("{cut},w_300"), 64), Ok(600));
        assert_eq!(decoded(&format!("{cut},w_700"), 3), Err("image_too_large"));
        assert_eq!(decoded("crop,w_300,h_300/resize,w_200", 1), Ok(1_200));
        // Otherwise only the rows that the filter looks at are.
        assert_eq!(decoded("resize,w_400", 3), Ok(1_200));
        assert_eq!(decoded("resize,w_700", 3), Ok(1_200));
    }
}
