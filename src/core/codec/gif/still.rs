//! A GIF of one picture, by rows: its colours come in order, but for interlaced ones, which are held whole.

use super::frames::{self, colours};
use crate::codec::collect::Collect;
use crate::codec::{corrupt, shrink, Format, Header, Want};
use crate::image::{buffer, Image};
use crate::kit::Kit;
use crate::Result;

/// Decodes it.
///
/// # Errors
/// `image_corrupt`, `image_too_large` when memory ends.
pub(super) fn decode(bytes: &[u8], header: &Header, want: &Want, kit: &Kit) -> Result<Image> {
    let damaged = |_| corrupt(Format::Gif, "a frame of it cannot be read");
    let (mut decoder, global) = frames::decoder(bytes, header)?;
    let frame = decoder.next_frame_info().map_err(damaged)?.ok_or_else(|| corrupt(Format::Gif, "a frame of it is missing"))?.clone();
    let colours = colours(&frame, global.as_deref())?;
    let channels = header.layout.channels();
    let factor = shrink::factor(header.size, want.size);
    let mut collect = Collect::<u8>::new(header, header.size, factor, want, None, kit)?;
    let mut line = vec![0; usize::from(frame.width)];
    let mut row = buffer(u64::from(header.size.width) * channels as u64)?;
    row.resize(header.size.width as usize * channels, 0u8);
    let covered = u32::from(frame.top)..u32::from(frame.top) + u32::from(frame.height);
    for y in 0..header.size.height {
        // Where the frame is not, the canvas is transparent.
        match covered.contains(&y) {
            true if !line.is_empty() => {
                if !decoder.fill_buffer(&mut line).map_err(damaged)? {
                    return Err(corrupt(Format::Gif, "a frame of it cannot be read"));
                }
                for (to, index) in row.chunks_exact_mut(channels).skip(usize::from(frame.left)).zip(&line) {
                    to.iter_mut().zip(colours[usize::from(*index)]).for_each(|(to, from)| *to = from);
                }
            }
            _ => row.fill(0),
        }
        if !collect.row(&row)? {
            break;
        }
    }
    collect.finish()
}
