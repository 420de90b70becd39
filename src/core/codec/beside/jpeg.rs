//! JPEG: APP1 segments of EXIF and XMP, APP2 segments of the profile.

use super::bounded;
use crate::codec::jpeg::decode::Header;
use crate::codec::Metadata;

/// The name before an EXIF block (Exif 2.32, section 4.7.2).
const EXIF_NAME: &[u8] = b"Exif\0\0";
/// The name before a part of a profile (ICC.1 B.4).
const ICC_NAME: &[u8] = b"ICC_PROFILE\0";
/// The name before an XMP packet (XMP part 3, section 1.1.3).
const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Bytes that a segment holds beside its length.
const SEGMENT: usize = 65_533;
/// Longest XMP packet of a segment, bytes: the number that XMP part 3, section 1.1.3 names.
const MOST_XMP: usize = 65_502;
/// Longest EXIF block of a segment, bytes.
pub const MOST_EXIF: usize = SEGMENT - 6;
/// Longest part of a profile in a segment, bytes.
const MOST_ICC_PART: usize = SEGMENT - 14;

/// Reads what stands before the first scan. Of a packet in several segments (XMP part 3, section 1.1.3.1)
/// the main one only, which is whole by itself.
pub fn read(bytes: &[u8]) -> Metadata {
    let Ok(header) = Header::parse(bytes) else { return Metadata::default() };
    bounded(Metadata {
        exif: header.exif(bytes).map(<[u8]>::to_vec),
        xmp: header.app1(bytes, XMP_NAME).map(<[u8]>::to_vec),
        icc: header.icc(bytes),
    })
}

/// The segments that stand behind APP0. A part that its segments cannot hold is left out.
pub fn segments(metadata: &Metadata) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(exif) = metadata.exif.as_ref().filter(|exif| exif.len() <= MOST_EXIF) {
        segment(&mut out, 0xE1, &[EXIF_NAME, exif]);
    }
    if let Some(xmp) = metadata.xmp.as_ref().filter(|xmp| xmp.len() <= MOST_XMP) {
        segment(&mut out, 0xE1, &[XMP_NAME, xmp]);
    }
    if let Some(icc) = metadata.icc.as_ref().filter(|icc| icc.len() <= MOST_ICC_PART * 255) {
        let count = icc.len().div_ceil(MOST_ICC_PART) as u8;
        for (number, part) in (1u8..=count).zip(icc.chunks(MOST_ICC_PART)) {
            segment(&mut out, 0xE2, &[ICC_NAME, &[number, count], part]);
        }
    }
    out
}

/// Adds one segment of parts that are together no longer than [`SEGMENT`].
fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(length as u16 + 2).to_be_bytes());
    out.extend(parts.iter().copied().flatten());
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::codec::{self, EncodeSettings, Format};
    use crate::image::{Color, Image, Layout, Size};
    use crate::kit::Kit;

    fn file(metadata: &Metadata) -> Vec<u8> {
        let image = Image::filled(Size::new(8, 8), Layout::Rgb, Color::WHITE).unwrap();
        let settings = EncodeSettings { metadata: metadata.clone(), ..EncodeSettings::default() };
        codec::encode(image, Format::Jpeg, &settings, &Kit::default()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        for metadata in [sample(40, 50, 200_000), sample(MOST_EXIF, MOST_XMP, 0), sample(0, 0, 0)] {
            let file = file(&metadata);
            assert_eq!(read(&file), metadata);
            // APP0 stays the first segment.
            assert!(file.starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF\0"));
            for end in 0..file.len().min(300) {
                read(&file[..end]);
            }
        }
    }

    #[test]
    fn what_no_segment_holds_is_left_out() {
        assert_eq!(read(&file(&sample(MOST_EXIF + 1, MOST_XMP + 1, 30))), sample(0, 0, 30));
    }
}
