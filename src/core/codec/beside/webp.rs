//! WebP: the chunks EXIF, `XMP ` and ICCP; they are written with the file's other chunks.

use super::{bounded, without_name, MOST_ICC};
use crate::codec::Metadata;
use image_webp::WebPDecoder;
use std::io::Cursor;

/// Reads the chunks.
pub fn read(bytes: &[u8]) -> Metadata {
    let Ok(mut decoder) = WebPDecoder::new(Cursor::new(bytes)) else { return Metadata::default() };
    // A longer chunk is an error of its own, which costs no other one.
    decoder.set_memory_limit(MOST_ICC);
    bounded(Metadata {
        exif: decoder.exif_metadata().ok().flatten().map(without_name),
        xmp: decoder.xmp_metadata().ok().flatten(),
        icc: decoder.icc_profile().ok().flatten(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{sample, MOST_TEXT};
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
