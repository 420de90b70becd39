//! An animated WebP's frames, composited.

use super::body;
use super::container::{chunks, number};
use super::still::Still;
use crate::codec::canvas::{Area, Blend, Canvas, Disposal};
use crate::codec::{corrupt, icc, Format, Frame, Frames, Header, Want};
use crate::image::{buffer, Image, Size};
use crate::kit::Kit;
use crate::Result;
use limn_pixels::vp8::read::Scale;

pub(super) struct WebPFrames<'a> {
    /// The `ANMF` chunks that are left.
    parts: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    canvas: Canvas,
    rgb: icc::ToSrgb<'a, u8>,
    rgba: icc::ToSrgb<'a, u8>,
    left: u32,
}

impl<'a> WebPFrames<'a> {
    /// Begins before the first frame.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends.
    pub(super) fn open(bytes: &'a [u8], header: &Header, want: &Want, kit: &'a Kit) -> Result<WebPFrames<'a>> {
        let profile = want.profile(body(bytes).find(|(name, _)| *name == b"ICCP").map(|(_, data)| data));
        let parts = body(bytes).filter(|(name, _)| *name == b"ANMF").map(|(_, data)| data);
        Ok(WebPFrames {
            parts: Box::new(parts),
            canvas: Canvas::new(header.size)?,
            rgb: icc::ToSrgb::new(3, profile, kit.rare),
            rgba: icc::ToSrgb::new(4, profile, kit.rare),
            left: header.frames,
        })
    }

    /// Paints the next frame and tells how long it is shown, ms.
    fn paint(&mut self) -> Result<u32> {
        let canvas = self.canvas.size();
        let part = self.parts.next().ok_or_else(|| corrupt(Format::WebP, "a frame of it is missing"))?;
        let (x, y) = (number(part, 0)? * 2, number(part, 3)? * 2);
        let (width, height) = (number(part, 6)? + 1, number(part, 9)? + 1);
        let flags = part.get(15).copied().unwrap_or(0);
        if x + width > canvas.width || y + height > canvas.height {
            return Err(corrupt(Format::WebP, "a frame of it lies outside its canvas"));
        }
        let still = Still::find(chunks(part.get(16..).unwrap_or(&[])))?;
        if still.size != Size::new(width, height) {
            return Err(corrupt(Format::WebP, "a frame of it has another size than it says"));
        }
        let channels = still.layout.channels();
        let mut data = buffer(still.size.pixels() * channels as u64)?;
        still.rows(Scale::Full, |row| {
            data.extend_from_slice(row);
            Ok(true)
        })?;
        if channels == 4 { &self.rgba } else { &self.rgb }.apply(&mut data)?;
        let disposal = if flags & 1 == 0 { Disposal::Keep } else { Disposal::Clear };
        let blend = if flags & 2 == 0 { Blend::Over } else { Blend::Replace };
        let pixels = data.chunks_exact(channels).map(|p| [p[0], p[1], p[2], p.get(3).copied().unwrap_or(255)]);
        self.canvas.paint(Area { x, y, width, height }, disposal, blend, pixels)?;
        number(part, 12)
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

impl Frames for WebPFrames<'_> {
    fn next(&mut self) -> Result<Option<Frame>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let delay_ms = self.paint()?;
        Ok(Some(Frame { image: self.canvas.image()?, delay_ms }))
    }
}
