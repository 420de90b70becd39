//! A JPEG without the place where it was taken: its segments are written anew, its pixels stay as they are.

use crate::codec::Metadata;

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What begins every APP1 segment of XMP, the further ones of a long packet included.
const ADOBE: &[u8] = b"http://ns.adobe.com/";
/// Multi-Picture Format: where further pictures lie behind this one.
const MPF: &[u8] = b"MPF\0";
/// Bytes that a segment holds beside its length.
const SEGMENT: usize = 65_533;

/// The file with `kept` in place of its EXIF and XMP. What lies behind its end is left out, since pictures and
/// films there carry metadata of their own; so is the index to it. `None` for what is no whole JPEG.
pub fn jpeg(bytes: &[u8], kept: &Metadata) -> Option<Vec<u8>> {
    let mut out = bytes.get(..2).filter(|soi| soi == b"\xff\xd8")?.to_vec();
    let mut written = false;
    let mut at = 2;
    loop {
        // Any number of 0xff may stand before a marker.
        while bytes.get(at..at + 2)? == [0xff, 0xff] {
            at += 1;
        }
        let marker = *bytes.get(at..at + 2)?.strip_prefix(&[0xff])?.first()?;
        // JFIF wants APP0 to be the first.
        if marker != 0xe0 && !written {
            written = true;
            for (name, part) in [(EXIF, &kept.exif), (XMP, &kept.xmp)] {
                if let Some(part) = part.as_ref().filter(|part| name.len() + part.len() <= SEGMENT) {
                    out.extend([0xff, 0xe1]);
                    out.extend(((name.len() + part.len() + 2) as u16).to_be_bytes());
                    out.extend_from_slice(name);
                    out.extend_from_slice(part);
                }
            }
        }
        if marker == 0xd9 {
            out.extend([0xff, 0xd9]);
            return Some(out);
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        let segment = bytes.get(at..at + 2 + length)?;
        let payload = segment.get(4..)?;
        let goes = match marker {
            0xe1 => payload.starts_with(EXIF) || payload.starts_with(ADOBE),
            0xe2 => payload.starts_with(MPF),
            _ => false,
        };
        if !goes {
            out.extend_from_slice(segment);
        }
        at += segment.len();
        if marker == 0xda {
            let end = at + scan_length(bytes.get(at..)?)?;
            out.extend_from_slice(bytes.get(at..end)?);
            at = end;
        }
    }
}

/// Bytes of a scan: to the next marker that is neither a stuffed byte nor a restart.
fn scan_length(scan: &[u8]) -> Option<usize> {
    scan.windows(2).position(|pair| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff)))
}
