//! What becomes of a decoder's rows: the very size that is wanted of them, or the whole, or a part of it, with blocks of pixels
//! as one where fewer serve.

use super::icc::{self, Depth};
use super::part::{self, Area};
use super::rows::{self, Rows};
use super::shrink::{self, Sample, Shrink};
use super::{corrupt, Header, Want};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::Result;

/// Takes rows from top to bottom.
pub struct Collect<'k, T: Depth + Sample> {
    header: Header,
    profile: Option<Vec<u8>>,
    /// The size of the rows.
    from: Size,
    /// Rows that came.
    came: u32,
    kit: &'k Kit<'k>,
    way: Way<'k, T>,
}

enum Way<'k, T: Depth + Sample> {
    Exact(Box<Rows<'k, T>>),
    Held {
        shrink: Shrink<T>,
        /// The pixels of the source that are held.
        region: Area,
        /// The same and the whole, when blocks of them are one.
        part: Option<(Area, Size)>,
    },
}

impl<'k, T: Depth + Sample> Collect<'k, T> {
    /// For a picture whose rows have the size `from`; blocks have at most `factor` pixels a side.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn new(header: &Header, from: Size, factor: u32, want: &Want, profile: Option<Vec<u8>>, kit: &'k Kit) -> Result<Collect<'k, T>> {
        let exact = want.exact.filter(|_| header.streams && rows::serve(header.layout, T::IS_DEEP, kit.linear, profile.as_deref()));
        let way = match exact {
            Some(exact) => Way::Exact(Box::new(Rows::new(header.layout, (from, exact), profile.as_deref(), kit)?)),
            None => {
                let decoded = shrink::shrunk(from, factor);
                let part = want.part.filter(|_| header.parts).map(|part| (part::area(part, header.size, decoded), decoded));
                let region = part.map_or(Area { x: 0, y: 0, width: from.width, height: from.height }, |(area, _)| {
                    let along = |at: u32, length: u32, side: u32| (at * factor, (length * factor).min(side.saturating_sub(at * factor)));
                    let ((x, width), (y, height)) = (along(area.x, area.width, from.width), along(area.y, area.height, from.height));
                    Area { x, y, width, height }
                });
                let shrink = Shrink::new(Size::new(region.width, region.height), factor, header.layout)?;
                Way::Held { shrink, region, part }
            }
        };
        Ok(Collect { header: header.clone(), profile, from, came: 0, kit, way })
    }

    /// Takes the next row; answers whether more are wanted.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn row(&mut self, row: &[T]) -> Result<bool> {
        let y = self.came;
        self.came += 1;
        match &mut self.way {
            Way::Exact(rows) => rows.push(row)?,
            Way::Held { shrink, region, .. } => {
                let channels = self.header.layout.channels();
                let columns = region.x as usize * channels..(region.x + region.width) as usize * channels;
                if let Some(row) = row.get(columns).filter(|_| y >= region.y) {
                    shrink.row(row);
                }
                return Ok(self.came < region.y + region.height);
            }
        }
        Ok(self.came < self.from.height)
    }

    /// The picture.
    ///
    /// # Errors
    /// `image_corrupt` where rows were missing; `image_too_large` when memory ends.
    pub fn finish(self) -> Result<Image> {
        let missing = || corrupt(self.header.format, "rows of it are missing");
        let (header, profile) = (&self.header, self.profile.as_deref());
        match self.way {
            Way::Exact(rows) => rows.finish()?.ok_or_else(missing),
            Way::Held { shrink, part, .. } => {
                let (size, mut data) = shrink.finish();
                if data.len() as u64 != size.pixels() * header.layout.channels() as u64 {
                    return Err(missing());
                }
                match header.layout {
                    Layout::Gray => icc::gray_to_srgb(&mut data, profile),
                    layout => icc::rgb_to_srgb(&mut data, layout.channels(), profile, self.kit.rare)?,
                }
                let image = T::image(size, header.layout, data)?;
                Ok(match part {
                    Some((area, decoded)) => part::within(image, area, decoded, header.size),
                    None => image,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, Colour, EncodeSettings, Format, Header, Want};
    use crate::image::Window;

    /// The pixels that are held of a part, and where they lie, beside those of the whole.
    #[test]
    fn a_part_holds_what_the_whole_has_there() {
        let size = Size::new(61, 47);
        let data: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * i / 53 + i * 3) as u8).collect();
        let image = Image::new(size, Layout::Rgb, data).unwrap();
        for format in [Format::Png, Format::WebP, Format::Gif] {
            let kit = Kit::default();
            let file = codec::encode(image.clone(), format, &EncodeSettings::default(), &kit).unwrap();
            let header = Header::read(&file, &kit).unwrap();
            for wanted in [size, Size::new(15, 11)] {
                let part = Window { x: 20.0, y: 9.0, width: 17.0, height: 21.0 };
                let want = Want { size: wanted, exact: None, part: Some(part), colour: Colour::Srgb };
                let whole = codec::decode(&file, &header, &Want { part: None, ..want }, &kit).unwrap();
                let held = codec::decode(&file, &header, &want, &kit).unwrap();
                let decoded = header.decoded_size(wanted);
                let area = part::area(part, size, decoded);
                assert_eq!((whole.held(), held.held()), (decoded, Size::new(area.width, area.height)), "{format:?}");
                assert!(held.held().pixels() < whole.held().pixels());
                let cut = whole.cut(area.x, area.y, held.held()).unwrap();
                assert!(cut.data() == held.data(), "{format:?} {wanted}");
            }
        }
    }
}
