//! JPEG: APP1 segments of EXIF and XMP, APP2 segments of the profile.

use super::bounded;
use crate::codec::jpeg::decode::Header;
use crate::codec::Metadata;
use jpeg_encoder::{Encoder, JfifWrite};

/// The name before an XMP packet (XMP part 3, section 1.1.3).
const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Bytes that a segment holds beside its length.
const SEGMENT: usize = 65_533;
/// Longest XMP packet of a segment, bytes: the number that XMP part 3, section 1.1.3 names.
const MOST_XMP: usize = 65_502;
/// Longest EXIF block of a segment, bytes.
pub const MOST_EXIF: usize = SEGMENT - 6;

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

/// Adds the segments behind APP0. A part that its segments cannot hold is left out.
pub fn write<W: JfifWrite>(encoder: &mut Encoder<W>, metadata: &Metadata) {
    // The only errors are parts that are too long.
    if let Some(exif) = &metadata.exif {
        let _ = encoder.add_exif_metadata(exif);
    }
    if let Some(xmp) = metadata.xmp.as_ref().filter(|xmp| xmp.len() <= MOST_XMP) {
        let _ = encoder.add_app_segment(1, [XMP_NAME, xmp].concat());
    }
    if let Some(icc) = &metadata.icc {
        let _ = encoder.add_icc_profile(icc);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use jpeg_encoder::ColorType;

    fn file(metadata: &Metadata) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 80);
        write(&mut encoder, metadata);
        encoder.encode(&[9; 8 * 8], 8, 8, ColorType::Luma).unwrap();
        out
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
