//! TIFF written: 8 bits a sample, deflate over differences, which every reader of the last decades knows.

use crate::codec::{beside, EncodeSettings, Metadata};
use crate::image::{Image, Layout};
use crate::kit::Kit;
use crate::{Error, Result};
use std::io::Cursor;
use tiff::encoder::colortype::{ColorType, Gray8, RGB8};
use tiff::encoder::{Compression, DeflateLevel, TiffEncoder};
use tiff::tags::{ExtraSamples, Predictor};
use tiff::TiffResult;

pub(super) fn encode(image: Image, settings: &EncodeSettings, _: &Kit) -> Result<Vec<u8>> {
    let written = match image.layout() {
        Layout::Gray => write::<Gray8>(&image, &[], &settings.metadata),
        Layout::Rgb => write::<RGB8>(&image, &[], &settings.metadata),
        Layout::Rgba => write::<RGB8>(&image, &[ExtraSamples::UnassociatedAlpha], &settings.metadata),
    };
    written.map_err(|_| Error::Internal)
}

fn write<C: ColorType<Inner = u8>>(image: &Image, extra: &[ExtraSamples], metadata: &Metadata) -> TiffResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    // The library takes differences of as many samples as the colour has, so that alpha forbids them.
    let predictor = if extra.is_empty() { Predictor::Horizontal } else { Predictor::None };
    let mut encoder = TiffEncoder::new(&mut out)?.with_compression(Compression::Deflate(DeflateLevel::Balanced)).with_predictor(predictor);
    let size = image.held();
    let mut file = encoder.new_image::<C>(size.width, size.height)?;
    if !extra.is_empty() {
        file.extra_samples(extra)?;
    }
    beside::tiff::write(file.encoder(), metadata)?;
    file.write_data(image.data())?;
    Ok(out.into_inner())
}
