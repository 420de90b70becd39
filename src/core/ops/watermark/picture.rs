//! The image of a mark: its key and its own processing.

use crate::image::{Image, Size};
use crate::kit::{FileRef, Kit};
use crate::ops::resize::{self, Resize};
use crate::ops::{self, Op, Step};
use crate::params::args::Args;
use crate::route::check_key;
use crate::{hash, render, Error, Result};
use std::fmt;

/// Where a mark's own processing begins in its reference.
const PROCESS: &str = "?x-oss-process=";
/// What may be done to a mark beside resizing it.
const ALLOWED: [&str; 4] = ["crop", "indexcrop", "rounded-corners", "rotate"];

/// A mark's image.
#[derive(Debug)]
pub struct Picture {
    key: String,
    steps: Vec<MarkStep>,
}

#[derive(Debug)]
enum MarkStep {
    /// Fitted into so many per cent of the main image.
    Percent(u8),
    Op(Box<dyn Op>),
}

impl Picture {
    /// In its natural size, or fitted into so many per cent of the main image's width and height.
    pub fn new(key: String, percent: Option<u8>) -> Picture {
        Picture { key, steps: percent.map(MarkStep::Percent).into_iter().collect() }
    }

    /// Reads `key?x-oss-process=image/…`, the decoded value of `image`.
    ///
    /// # Errors
    /// `bad_arg`, `unknown_param`, `repeated_key`.
    pub fn parse(reference: &str, args: &Args) -> Result<Picture> {
        let (key, program) = match reference.split_once(PROCESS) {
            Some((key, program)) => (key, Some(program)),
            None => (reference, None),
        };
        check_key(key).map_err(|_| args.refuse("image", "an object key", key))?;
        let steps = program.map_or(Ok(Vec::new()), |program| steps(program, args))?;
        Ok(Picture { key: key.to_string(), steps })
    }

    /// The file that it is read from.
    pub fn file(&self) -> FileRef {
        FileRef::Mark(self.key.clone())
    }

    /// The mark's pixels, RGBA, for a main image of this size.
    ///
    /// # Errors
    /// `no_such_mark`, and what decoding can meet, told as the mark's fault.
    pub fn open(&self, main: Size, kit: &Kit) -> Result<Image> {
        let part = |side: u32, percent: u8| ((u64::from(side) * u64::from(percent) + 50) / 100).max(1) as u32;
        let fitted: Vec<Option<Resize>> = self
            .steps
            .iter()
            .map(|step| match step {
                MarkStep::Percent(p) => Some(Resize::into_box(Size::new(part(main.width, *p), part(main.height, *p)))),
                MarkStep::Op(_) => None,
            })
            .collect();
        let ops: Vec<&dyn Op> = self
            .steps
            .iter()
            .zip(&fitted)
            .filter_map(|(step, fitted)| match step {
                MarkStep::Percent(_) => fitted.as_ref().map(|resize| resize as &dyn Op),
                MarkStep::Op(op) => Some(op.as_ref()),
            })
            .collect();
        let bytes = kit.file(&self.file())?;
        render::still(bytes, &ops, kit).and_then(Image::into_rgba).map_err(|e| match e {
            Error::ImageCorrupt(s) => Error::ImageCorrupt(format!("The mark: {s}")),
            Error::ImageTooLarge(s) => Error::ImageTooLarge(format!("The mark: {s}")),
            Error::FormatUnsupported(s) => Error::FormatUnsupported(format!("The mark: {s}")),
            other => other,
        })
    }

    /// The value of `image` in the canonical print.
    pub fn reference(&self) -> String {
        hash::base64url(self.to_string().as_bytes())
    }
}

/// A mark's own processing: `image/resize,P_25`.
fn steps(program: &str, of: &Args) -> Result<Vec<MarkStep>> {
    let actions =
        program.strip_prefix("image/").ok_or_else(|| Error::BadArg("watermark: the mark's own program must begin with image/.".into()))?;
    let mut out = Vec::new();
    for action in actions.split('/') {
        let mut args = Args::new(action, of.dialect(), of.names());
        let name = args.action();
        if name == resize::SPEC.name {
            out.push(match args.integer("P", 1..=100)? {
                Some(percent) => MarkStep::Percent(percent as u8),
                None => MarkStep::Op(Box::new(resize::read(&mut args)?)),
            });
        } else if let Some(spec) = ops::find(name).filter(|_| ALLOWED.contains(&name)) {
            match (spec.parse)(&mut args)? {
                Step::Pixels(op) => out.push(MarkStep::Op(op)),
                Step::Output(_) => {}
            }
        } else {
            return Err(Error::BadMark(format!(
                "watermark: the mark's own program may hold resize, {}; {name:?} came.",
                ALLOWED.join(", ")
            )));
        }
        args.finish()?;
    }
    Ok(out)
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        for (i, step) in self.steps.iter().enumerate() {
            f.write_str(if i == 0 { "?x-oss-process=image/" } else { "/" })?;
            match step {
                MarkStep::Percent(p) => write!(f, "resize,P_{p}")?,
                MarkStep::Op(op) => write!(f, "{op}")?,
            }
        }
        Ok(())
    }
}
