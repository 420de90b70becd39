//! Pictures to files: of one picture, or frame by frame.

use super::{is_profile_for, Effort, Format, Loops, Metadata};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::plan::DEFAULT_QUALITY;
use crate::{Error, Result};

/// How an image is encoded; each format takes what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeSettings {
    /// 1 to 100: JPEG, WebP and AVIF.
    pub quality: u8,
    /// WebP.
    pub lossless: bool,
    /// JPEG.
    pub progressive: bool,
    /// JPEG: what is spent on a smaller file.
    pub effort: Effort,
    /// JPEG: colour at full resolution, for drawn text and sharp edges.
    pub full_chroma: bool,
    /// PNG: at most 256 colours.
    pub palette: bool,
    /// What the file is to carry.
    pub metadata: Metadata,
}

impl Default for EncodeSettings {
    fn default() -> Self {
        EncodeSettings {
            quality: DEFAULT_QUALITY,
            lossless: false,
            progressive: false,
            effort: Effort::Fast,
            full_chroma: false,
            palette: false,
            metadata: Metadata::default(),
        }
    }
}

impl EncodeSettings {
    fn without_profile(&self) -> EncodeSettings {
        let mut settings = self.clone();
        settings.metadata.icc = None;
        settings
    }
}

/// Encodes one picture.
///
/// # Errors
/// `image_too_large` for sides that the format cannot hold or when memory ends; `not_implemented` for a
/// format that is only read.
pub fn encode(image: Image, format: Format, settings: &EncodeSettings, kit: &Kit) -> Result<Vec<u8>> {
    let encode = format.codec().encode.ok_or_else(|| unwritten(format))?;
    let image = image.settled()?.without_idle_alpha()?;
    match &settings.metadata.icc {
        // Operations turned grey into colour or colour into grey.
        Some(profile) if !is_profile_for(profile, image.layout()) => encode(image, &settings.without_profile(), kit),
        _ => encode(image, settings, kit),
    }
}

/// A file that grows frame by frame.
pub trait Animator {
    /// Adds a picture, as large as the canvas.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    fn add(&mut self, image: Image, delay_ms: u32) -> Result<()>;

    /// The file.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    fn finish(self: Box<Self>) -> Result<Vec<u8>>;
}

/// Begins an animated file of this size.
///
/// # Errors
/// As [`encode`].
pub fn animate(format: Format, size: Size, loops: Loops, settings: &EncodeSettings) -> Result<Box<dyn Animator>> {
    let animate = format.codec().animate.ok_or_else(|| unwritten(format))?;
    match &settings.metadata.icc {
        Some(profile) if !is_profile_for(profile, Layout::Rgba) => animate(size, loops, &settings.without_profile()),
        _ => animate(size, loops, settings),
    }
}

fn unwritten(format: Format) -> Error {
    Error::NotImplemented(format!("Limn reads {} files and writes none.", format.name()))
}
