//! GIF written frame by frame: each with a palette of its own, and only where it differs from the one before.

use crate::codec::canvas::Area;
use crate::codec::{delta, quantise, too_wide, Animator, EncodeSettings, Format, Loops};
use crate::image::{Image, Size};
use crate::{Error, Result};
use gif::{DisposalMethod, Encoder, Frame, Repeat};

/// An alpha from which on a pixel is shown: GIF knows no shades of it.
const SHOWN: u8 = 128;

/// Begins a file.
///
/// # Errors
/// `image_too_large` for sides over 65535 px.
pub(super) fn begin(size: Size, loops: Loops, _: &EncodeSettings) -> Result<Box<dyn Animator>> {
    let (Ok(width), Ok(height)) = (u16::try_from(size.width), u16::try_from(size.height)) else {
        return Err(too_wide(Format::Gif, size, u32::from(u16::MAX)));
    };
    let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(|_| Error::Internal)?;
    // The extension counts repetitions; without it the file runs once.
    let repeat = match loops {
        Loops::Forever => Some(Repeat::Infinite),
        Loops::Times(n) if n > 1 => Some(Repeat::Finite(u16::try_from(n - 1).unwrap_or(u16::MAX))),
        Loops::Times(_) => None,
    };
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).map_err(|_| Error::Internal)?;
    }
    Ok(Box::new(GifFile { encoder, size, beneath: None, waiting: None }))
}

struct GifFile {
    encoder: Encoder<Vec<u8>>,
    size: Size,
    /// What is shown when the waiting frame is painted.
    beneath: Option<Vec<u8>>,
    /// The last frame and its delay in ms: how it is disposed of depends on the next one.
    waiting: Option<(Vec<u8>, u32)>,
}

impl Animator for GifFile {
    fn add(&mut self, image: Image, delay_ms: u32) -> Result<()> {
        let mut next = image.into_rgba()?.into_data();
        for pixel in next.chunks_exact_mut(4) {
            match pixel {
                [_, _, _, alpha] if *alpha >= SHOWN => *alpha = 255,
                _ => pixel.fill(0),
            }
        }
        if let Some((mut shown, delay)) = self.waiting.take() {
            let vanishes = |before: &[u8], after: &[u8]| before.last() != Some(&0) && after.last() == Some(&0);
            let clear = delta::bounds(&shown, &next, self.size.width, vanishes);
            let area = self.write(&shown, delay, clear)?;
            if clear.is_some() {
                let row = self.size.width as usize * 4;
                for line in shown.chunks_exact_mut(row.max(4)).skip(area.y as usize).take(area.height as usize) {
                    if let Some(part) = line.get_mut(area.x as usize * 4..(area.x + area.width) as usize * 4) {
                        part.fill(0);
                    }
                }
            }
            self.beneath = Some(shown);
        }
        self.waiting = Some((next, delay_ms));
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>> {
        if let Some((shown, delay)) = self.waiting.take() {
            self.write(&shown, delay, None)?;
        }
        self.encoder.into_inner().map_err(|_| Error::Internal)
    }
}

impl GifFile {
    /// Writes what changes, and at least the area that is to be cleared afterwards; tells what it wrote.
    fn write(&mut self, shown: &[u8], delay_ms: u32, clear: Option<Area>) -> Result<Area> {
        let width = self.size.width;
        let whole = Area { x: 0, y: 0, width, height: self.size.height };
        let (area, pixels) = match &self.beneath {
            None => (whole, delta::crop(shown, width, whole)?),
            Some(beneath) => {
                let changed = delta::bounds(beneath, shown, width, |b, a| b != a);
                // A frame that changes nothing still takes its time.
                let area = joined(changed, clear).unwrap_or(Area { width: 1, height: 1, ..whole });
                (area, delta::sparse(beneath, shown, width, area)?)
            }
        };
        let indexed = quantise::reduced(&pixels, area.width, 256)?;
        let short = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
        let frame = Frame {
            delay: u16::try_from((u64::from(delay_ms) + 5) / 10).unwrap_or(u16::MAX),
            dispose: if clear.is_some() { DisposalMethod::Background } else { DisposalMethod::Keep },
            transparent: indexed.colours.iter().zip(0..=255u8).find(|(c, _)| c[3] == 0).map(|(_, i)| i),
            left: short(area.x),
            top: short(area.y),
            width: short(area.width),
            height: short(area.height),
            palette: Some(indexed.colours.iter().flat_map(|c| [c[0], c[1], c[2]]).collect()),
            buffer: indexed.indices.into(),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame).map_err(|_| Error::Internal)?;
        Ok(area)
    }
}

/// The smallest rectangle around both.
fn joined(a: Option<Area>, b: Option<Area>) -> Option<Area> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
    Some(Area { x, y, width: right - x, height: bottom - y })
}
