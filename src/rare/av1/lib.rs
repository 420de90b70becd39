//! One still picture to AV1, by rav1e.
//!
//! A crate of its own because rav1e is generic over its samples: such functions are built as the crate is that calls
//! them, and these are to be built for speed. Built for size, as the rest of `limn-rare` is, they take an eighth more time.
//! For WebAssembly `scripts/build-rare` lays `simd` into rav1e, by which the same stream takes three fifths of the time.

use limn_core::image::Size;
use limn_core::{Error, Result};
use rav1e::prelude::*;

/// The planes of a picture, 8 bits a sample, rows without padding: luma, then blue and red difference (ITU-R BT.601,
/// full range).
#[derive(Clone, Copy)]
pub enum Picture<'a> {
    /// Without chroma, as alpha is stored.
    Luma(&'a [u8]),
    /// Chroma has half of luma's sides, rounded up.
    Half([&'a [u8]; 3]),
    /// Chroma is as large as luma.
    Full([&'a [u8]; 3]),
}

impl Picture<'_> {
    fn sampling(&self) -> ChromaSampling {
        match self {
            Picture::Luma(_) => ChromaSampling::Cs400,
            Picture::Half(_) => ChromaSampling::Cs420,
            Picture::Full(_) => ChromaSampling::Cs444,
        }
    }

    /// The planes with the widths of their rows, for luma's.
    fn planes(&self, width: u32) -> impl Iterator<Item = (&[u8], usize)> {
        let (planes, narrow) = match self {
            Picture::Luma(plane) => (std::slice::from_ref(plane), width),
            Picture::Half(planes) => (&planes[..], width.div_ceil(2)),
            Picture::Full(planes) => (&planes[..], width),
        };
        planes.iter().zip([width, narrow, narrow]).map(|(plane, width)| (*plane, width as usize))
    }
}

/// rav1e's scale ends at 10, the fastest; what differs from this step is set in [`speed`].
const PRESET: u8 = 7;
/// Beyond so many pixels details are so much larger that trying less costs few bytes.
const LARGE: u64 = 500_000;
/// Below this quantizer, quality 85 and more, what remains after prediction is coded so finely that it decides.
const FINE: u8 = 100;

/// What rav1e tries. Each was measured in bytes at equal SSIM and time. At 0.3 MP: rate and distortion decide the
/// transform (6 % fewer bytes of photographs, 2.5 times the time), all directions of prediction are tried (3 %, 1.5
/// times), and blocks have 8 to 32 pixels: without the smallest photographs take 3 to 6 % more bytes in four fifths of
/// the time, without the largest screenshots 4 % more. All transforms would take as much time again for half a percent.
/// At 1 MP the smallest blocks save 0.4 % and the directions as much, so both are left out; at quality 92 the directions
/// save 1 to 2 %, of a screenshot 3 %, for up to twice the time. What serves several frames is left out too.
fn speed(size: Size, quantizer: u8) -> SpeedSettings {
    let mut speed = SpeedSettings::from_preset(PRESET);
    let large = size.pixels() > LARGE;
    let smallest = if large { BlockSize::BLOCK_16X16 } else { BlockSize::BLOCK_8X8 };
    speed.partition.partition_range = PartitionRange::new(smallest, BlockSize::BLOCK_32X32);
    speed.prediction.fine_directional_intra = !large && quantizer >= FINE;
    speed.transform.rdo_tx_decision = true;
    speed.transform.enable_inter_tx_split = false;
    speed.multiref = false;
    speed.rdo_lookahead_frames = 1;
    speed.scene_detection_mode = SceneDetectionSpeed::None;
    speed.motion.include_near_mvs = false;
    speed.motion.use_satd_subpel = false;
    speed
}

/// The AV1 stream of a picture whose planes have a size in pixels; `quantizer` is AV1's index, of which 0 keeps the most.
///
/// # Errors
/// `internal` for a size that AV1 does not know, such as an empty one.
pub fn still(size: Size, quantizer: u8, picture: Picture) -> Result<Vec<u8>> {
    let chroma_sampling = picture.sampling();
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
        quantizer: quantizer.into(),
        min_quantizer: quantizer,
        bitrate: 0,
        tiles: 1,
        speed_settings: speed(size, quantizer),
        ..EncoderConfig::default()
    };
    let mut context: Context<u8> =
        Config::new().with_encoder_config(settings).with_threads(1).new_context().map_err(|_| Error::Internal)?;
    let mut frame = context.new_frame();
    for (to, (from, width)) in frame.planes.iter_mut().zip(picture.planes(size.width)) {
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
