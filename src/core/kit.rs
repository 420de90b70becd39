//! What decoders, operations and encoders may reach beside the pixels.

use crate::config::Limits;
use crate::rare::{Nobody, Rare};
use crate::{Error, Result};
use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

/// A file that a plan reads beside the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileRef {
    /// A mark: an object of the same bucket, by its key.
    Mark(String),
    /// A font: an object of the same bucket, by its key.
    Font(String),
    /// A font that Limn ships, by its file name in `www/fonts`.
    Shipped(&'static str),
}

/// Fonts that Limn ships: the name in URLs and the file.
pub const SHIPPED_FONTS: [(&str, &str); 2] = [("sans", "sans.ttf"), ("sans-bold", "sans-bold.ttf")];

impl FileRef {
    /// The shipped font of this name.
    pub fn shipped(name: &str) -> Option<FileRef> {
        SHIPPED_FONTS.iter().find(|(n, _)| *n == name).map(|(_, file)| FileRef::Shipped(file))
    }
}

impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileRef::Mark(key) => write!(f, "mark {key}"),
            FileRef::Font(key) => write!(f, "font {key}"),
            FileRef::Shipped(file) => write!(f, "shipped {file}"),
        }
    }
}

/// The kit of one render.
pub struct Kit<'a> {
    files: HashMap<FileRef, Vec<u8>>,
    /// Bounds of the source and of each mark.
    pub limits: Limits,
    /// Whether resizing adds light instead of gamma-encoded values.
    pub linear: bool,
    /// Who does the rare jobs.
    pub rare: &'a dyn Rare,
    /// What is left of the process's memory beside all that it holds, bytes; without bound where nobody counts.
    pub room: Cell<u64>,
    /// Kept until the kit is not needed any more.
    beside: Vec<Box<dyn Any>>,
}

impl Default for Kit<'static> {
    fn default() -> Self {
        Kit::new(Limits::default(), &Nobody)
    }
}

impl<'a> Kit<'a> {
    /// A kit without files.
    pub fn new(limits: Limits, rare: &'a dyn Rare) -> Kit<'a> {
        Kit { files: HashMap::new(), limits, linear: false, rare, room: Cell::new(u64::MAX), beside: Vec::new() }
    }

    /// Adds a file that the plan reads.
    pub fn add(&mut self, file: FileRef, bytes: Vec<u8>) {
        self.files.insert(file, bytes);
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.len() as u64).sum()
    }

    /// Keeps something as long as the kit's files: their place in memory.
    pub fn hold(&mut self, place: impl Any) {
        self.beside.push(Box::new(place));
    }

    /// A file that the plan reads.
    ///
    /// # Errors
    /// `no_such_mark`, `no_such_font`.
    pub fn file(&self, file: &FileRef) -> Result<&[u8]> {
        self.files.get(file).map(Vec::as_slice).ok_or_else(|| match file {
            FileRef::Mark(key) => Error::NoSuchMark(key.clone()),
            FileRef::Font(name) => Error::NoSuchFont(name.clone()),
            FileRef::Shipped(name) => Error::NoSuchFont((*name).into()),
        })
    }

    /// The font for text that names none, or nothing where no font was added.
    pub fn default_font(&self) -> &[u8] {
        let (_, file) = SHIPPED_FONTS[0];
        self.files.get(&FileRef::Shipped(file)).map_or(&[], Vec::as_slice)
    }
}
