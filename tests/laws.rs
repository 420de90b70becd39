//! What holds for every input.

mod common;

use limn_core::accept::Class;
use limn_core::config::Config;
use limn_core::grant::native;
use limn_core::image::{Color, Image, Layout, Size};
use limn_core::key::{Ingredients, Key};
use limn_core::kit::Kit;
use limn_core::params::oss::parse_canonical;
use limn_core::params::short;
use limn_core::parts::Parts;
use proptest::prelude::*;

fn resize() -> impl Strategy<Value = String> {
    let side = |key: &'static str| proptest::option::of(1u32..300).prop_map(move |n| n.map_or(String::new(), |n| format!(",{key}_{n}")));
    let mode = prop::sample::select(vec!["", ",m_lfit", ",m_mfit", ",m_fill", ",m_pad", ",m_fixed"]);
    let limit = prop::sample::select(vec!["", ",limit_0", ",limit_1"]);
    let gravity = prop::sample::select(vec!["", ",g_north", ",g_se", ",color_112233"]);
    (mode, 1u32..300, side("h"), side("l"), limit, gravity).prop_map(|(m, w, h, l, limit, g)| format!("resize{m},w_{w}{h}{l}{limit}{g}"))
}

fn action() -> impl Strategy<Value = String> {
    let small = 1u32..60;
    let pair = (small.clone(), small.clone());
    let anchor = prop::sample::select(vec!["", ",g_center", ",g_se", ",g_north", ",g_west"]);
    prop_oneof![
        4 => resize(),
        1 => (pair.clone(), pair.clone(), anchor).prop_map(|((w, h), (x, y), g)| format!("crop,w_{w},h_{h},x_{x},y_{y}{g}")),
        1 => (small.clone(), 0u32..4).prop_map(|(x, i)| format!("indexcrop,x_{x},i_{i}")),
        1 => (0u32..=360).prop_map(|d| format!("rotate,{d}")),
        1 => small.clone().prop_map(|r| format!("rounded-corners,r_{r}")),
        1 => small.clone().prop_map(|r| format!("circle,r_{r}")),
        1 => prop::sample::select(vec!["flip,h", "flip,v", "flip,hv", "gray"]).prop_map(String::from),
        1 => (1u32..8, 1u32..5).prop_map(|(r, s)| format!("blur,r_{r},s_{s}.5")),
        1 => (50u32..400).prop_map(|s| format!("sharpen,{s}")),
        1 => (prop::sample::select(vec!["bright", "contrast", "saturation", "hue"]), -100i32..=100).prop_map(|(n, l)| format!("{n},{l}")),
        1 => (1_000u32..3_000).prop_map(|g| format!("gamma,g_{}.{:03}", g / 1_000, g % 1_000)),
        1 => (pair, small).prop_map(|((t, r), b)| format!("pad,t_{t},r_{r},b_{b},color_11223344")),
        1 => (2u32..50).prop_map(|n| format!("pixelate,{n}")),
        1 => Just("duotone,d_102030,l_ffeedd".to_string()),
    ]
}

fn program() -> impl Strategy<Value = String> {
    let tail = prop::sample::select(vec![
        "",
        "/format,webp",
        "/quality,Q_70",
        "/quality,q_40/format,jpg",
        "/auto-orient,0",
        "/interlace,1",
        "/format,jpg/effort,high",
        "/background,00ff0080",
    ]);
    (prop::collection::vec(action(), 1..4), tail).prop_map(|(actions, tail)| format!("image/{}{tail}", actions.join("/")))
}

fn config() -> Config {
    Config::parse([
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
        ("LIMN_BUCKET_A", r#"{"name":"vault","nodes":["a"]}"#),
        ("LIMN_KEY_A", r#"{"id":"me","secrets":["a-long-secret"],"user":"me","grants":[{"actions":["read"]}]}"#),
    ])
    .unwrap()
}

/// Whether a GET of this URL is admitted at second `now`.
fn admitted(url: &str, now: u64) -> bool {
    Parts::new("GET", url, []).is_ok_and(|parts| common::planned(&parts, &config(), now).is_some())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("LIMN_TEST_FULL").is_some() { 20_000 } else { 400 }))]

    #[test]
    fn a_print_reads_back_as_itself(program in program()) {
        let print = parse_canonical(&program).unwrap().to_string();
        prop_assert_eq!(parse_canonical(&print).unwrap().to_string(), print);
    }

    #[test]
    fn parsers_never_panic(text in "\\PC{0,80}", query in "[a-z0-9_=&%+.,/|!-]{0,60}") {
        let _ = parse_canonical(&text);
        let _ = parse_canonical(&format!("image/{query}"));
        let _ = short::canonical_name(&text);
        let _ = Parts::new("GET", &format!("http://h/{query}?{query}"), []);
    }

    #[test]
    fn the_size_foretold_is_the_size_made(action in action(), w in 1u32..200, h in 1u32..200, gray in any::<bool>()) {
        let plan = parse_canonical(&format!("image/{action}")).unwrap();
        let layout = if gray { Layout::Gray } else { Layout::Rgba };
        let mut image = Image::filled(Size::new(w, h), layout, Color::WHITE).unwrap();
        for op in plan.ops() {
            let foretold = op.size(image.size());
            // A start outside the image is refused before anything is decoded.
            if op.admit(image.size()).is_err() {
                prop_assert!(op.apply(image, &Kit::default()).is_err());
                return Ok(());
            }
            image = op.apply(image, &Kit::default()).unwrap();
            prop_assert_eq!(image.size(), foretold);
            prop_assert_eq!(image.held(), foretold);
        }
    }

    #[test]
    fn distinct_prints_have_distinct_keys(a in program(), b in program()) {
        let config = config();
        let bucket = config.bucket("vault").unwrap();
        let of = Ingredients { bucket, object: "k", version: "1", files: &[], class: Class::Base, buster: None, generation: 0 };
        let (a, b) = (parse_canonical(&a).unwrap(), parse_canonical(&b).unwrap());
        prop_assert_eq!(a.to_string() == b.to_string(), Key::new(&a, &of) == Key::new(&b, &of));
    }

    #[test]
    fn an_altered_or_expired_signature_never_admits(w in 1u32..16_000, exp in 1_000u64..2_000, at in 16usize..120, to in "[a-zA-Z0-9_=&/%-]") {
        let url = format!("http://h/vault/cat.jpg?exp={exp}&kid=me&w={w}");
        let s = native::sign(&Parts::new("GET", &url, []).unwrap(), b"a-long-secret").unwrap();
        let url = format!("{url}&s={s}");
        prop_assert!(admitted(&url, exp) && !admitted(&url, exp + 1));
        if let Some(old) = url.get(at..at + 1) {
            let mut altered = url.clone();
            altered.replace_range(at..at + 1, &to);
            prop_assert!(old == to || !admitted(&altered, 500), "{}", altered);
        }
    }
}
