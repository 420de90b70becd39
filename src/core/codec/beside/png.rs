//! PNG: the chunks eXIf, iTXt with XMP, and iCCP.

use super::{bounded, without_name, MOST_TEXT};
use crate::codec::Metadata;
use crate::image::Size;
use png::text_metadata::ITXtChunk;
use png::{Decoder, Info, Limits};
use std::io::Cursor;

/// The keyword of an XMP packet (XMP part 3, section 1.1.5).
const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
/// Most bytes that the decoder may hold.
const MOST_BYTES: usize = 16 << 20;

/// Reads what stands before the pixels.
pub fn read(bytes: &[u8]) -> Metadata {
    let reader = |ignore_text: bool| {
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST_BYTES });
        decoder.set_ignore_text_chunk(ignore_text);
        decoder.read_info().ok()
    };
    // A broken text chunk must not cost the rest.
    let Some(reader) = reader(false).or_else(|| reader(true)) else { return Metadata::default() };
    let info = reader.info();
    let xmp = info.utf8_text.iter().find(|chunk| chunk.keyword == XMP_KEYWORD).and_then(|chunk| {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(MOST_TEXT).ok()?;
        chunk.get_text().ok()
    });
    bounded(Metadata {
        exif: info.exif_metadata.as_ref().map(|exif| without_name(exif.to_vec())),
        xmp: xmp.map(String::into_bytes),
        icc: info.icc_profile.as_ref().map(|icc| icc.to_vec()),
    })
}

/// What an encoder is begun with; the chunks of a file without metadata are those of [`png::Encoder::new`].
pub fn info(size: Size, metadata: &Metadata) -> Info<'static> {
    let mut info = Info::with_size(size.width, size.height);
    info.exif_metadata = metadata.exif.clone().map(Into::into);
    info.icc_profile = metadata.icc.clone().map(Into::into);
    info.utf8_text = metadata.xmp.iter().map(|xmp| ITXtChunk::new(XMP_KEYWORD, String::from_utf8_lossy(xmp))).collect();
    info
}

#[cfg(test)]
mod tests {
    use super::super::{sample, MOST_ICC};
    use super::*;
    use crate::codec::{self, EncodeSettings, Format, Header, Loops};
    use crate::image::{Color, Image, Layout};
    use crate::kit::Kit;
    use png::{ColorType, Encoder};

    fn file(metadata: &Metadata) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::with_info(&mut out, info(Size::new(2, 1), metadata)).unwrap();
        encoder.set_color(ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[1, 2, 3, 4, 5, 6]).unwrap();
        out
    }

    #[test]
    fn what_is_written_is_read_again() {
        for metadata in [sample(40, 50, 3000), sample(MOST_TEXT, MOST_TEXT, MOST_ICC), sample(0, 0, 0)] {
            let file = file(&metadata);
            assert_eq!(read(&file), metadata);
            for end in 0..file.len().min(300) {
                read(&file[..end]);
            }
        }
    }

    #[test]
    fn animations_carry_it_too() {
        let metadata = sample(41, 50, 3000);
        let settings = EncodeSettings { metadata: metadata.clone(), ..EncodeSettings::default() };
        let mut file = codec::animate(Format::Png, Size::new(2, 2), Loops::Times(3), &settings).unwrap();
        for color in [Color::WHITE, Color { rgba: [0; 4] }] {
            file.add(Image::filled(Size::new(2, 2), Layout::Rgba, color).unwrap(), 40).unwrap();
        }
        let file = file.finish().unwrap();
        let header = Header::read(&file, &Kit::default()).unwrap();
        assert_eq!((header.frames, header.loops, read(&file)), (2, Loops::Times(3), metadata));
    }

    #[test]
    fn a_file_without_metadata_is_as_it_was() {
        let mut plain = Vec::new();
        let mut encoder = Encoder::new(&mut plain, 2, 1);
        encoder.set_color(ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(file(&Metadata::default()), plain);
    }
}
