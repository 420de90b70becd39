//! Files drawn here, read and written.

use super::*;
use crate::codec::animate;
use crate::codec::shown::read;
use gif::{DisposalMethod, Encoder, Frame, Repeat};

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const CLEAR: [u8; 4] = [0; 4];

/// A 3×1 canvas of red, a blue pixel in its middle disposed of so, and a last frame that changes nothing.
fn file(disposal: DisposalMethod, repeat: Option<Repeat>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 3, 1, &[255, 0, 0, 0, 0, 255]).unwrap();
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).unwrap();
    }
    let frame = |left, width, buffer: &[u8], dispose, transparent| Frame {
        left,
        width,
        height: 1,
        delay: 7,
        dispose,
        transparent,
        buffer: buffer.to_vec().into(),
        ..Frame::default()
    };
    encoder.write_frame(&frame(0, 3, &[0, 0, 0], DisposalMethod::Keep, None)).unwrap();
    encoder.write_frame(&frame(1, 1, &[1], disposal, None)).unwrap();
    encoder.write_frame(&frame(2, 2, &[1, 1], DisposalMethod::Keep, Some(1))).unwrap();
    drop(encoder);
    out
}

#[test]
fn disposal_and_cut_frames() {
    for (disposal, left) in [(DisposalMethod::Keep, BLUE), (DisposalMethod::Background, CLEAR), (DisposalMethod::Previous, RED)] {
        let (header, all) = read(&file(disposal, None)).unwrap();
        assert_eq!(header.frames, 3);
        assert_eq!(all[1], (vec![RED, BLUE, RED], 70));
        assert_eq!(all[2].0, [RED, left, RED], "{disposal:?}");
    }
}

#[test]
fn loops_are_runs() {
    let times = [(None, Loops::Times(1)), (Some(Repeat::Infinite), Loops::Forever), (Some(Repeat::Finite(2)), Loops::Times(3))];
    for (repeat, loops) in times {
        assert_eq!(read(&file(DisposalMethod::Keep, repeat)).unwrap().0.loops, loops);
    }
}

#[test]
fn what_is_cut_is_an_error_and_no_panic() {
    let whole = file(DisposalMethod::Previous, Some(Repeat::Infinite));
    for len in 0..whole.len() {
        if let Ok((header, all)) = read(&whole[..len]) {
            assert_eq!(all.len(), header.frames as usize);
        }
    }
    // The third frame's picture is cut, or is missing behind its head.
    assert!(matches!(read(&whole[..whole.len() - 4]), Err(crate::Error::ImageCorrupt(_))));
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = read(&broken);
    }
}

#[test]
fn written_files_come_back() {
    let size = Size::new(4, 2);
    let frames: [[[u8; 4]; 8]; 4] = [
        [RED; 8],
        [RED, BLUE, RED, RED, RED, RED, CLEAR, RED],
        [RED, BLUE, RED, RED, RED, RED, CLEAR, RED],
        [CLEAR, CLEAR, CLEAR, CLEAR, RED, CLEAR, BLUE, CLEAR],
    ];
    for loops in [Loops::Forever, Loops::Times(1), Loops::Times(5)] {
        let mut file = animate(Format::Gif, size, loops, &EncodeSettings::default()).unwrap();
        for (frame, delay) in frames.iter().zip([40, 55, 100, 0]) {
            file.add(Image::new(size, Layout::Rgba, frame.concat()).unwrap(), delay).unwrap();
        }
        let (header, all) = read(&file.finish().unwrap()).unwrap();
        assert_eq!((header.loops, header.size), (loops, size));
        assert_eq!(all.iter().map(|f| f.1).collect::<Vec<_>>(), [40, 60, 100, 0]);
        for (i, (got, want)) in all.iter().zip(&frames).enumerate() {
            assert_eq!(got.0, want, "frame {i}");
        }
    }
}
