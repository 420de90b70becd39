//! Files drawn here, read and written.

use super::*;
use crate::codec::shown::read;
use crate::codec::{animate, decode, encode, Colour, EncodeSettings, Want};
use crate::image::Image;
use png::{BlendOp, DisposeOp, Encoder};

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const HALF: [u8; 4] = [0, 0, 255, 128];
const CLEAR: [u8; 4] = [0; 4];

/// Red, then a half transparent middle, then a last frame that changes nothing.
fn file(dispose: DisposeOp, blend: BlendOp, apart: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 3, 1);
    encoder.set_color(ColorType::Rgba);
    encoder.set_animated(3, 4).unwrap();
    encoder.set_sep_def_img(apart).unwrap();
    encoder.set_frame_delay(1, 20).unwrap();
    let mut writer = encoder.write_header().unwrap();
    if apart {
        writer.write_image_data(&[BLUE; 3].concat()).unwrap();
    }
    writer.write_image_data(&[RED; 3].concat()).unwrap();
    writer.set_frame_dimension(1, 1).unwrap();
    writer.set_frame_position(1, 0).unwrap();
    writer.set_dispose_op(dispose).unwrap();
    writer.set_blend_op(blend).unwrap();
    writer.set_frame_delay(3, 0).unwrap();
    writer.write_image_data(&HALF).unwrap();
    writer.set_frame_position(2, 0).unwrap();
    writer.set_blend_op(BlendOp::Over).unwrap();
    writer.write_image_data(&CLEAR).unwrap();
    drop(writer);
    out
}

fn still(bytes: &[u8], want: Option<Size>) -> Image {
    let header = Header::read(bytes, &Kit::default()).unwrap();
    decode(bytes, &header, &Want { size: want.unwrap_or(header.size), exact: None, part: None, colour: Colour::Srgb }, &Kit::default())
        .unwrap()
}

#[test]
fn disposal_and_blending() {
    let mixed = [127, 0, 128, 255];
    for (dispose, blend, middle, left) in [
        (DisposeOp::None, BlendOp::Over, mixed, mixed),
        (DisposeOp::None, BlendOp::Source, HALF, HALF),
        (DisposeOp::Background, BlendOp::Over, mixed, CLEAR),
        (DisposeOp::Previous, BlendOp::Source, HALF, RED),
    ] {
        for apart in [false, true] {
            let bytes = file(dispose, blend, apart);
            let (header, all) = read(&bytes).unwrap();
            assert_eq!((header.frames, header.loops), (3, Loops::Times(4)));
            assert_eq!(all[0], (vec![RED; 3], 50));
            assert_eq!(all[1], (vec![RED, middle, RED], 30), "{dispose:?} {blend:?}");
            assert_eq!(all[2].0, [RED, left, RED], "{dispose:?} {blend:?}");
            // A default image apart is the still, and no frame.
            assert_eq!(still(&bytes, None).data()[..3], if apart { [0, 0, 255] } else { [255, 0, 0] });
        }
    }
}

#[test]
fn an_animation_that_is_cut_or_lies_is_an_error() {
    let whole = file(DisposeOp::Previous, BlendOp::Over, false);
    for len in 0..whole.len() - 12 {
        assert!(read(&whole[..len]).is_err(), "{len}");
    }
    for at in 8..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = read(&broken);
    }
}

#[test]
fn written_animations_come_back() {
    let size = Size::new(3, 2);
    let frames = [[RED; 6], [RED, HALF, RED, RED, RED, RED], [RED, HALF, RED, RED, BLUE, RED], [CLEAR, HALF, RED, RED, BLUE, CLEAR]];
    let mut file = animate(Format::Png, size, Loops::Times(2), &EncodeSettings::default()).unwrap();
    for (frame, delay) in frames.iter().zip([10, 0, 70_000, 30]) {
        file.add(Image::new(size, Layout::Rgba, frame.concat()).unwrap(), delay).unwrap();
    }
    let (header, all) = read(&file.finish().unwrap()).unwrap();
    assert_eq!((header.frames, header.loops), (4, Loops::Times(2)));
    assert_eq!(all.iter().map(|f| f.1).collect::<Vec<_>>(), [10, 0, 70_000, 30]);
    assert!(all.iter().zip(&frames).all(|(got, want)| got.0 == want));
}

#[test]
fn sixteen_bits_are_kept() {
    let levels: Vec<u16> = (0..12u16).map(|i| 20_000 + i * 3).collect();
    let bytes: Vec<u8> = levels.iter().flat_map(|l| l.to_be_bytes()).collect();
    for (color, layout, width) in [
        (ColorType::Grayscale, Layout::Gray, 12),
        (ColorType::Rgb, Layout::Rgb, 4),
        (ColorType::Rgba, Layout::Rgba, 3),
        (ColorType::GrayscaleAlpha, Layout::Rgba, 6),
    ] {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, width, 1);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Sixteen);
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
        assert!(Header::read(&out, &Kit::default()).unwrap().deep);
        let image = still(&out, None);
        assert_eq!(image.layout(), layout);
        let found = image.wide().unwrap();
        match color {
            ColorType::GrayscaleAlpha => assert_eq!(found[..4], [levels[0], levels[0], levels[0], levels[1]]),
            _ => assert_eq!(found, levels),
        }
        if color == ColorType::Grayscale {
            assert_eq!(still(&out, Some(Size::new(4, 1))).wide().unwrap().len(), 12);
        }
    }
}

#[test]
fn profiles_are_applied_or_kept() {
    let mut info = Info::with_size(1, 1);
    info.color_type = ColorType::Rgb;
    info.icc_profile = Some(moxcms::ColorProfile::new_display_p3().encode().unwrap().into());
    let mut out = Vec::new();
    Encoder::with_info(&mut out, info).unwrap().write_header().unwrap().write_image_data(&[200, 40, 40]).unwrap();
    let header = Header::read(&out, &Kit::default()).unwrap();
    let as_colour =
        |colour| decode(&out, &header, &Want { size: header.size, exact: None, part: None, colour }, &Kit::default()).unwrap().into_data();
    assert_eq!(as_colour(Colour::Keep), [200, 40, 40]);
    assert!(as_colour(Colour::Srgb)[0] > 205);
}

#[test]
fn few_colours_are_exact_and_small() {
    let size = Size::new(64, 64);
    let pixel = |i: u32| [(i % 64) as u8 * 4, 0, (i / 1024) as u8 * 60, 255];
    let data: Vec<u8> = (0..4096).flat_map(pixel).collect();
    let image = Image::new(size, Layout::Rgba, data.clone()).unwrap();
    for palette in [false, true] {
        let out = encode(image.clone(), Format::Png, &EncodeSettings { palette, ..EncodeSettings::default() }, &Kit::default()).unwrap();
        assert_eq!(reader(&out, false).unwrap().info().color_type, ColorType::Indexed);
        assert_eq!(still(&out, None).into_rgba().unwrap().data(), data);
    }
    let checks: Vec<u8> = (0..64 * 64).flat_map(|i| if (i / 3) % 2 == 0 { [9, 200, 7, 100] } else { [0, 0, 0, 0] }).collect();
    let image = Image::new(size, Layout::Rgba, checks.clone()).unwrap();
    let out = encode(image, Format::Png, &EncodeSettings::default(), &Kit::default()).unwrap();
    assert_eq!(reader(&out, false).unwrap().info().bit_depth, BitDepth::One);
    assert_eq!(still(&out, None).data(), checks);
}

#[test]
fn grey_in_colour_is_written_as_grey() {
    let data: Vec<u8> = (0..64 * 64u32).flat_map(|i| [(i % 251) as u8; 3]).collect();
    let image = Image::new(Size::new(64, 64), Layout::Rgb, data).unwrap();
    let out = encode(image.clone(), Format::Png, &EncodeSettings::default(), &Kit::default()).unwrap();
    assert_eq!(reader(&out, false).unwrap().info().color_type, ColorType::Grayscale);
    assert_eq!(still(&out, None).into_rgb().unwrap(), image);
}
