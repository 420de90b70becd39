//! `limn import`: keys of a node that Limn only reads become objects of a managed bucket, page by page.

use crate::progress::Progress;
use crate::remote::{self, Remote};
use serde_json::{json, Value};
use std::path::PathBuf;

/// Failures that are printed; the rest is counted.
const TOLD: usize = 20;

/// Arguments of `limn import`.
#[derive(clap::Args)]
pub struct Args {
    /// The bucket that takes the objects.
    #[arg(long)]
    bucket: String,
    /// The node that holds them, with managed = false.
    #[arg(long)]
    from: String,
    /// What keys begin with.
    #[arg(long, default_value = "")]
    prefix: String,
    /// The key behind which it goes on.
    #[arg(long, default_value = "")]
    after: String,
    /// Keys of one request.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    page: u32,
    /// Replaces objects that hold other bytes; else they stay and count as failed.
    #[arg(long)]
    overwrite: bool,
    /// The node's ETags are no MD5, as where it encrypts with keys of its own.
    #[arg(long)]
    opaque_etags: bool,
    /// A file with one key a line, for a web server, which cannot list.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: remote::Args,
}

/// Keys of one request where they are named.
const NAMED: usize = 1_000;

/// What came of it; an error if any key failed.
pub fn run(args: &Args) -> Result<String, String> {
    let remote = Remote::new(&args.remote);
    let mut sums = Sums::default();
    let mut progress = Progress::new(args.json);
    match &args.keys {
        None => pages(args, &remote, b"", &mut sums, &mut progress)?,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|e| format!("--keys {}: {e}", file.display()))?;
            let mut keys: Vec<&str> = text.lines().filter(|key| !key.is_empty() && key.starts_with(&args.prefix)).collect();
            keys.retain(|key| *key > args.after.as_str());
            keys.sort_unstable();
            keys.dedup();
            for named in keys.chunks(NAMED) {
                let body = serde_json::to_vec(named).map_err(|e| e.to_string())?;
                pages(args, &remote, &body, &mut sums, &mut progress)?;
            }
        }
    }
    progress.end();
    sums.told(args.json)
}

#[derive(Default)]
struct Sums {
    imported: u64,
    skipped: u64,
    bytes: u64,
    failed: Vec<Value>,
}

impl Sums {
    fn line(&self) -> String {
        format!("{} imported ({} MB), {} there already, {} failed", self.imported, self.bytes / 1_000_000, self.skipped, self.failed.len())
    }

    fn told(&self, as_json: bool) -> Result<String, String> {
        let text = match as_json {
            true => json!({ "imported": self.imported, "skipped": self.skipped, "bytes": self.bytes, "failed": self.failed }).to_string(),
            false => self.line(),
        };
        if self.failed.is_empty() {
            return Ok(text);
        }
        let word = |failure: &Value, name: &str| failure[name].as_str().unwrap_or("").to_string();
        let told = self.failed.iter().take(TOLD).map(|f| format!("\n  {}: {} ({})", word(f, "key"), word(f, "message"), word(f, "code")));
        let rest = self.failed.len().saturating_sub(TOLD);
        let rest = if rest > 0 { format!("\n  and {rest} more") } else { String::new() };
        if as_json {
            println!("{text}");
        }
        Err(format!("{}:{}{rest}", self.line(), told.collect::<String>()))
    }
}

fn pages(args: &Args, remote: &Remote, body: &[u8], sums: &mut Sums, progress: &mut Progress) -> Result<(), String> {
    let path = format!("/-/import/{}", limn_core::percent::encode(&args.bucket, ""));
    let max = args.page.to_string();
    let mut after = args.after.clone();
    loop {
        let mut query = vec![("from", args.from.as_str()), ("max", &max)];
        query.extend([("prefix", args.prefix.as_str()), ("after", &after)].into_iter().filter(|(_, value)| !value.is_empty()));
        query.extend(args.overwrite.then_some(("overwrite", "1")));
        query.extend(args.opaque_etags.then_some(("etags", "opaque")));
        let page = remote.ask("POST", &path, &query, body).map_err(|sentence| {
            progress.end();
            match after.is_empty() {
                true => sentence,
                false => format!("{}; then: {sentence} Go on with --after '{after}'.", sums.line()),
            }
        })?;
        let number = |name: &str| page[name].as_u64().unwrap_or(0);
        (sums.imported, sums.skipped, sums.bytes) =
            (sums.imported + number("imported"), sums.skipped + number("skipped"), sums.bytes + number("bytes"));
        sums.failed.extend(page["failed"].as_array().into_iter().flatten().cloned());
        match page["next"].as_str() {
            Some(next) if next > after.as_str() => after = next.to_string(),
            Some(_) => return Err("Limn tells no key behind the last one.".into()),
            None => return Ok(()),
        }
        progress.tell(&format!("{}; at {after}", sums.line()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_named_and_makes_an_error() {
        let mut sums = Sums { imported: 3, skipped: 1, bytes: 2_500_000, failed: Vec::new() };
        assert_eq!(sums.told(false).unwrap(), "3 imported (2 MB), 1 there already, 0 failed");
        sums.failed = vec![json!({ "key": "a.jpg", "code": "object_exists", "message": "It is there." })];
        let told = sums.told(false).unwrap_err();
        assert!(told.contains("1 failed:\n  a.jpg: It is there. (object_exists)"), "{told}");
    }
}
