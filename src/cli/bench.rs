//! `limn bench`: what a plan costs on this machine, and what a running Limn bears.

mod load;
mod stats;

use crate::inputs;
use crate::plan;
use crate::progress::Progress;
use limn_core::accept::Class;
use limn_core::kit::Kit;
use limn_core::plan::{Plan, Quality};
use limn_core::render::{render, Encoded, Scene};
use serde_json::{json, Value};
use stats::Times;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments of `limn bench`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  limn bench photo.jpg w=200\n  limn bench photos/ image/resize,w_200/format,webp --repeats 20 --json\n  limn bench 'http://127.0.0.1:8787/demo/photo.jpg?w=200' --requests 500 --connections 16\n\nOf files the plan is the last argument. A URL alone is asked for; one that wants a signature is what limn sign prints."
)]
pub struct Args {
    /// Files or folders and, last, a plan as for limn render; or the URL of a running Limn, alone.
    #[arg(required = true)]
    what: Vec<String>,
    /// How often each image is made.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: u32,
    /// How often the URL is asked for.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// How many requests are under way at a time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// The folder in which marks and fonts are found by their keys.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// The numbers.
pub fn run(args: &Args) -> Result<String, String> {
    match args.what.as_slice() {
        [url] if url.contains("://") => load::run(url, args.requests, args.connections, args.json),
        [files @ .., plan] if !files.is_empty() => {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            renders(&files, plan, args)
        }
        _ => Err("files and a plan are wanted, or the URL of a running Limn.".into()),
    }
}

fn renders(files: &[PathBuf], text: &str, args: &Args) -> Result<String, String> {
    let files = inputs::files(files)?;
    let plan = plan::parse(text)?;
    let kit = plan::kit(&plan, &args.root)?;
    let mut progress = Progress::new(args.json);
    let mut rows = Vec::new();
    for (at, file) in files.iter().enumerate() {
        progress.tell(&format!("{} of {}: {}", at + 1, files.len(), file.display()));
        rows.push(Row::of(&plan, &kit, file, args.repeats).inspect_err(|_| progress.end())?);
    }
    progress.end();
    Ok(if args.json { as_json(&plan, args.repeats, &rows).to_string() } else { table(&rows) })
}

/// What making one image took.
struct Row {
    file: String,
    bytes_in: u64,
    bytes_out: u64,
    pixels: u64,
    times: Times,
}

impl Row {
    fn of(plan: &Plan, kit: &Kit, file: &Path, repeats: u32) -> Result<Row, String> {
        let told = |e: String| format!("{}: {e}", file.display());
        let bytes = std::fs::read(file).map_err(|e| told(e.to_string()))?;
        let make = || render(plan, &bytes, &Scene::new(Class::Base, kit, Quality::Default)).map_err(|e| told(e.to_string()));
        // The first is not counted: it fills what later ones find filled.
        let Encoded { bytes: made, source_pixels, .. } = make()?;
        let mut times = Vec::new();
        for _ in 0..repeats {
            let begun = Instant::now();
            make()?;
            times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        let (bytes_in, bytes_out) = (bytes.len() as u64, made.len() as u64);
        Ok(Row { file: file.display().to_string(), bytes_in, bytes_out, pixels: source_pixels, times: Times::of(times) })
    }

    /// Of the source, at the median.
    fn megapixels_a_second(&self) -> f64 {
        rate(self.pixels, self.times.median())
    }
}

fn rate(pixels: u64, ms: f64) -> f64 {
    if ms > 0.0 {
        pixels as f64 / 1_000.0 / ms
    } else {
        0.0
    }
}

/// All files: each once, at its minimum and at its median.
fn sum(rows: &[Row]) -> (f64, f64, u64, u64, u64) {
    rows.iter().fold((0.0, 0.0, 0, 0, 0), |(min, median, pixels, into, out), row| {
        (min + row.times.min(), median + row.times.median(), pixels + row.pixels, into + row.bytes_in, out + row.bytes_out)
    })
}

fn as_json(plan: &Plan, repeats: u32, rows: &[Row]) -> Value {
    let row = |(min, median, pixels, into, out): (f64, f64, u64, u64, u64)| {
        json!({ "min_ms": stats::rounded(min), "median_ms": stats::rounded(median), "source_pixels": pixels,
            "megapixels_a_second": stats::rounded(rate(pixels, median)), "bytes_in": into, "bytes_out": out })
    };
    let each = |one: &Row| {
        let mut told = row((one.times.min(), one.times.median(), one.pixels, one.bytes_in, one.bytes_out));
        told["file"] = json!(one.file);
        told
    };
    json!({ "plan": plan.to_string(), "repeats": repeats, "files": rows.iter().map(each).collect::<Vec<_>>(), "all": row(sum(rows)) })
}

fn table(rows: &[Row]) -> String {
    let line = |cells: [String; 5], name: &str| {
        let [min, median, rate, into, out] = cells;
        format!("{min:>10} {median:>10} {rate:>9} {into:>12} {out:>12}  {name}")
    };
    let cells = |min: f64, median: f64, rate: f64, into: u64, out: u64| {
        [format!("{min:.2}"), format!("{median:.2}"), format!("{rate:.1}"), into.to_string(), out.to_string()]
    };
    let mut lines = vec![line(["MIN MS", "MEDIAN MS", "MP/S", "BYTES IN", "BYTES OUT"].map(String::from), "FILE")];
    for row in rows {
        let cells = cells(row.times.min(), row.times.median(), row.megapixels_a_second(), row.bytes_in, row.bytes_out);
        lines.push(line(cells, &row.file));
    }
    if rows.len() > 1 {
        let (min, median, pixels, into, out) = sum(rows);
        lines.push(line(cells(min, median, rate(pixels, median), into, out), &format!("all {}", rows.len())));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(file: &str, pixels: u64, times: &[f64]) -> Row {
        Row { file: file.into(), bytes_in: 100, bytes_out: 10, pixels, times: Times::of(times.to_vec()) }
    }

    #[test]
    fn each_file_has_its_numbers_and_all_their_sums() {
        let rows = [row("a.jpg", 2_000_000, &[30.0, 10.0, 20.0]), row("b.jpg", 1_000_000, &[10.0])];
        let table = table(&rows);
        let cells = |at: usize| table.lines().nth(at).unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(cells(1), ["10.00", "20.00", "100.0", "100", "10", "a.jpg"]);
        assert_eq!(cells(3), ["20.00", "30.00", "100.0", "200", "20", "all", "2"]);
        let told = as_json(&plan::parse("w=9").unwrap(), 3, &rows);
        assert_eq!((&told["files"][1]["file"], told["all"]["bytes_in"].as_u64()), (&json!("b.jpg"), Some(200)));
        assert_eq!((told["plan"].as_str(), told["all"]["megapixels_a_second"].as_f64()), (Some("image/resize,w_9"), Some(100.0)));
    }

    #[test]
    fn files_are_rendered_by_the_same_plans() {
        let path = std::env::temp_dir().join(format!("limn-bench-{}.bmp", std::process::id()));
        // A bitmap of 2×2 black pixels.
        let mut bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0".to_vec();
        bmp.resize(70, 0);
        std::fs::write(&path, bmp).unwrap();
        let bench = |what: &[&str]| {
            let what = what.iter().map(|w| w.to_string()).collect();
            run(&Args { what, repeats: 2, requests: 1, connections: 1, root: ".".into(), json: true })
        };
        let file = path.to_str().unwrap().to_string();
        let told = bench(&[&file, "w=1&f=png"]);
        let wrong = bench(&[&file, "w=0"]);
        let missing = bench(&["no-such-file.jpg", "w=1"]);
        std::fs::remove_file(path).unwrap();
        let told: Value = serde_json::from_str(&told.unwrap()).unwrap();
        assert_eq!((told["files"][0]["source_pixels"].as_u64(), told["repeats"].as_u64()), (Some(4), Some(2)));
        assert!(wrong.is_err() && missing.unwrap_err().contains("no-such-file.jpg"));
        assert!(bench(&["w=1"]).unwrap_err().contains("wanted"));
    }
}
