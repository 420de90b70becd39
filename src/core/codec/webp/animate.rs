//! Animated WebP written frame by frame, each only where it differs from the one before.

use super::container;
use super::encode::{check, Bits};
use crate::codec::{delta, Animator, EncodeSettings, Loops};
use crate::image::{Image, Layout, Size};
use crate::Result;

/// Begins a file.
///
/// # Errors
/// `image_too_large` for sides over 16383 px.
pub(super) fn begin(size: Size, loops: Loops, settings: &EncodeSettings) -> Result<Box<dyn Animator>> {
    check(size)?;
    Ok(Box::new(WebPFile { size, loops, settings: settings.clone(), before: None, frames: Vec::new(), transparent: false }))
}

struct WebPFile {
    size: Size,
    loops: Loops,
    settings: EncodeSettings,
    before: Option<Vec<u8>>,
    frames: Vec<u8>,
    transparent: bool,
}

impl Animator for WebPFile {
    fn add(&mut self, image: Image, delay_ms: u32) -> Result<()> {
        let next = image.into_rgba()?.into_data();
        // Holes for unchanged pixels are worth it only where they cost no alpha plane.
        let change = delta::change(self.before.as_deref(), &next, self.size, true, self.settings.lossless)?;
        let size = Size::new(change.area.width, change.area.height);
        let image = Image::new(size, Layout::Rgba, change.pixels)?.without_idle_alpha()?;
        self.transparent |= image.layout() == Layout::Rgba;
        let bits = Bits::of(image, &self.settings)?;
        container::frame(&mut self.frames, (change.area.x, change.area.y), size, delay_ms, change.over, &bits.picture())?;
        self.before = Some(next);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        container::animation(self.size, &self.frames, self.transparent, self.loops, &self.settings.metadata)
    }
}
