//! The boxes of ISO media files, and a reader over their bytes.

/// The boxes in a row; ends quietly at the first that makes no sense.
pub fn boxes(data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut at = Cursor(data);
    std::iter::from_fn(move || {
        let all = at.0.len() as u64;
        let short = u64::from(at.number(4)?);
        let kind = at.take(4)?.try_into().ok()?;
        let body = match short {
            0 => all.checked_sub(8)?,
            1 => at.wide(8)?.checked_sub(16)?,
            _ => short.checked_sub(8)?,
        };
        Some((kind, at.take(usize::try_from(body).ok()?)?))
    })
}

/// What is left to read; each reader gives nothing past the end.
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A big-endian number of 0 to 8 bytes.
    pub fn wide(&mut self, bytes: usize) -> Option<u64> {
        match bytes {
            0..=8 => Some(self.take(bytes)?.iter().fold(0, |n, b| n << 8 | u64::from(*b))),
            _ => None,
        }
    }

    /// As [`wide`](Cursor::wide), if it fits.
    pub fn number(&mut self, bytes: usize) -> Option<u32> {
        u32::try_from(self.wide(bytes)?).ok()
    }

    /// The version of a full box; its flags are passed over.
    pub fn version(&mut self) -> Option<u32> {
        Some(self.number(4)? >> 24)
    }
}
