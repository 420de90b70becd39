//! From a source's bytes and a plan to an encoded image: header, limits, decode, operations, encode.

use crate::accept::Class;
use crate::budget::{self, Work, Written};
use crate::codec::{self, Colour, EncodeSettings, Format, Header, Want};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::ops::length::Length;
use crate::ops::resize::{Fit, Resize};
use crate::ops::{self, Op};
use crate::plan::{Answer, FormatChoice, Plan, Quality, AVIF_QUALITY, DEFAULT_QUALITY};
use crate::{keep, report, Error, Result};
use std::cell::Cell;

/// The side of a picture whose colours are as those of a large one, px.
const GLANCE: u32 = 256;

/// What a render depends on beside the plan and the bytes.
pub struct Scene<'a> {
    /// The client's class.
    pub class: Class,
    /// Files, bounds and helpers.
    pub kit: &'a Kit<'a>,
    /// Quality where the plan says none.
    pub default_quality: Quality,
    /// Largest AVIF that is made, px: [`AVIF_AT_ONCE`] while somebody waits.
    pub avif_pixels: u64,
}

/// Largest AVIF that is made while somebody waits, px.
pub const AVIF_AT_ONCE: u64 = 500_000;
/// Largest AVIF that is made behind an answer that went out in another format, px.
pub const AVIF_DEFERRED: u64 = 1_000_000;

impl<'a> Scene<'a> {
    /// A scene for somebody who waits.
    pub fn new(class: Class, kit: &'a Kit<'a>, default_quality: Quality) -> Scene<'a> {
        Scene { class, kit, default_quality, avif_pixels: AVIF_AT_ONCE }
    }
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its MIME type.
    pub mime: &'static str,
    /// Its format; `None` for facts as JSON.
    pub format: Option<Format>,
    /// Its dimensions.
    pub size: Size,
    /// Frames in it, 1 for stills and facts.
    pub frames: u32,
    /// Pixels of the source, of as many frames as were decoded; 0 where its header told all.
    pub source_pixels: u64,
}

/// Makes the image, or the facts that the plan asks for instead.
///
/// # Errors
/// `format_unsupported`, `image_too_large` (pixels, frames, memory, work, result, byte budget),
/// `image_corrupt`, `no_such_mark`, `no_such_font`, `bad_arg` where the source's size makes an argument
/// wrong. Limits are checked before any pixel is decoded.
pub fn render(plan: &Plan, bytes: &[u8], scene: &Scene) -> Result<Encoded> {
    let header = Header::read(bytes, scene.kit)?;
    match plan.answer {
        Answer::Info => return Ok(facts(report::info::oss(bytes, &header), header.size)),
        Answer::Json => return Ok(facts(report::info::own(bytes, &header), header.size)),
        _ => {}
    }
    let ops: Vec<&dyn Op> = plan.ops().iter().map(|op| op.as_ref()).collect();
    let glance = Resize::new(Fit::Lfit, Some(Length::Pixels(GLANCE)), Some(Length::Pixels(GLANCE)));
    let mut scaled = ops.clone();
    if plan.answer != Answer::Image {
        scaled.push(&glance);
    }
    let format = output_format(plan, &header, scene.class);
    let moves = format.is_some_and(Format::is_animated) && moves(plan, &header);
    let frames = if moves { header.frames } else { 1 };
    let job = Job { plan, bytes, header: &header, ops, work: work(plan, &scaled, frames, format), scene };
    budget::check(&header, &job.work, scene.kit)?;
    match (plan.answer, format) {
        (Answer::Image, Some(format)) if moves => job.animation(format),
        _ => job.picture(format),
    }
}

/// Decodes a file and does operations: how a mark is made. Of an animation the first frame.
///
/// # Errors
/// As [`render`].
pub fn still(bytes: &[u8], ops: &[&dyn Op], kit: &Kit) -> Result<Image> {
    let header = Header::read(bytes, kit)?;
    let work = Work { orient: true, ops, frames: 1, written: None, again: false };
    budget::check(&header, &work, kit)?;
    let want = budget::want(&header, &work, Colour::Srgb, kit);
    let image = codec::decode(bytes, &header, &want, kit)?;
    ops::run(ops, header.orientation.apply(image)?, kit)?.settled()
}

fn facts(json: serde_json::Value, size: Size) -> Encoded {
    Encoded { bytes: json.to_string().into_bytes(), mime: "application/json", format: None, size, frames: 1, source_pixels: 0 }
}

struct Job<'a> {
    plan: &'a Plan,
    bytes: &'a [u8],
    header: &'a Header,
    ops: Vec<&'a dyn Op>,
    /// With what the scale of decoding serves: the operations and, for facts, a look at the whole.
    work: Work<'a>,
    scene: &'a Scene<'a>,
}

/// Whether more than one frame is asked for.
fn moves(plan: &Plan, header: &Header) -> bool {
    header.frames > 1 && plan.answer == Answer::Image && plan.still.is_none() && plan.most_frames != Some(1)
}

/// What a plan does with a source, in this format where that is known.
pub(crate) fn work<'a>(plan: &Plan, ops: &'a [&'a dyn Op], frames: u32, format: Option<Format>) -> Work<'a> {
    // What transparency will decide costs most as a PNG.
    let written = (plan.answer == Answer::Image).then(|| format.unwrap_or(Format::Png));
    let written = written.map(|format| Written { format, lossless: plan.quality == Quality::Lossless, effort: plan.effort });
    Work { orient: plan.orient, ops, frames, written, again: plan.max_bytes.is_some() }
}

impl Job<'_> {
    fn want(&self) -> Want {
        budget::want(self.header, &self.work, self.plan.colour, self.scene.kit)
    }

    /// Orientation and the operations.
    fn operate(&self, image: Image) -> Result<Image> {
        let image = if self.plan.orient { self.header.orientation.apply(image)? } else { image };
        ops::run(&self.ops, image, self.scene.kit)?.settled()
    }

    fn picture(&self, format: Option<Format>) -> Result<Encoded> {
        let image = self.operate(self.frame()?)?;
        let json = match self.plan.answer {
            Answer::Hue => Some(report::hue::report(&image)?),
            Answer::Palette => Some(report::palette::report(&image)?),
            Answer::BlurHash => Some(report::blurhash::report(&image)?),
            _ => None,
        };
        if let Some(json) = json {
            return Ok(Encoded { source_pixels: self.read(), ..facts(json, image.size()) });
        }
        let size = image.held();
        // What the client takes beside JPEG decides only once transparency is known.
        let format = match format {
            Some(format) => format,
            None if image.has_transparency() => Format::Png,
            None => Format::Jpeg,
        };
        if format == Format::Avif && size.pixels() > self.scene.avif_pixels {
            return Err(Error::ImageTooLarge(format!(
                "An avif of {size} px takes too long; at most {} px are made.",
                self.scene.avif_pixels
            )));
        }
        // It is encoded once, unless a number of bytes is to be met.
        let (again, image) = (self.plan.max_bytes.is_some(), Cell::new(Some(image)));
        let bytes = self.within_budget(format, |settings| {
            let once = image.take().ok_or(Error::Internal)?;
            if again {
                image.set(Some(once.clone()));
            }
            codec::encode(once, format, settings, self.scene.kit)
        })?;
        Ok(Encoded { bytes, mime: format.mime(), format: Some(format), size, frames: 1, source_pixels: self.read() })
    }

    /// Pixels that decoding one frame reads: a later one is drawn over those before it.
    fn read(&self) -> u64 {
        self.header.size.pixels() * (u64::from(self.plan.still.unwrap_or(0)) + 1)
    }

    /// The frame that the plan names, or the first.
    fn frame(&self) -> Result<Image> {
        let want = self.want();
        let wanted = self.plan.still.unwrap_or(0);
        if wanted >= self.header.frames {
            return Err(Error::BadArg(format!("frame must be below the number of frames, {}; {wanted} came.", self.header.frames)));
        }
        if wanted > 0 {
            if let Some(mut frames) = codec::frames(self.bytes, self.header, &want, self.scene.kit)? {
                for _ in 0..wanted {
                    frames.next()?;
                }
                if let Some(frame) = frames.next()? {
                    return Ok(frame.image);
                }
            }
            return Err(Error::ImageCorrupt(format!("The {} file ends before its frame {wanted}.", self.header.format.name())));
        }
        codec::decode(self.bytes, self.header, &want, self.scene.kit)
    }

    fn animation(&self, format: Format) -> Result<Encoded> {
        if let Some(op) = self.ops.iter().find(|op| !op.foretells()) {
            return Err(Error::BadArg(format!("{op} works on stills only; ask for one frame (anim=0) beside it.")));
        }
        let size = Cell::new(self.header.size);
        let all = self.header.frames;
        let most = self.plan.most_frames.unwrap_or(u32::MAX).min(all);
        let bytes = self.within_budget(format, |settings| {
            let want = self.want();
            let mut frames = codec::frames(self.bytes, self.header, &want, self.scene.kit)?.ok_or(Error::Internal)?;
            let mut animator = None;
            let mut waiting: Option<(Image, u32)> = None;
            let mut at = 0u32;
            while let Some(frame) = frames.next()? {
                // Evenly: frame i stays where i·most/all grows; what is dropped lends its time to the one before.
                let slot = |i: u32| u64::from(i) * u64::from(most) / u64::from(all);
                let stays = at == 0 || slot(at) != slot(at - 1);
                at += 1;
                match (&mut waiting, stays) {
                    (Some((_, delay)), false) => *delay = delay.saturating_add(frame.delay_ms),
                    (waiting, _) => {
                        if let Some((image, delay)) = waiting.replace((self.operate(frame.image)?, frame.delay_ms)) {
                            self.add(&mut animator, format, settings, &size, image, delay)?;
                        }
                    }
                }
            }
            if let Some((image, delay)) = waiting {
                self.add(&mut animator, format, settings, &size, image, delay)?;
            }
            animator.ok_or_else(|| Error::ImageCorrupt(format!("The {} file holds no frame.", self.header.format.name())))?.finish()
        })?;
        Ok(Encoded {
            bytes,
            mime: format.mime(),
            format: Some(format),
            size: size.get(),
            frames: most,
            source_pixels: self.header.size.pixels() * u64::from(all),
        })
    }

    fn add(
        &self,
        animator: &mut Option<Box<dyn codec::Animator>>,
        format: Format,
        settings: &EncodeSettings,
        size: &Cell<Size>,
        image: Image,
        delay_ms: u32,
    ) -> Result<()> {
        size.set(image.held());
        let animator = match animator {
            Some(animator) => animator,
            None => animator.insert(codec::animate(format, image.held(), self.header.loops, settings)?),
        };
        animator.add(image, delay_ms)
    }

    /// Encodes once, or as often as a byte budget wants: the highest quality whose file fits.
    fn within_budget(&self, format: Format, encode: impl Fn(&EncodeSettings) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let plan = self.plan;
        let mut settings = EncodeSettings {
            quality: output_quality(plan.quality, self.scene.default_quality, self.header, format),
            lossless: plan.quality == Quality::Lossless,
            progressive: plan.progressive,
            effort: plan.effort,
            full_chroma: self.ops.iter().any(|op| op.draws_text()),
            palette: plan.format == FormatChoice::Png8,
            metadata: keep::kept(codec::metadata(self.bytes, self.header), plan, self.header),
        };
        let first = encode(&settings)?;
        let Some(most) = plan.max_bytes else { return Ok(first) };
        if first.len() as u64 <= most {
            return Ok(first);
        }
        let (mut low, mut high, mut best) = (1, settings.quality, None);
        let mut least = first.len();
        let lossy = matches!(format, Format::Jpeg | Format::WebP | Format::Avif) && !settings.lossless;
        while lossy && low < high {
            let middle = low + (high - low) / 2;
            settings.quality = middle;
            let made = encode(&settings)?;
            least = least.min(made.len());
            if made.len() as u64 <= most {
                (best, low) = (Some(made), middle + 1);
            } else {
                high = middle;
            }
        }
        best.ok_or_else(|| {
            Error::ImageTooLarge(format!("The {} file has {least} bytes at the lowest quality; max-bytes allows {most}.", format.name()))
        })
    }
}

/// The format of the answer; `None` where transparency decides between PNG and JPEG.
pub(crate) fn output_format(plan: &Plan, header: &Header, class: Class) -> Option<Format> {
    match plan.format {
        FormatChoice::Fixed(format) => Some(format),
        FormatChoice::Png8 => Some(Format::Png),
        FormatChoice::Keep | FormatChoice::GifIfGif if header.format.is_written() => Some(header.format),
        FormatChoice::Keep | FormatChoice::GifIfGif => Some(Format::Png),
        FormatChoice::Auto => match class {
            Class::Avif if header.frames <= 1 => Some(Format::Avif),
            Class::Avif | Class::WebP => Some(Format::WebP),
            // An animation stays one.
            Class::Base if header.frames > 1 && plan.still.is_none() => Some(Format::Gif),
            Class::Base => None,
        },
    }
}

/// OSS's rule (reference: `quality`): absolute is capped by a JPEG source's own, relative is a part of
/// it; without either a JPEG that stays one does not grow beyond its own quality.
pub(crate) fn output_quality(asked: Quality, default: Quality, header: &Header, out: Format) -> u8 {
    let own = header.quality;
    let asked = if matches!(asked, Quality::Default | Quality::Lossless) { default } else { asked };
    match asked {
        Quality::Absolute(q) => own.map_or(q, |own| own.min(q)),
        Quality::Relative(q) => own.map_or(q, |own| ((u32::from(own) * u32::from(q) + 50) / 100).max(1) as u8),
        Quality::Default | Quality::Lossless => match (own, out) {
            (_, Format::Avif) => AVIF_QUALITY,
            (Some(own), Format::Jpeg) => own.min(DEFAULT_QUALITY),
            _ => DEFAULT_QUALITY,
        },
    }
}
