//! APNG written frame by frame, each only where it differs from the one before.

use crate::codec::{beside, delta, Animator, EncodeSettings, Loops};
use crate::image::{Image, Size};
use crate::{Error, Result};
use png::{BlendOp, ColorType, Compression, Encoder, Writer};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

/// Where chunks of metadata or the animation control chunk begin: behind the signature of 8 and the header
/// chunk of 25 bytes.
const CHUNKS: usize = 8 + 25;
/// The most frames that the format counts; how many there are is known, and written over it, at the end.
const MANY: u32 = 0x7fff_ffff;

/// Begins a file.
///
/// # Errors
/// `internal` only.
pub(super) fn begin(size: Size, loops: Loops, settings: &EncodeSettings) -> Result<Box<dyn Animator>> {
    let out = Sink::default();
    let plays = match loops {
        Loops::Forever => 0,
        Loops::Times(n) => n.max(1),
    };
    let info = beside::png::info(size, &settings.metadata);
    let mut encoder = Encoder::with_info(out.clone(), info).map_err(|_| Error::Internal)?;
    encoder.set_color(ColorType::Rgba);
    encoder.set_compression(Compression::Balanced);
    let writer = encoder.set_animated(MANY, plays).and_then(|()| encoder.write_header()).map_err(|_| Error::Internal)?;
    Ok(Box::new(PngFile { writer, out, size, before: None, frames: 0 }))
}

struct PngFile {
    writer: Writer<Sink>,
    out: Sink,
    size: Size,
    before: Option<Vec<u8>>,
    frames: u32,
}

impl Animator for PngFile {
    fn add(&mut self, image: Image, delay_ms: u32) -> Result<()> {
        let next = image.into_rgba()?.into_data();
        let change = delta::change(self.before.as_deref(), &next, self.size, false, true)?;
        let area = change.area;
        // Thousandths as long as 16 bits hold them, then tenths.
        let (number, per) = match u16::try_from(delay_ms) {
            Ok(ms) => (ms, 1000),
            Err(_) => (u16::try_from(delay_ms / 100).unwrap_or(u16::MAX), 10),
        };
        let writer = &mut self.writer;
        writer
            .set_frame_delay(number, per)
            .and_then(|()| writer.set_frame_position(0, 0))
            .and_then(|()| writer.set_frame_dimension(area.width, area.height))
            .and_then(|()| writer.set_frame_position(area.x, area.y))
            .and_then(|()| writer.set_blend_op(if change.over { BlendOp::Over } else { BlendOp::Source }))
            .and_then(|()| writer.write_image_data(&change.pixels))
            .map_err(|_| Error::Internal)?;
        self.frames += 1;
        self.before = Some(next);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        let PngFile { writer, out, frames, .. } = *self;
        drop(writer);
        let mut file = out.0.take();
        // Length, name, frames, plays, checksum; the checksum is over name and data.
        let at = control(&file).ok_or(Error::Internal)?;
        let control = file.get_mut(at + 4..at + 20).ok_or(Error::Internal)?;
        control.get_mut(4..8).ok_or(Error::Internal)?.copy_from_slice(&frames.to_be_bytes());
        let sum = crc(control.get(..12).ok_or(Error::Internal)?);
        control.get_mut(12..).ok_or(Error::Internal)?.copy_from_slice(&sum.to_be_bytes());
        Ok(file)
    }
}

/// Where the animation control chunk lies.
fn control(file: &[u8]) -> Option<usize> {
    let mut at = CHUNKS;
    while file.get(at + 4..at + 8)? != b"acTL" {
        let length: [u8; 4] = file.get(at..at + 4)?.try_into().ok()?;
        at += 12 + u32::from_be_bytes(length) as usize;
    }
    Some(at)
}

/// Bytes that can be had back while the writer still holds them.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// PNG's checksum (annex D), bit by bit: it is made once, over twelve bytes.
fn crc(data: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !data.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
