//! Format, dimensions, length and tags of a source.

use crate::codec::{self, Header};
use crate::sort;
use crate::tags::{names, text, Block};
use serde_json::{json, Map, Value};

/// In the shape of OSS: every value a string in an object of its own; dimensions as stored, EXIF's tags beside
/// them, those of the picture before those of its thumbnail. The place is among them, as in OSS.
pub fn oss(bytes: &[u8], header: &Header) -> Value {
    let mut all = codec::metadata(bytes, header).exif.as_deref().map(tags).unwrap_or_default();
    let mut add = |name: &str, value: String| all.insert(name.into(), json!({ "value": value }));
    add("FileSize", bytes.len().to_string());
    add("Format", header.format.name().into());
    add("ImageHeight", header.size.height.to_string());
    add("ImageWidth", header.size.width.to_string());
    if header.frames > 1 {
        add("FrameCount", header.frames.to_string());
    }
    Value::Object(all)
}

fn tags(exif: &[u8]) -> Map<String, Value> {
    let mut all = Map::new();
    let Some(mut block) = Block::read(exif) else { return all };
    sort::by_key(&mut block.fields, |f| f.group);
    for field in &block.fields {
        if let (Some(name), Some(text)) = (names::name(field.group, field.tag), text::text(field, block.order)) {
            all.entry(name).or_insert_with(|| json!({ "value": text }));
        }
    }
    all
}

/// In Limn's own shape: numbers are numbers; dimensions as stored.
pub fn own(bytes: &[u8], header: &Header) -> Value {
    json!({
        "format": header.format.name(),
        "width": header.size.width,
        "height": header.size.height,
        "bytes": bytes.len(),
        "frames": header.frames,
        "alpha": codec::has_alpha(bytes, header),
        "orientation": header.orientation.value(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{encode, EncodeSettings, Format, Metadata};
    use crate::image::{Color, Image, Layout, Size};
    use crate::kit::Kit;
    use crate::tags::{write::write, Field, Group, Order};

    fn file(layout: Layout, color: Color, format: Format, exif: Option<Vec<u8>>) -> Vec<u8> {
        let settings = EncodeSettings { metadata: Metadata { exif, ..Metadata::default() }, ..EncodeSettings::default() };
        encode(Image::filled(Size::new(4, 3), layout, color).unwrap(), format, &settings, &Kit::default()).unwrap()
    }

    fn header(bytes: &[u8]) -> Header {
        Header::read(bytes, &Kit::default()).unwrap()
    }

    #[test]
    fn the_shape_of_oss() {
        let plain = file(Layout::Rgb, Color::WHITE, Format::Png, None);
        let want = json!({
            "FileSize": { "value": plain.len().to_string() }, "Format": { "value": "png" },
            "ImageHeight": { "value": "3" }, "ImageWidth": { "value": "4" },
        });
        assert_eq!(oss(&plain, &header(&plain)), want);
        let field = |group: Group, tag: u16, kind: u16, value: &'static [u8]| Field { group, tag, kind, value: value.into() };
        let exif = write(
            Order::Big,
            vec![
                field(Group::Image, 0x0100, 3, &[0, 99]),
                field(Group::Image, 0x0112, 3, &[0, 7]),
                field(Group::Image, 0x0132, 2, b"2015:02:11 15:38:27\0"),
                field(Group::Image, 0x9c9b, 1, b"no tag of the standard"),
                field(Group::Photo, 0x927c, 7, b"private"),
                field(Group::Place, 1, 2, b"N\0"),
            ],
            1 << 16,
        );
        let bytes = file(Layout::Rgb, Color::WHITE, Format::Jpeg, exif);
        let want = json!({
            "FileSize": { "value": bytes.len().to_string() }, "Format": { "value": "jpg" },
            "ImageHeight": { "value": "3" }, "ImageWidth": { "value": "4" },
            "Orientation": { "value": "7" }, "DateTime": { "value": "2015:02:11 15:38:27" }, "GPSLatitudeRef": { "value": "North" },
            "ExifTag": { "value": "86" }, "GPSTag": { "value": "104" },
        });
        assert_eq!(oss(&bytes, &header(&bytes)), want);
    }

    #[test]
    fn alpha_is_whether_something_shows_through() {
        for (format, color, want) in [
            (Format::Png, "ff000080", true),
            (Format::Png, "ff0000", false),
            (Format::Gif, "ff000000", true),
            (Format::Gif, "ff0000", false),
            (Format::WebP, "ff000080", true),
            (Format::Jpeg, "ff0000", false),
        ] {
            let bytes = file(Layout::Rgba, Color::from_hex(color).unwrap(), format, None);
            let told = own(&bytes, &header(&bytes));
            let want = json!({
                "format": format.name(), "width": 4, "height": 3, "bytes": bytes.len(), "frames": 1, "alpha": want, "orientation": 1,
            });
            assert_eq!(told, want);
        }
    }
}
