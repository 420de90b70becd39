//! The text of a mark.

use crate::image::{Color, Image, Layout};
use crate::kit::{FileRef, Kit, SHIPPED_FONTS};
use crate::ops::rotate::Rotate;
use crate::ops::Op;
use crate::params::args::Args;
use crate::rare::Job;
use crate::{hash, Error, Result};
use std::fmt;

/// Longest text, in bytes of UTF-8 (OSS: EC 259).
const MAX_BYTES: usize = 64;
/// Font size where none is named, px.
const DEFAULT_SIZE: u32 = 40;

/// A mark's text: one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// The font's file.
    pub font: FileRef,
    /// Its colour; alpha does not count.
    pub color: Color,
    /// Font size, px, 1 to 1,000 (after a device pixel ratio: more).
    pub size: u32,
    /// Opacity of the shadow, per cent.
    pub shadow: u8,
    /// Clockwise, 0 to 360 degrees.
    pub degrees: u32,
}

impl Text {
    /// Text in the shipped font, black, 40 px.
    ///
    /// # Errors
    /// `bad_arg` when it is empty, longer than 64 bytes or more than one line.
    pub fn new(text: String) -> Result<Text> {
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(Error::BadMark(format!("watermark: the text must be 1 to {MAX_BYTES} bytes of UTF-8 long; {} came.", text.len())));
        }
        if text.chars().any(char::is_control) {
            return Err(Error::BadMark("watermark: the text must be one line without control characters.".into()));
        }
        let font = FileRef::Shipped(SHIPPED_FONTS[0].1);
        Ok(Text { text, font, color: Color { rgba: [0, 0, 0, 255] }, size: DEFAULT_SIZE, shadow: 0, degrees: 0 })
    }

    /// Reads the arguments of a text mark; `None` where there is no text.
    ///
    /// # Errors
    /// `bad_arg`, `repeated_key`, `no_such_font`.
    pub fn parse(args: &mut Args) -> Result<Option<Text>> {
        let Some(text) = args.base64("text")? else { return Ok(None) };
        let mut mark = Text::new(text)?;
        if let Some(name) = args.base64("type")? {
            mark.font = match name.strip_prefix('/').filter(|_| args.is_canonical()) {
                Some(key) => FileRef::Font(key.to_string()),
                None => args.names().font(&name)?,
            };
        }
        mark.color = args.color("color")?.unwrap_or(mark.color);
        mark.size = args.integer("size", args.range(1..=1_000, 1..=5_000))?.map_or(mark.size, |s| s as u32);
        mark.shadow = args.integer("shadow", 0..=100)?.map_or(0, |s| s as u8);
        mark.degrees = args.integer("rotate", 0..=360)?.map_or(0, |d| d as u32);
        Ok(Some(mark))
    }

    /// The text's pixels, RGBA.
    ///
    /// # Errors
    /// `no_such_font`, `bad_arg` for a character that the font does not have.
    pub fn open(&self, kit: &Kit) -> Result<Image> {
        let [r, g, b, _] = self.color.rgba;
        let job = Job::Text { text: self.text.clone(), size: self.size, color: [r, g, b], shadow: self.shadow };
        let made = kit.rare.run(&job, kit.file(&self.font)?)?;
        let image = Image::new(made.size, Layout::Rgba, made.bytes)?;
        Rotate { degrees: self.degrees }.apply(image, kit)
    }
}

impl fmt::Display for Text {
    /// The arguments of the canonical print, each with its comma.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ",text_{}", hash::base64url(self.text.as_bytes()))?;
        let font = match &self.font {
            FileRef::Shipped(file) if *file == SHIPPED_FONTS[0].1 => None,
            FileRef::Shipped(file) => SHIPPED_FONTS.iter().find(|(_, f)| f == file).map(|(name, _)| name.to_string()),
            FileRef::Font(key) | FileRef::Mark(key) => Some(format!("/{key}")),
        };
        if let Some(font) = font {
            write!(f, ",type_{}", hash::base64url(font.as_bytes()))?;
        }
        let [r, g, b, _] = self.color.rgba;
        if (r, g, b) != (0, 0, 0) {
            write!(f, ",color_{r:02x}{g:02x}{b:02x}")?;
        }
        for (key, value, default) in
            [("size", self.size, DEFAULT_SIZE), ("shadow", u32::from(self.shadow), 0), ("rotate", self.degrees % 360, 0)]
        {
            if value != default {
                write!(f, ",{key}_{value}")?;
            }
        }
        Ok(())
    }
}
