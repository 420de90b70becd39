//! Whether a file ends where its format says that it ends. A cut body whose sender closed the connection looks
//! complete in every other way, so its structure is walked, without decoding anything.

use super::sniff::{self, Sniffed};
use super::Format;

/// Whether nothing is missing at the file's end; true for formats that do not say where they end. What stands
/// behind the end is no fault: cameras pad their files.
pub fn is_whole(body: &[u8]) -> bool {
    match sniff::sniff(body) {
        Sniffed::Known(Format::Jpeg) => jpeg(body).is_some(),
        Sniffed::Known(Format::Png) => png(body).is_some(),
        Sniffed::Known(Format::Gif) => gif(body).is_some(),
        Sniffed::Known(Format::WebP) => {
            let said = body.get(4..8).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
            body.len() as u64 >= u64::from(said) + 8
        }
        Sniffed::Known(Format::Avif) => boxes(body).is_some(),
        _ => true,
    }
}

/// Segments by their lengths, so that a thumbnail's end within one is not taken for the image's; entropy-coded
/// data up to the next marker (ITU T.81 annex B).
fn jpeg(body: &[u8]) -> Option<()> {
    let mut at = 2;
    loop {
        while *body.get(at)? != 0xff {
            at += 1;
        }
        while *body.get(at)? == 0xff {
            at += 1;
        }
        let marker = *body.get(at)?;
        at += 1;
        match marker {
            0xd9 => return Some(()),
            // A stuffed 0xff of the scan, restart markers, and two that stand alone.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            _ => at += usize::from(u16::from_be_bytes(body.get(at..at + 2)?.try_into().ok()?)),
        }
    }
}

/// Chunks by their lengths (PNG section 5.3).
fn png(body: &[u8]) -> Option<()> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?) as usize;
        let kind = body.get(at + 4..at + 8)?;
        at = at.checked_add(length)?.checked_add(12)?;
        if at > body.len() {
            return None;
        }
        if kind == b"IEND" {
            return Some(());
        }
    }
}

/// Blocks and their sub-blocks (GIF89a appendix A).
fn gif(body: &[u8]) -> Option<()> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*body.get(10)?);
    loop {
        match *body.get(at)? {
            0x3b => return Some(()),
            0x21 => at += 2,
            0x2c => at += 11 + table(*body.get(at + 9)?),
            // Padding between blocks.
            0x00 => {
                at += 1;
                continue;
            }
            _ => return None,
        }
        loop {
            let length = usize::from(*body.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
}

/// Boxes by their lengths; the last may say that it reaches to the end, wherever that is (ISO/IEC 14496-12
/// section 4.2).
fn boxes(body: &[u8]) -> Option<()> {
    let mut at: u64 = 0;
    while at < body.len() as u64 {
        let head = body.get(at as usize..)?;
        let length = match u32::from_be_bytes(head.get(..4)?.try_into().ok()?) {
            0 => return Some(()),
            1 => u64::from_be_bytes(head.get(8..16)?.try_into().ok()?),
            length => u64::from(length),
        };
        if length < 8 {
            return None;
        }
        at = at.checked_add(length)?;
    }
    (at == body.len() as u64).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    }

    fn boxed(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32 + 8).to_be_bytes(), kind.as_slice(), data].concat()
    }

    /// One of each, as small as its structure allows.
    fn files() -> Vec<(&'static str, Vec<u8>)> {
        let thumbnail = [0xff, 0xd8, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9];
        let app = [&[0xff, 0xe1, 0, 2 + thumbnail.len() as u8], thumbnail.as_slice()].concat();
        let scan = [0xff, 0xda, 0, 4, 1, 2, 9, 9, 0xff, 0, 9, 0xff, 0xd0, 9, 0xff, 0xd9];
        let jpeg = [&[0xff, 0xd8], app.as_slice(), &scan].concat();
        let png = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &[1; 13]), chunk(b"IDAT", b"IEND"), chunk(b"IEND", b"")].concat();
        let gif = [
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x3b\x3b\x3b\x3b\x3b\x3b".as_slice(),
            b"\x21\xf9\x04\x3b\x3b\x3b\x3b\x00",
            b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x3b\x01\x00\x3b",
        ]
        .concat();
        let webp = [b"RIFF".as_slice(), &12u32.to_le_bytes(), b"WEBPVP8L", &[0; 4]].concat();
        let avif = [boxed(b"ftyp", b"avif\0\0\0\0avif"), boxed(b"meta", &[0; 9]), boxed(b"mdat", &[3; 30])].concat();
        vec![("jpeg", jpeg), ("png", png), ("gif", gif), ("webp", webp), ("avif", avif)]
    }

    #[test]
    fn a_file_is_whole_and_no_part_of_it_is() {
        for (name, file) in files() {
            assert!(is_whole(&file), "{name}");
            let padded = [file.as_slice(), &[0; 20]].concat();
            assert!(name == "avif" || is_whole(&padded), "{name} with padding");
            // So much of it says what it is.
            for cut in 16..file.len() {
                // Between two boxes of the file an AVIF cannot be told from a whole one.
                let between = name == "avif" && [20, 37].contains(&cut);
                assert!(between || !is_whole(&file[..cut]), "{name} cut at {cut} of {}", file.len());
            }
        }
    }

    #[test]
    fn what_does_not_say_where_it_ends_is_taken() {
        assert!(is_whole(b"anything") && is_whole(b""));
    }
}
