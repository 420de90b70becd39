use super::*;

const FONT: &[u8] = include_bytes!("../../../www/fonts/sans.ttf");

fn width(text: &str) -> f32 {
    let font = FontRef::from_index(FONT, 0).unwrap();
    shape::shape(text, &font).unwrap().advance
}

fn refusal(text: &str, size: u32, shadow: u8, font: &[u8]) -> (&'static str, String) {
    let error = draw(text, size, [0; 3], shadow, font).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn pairs_are_kerned_and_marks_are_combined() {
    assert!(width("AV") < width("A") + width("V"));
    assert_eq!(width("e\u{301}"), width("é"));
    // No precomposed q with acute exists: the mark takes no room and is placed above.
    assert_eq!(width("q\u{301}"), width("q"));
}

#[test]
fn ligatures_replace_their_letters() {
    let font = FontRef::from_index(FONT, 0).unwrap();
    let glyphs = |text: &str| shape::shape(text, &font).unwrap().glyphs.len();
    assert!(glyphs("ffi") < 3, "{}", glyphs("ffi"));
    assert_eq!(glyphs("f\u{200c}i") - glyphs("\u{200c}"), 2);
}

#[test]
fn the_box_holds_advance_and_line_height() {
    let made = draw("Hxg", 40, [200, 10, 30], 0, FONT).unwrap();
    let scale = 40.0 / 1000.0;
    assert_eq!(made.size.width, (width("Hxg") * scale).ceil() as u32);
    assert!((54..=56).contains(&made.size.height), "{}", made.size);
    assert!(made.bytes.chunks(4).any(|p| p == [200, 10, 30, 255]));
    assert!(made.bytes.chunks(4).any(|p| p[3] > 20 && p[3] < 235), "edges are smooth");
    assert!(made.bytes.chunks(4).all(|p| p[3] == 0 || p[..3] == [200, 10, 30]));
}

#[test]
fn ink_that_sticks_out_is_not_cut() {
    let plain = draw("A", 100, [0; 3], 0, FONT).unwrap();
    let tall = draw("A\u{30a}\u{30a}\u{30a}\u{30a}", 100, [0; 3], 0, FONT).unwrap();
    assert!(tall.size.height > plain.size.height);
    // The box begins where the ink does, which may cover a sliver of the first row.
    assert!(tall.bytes[..3 * tall.size.width as usize * 4].chunks(4).any(|p| p[3] > 0));
}

#[test]
fn a_shadow_lies_below_and_to_the_right() {
    let (bare, cast) = (draw("I", 60, [255; 3], 0, FONT).unwrap(), draw("I", 60, [255; 3], 50, FONT).unwrap());
    assert_eq!(cast.size, Size::new(bare.size.width + 3, bare.size.height + 3));
    assert!(cast.bytes.chunks(4).any(|p| p == [0, 0, 0, 127]));
    let one = |m: &Made| m.bytes.chunks(4).filter(|p| p[..] == [255; 4]).count();
    assert_eq!(one(&bare), one(&cast), "the text itself stays");
    assert_eq!(draw(" ", 60, [0; 3], 0, FONT).unwrap().bytes.iter().max(), Some(&0));
}

#[test]
fn a_missing_character_is_named() {
    let (code, text) = refusal("a中", 20, 0, FONT);
    assert_eq!(code, "bad_arg");
    assert!(text.contains("'中' (U+4E2D)"), "{text}");
    assert!(refusal("שלום", 20, 0, FONT).1.contains("U+05"));
    assert!(refusal("😀", 20, 0, FONT).1.contains("U+1F600"));
    assert!(draw("a\u{200b}b\u{ad}\u{fe0f}", 20, [0; 3], 0, FONT).is_ok(), "what is never seen need not be there");
}

#[test]
fn bad_arguments_and_broken_fonts_are_refused_by_name() {
    for (text, size, shadow) in [("", 20, 0), ("a\nb", 20, 0), ("a\u{2028}", 20, 0), ("a", 0, 0), ("a", 5_001, 0), ("a", 9, 101)] {
        assert_eq!(refusal(text, size, shadow, FONT).0, "bad_arg", "{text:?}");
    }
    assert_eq!(refusal(&"x".repeat(65), 20, 0, FONT).0, "bad_arg");
    assert_eq!(refusal(&"W".repeat(64), 5_000, 0, FONT).0, "image_too_large");
    assert_eq!(refusal("a", 20, 0, b"not a font").0, "image_corrupt");
    assert_eq!(refusal("a", 20, 0, &[]).0, "image_corrupt");
}

#[test]
fn a_font_that_breaks_anywhere_never_panics() {
    for cut in (0..FONT.len()).step_by(3_001) {
        let _ = draw("AVé fi", 20, [0; 3], 30, &FONT[..cut]);
    }
    let mut state = 7u32;
    for _ in 0..400 {
        let mut font = FONT.to_vec();
        for _ in 0..40 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // The head of the file holds the directory and the small tables; most damage is done there.
            let at = if state & 1 == 0 { state as usize % 20_000 } else { state as usize % font.len() };
            font[at] ^= (state >> 24) as u8;
        }
        let _ = draw("AVé fi", 20, [0; 3], 30, &font);
    }
}
