//! A picture to AV1 by rav1e, and into a file by avif-serialize.

use super::planes::{self, Planes};
use crate::limits;
use avif_serialize::{constants, Aviffy};
use limn_core::image::Size;
use limn_core::rare::Made;
use limn_core::{Error, Result};
use rav1e::prelude::*;

/// The most pixels that are encoded: rav1e keeps some 30 bytes a pixel, and its memory cannot be asked for politely.
const MAX_PIXELS: u64 = 2_000_000;
/// rav1e's scale ends at 10, the fastest; what differs from this step is set in [`speed`].
const PRESET: u8 = 7;

/// Encodes RGBA of a size in pixels; `quality` is 1 to 100. Chroma has half the resolution unless it is to be `full`,
/// as text in colours wants it. Opaque pictures get no alpha plane.
///
/// # Errors
/// `bad_arg` for another quality, `image_too_large` over 2 million pixels.
pub fn encode(width: u32, height: u32, quality: u8, full: bool, data: &[u8]) -> Result<Made> {
    let size = Size::new(width, height);
    limits::check_rgba("The AVIF", size, data)?;
    if size.pixels() > MAX_PIXELS {
        return Err(Error::ImageTooLarge(format!("The AVIF would be {size} pixels; at most {MAX_PIXELS} in all are encoded.")));
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::BadArg(format!("quality: 1 to 100 is wanted for AVIF, not {quality}.")));
    }
    let planes = Planes::of(size, data, full).ok_or_else(|| Error::ImageTooLarge("There is no memory for an AVIF of that size.".into()))?;
    let sampling = if full { ChromaSampling::Cs444 } else { ChromaSampling::Cs420 };
    let colour = picture(size, quantizer(quality), sampling, &planes.colour)?;
    let alpha = planes.alpha.map(|alpha| picture(size, quantizer(quality), ChromaSampling::Cs400, &[alpha])).transpose()?;
    let mut file = Aviffy::new();
    file.matrix_coefficients(constants::MatrixCoefficients::Bt601).set_chroma_subsampling((!full, !full));
    Ok(Made { size, bytes: file.to_vec(&colour, alpha.as_deref(), width, height, 8) })
}

/// AV1's quantiser index, 0 to 255, for a quality from 1 to 100: about what the same number means in JPEG.
fn quantizer(quality: u8) -> usize {
    let q = f32::from(quality) / 100.0;
    let coarse = match q {
        q if q >= 0.82 => (1.0 - q) * 2.6,
        q if q > 0.25 => 0.875 - 0.5 * q,
        q => 1.0 - q,
    };
    (coarse * 255.0).round() as usize
}

/// Up to so many pixels all directions of prediction are tried.
const MOST_THOROUGH: u64 = 500_000;

/// What rav1e tries. Each was measured at 0.3 MP, in bytes at equal SSIM and time beside the preset: rate and distortion
/// decide the transform (6 % fewer bytes of photographs, 2.5 times the time), all directions of prediction are tried (3 %,
/// 1.7 times) where that takes three seconds at most, and blocks may be 32 pixels wide, for the flat ground of screenshots
/// (4 % fewer bytes, of photographs 1 %, 1.1 times). All transforms would take as much time again for half a percent.
/// What serves several frames is left out.
fn speed(size: Size) -> SpeedSettings {
    let mut speed = SpeedSettings::from_preset(PRESET);
    speed.transform.rdo_tx_decision = true;
    speed.prediction.fine_directional_intra = size.pixels() <= MOST_THOROUGH;
    speed.partition.partition_range = PartitionRange::new(BlockSize::BLOCK_8X8, BlockSize::BLOCK_32X32);
    speed.transform.enable_inter_tx_split = false;
    speed.multiref = false;
    speed.rdo_lookahead_frames = 1;
    speed.scene_detection_mode = SceneDetectionSpeed::None;
    speed.motion.include_near_mvs = false;
    speed.motion.use_satd_subpel = false;
    speed
}

/// The AV1 stream of one still picture.
fn picture(size: Size, quantizer: usize, chroma_sampling: ChromaSampling, planes: &[Vec<u8>]) -> Result<Vec<u8>> {
    let settings = EncoderConfig {
        width: size.width as usize,
        height: size.height as usize,
        bit_depth: 8,
        chroma_sampling,
        pixel_range: PixelRange::Full,
        color_description: (chroma_sampling != ChromaSampling::Cs400).then_some(ColorDescription {
            color_primaries: ColorPrimaries::BT709,
            transfer_characteristics: TransferCharacteristics::SRGB,
            matrix_coefficients: MatrixCoefficients::BT601,
        }),
        still_picture: true,
        quantizer,
        min_quantizer: quantizer as u8,
        bitrate: 0,
        tiles: 1,
        speed_settings: speed(size),
        ..EncoderConfig::default()
    };
    let mut context: Context<u8> =
        Config::new().with_encoder_config(settings).with_threads(1).new_context().map_err(|_| Error::Internal)?;
    let mut frame = context.new_frame();
    let narrow = planes::narrow(size.width, chroma_sampling == ChromaSampling::Cs420);
    for (i, (to, from)) in frame.planes.iter_mut().zip(planes).enumerate() {
        let width = if i == 0 { size.width } else { narrow } as usize;
        for (to, from) in to.mut_slice(Default::default()).rows_iter_mut().zip(from.chunks_exact(width.max(1))) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
    }
    context.send_frame(frame).map_err(|_| Error::Internal)?;
    context.flush();
    let mut out = Vec::new();
    loop {
        match context.receive_packet() {
            Ok(mut packet) => out.append(&mut packet.data),
            Err(EncoderStatus::Encoded) => {}
            Err(EncoderStatus::LimitReached) => return Ok(out),
            Err(_) => return Err(Error::Internal),
        }
    }
}
