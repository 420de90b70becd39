//! `limn put`: files become objects.

use crate::progress::Progress;
use crate::remote::{self, path_of, Remote};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Arguments of `limn put`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  limn put cat.jpg photos/a/cat.jpg\n  limn put *.jpg photos/2026/")]
pub struct Args {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// BUCKET/KEY; of several files BUCKET/ or BUCKET/FOLDER/, to which their names are added.
    target: String,
    /// The Content-Type; absent: what the bytes and the name say.
    #[arg(long, default_value = "")]
    content_type: String,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: remote::Args,
}

/// What was stored.
pub fn run(args: &Args) -> Result<String, String> {
    let targets = targets(&args.files, &args.target)?;
    let remote = Remote::new(&args.remote);
    let mut progress = Progress::new(args.json);
    let mut sum = 0;
    for (at, (file, target)) in args.files.iter().zip(&targets).enumerate() {
        progress.tell(&format!("{} of {}: {target}", at + 1, targets.len()));
        let bytes = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
        remote.put(&path_of(target), &bytes, &args.content_type).map_err(|sentence| {
            progress.end();
            format!("{target}: {sentence} {at} were stored before.")
        })?;
        sum += bytes.len();
    }
    progress.end();
    Ok(match args.json {
        true => json!({ "stored": targets, "bytes": sum }).to_string(),
        false => format!("{} stored, {sum} bytes", targets.len()),
    })
}

fn targets(files: &[PathBuf], target: &str) -> Result<Vec<String>, String> {
    if !target.contains('/') {
        return Err(format!("BUCKET/KEY or BUCKET/ is wanted as the last argument; {target:?} came."));
    }
    if !target.ends_with('/') {
        return match files {
            [_] => Ok(vec![target.into()]),
            _ => Err(format!("of several files {target:?} must end in /.")),
        };
    }
    let name = |file: &PathBuf| match file.file_name().map(Path::new).and_then(Path::to_str) {
        Some(name) => Ok(format!("{target}{name}")),
        None => Err(format!("{}: a file with a name in UTF-8 is wanted.", file.display())),
    };
    files.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_names_and_a_key_one_file() {
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(targets(&files(&["x/a.jpg"]), "demo/b.jpg").unwrap(), ["demo/b.jpg"]);
        assert_eq!(targets(&files(&["x/a.jpg", "c.png"]), "demo/f/").unwrap(), ["demo/f/a.jpg", "demo/f/c.png"]);
        assert!(targets(&files(&["a", "b"]), "demo/c").unwrap_err().contains("end in /"));
        assert!(targets(&files(&["a"]), "demo").unwrap_err().contains("BUCKET/KEY"));
        assert!(targets(&files(&[".."]), "demo/").is_err());
    }
}
