//! What a file says about itself besides pixels: Exif, ICC profile, and the quality it was saved at.

use super::header::Header;
use super::markers::Segment;
use crate::jpeg_write::{steps, Effort};

const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;

impl Header {
    /// The payloads of all segments with this marker and prefix before the first scan, prefix removed.
    fn segments<'a>(&self, bytes: &'a [u8], marker: u8, prefix: &'static [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let head = bytes.get(..self.first_scan).unwrap_or(bytes);
        let mut at = 2;
        std::iter::from_fn(move || loop {
            let segment = Segment::read(head, at).ok()?;
            at = segment.end;
            if segment.marker == marker {
                if let Some(body) = segment.payload.strip_prefix(prefix) {
                    return Some(body);
                }
            }
        })
    }

    /// The TIFF block of the first Exif segment of the bytes that this header was parsed from.
    pub fn exif<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        // The second of the two zeros is padding, and some writers fill it with 0xFF.
        self.segments(bytes, APP1, b"Exif\0").next()?.get(1..)
    }

    /// What follows `name` in the first APP1 segment that begins so, of the bytes that this header was parsed from.
    pub fn app1<'a>(&self, bytes: &'a [u8], name: &'static [u8]) -> Option<&'a [u8]> {
        self.segments(bytes, APP1, name).next()
    }

    /// The ICC profile, put together from its numbered chunks; `None` when there is none or they do not fit together.
    pub fn icc(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut chunks: Vec<(u8, &[u8])> = Vec::new();
        let mut total = None;
        for chunk in self.segments(bytes, APP2, b"ICC_PROFILE\0") {
            let (&[number, count], data) = chunk.split_first_chunk::<2>()?;
            if *total.get_or_insert(count) != count {
                return None;
            }
            chunks.push((number, data));
        }
        chunks.sort_by_key(|&(number, _)| number);
        let numbers = chunks.iter().map(|&(number, _)| number);
        if chunks.is_empty() || !numbers.eq(1..=total?) {
            return None;
        }
        Some(chunks.into_iter().flat_map(|(_, data)| data).copied().collect())
    }

    /// The quality, 1..=100 on the scale of libjpeg, one of whose luma tables (T.81 table K.1, or that of our high
    /// effort and of mozjpeg) is nearest to that of this file.
    pub fn quality(&self) -> Option<u8> {
        let table = self.tables.quant.get(self.components.first()?.quant)?.as_ref()?;
        let far = |&(effort, quality): &(Effort, u8)| {
            steps(quality, effort).iter().zip(table).map(|(&ours, &theirs)| u32::from(ours.abs_diff(theirs))).sum::<u32>()
        };
        let all = [Effort::Fast, Effort::High].into_iter().flat_map(|effort| (1..=100).map(move |quality| (effort, quality)));
        all.min_by_key(far).map(|(_, quality)| quality)
    }
}
