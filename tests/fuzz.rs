//! Fuzz targets `route`, `plan` and `render`: whatever comes in, an answer or a named error comes out.
//!
//! Inputs are made by a seeded mutator from words of the grammars and from small files; a failing one is
//! printed with its seed. `LIMN_FUZZ=N` runs N times as many by hand.

mod common;

use limn_core::accept::Class;
use limn_core::codec::{self, EncodeSettings, Format};
use limn_core::image::{Image, Layout, Size};
use limn_core::ops::OPS;
use limn_core::params::{oss, short, style};
use limn_core::parts::Parts;
use limn_core::plan::Quality;
use limn_core::render::{render, Scene};

fn route(input: &[u8]) {
    let config = common::bucket();
    let Ok(parts) = Parts::new("GET", &format!("http://h/{}", String::from_utf8_lossy(input)), []) else { return };
    let _ = common::planned(&parts, &config, 1);
}

fn plan(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = style::parse_body(&text);
    let Ok(plan) = oss::compile(&text, &style::AnyName) else { return };
    let print = plan.to_string();
    assert_eq!(oss::parse_canonical(&print).map(|p| p.to_string()), Ok(print), "{text}");
}

fn run_render(input: &[u8]) {
    let kit = common::kit();
    let text = if input.len().is_multiple_of(2) { "image/resize,w_20/format,webp" } else { "image/crop,w_9,h_9/rotate,5/format,png" };
    let plan = oss::parse_canonical(text).unwrap();
    if let Err(e) = render(&plan, input, &Scene::new(Class::Base, &kit, Quality::Default)) {
        assert!((400..500).contains(&e.status()), "{e:?}");
    }
}

/// xorshift64*: the same inputs from the same seed everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }

    /// Cuts, repeats, overwrites and inserts words in a seed input.
    fn mutate(&mut self, seed: &[u8], words: &[Vec<u8>]) -> Vec<u8> {
        let mut out = seed.to_vec();
        for _ in 0..1 + self.below(6) {
            let at = self.below(out.len() + 1);
            match self.below(5) {
                0 => out.truncate(at),
                1 if at < out.len() => out[at] = self.below(256) as u8,
                2 if at < out.len() => out[at] ^= 1 << self.below(8),
                3 => {
                    let end = (at + self.below(16)).min(out.len());
                    let part = out[at..end].to_vec();
                    out.splice(at..at, part);
                }
                _ => {
                    let word = words[self.below(words.len())].clone();
                    out.splice(at..at, word);
                }
            }
        }
        out
    }
}

fn fuzz(name: &str, runs: usize, seeds: &[Vec<u8>], words: &[Vec<u8>], target: fn(&[u8])) {
    let times: usize = match std::env::var("LIMN_FUZZ").ok().and_then(|n| n.parse().ok()) {
        Some(times) => times,
        None if std::env::var_os("LIMN_TEST_FULL").is_some() => 20,
        None => 1,
    };
    for run in 0..(runs * times) as u64 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (run + 1).wrapping_mul(0xd134_2543_de82_ef95));
        let seed = &seeds[random.below(seeds.len())];
        let input = random.mutate(seed, words);
        let told = input.clone();
        if std::panic::catch_unwind(move || target(&input)).is_err() {
            panic!("{name}, run {run}: {:?} ({})", told, String::from_utf8_lossy(&told));
        }
    }
}

/// The dictionary: names, arguments and separators of both grammars.
fn words() -> Vec<Vec<u8>> {
    let names = OPS.iter().flat_map(|op| std::iter::once(op.name).chain(op.examples.iter().copied()));
    let keys = short::KEYS.iter().map(|k| k.example);
    let rest =
        ["/", ",", "|", "_", "&", "=", "image/", "style/", "%2F", "%00", "..", "-1", "99999999999", "0.5", "1e9", "w_", "%F0%9F%98%80"];
    names.chain(keys).chain(rest).map(|w| w.as_bytes().to_vec()).collect()
}

fn files() -> Vec<Vec<u8>> {
    let (w, h) = (23u32, 17u32);
    let data = (0..w * h).flat_map(|i| [(i * 7) as u8, (i / w * 5) as u8, (i * i) as u8, (255 - i % 40) as u8]).collect();
    let image = Image::new(Size::new(w, h), Layout::Rgba, data).unwrap();
    let formats = [Format::Jpeg, Format::Png, Format::WebP, Format::Gif, Format::Bmp, Format::Tiff];
    let mut files: Vec<Vec<u8>> =
        formats.iter().filter_map(|f| codec::encode(image.clone(), *f, &EncodeSettings::default(), &common::kit()).ok()).collect();
    files.push(
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><g><rect width='5' height='5' fill='red'/></g></svg>".to_vec(),
    );
    files
}

#[test]
fn route_answers_or_refuses() {
    let seeds = ["demo/cat.jpg?w=200", "demo/a/b.png!thumb", "vault/x?exp=1&kid=a&s=b", "demo/a?x-oss-process=image/resize,w_1"];
    fuzz("route", 4_000, &seeds.map(|s| s.as_bytes().to_vec()), &words(), route);
}

#[test]
fn plan_prints_back_or_refuses() {
    let seeds: Vec<Vec<u8>> = OPS.iter().flat_map(|op| op.examples.iter().map(|e| format!("image/{e}").into_bytes())).collect();
    fuzz("plan", 8_000, &seeds, &words(), plan);
}

#[test]
fn render_makes_or_refuses() {
    let seeds = files();
    fuzz("render", 1_500, &seeds, &seeds.clone(), run_render);
}
