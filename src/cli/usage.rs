//! `limn usage`: what a bucket holds, its quota and its traffic.

use crate::remote::{self, path_of, Remote};
use serde_json::Value;

/// Arguments of `limn usage`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  limn usage photos --span day")]
pub struct Args {
    /// The bucket.
    bucket: String,
    /// How long a row is: minute, hour or day.
    #[arg(long, default_value = "day", value_parser = ["minute", "hour", "day"])]
    span: String,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: remote::Args,
}

/// The table.
pub fn run(args: &Args) -> Result<String, String> {
    let path = format!("/-/usage{}", path_of(&args.bucket));
    let told = Remote::new(&args.remote).ask("GET", &path, &[("span", &args.span)], b"")?;
    Ok(if args.json { told.to_string() } else { table(&told) })
}

fn table(told: &Value) -> String {
    let number = |value: &Value| value.as_u64().map_or("-".to_string(), |n| n.to_string());
    let most = |name: &str| told["quota"][name].as_u64().map_or(String::new(), |most| format!(" of {most}"));
    let held = &told["held"];
    let head = format!("{} bytes{}, {} objects{}", number(&held["bytes"]), most("bytes"), number(&held["objects"]), most("objects"));
    let mut lines = vec![head, row("UNIX TIME", "READS", "BYTES OUT", "WRITES", "BYTES IN")];
    for of in told["rows"].as_array().into_iter().flatten() {
        let cell = |name: &str| number(&of[name]);
        lines.push(row(&cell("at"), &cell("reads"), &cell("bytes_out"), &cell("writes"), &cell("bytes_in")));
    }
    lines.join("\n")
}

fn row(at: &str, reads: &str, out: &str, writes: &str, into: &str) -> String {
    format!("{at:<12} {reads:>10} {out:>14} {writes:>10} {into:>14}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_a_row_a_span() {
        let told = json!({
            "held": { "bytes": 12, "objects": 2 }, "quota": { "bytes": 100, "objects": null },
            "rows": [{ "at": 1_790_000_000u64, "reads": 7, "bytes_out": 99, "writes": 1, "bytes_in": 12 }],
        });
        let table = table(&told);
        assert!(table.starts_with("12 bytes of 100, 2 objects\n"), "{table}");
        assert!(table.lines().nth(2).unwrap().split_whitespace().eq(["1790000000", "7", "99", "1", "12"]), "{table}");
    }
}
