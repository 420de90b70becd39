//! An animation as tests look at it: its header, and each frame's pixels with its delay.

use super::{frames, Colour, Header, Want};
use crate::kit::Kit;
use crate::Result;

/// The pixels of a frame and how long it is shown, milliseconds.
pub type Shown = (Vec<[u8; 4]>, u32);

/// Reads all frames.
pub fn read(bytes: &[u8]) -> Result<(Header, Vec<Shown>)> {
    let header = Header::read(bytes, &Kit::default())?;
    let want = Want { size: header.size, exact: None, part: None, colour: Colour::Srgb };
    let kit = Kit::default();
    let mut frames = frames(bytes, &header, &want, &kit)?.unwrap();
    let mut all = Vec::new();
    while let Some(frame) = frames.next()? {
        all.push((frame.image.data().chunks(4).map(|p| [p[0], p[1], p[2], p[3]]).collect(), frame.delay_ms));
    }
    drop(frames);
    Ok((header, all))
}
