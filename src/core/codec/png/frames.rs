//! An APNG's frames, composited (PNG third edition, section 11.3.3).

use super::{damaged, reader};
use crate::codec::canvas::{Area, Blend, Canvas, Disposal};
use crate::codec::{corrupt, icc, Format, Frame, Frames, Header, Want};
use crate::image::{buffer, zeroed};
use crate::kit::Kit;
use crate::Result;
use png::{BlendOp, ColorType, DisposeOp};
use std::io::Cursor;

pub(super) struct PngFrames<'a> {
    reader: png::Reader<Cursor<&'a [u8]>>,
    canvas: Canvas,
    /// The samples of a frame as they come.
    samples: Vec<u8>,
    profile: icc::ToSrgb<'a, u8>,
    left: u32,
}

impl<'a> PngFrames<'a> {
    /// Begins before the first frame, behind a still picture that is none of them.
    ///
    /// # Errors
    /// `image_corrupt`, `image_too_large` when memory ends.
    pub(super) fn open(bytes: &'a [u8], header: &Header, want: &Want, kit: &'a Kit) -> Result<PngFrames<'a>> {
        let mut reader = reader(bytes, false)?;
        let len = reader.output_buffer_size().ok_or_else(|| corrupt(Format::Png, "its rows are too long"))?;
        let mut samples = zeroed(len as u64)?;
        if reader.info().frame_control().is_none() && reader.info().animation_control().is_some() {
            reader.next_frame(&mut samples).map_err(damaged)?;
        }
        let profile = icc::ToSrgb::new(4, want.profile(reader.info().icc_profile.as_deref()), kit.rare);
        Ok(PngFrames { reader, canvas: Canvas::new(header.size)?, samples, profile, left: header.frames })
    }
}

impl Frames for PngFrames<'_> {
    fn next(&mut self) -> Result<Option<Frame>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let part = self.reader.next_frame(&mut self.samples).map_err(damaged)?;
        let info = self.reader.info();
        // Interlaced frames are unfolded at the canvas's width.
        let channels = part.color_type.samples();
        let stride = if info.interlaced { info.width as usize * channels } else { part.line_size };
        let (area, disposal, blend, delay_ms) = match info.frame_control() {
            Some(control) => {
                let disposal = match control.dispose_op {
                    DisposeOp::None => Disposal::Keep,
                    DisposeOp::Background => Disposal::Clear,
                    DisposeOp::Previous => Disposal::Restore,
                };
                let blend = if control.blend_op == BlendOp::Over { Blend::Over } else { Blend::Replace };
                // A denominator of 0 means hundredths.
                let per = if control.delay_den == 0 { 100 } else { u32::from(control.delay_den) };
                let area = Area { x: control.x_offset, y: control.y_offset, width: part.width, height: part.height };
                (area, disposal, blend, (u32::from(control.delay_num) * 1000 + per / 2) / per)
            }
            None => (Area { x: 0, y: 0, width: part.width, height: part.height }, Disposal::Keep, Blend::Replace, 0),
        };
        let mut rgba = buffer(u64::from(part.width) * u64::from(part.height) * 4)?;
        for row in self.samples.chunks(stride.max(1)).take(part.height as usize) {
            let row = row.get(..part.width as usize * channels).unwrap_or(&[]);
            match part.color_type {
                ColorType::Grayscale => row.iter().for_each(|l| rgba.extend_from_slice(&[*l, *l, *l, 255])),
                ColorType::GrayscaleAlpha => row.chunks_exact(2).for_each(|p| rgba.extend_from_slice(&[p[0], p[0], p[0], p[1]])),
                ColorType::Rgba => rgba.extend_from_slice(row),
                _ => row.chunks_exact(3).for_each(|p| rgba.extend_from_slice(&[p[0], p[1], p[2], 255])),
            }
        }
        self.profile.apply(&mut rgba)?;
        self.canvas.paint(area, disposal, blend, rgba.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]))?;
        Ok(Some(Frame { image: self.canvas.image()?, delay_ms }))
    }
}
