//! Client hints, where a bucket has opted in: what a browser says of its screen stands for what a URL of
//! short parameters leaves open. The plan that results is what a key is made of, so hints are in no key.

use super::args::decimal;
use super::short::{self, canonical_name};
use crate::config::{Bucket, Parameters};
use crate::grant::ladder;
use crate::ops::resize::MAX_SIDE;
use crate::parts::Parts;
use crate::sort;

/// What `Accept-CH` asks browsers for.
pub const ACCEPT_CH: &str = "Sec-CH-DPR, Sec-CH-Width";
/// The pair that carries a width which `dpr` has been counted into; no URL can hold it.
pub const HINTED_WIDTH: &str = "hint-w";

/// Ratios that a hint is rounded up to.
const RATIOS: [f64; 4] = [1.0, 1.5, 2.0, 3.0];
/// Widths are rounded up to a multiple of this where the bucket has no steps.
const WIDTH_STEP: u32 = 100;
/// The keys that say a size in pixels.
const SIDES: [&str; 4] = ["w", "h", "ls", "ss"];

type Pairs = Vec<(String, String)>;

/// The headers, in the spelling of `Vary`, that this URL's answer depends on.
pub fn consulted(parts: &Parts, bucket: &Bucket) -> Vec<&'static str> {
    if !bucket.client_hints {
        return Vec::new();
    }
    let own = |(name, value): &(String, String)| Some((canonical_name(name)?, value.clone()));
    let pairs: Pairs = parts.query.iter().filter(|(name, _)| !bucket.ignores(name)).filter_map(own).collect();
    let mut names = Vec::new();
    if asks_ratio(&pairs) {
        names.extend(["Sec-CH-DPR", "DPR"]);
    }
    if asks_width(&pairs) {
        names.extend(["Sec-CH-Width", "Width"]);
    }
    names
}

/// Puts hints in place of what canonical pairs leave open.
pub fn apply(pairs: &mut Pairs, parts: &Parts, bucket: &Bucket) {
    if !bucket.client_hints {
        return;
    }
    if let Some(width) = hint(parts, ["sec-ch-width", "width"]).filter(|_| asks_width(pairs)) {
        pairs.push((HINTED_WIDTH.into(), rounded_width(width, bucket).to_string()));
    }
    if let Some(ratio) = hint(parts, ["sec-ch-dpr", "dpr"]).filter(|_| asks_ratio(pairs)) {
        let ratio = RATIOS.into_iter().find(|r| *r >= ratio).unwrap_or(3.0);
        let ratio = if bucket.parameters == Parameters::Ladder { on_ladder(pairs, ratio, bucket) } else { Some(ratio) };
        if let Some(ratio) = ratio.filter(|r| *r > 1.0) {
            pairs.push(with_ratio(ratio));
        }
    }
}

fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// A style is what its owner made it.
fn asks_ratio(pairs: &Pairs) -> bool {
    value(pairs, "dpr").is_none() && value(pairs, "p").is_none() && SIDES.iter().any(|side| value(pairs, side).is_some())
}

fn asks_width(pairs: &Pairs) -> bool {
    value(pairs, "w") == Some("auto") && value(pairs, "p").is_none()
}

/// The first of two spellings that holds a number above zero.
fn hint(parts: &Parts, names: [&str; 2]) -> Option<f64> {
    names.into_iter().filter_map(|name| decimal(parts.header(name)?.trim())).find(|n| *n > 0.0)
}

fn rounded_width(width: f64, bucket: &Bucket) -> u32 {
    let width = width.ceil().min(f64::from(MAX_SIDE)) as u32;
    let steps = &bucket.ladder.w;
    match steps.iter().filter(|step| **step >= width).min().or(steps.iter().max()) {
        Some(step) => *step,
        None => width.div_ceil(WIDTH_STEP).saturating_mul(WIDTH_STEP).min(MAX_SIDE),
    }
}

fn with_ratio(ratio: f64) -> (String, String) {
    let text = format!("{ratio:.6}");
    ("dpr".into(), text.trim_end_matches('0').trim_end_matches('.').into())
}

/// The least ratio not below the hint's that leads from the sides in the URL to the bucket's steps; where
/// there is none, the largest; `None` leaves the URL as it is.
fn on_ladder(pairs: &Pairs, least: f64, bucket: &Bucket) -> Option<f64> {
    let sides = SIDES.iter().filter_map(|side| value(pairs, side)?.parse::<u32>().ok()).filter(|side| *side > 0);
    let steps = || bucket.ladder.w.iter().chain(&bucket.ladder.h);
    let mut ratios: Vec<f64> = sides.flat_map(|side| steps().map(move |step| f64::from(*step) / f64::from(side))).collect();
    ratios.push(least);
    ratios.retain(|ratio| (1.0..=5.0).contains(ratio));
    sort::by(&mut ratios, f64::total_cmp);
    let fits = |ratio: &&f64| {
        let pairs: Pairs = pairs.iter().cloned().chain([with_ratio(**ratio)]).collect();
        short::compile(&pairs, bucket).is_ok_and(|plan| ladder::check(&bucket.ladder, &plan).is_ok())
    };
    let above = ratios.iter().filter(|r| **r >= least).find(fits);
    above.or_else(|| ratios.iter().rev().find(fits)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{tests::sample, Ladder};
    use crate::params::Ask;
    use crate::route::ObjectPath;

    fn bucket(ladder: Option<Ladder>) -> Bucket {
        let parameters = if ladder.is_some() { Parameters::Ladder } else { Parameters::Open };
        let made = Bucket::made("demo", "", &[&sample().nodes["a"]]).unwrap();
        Bucket { client_hints: true, parameters, ladder: ladder.unwrap_or_default(), ..made }
    }

    fn plan(bucket: &Bucket, query: &str, headers: &[(&str, &str)]) -> String {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        let parts = Parts::new("GET", &format!("http://h/demo/a.jpg?{query}"), headers).unwrap();
        let path = ObjectPath { bucket: "demo".into(), key: "a.jpg".into(), style: None, legacy: None };
        Ask::parse(&parts, &path, bucket).unwrap().program.compile(bucket).unwrap().to_string()
    }

    #[test]
    fn a_ratio_stands_for_an_absent_dpr_and_a_width_for_auto() {
        let open = bucket(None);
        for (query, headers, want) in [
            ("w=100", &[("sec-ch-dpr", "1.25")][..], "image/resize,w_150"),
            ("w=100", &[("dpr", "2")], "image/resize,w_200"),
            ("w=100", &[("sec-ch-dpr", "7")], "image/resize,w_300"),
            ("w=100", &[("sec-ch-dpr", "0.5")], "image/resize,w_100"),
            ("w=100", &[("sec-ch-dpr", "x"), ("dpr", "3")], "image/resize,w_300"),
            ("w=100&dpr=1", &[("sec-ch-dpr", "3")], "image/resize,w_100"),
            ("r=10", &[("sec-ch-dpr", "3")], "image/rounded-corners,r_10"),
            ("w=auto", &[("sec-ch-width", "301"), ("sec-ch-dpr", "2")], "image/resize,w_400"),
            ("w=auto", &[("width", "99999")], "image/resize,w_16384"),
            ("w=auto&h=50&fit=crop", &[("width", "800"), ("dpr", "2")], "image/resize,m_fill,w_800,h_100"),
            ("w=auto&h=50", &[], "image/resize,h_50"),
            ("w=100", &[("sec-ch-width", "800")], "image/resize,w_100"),
        ] {
            assert_eq!(plan(&open, query, headers), want, "{query} {headers:?}");
        }
        let shut = Bucket { client_hints: false, ..bucket(None) };
        assert_eq!(plan(&shut, "w=100", &[("sec-ch-dpr", "2")]), "image/resize,w_100");
    }

    #[test]
    fn on_a_ladder_hints_lead_to_its_steps() {
        let steps = bucket(Some(Ladder { w: vec![200, 400, 1000], h: vec![], q: vec![] }));
        for (query, headers, want) in [
            ("w=200", ("sec-ch-dpr", "2"), "image/resize,w_400"),
            ("w=200", ("sec-ch-dpr", "1.5"), "image/resize,w_400"),
            ("w=200", ("sec-ch-dpr", "3"), "image/resize,w_1000"),
            ("w=400", ("sec-ch-dpr", "3"), "image/resize,w_1000"),
            ("w=1000", ("sec-ch-dpr", "3"), "image/resize,w_1000"),
            ("w=200&h=100&fit=crop", ("sec-ch-dpr", "1.5"), "image/resize,m_fill,w_400,h_200"),
            ("w=auto", ("sec-ch-width", "401"), "image/resize,w_1000"),
            ("w=auto", ("sec-ch-width", "4000"), "image/resize,w_1000"),
        ] {
            assert_eq!(plan(&steps, query, &[headers]), want, "{query} {headers:?}");
        }
    }

    #[test]
    fn vary_names_what_was_looked_at() {
        let of = |query: &str| {
            let parts = Parts::new("GET", &format!("http://h/demo/a.jpg?{query}"), []).unwrap();
            consulted(&parts, &bucket(None)).join(" ")
        };
        for (query, want) in [
            ("width=100", "Sec-CH-DPR DPR"),
            ("w=auto&dpr=2", "Sec-CH-Width Width"),
            ("w=auto", "Sec-CH-DPR DPR Sec-CH-Width Width"),
            ("f=webp", ""),
            ("p=thumb", ""),
            ("", ""),
        ] {
            assert_eq!(of(query), want, "{query}");
        }
    }
}
