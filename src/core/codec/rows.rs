//! A decoder's rows on their way to the very size that the operations ask for: what is held follows the result and
//! not the source.

use super::icc::{self, Depth, ToSrgb};
use crate::image::{Image, Layout, Size};
use crate::kit::Kit;
use crate::ops::resample::Streamed;
use crate::Result;

/// Takes rows from top to bottom.
pub struct Rows<'k, T: Depth> {
    streamed: Streamed,
    layout: Layout,
    /// Of each row before it is resampled, since light is that of sRGB and deep samples are rounded there.
    before: Option<(ToSrgb<'k, T>, Vec<T>)>,
    /// Of the result otherwise, which has fewer pixels.
    after: Option<Vec<u8>>,
    kit: &'k Kit<'k>,
}

/// Whether a picture can go that way.
pub fn serve(layout: Layout, deep: bool, linear: bool, profile: Option<&[u8]>) -> bool {
    // A grey profile is applied to a whole picture alone, and one with tables to many rows at once.
    !(deep || linear) || profile.is_none_or(|profile| layout != Layout::Gray && icc::serves_rows(profile))
}

impl<'k, T: Depth> Rows<'k, T> {
    /// For a picture of `from` that is to become `to`.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn new(layout: Layout, (from, to): (Size, Size), profile: Option<&[u8]>, kit: &'k Kit) -> Result<Rows<'k, T>> {
        let linear = kit.linear;
        let whole = [0.0, 0.0, f64::from(from.width), f64::from(from.height)];
        let first = linear || T::IS_DEEP;
        Ok(Rows {
            streamed: Streamed::new(layout, T::IS_DEEP, linear, (from, whole), to)?,
            layout,
            before: (profile.is_some() && first).then(|| (ToSrgb::new(layout.channels(), profile, kit.rare), Vec::new())),
            after: profile.filter(|_| !first).map(Into::into),
            kit,
        })
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn push(&mut self, row: &[T]) -> Result<()> {
        match &mut self.before {
            None => self.streamed.push(T::row(row)),
            Some((to_srgb, converted)) => {
                converted.clear();
                converted.extend_from_slice(row);
                to_srgb.apply(converted)?;
                self.streamed.push(T::row(converted));
            }
        }
        Ok(())
    }

    /// The picture; `None` where rows were missing.
    ///
    /// # Errors
    /// `image_too_large` when memory ends.
    pub fn finish(self) -> Result<Option<Image>> {
        let Some(image) = self.streamed.finish()? else { return Ok(None) };
        let Some(profile) = self.after else { return Ok(Some(image)) };
        let (size, mut data) = (image.held(), image.into_data());
        match self.layout {
            Layout::Gray => icc::gray_to_srgb(&mut data, Some(&profile)),
            layout => icc::rgb_to_srgb(&mut data, layout.channels(), Some(&profile), self.kit.rare)?,
        }
        Image::new(size, self.layout, data).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, Colour, EncodeSettings, Format, Header, Want};
    use crate::ops::resample::resample;

    #[test]
    fn rows_as_they_come_make_the_picture_that_the_whole_would() {
        let size = Size::new(117, 83);
        for (format, layout) in [
            (Format::Jpeg, Layout::Rgb),
            (Format::Jpeg, Layout::Gray),
            (Format::Png, Layout::Rgb),
            (Format::Png, Layout::Gray),
            (Format::Png, Layout::Rgba),
            (Format::WebP, Layout::Rgb),
            (Format::WebP, Layout::Rgba),
            (Format::Gif, Layout::Rgb),
            (Format::Gif, Layout::Rgba),
        ] {
            let data: Vec<u8> = (0..size.pixels() * layout.channels() as u64).map(|i| (i * i / 97 + i * 7) as u8).collect();
            let image = Image::new(size, layout, data).unwrap();
            let file = codec::encode(image, format, &EncodeSettings::default(), &Kit::default()).unwrap();
            for (to, linear) in [(Size::new(40, 29), false), (Size::new(9, 7), true), (Size::new(200, 40), false)] {
                let mut kit = Kit::default();
                kit.linear = linear;
                let header = Header::read(&file, &kit).unwrap();
                assert!(header.streams);
                let want = Want { size, exact: Some(to), part: None, colour: Colour::Srgb };
                let streamed = codec::decode(&file, &header, &want, &kit).unwrap();
                let whole = codec::decode(&file, &header, &Want { exact: None, ..want }, &kit).unwrap();
                assert_eq!((streamed.held(), streamed.size()), (to, size));
                assert_eq!(streamed.data(), resample(whole, to, None, linear).unwrap().data(), "{format:?} {layout:?} {to}");
            }
        }
    }
}
