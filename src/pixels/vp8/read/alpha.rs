//! The alpha plane beside a frame (WebP container specification, `ALPH`): plain or packed without loss, and filtered.

use super::super::alpha::Filter;
use super::header::Size;
use super::{list, ReadError, Sink};
use crate::vp8l;

/// Decodes the plane of a frame of this size by rows.
///
/// # Errors
/// See [`ReadError`], and what `sink` answers.
pub fn decode_rows(chunk: &[u8], size: Size, sink: Sink<'_>) -> Result<(), ReadError> {
    let (&head, data) = chunk.split_first().ok_or(ReadError::Truncated)?;
    let filter = [Filter::None, Filter::Horizontal, Filter::Vertical, Filter::Gradient][usize::from(head >> 2 & 3)];
    let width = size.width as usize;
    let (mut row, mut above, mut first) = (list(width, 0u8)?, list(width, 0u8)?, true);
    let mut give = |row: &mut Vec<u8>| {
        restore(filter, (!first).then_some(&above), row);
        first = false;
        sink(row)?;
        above.copy_from_slice(row);
        Ok(())
    };
    match head & 3 {
        0 => {
            let mut rows = data.chunks_exact(width).take(size.height as usize);
            for _ in 0..size.height {
                row.copy_from_slice(rows.next().ok_or(ReadError::Truncated)?);
                give(&mut row)?;
            }
            Ok(())
        }
        1 => vp8l::read::decode_body(data, size.width, size.height, &mut |colours| {
            row.iter_mut().zip(colours).for_each(|(to, color)| *to = (color >> 8) as u8);
            give(&mut row)
        }),
        _ => Err(ReadError::Corrupt("its alpha is packed in a way that is none")),
    }
}

/// Adds what the filter foretells.
fn restore(filter: Filter, above: Option<&Vec<u8>>, row: &mut [u8]) {
    let mut left = above.and_then(|above| above.first().copied()).unwrap_or(0);
    match (filter, above) {
        (Filter::None, _) => {}
        (Filter::Horizontal, _) | (_, None) => row.iter_mut().for_each(|to| {
            *to = to.wrapping_add(left);
            left = *to;
        }),
        (Filter::Vertical, Some(above)) => row.iter_mut().zip(above).for_each(|(to, up)| *to = to.wrapping_add(*up)),
        (Filter::Gradient, Some(above)) => {
            let mut corner = left;
            for (to, &up) in row.iter_mut().zip(above) {
                *to = to.wrapping_add((i16::from(left) + i16::from(up) - i16::from(corner)).clamp(0, 255) as u8);
                (left, corner) = (*to, up);
            }
        }
    }
}
