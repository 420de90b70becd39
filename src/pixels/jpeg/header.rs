//! The header of a file: everything up to its first scan.

use super::frame::{Layout, Scan};
use super::markers::{be16, is_restart, next_marker, Segment, Tables, DHT, DNL, EOI, SOI, SOS};
use super::{Area, Colour, JpegError, Scale};

/// One component as the frame header declares it (T.81 B.2.2).
#[derive(Clone, Copy)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors, 1..=4.
    pub h: u32,
    pub v: u32,
    /// Which quantisation table, 0..=3.
    pub quant: usize,
}

/// What is known of a file before any pixel is decoded.
#[derive(Clone)]
pub struct Header {
    /// Pixels across, 1..=65535.
    pub width: u32,
    /// Pixels down, 1..=65535.
    pub height: u32,
    /// How the samples are to be understood.
    pub colour: Colour,
    /// Whether the scans build the picture up progressively.
    pub progressive: bool,
    /// Whether an Adobe APP14 segment was seen; such files store inks inverted.
    pub(super) adobe: bool,
    pub(super) components: Vec<Component>,
    pub(super) tables: Tables,
    /// Where the segment of the first scan starts, at its marker.
    pub(super) first_scan: usize,
    /// Whether the first scan holds all components, so that rows can be decoded as they come.
    pub(super) interleaved: bool,
}

/// The frame header and its neighbours while the segments are read.
#[derive(Default)]
struct Found {
    size: Option<(u32, u32)>,
    progressive: bool,
    components: Vec<Component>,
    jfif: bool,
    /// The transform byte of APP14.
    adobe: Option<u8>,
}

impl Header {
    /// Reads all markers up to the first scan, no pixels.
    ///
    /// # Errors
    /// `Corrupt` for what is no JPEG or breaks T.81 Annex B, `Truncated` when the first scan is not reached,
    /// `Unsupported` for arithmetic coding, lossless, hierarchical and 12-bit files.
    pub fn parse(bytes: &[u8]) -> Result<Header, JpegError> {
        if bytes.get(..2) != Some(&[0xFF, SOI]) {
            return Err(if bytes.len() < 2 { JpegError::Truncated } else { JpegError::Corrupt("no JPEG signature") });
        }
        let mut tables = Tables::default();
        let mut found = Found::default();
        let mut at = 2;
        loop {
            let segment = Segment::read(bytes, at)?;
            match segment.marker {
                SOS => return found.finish(bytes, tables, at, &segment),
                EOI => return Err(JpegError::Corrupt("no scan before the end")),
                SOI => return Err(JpegError::Corrupt("a second start of image")),
                0xC0..=0xCF if !matches!(segment.marker, DHT | 0xC8 | 0xCC) => {
                    found.frame(segment.marker, segment.payload)?;
                }
                0xDE | 0xDF => return Err(JpegError::Unsupported("hierarchical JPEG")),
                0xE0 if segment.payload.starts_with(b"JFIF\0") => found.jfif = true,
                0xEE if segment.payload.starts_with(b"Adobe") && segment.payload.len() >= 12 => {
                    found.adobe = segment.payload.get(11).copied();
                }
                _ => tables.apply(&segment)?,
            }
            at = segment.end;
        }
    }

    /// Bytes in an output pixel: 1, 3 or 4.
    pub fn channels(&self) -> usize {
        self.components.len()
    }

    /// The size at a scale, in pixels, rounded up as libjpeg does.
    pub fn scaled(&self, scale: Scale) -> (u32, u32) {
        let part = |size: u32| (size * scale.eighths()).div_ceil(8);
        (part(self.width), part(self.height))
    }

    /// About how many bytes of memory a decode takes at its peak, output included and source excluded.
    pub fn decode_bytes(&self, scale: Scale) -> u64 {
        Layout::new(self, scale, &self.whole(scale)).decode_bytes(self)
    }

    /// All of the picture at a scale.
    pub(super) fn whole(&self, scale: Scale) -> Area {
        let (width, height) = self.scaled(scale);
        Area { x: 0, y: 0, width, height }
    }
}

impl Found {
    /// Takes over a frame header (T.81 B.2.2).
    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<(), JpegError> {
        const SHORT: JpegError = JpegError::Corrupt("a short frame header");
        match marker {
            0xC0..=0xC2 => {}
            0xC3 => return Err(JpegError::Unsupported("lossless JPEG")),
            0xC9..=0xCB => return Err(JpegError::Unsupported("arithmetic coding")),
            _ => return Err(JpegError::Unsupported("hierarchical JPEG")),
        }
        if self.size.is_some() {
            return Err(JpegError::Corrupt("a second frame header"));
        }
        match payload.first() {
            Some(8) => {}
            Some(12) => return Err(JpegError::Unsupported("12-bit samples")),
            Some(_) => return Err(JpegError::Corrupt("an impossible sample precision")),
            None => return Err(SHORT),
        }
        let height = u32::from(be16(payload, 1).ok_or(SHORT)?);
        let width = u32::from(be16(payload, 3).ok_or(SHORT)?);
        if width == 0 {
            return Err(JpegError::Corrupt("a width of zero"));
        }
        let count = usize::from(*payload.get(5).ok_or(SHORT)?);
        match count {
            0 => return Err(JpegError::Corrupt("a frame without components")),
            1 | 3 | 4 => {}
            _ => return Err(JpegError::Unsupported("a number of components other than 1, 3 or 4")),
        }
        let entries = payload.get(6..6 + 3 * count).ok_or(SHORT)?;
        for entry in entries.chunks_exact(3) {
            let &[id, sampling, quant] = entry else { return Err(SHORT) };
            let (h, v) = (u32::from(sampling >> 4), u32::from(sampling & 15));
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || quant > 3 {
                return Err(JpegError::Corrupt("impossible sampling factors or tables"));
            }
            // A lone component is never interleaved, so its factors mean nothing (T.81 A.2.2).
            let (h, v) = if count == 1 { (1, 1) } else { (h, v) };
            self.components.push(Component { id, h, v, quant: usize::from(quant) });
        }
        self.size = Some((width, height));
        self.progressive = marker == 0xC2;
        Ok(())
    }

    /// Makes the header once the first scan is reached at `at`.
    fn finish(self, bytes: &[u8], tables: Tables, at: usize, sos: &Segment<'_>) -> Result<Header, JpegError> {
        let (width, mut height) = self.size.ok_or(JpegError::Corrupt("a scan without a frame header"))?;
        if height == 0 {
            height = defined_lines(bytes, sos.end)?;
        }
        let scan = Scan::parse(sos.payload, &self.components, self.progressive)?;
        Ok(Header {
            width,
            height,
            colour: self.colour(),
            progressive: self.progressive,
            adobe: self.adobe.is_some(),
            interleaved: scan.parts.len() == self.components.len(),
            components: self.components,
            tables,
            first_scan: at,
        })
    }

    /// The colour space, decided in the order that libjpeg uses: JFIF, Adobe, component names.
    fn colour(&self) -> Colour {
        let ids = self.components.iter().map(|c| c.id);
        match (self.components.len(), self.adobe) {
            (1, _) => Colour::Gray,
            (3, _) if self.jfif => Colour::YCbCr,
            (3, Some(0)) => Colour::Rgb,
            (3, None) if ids.eq(*b"RGB") => Colour::Rgb,
            (3, _) => Colour::YCbCr,
            (_, None | Some(0)) => Colour::Cmyk,
            _ => Colour::Ycck,
        }
    }
}

/// The height from the DNL segment that follows the first scan (T.81 B.2.5).
fn defined_lines(bytes: &[u8], mut at: usize) -> Result<u32, JpegError> {
    loop {
        let (marker, end) = next_marker(bytes, at).ok_or(JpegError::Truncated)?;
        if is_restart(marker) {
            at = end;
            continue;
        }
        let lines = be16(bytes, end.saturating_add(2)).unwrap_or(0);
        if marker != DNL || lines == 0 {
            return Err(JpegError::Corrupt("a height of zero"));
        }
        return Ok(u32::from(lines));
    }
}
