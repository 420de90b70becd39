//! `limn purge`: what was made of some objects is made anew.

use crate::remote::{self, Remote};
use serde_json::json;

/// Arguments of `limn purge`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  limn purge --bucket photos --file a/cat.jpg --prefix a/b/")]
pub struct Args {
    /// The bucket.
    #[arg(long)]
    bucket: String,
    /// A key; may be repeated.
    #[arg(long = "file")]
    files: Vec<String>,
    /// A folder, such as a/b/; may be repeated.
    #[arg(long = "prefix")]
    prefixes: Vec<String>,
    /// The whole bucket.
    #[arg(long)]
    everything: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: remote::Args,
}

/// How much was purged.
pub fn run(args: &Args) -> Result<String, String> {
    let wish = match args.everything {
        true if !args.files.is_empty() || !args.prefixes.is_empty() => {
            return Err("--everything stands beside --file or --prefix; one is wanted.".into())
        }
        true => json!({ "bucket": args.bucket, "everything": true }),
        false => json!({ "bucket": args.bucket, "files": args.files, "prefixes": args.prefixes }),
    };
    let told = Remote::new(&args.remote).ask("POST", "/-/purge", &[], wish.to_string().as_bytes())?;
    Ok(if args.json { told.to_string() } else { format!("{}: {} purged", args.bucket, told["purged"]) })
}
