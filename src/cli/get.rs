//! `limn get`: an object, or an image made of it, becomes a file.

use crate::remote::{self, path_of, Remote};
use limn_core::parts::Parts;
use std::fs::File;
use std::io::{copy, stdout, Write};
use std::path::PathBuf;

/// Arguments of `limn get`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  limn get photos/cat.jpg\n  limn get photos/cat.jpg --params 'w=200&f=webp' -o cat.webp")]
pub struct Args {
    /// BUCKET/KEY.
    target: String,
    /// Parameters as in a URL.
    #[arg(long, default_value = "")]
    params: String,
    /// The file, - for standard output; absent: the key's last part.
    #[arg(short, long)]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: remote::Args,
}

/// What was written where.
pub fn run(args: &Args) -> Result<String, String> {
    let name = args.target.rsplit('/').next().unwrap_or_default();
    if name.is_empty() || name.len() == args.target.len() {
        return Err(format!("BUCKET/KEY is wanted; {:?} came.", args.target));
    }
    let query = Parts::new("GET", &format!("http://h/?{}", args.params), []).map_err(|e| format!("--params: {e}"))?.query;
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut body = Remote::new(&args.remote).get(&path_of(&args.target), &query)?;
    let output = args.output.clone().unwrap_or_else(|| name.into());
    let told = |e: std::io::Error| format!("{}: {e}", output.display());
    if output.as_os_str() == "-" {
        copy(&mut body, &mut stdout().lock()).map_err(told)?;
        return Ok(String::new());
    }
    let mut file = File::create(&output).map_err(told)?;
    let bytes = copy(&mut body, &mut file).and_then(|bytes| file.flush().map(|()| bytes)).map_err(told)?;
    Ok(format!("{}: {bytes} bytes", output.display()))
}
