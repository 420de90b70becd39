//! WebP: the chunks EXIF, `XMP ` and ICCP; they are written with the file's other chunks.

use super::{bounded, without_name};
use crate::codec::webp::chunks;
use crate::codec::Metadata;

/// Reads the chunks.
pub fn read(bytes: &[u8]) -> Metadata {
    let find = |wanted: &[u8]| chunks(bytes.get(12..).unwrap_or(&[])).find(|(name, _)| *name == wanted).map(|(_, data)| data.to_vec());
    bounded(Metadata { exif: find(b"EXIF").map(without_name), xmp: find(b"XMP "), icc: find(b"ICCP") })
}

#[cfg(test)]
mod tests {
    use super::super::{sample, MOST_ICC, MOST_TEXT};
    use super::*;
    use image_webp::{ColorType, WebPEncoder};

    fn file(metadata: &Metadata, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = WebPEncoder::new(&mut out);
        encoder.set_exif_metadata([name, metadata.exif.as_deref().unwrap_or(&[])].concat());
        encoder.set_xmp_metadata(metadata.xmp.clone().unwrap_or_default());
        encoder.set_icc_profile(metadata.icc.clone().unwrap_or_default());
        encoder.encode(&[1, 2, 3], 1, 1, ColorType::Rgb8).unwrap();
        out
    }

    #[test]
    fn chunks_are_read() {
        for metadata in [sample(41, 50, 3001), sample(40, 0, 0), sample(0, 51, 0), sample(MOST_TEXT, MOST_TEXT, MOST_ICC)] {
            let file = file(&metadata, b"");
            assert_eq!(read(&file), metadata);
            for end in 0..file.len().min(200) {
                read(&file[..end]);
            }
        }
        assert_eq!(read(&file(&sample(40, 0, 0), b"Exif\0\0")), sample(40, 0, 0));
        assert_eq!(read(&file(&sample(MOST_TEXT + 1, 9, MOST_ICC + 1), b"")), sample(0, 9, 0));
    }
}
