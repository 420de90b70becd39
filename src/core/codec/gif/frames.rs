//! A GIF's frames, composited.

use crate::codec::canvas::{Area, Blend, Canvas, Disposal};
use crate::codec::{corrupt, Format, Frame, Frames, Header};
use crate::image::Image;
use crate::{Error, Result};
use gif::{ColorOutput, DecodeOptions, Decoder, DisposalMethod, MemoryLimit};
use std::num::NonZeroU64;

/// How much larger than its canvas a frame may be; what sticks out is decoded before it is cut.
const OVERSIZE: u64 = 4;

pub(super) struct GifFrames<'a> {
    decoder: Decoder<&'a [u8]>,
    global: Option<Vec<u8>>,
    canvas: Canvas,
    left: u32,
}

/// A decoder, and the palette of all frames.
type Opened<'a> = (Decoder<&'a [u8]>, Option<Vec<u8>>);

/// A decoder before the first frame, and the palette of all frames.
///
/// # Errors
/// `image_corrupt`.
pub(super) fn decoder<'a>(bytes: &'a [u8], header: &Header) -> Result<Opened<'a>> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let limit = header.size.pixels().saturating_mul(OVERSIZE).saturating_add(1 << 16);
    options.set_memory_limit(MemoryLimit::Bytes(NonZeroU64::new(limit).ok_or(Error::Internal)?));
    let decoder = options.read_info(bytes).map_err(|_| corrupt(Format::Gif, "its header cannot be read"))?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    Ok((decoder, global))
}

/// The colours of a frame by index, opaque but for the one that it names.
///
/// # Errors
/// `image_corrupt` where there are none.
pub(super) fn colours(frame: &gif::Frame, global: Option<&[u8]>) -> Result<[[u8; 4]; 256]> {
    let palette = frame.palette.as_deref().or(global).ok_or_else(|| corrupt(Format::Gif, "a frame of it has no palette"))?;
    let mut colours = [[0u8; 4]; 256];
    for (colour, entry) in colours.iter_mut().zip(palette.chunks_exact(3)) {
        *colour = [entry[0], entry[1], entry[2], 255];
    }
    if let Some(transparent) = frame.transparent {
        colours[usize::from(transparent)] = [0; 4];
    }
    Ok(colours)
}

impl<'a> GifFrames<'a> {
    /// Begins before the first frame.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends.
    pub(super) fn open(bytes: &'a [u8], header: &Header) -> Result<GifFrames<'a>> {
        let (decoder, global) = decoder(bytes, header)?;
        Ok(GifFrames { decoder, global, canvas: Canvas::new(header.size)?, left: header.frames })
    }

    /// Paints the next frame and tells how long it is shown, ms.
    fn paint(&mut self) -> Result<u32> {
        let damaged = |_| corrupt(Format::Gif, "a frame of it cannot be read");
        let frame = self.decoder.read_next_frame().map_err(damaged)?.ok_or_else(|| corrupt(Format::Gif, "a frame of it is missing"))?;
        let colours = colours(frame, self.global.as_deref())?;
        let [x, y, width, height] = [frame.left, frame.top, frame.width, frame.height].map(u32::from);
        let disposal = match frame.dispose {
            DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
            DisposalMethod::Background => Disposal::Clear,
            DisposalMethod::Previous => Disposal::Restore,
        };
        let pixels = frame.buffer.iter().map(|index| colours[usize::from(*index)]);
        self.canvas.paint(Area { x, y, width, height }, disposal, Blend::Over, pixels)?;
        Ok(u32::from(frame.delay) * 10)
    }

    /// The first frame alone.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends.
    pub(super) fn first(mut self) -> Result<Image> {
        self.paint()?;
        self.canvas.into_image()
    }
}

impl Frames for GifFrames<'_> {
    fn next(&mut self) -> Result<Option<Frame>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let delay_ms = self.paint()?;
        Ok(Some(Frame { image: self.canvas.image()?, delay_ms }))
    }
}
