//! `limn render`.

use crate::inputs::{self, Work};
use crate::plan;
use crate::progress::Progress;
use limn_core::accept::Class;
use limn_core::kit::Kit;
use limn_core::plan::{Plan, Quality};
use limn_core::render::{render, Scene};
use serde_json::{json, Value};
use std::io::{stdout, Read, Write};
use std::path::{Path, PathBuf};

/// Arguments of `limn render`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  limn render cat.jpg 'w=200&f=webp' -o cat.webp\n  limn render *.jpg photos/ image/resize,w_200 -o small/\n  limn render - w=200 -o - < cat.jpg > small.jpg"
)]
pub struct Args {
    /// The sources: files, folders with everything in them, or - for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Short parameters (w=200&f=webp), an OSS program (image/resize,w_200) or a URL with either.
    plan: String,
    /// Where the image goes: a file, a folder that ends in / for several, or - for standard output.
    #[arg(short, long)]
    output: PathBuf,
    /// The folder in which marks and fonts are found by their keys.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Prints JSON, an image a line.
    #[arg(long)]
    json: bool,
}

/// Makes the images and says what they are; an error if any could not be made.
pub fn run(args: &Args) -> Result<String, String> {
    let work = inputs::of(&args.inputs, &args.output)?;
    let plan = plan::parse(&args.plan)?;
    let kit = plan::kit(&plan, &args.root)?;
    let mut progress = Progress::new(args.json || work.len() == 1);
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for (at, one) in work.iter().enumerate() {
        progress.tell(&format!("{} of {}: {}", at + 1, work.len(), one.input.display()));
        match make(&plan, &kit, one) {
            Ok(told) => lines.extend(told.map(|told| line(&told, args.json))),
            Err(sentence) => failed.push(sentence),
        }
    }
    progress.end();
    match failed.as_slice() {
        [] => Ok(lines.join("\n")),
        [only] if work.len() == 1 => Err(only.clone()),
        _ => {
            if !lines.is_empty() {
                println!("{}", lines.join("\n"));
            }
            Err(format!("{} of {} could not be made:\n  {}", failed.len(), work.len(), failed.join("\n  ")))
        }
    }
}

/// What was written; nothing where the image itself goes to where this would be told.
fn make(plan: &Plan, kit: &Kit, work: &Work) -> Result<Option<Value>, String> {
    let told = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    let mut bytes = Vec::new();
    match inputs::is_stream(&work.input) {
        true => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
        false => std::fs::File::open(&work.input).and_then(|mut file| file.read_to_end(&mut bytes)).map(|_| ()),
    }
    .map_err(|e| told(&work.input, e))?;
    let image =
        render(plan, &bytes, &Scene::new(Class::Base, kit, Quality::Default)).map_err(|e| format!("{}: {e}", work.input.display()))?;
    let format = image.format.map_or("json", |f| f.name());
    let output = work.output(format);
    if inputs::is_stream(&output) {
        return stdout().lock().write_all(&image.bytes).map(|()| None).map_err(|e| told(&output, e));
    }
    if let Some(folder) = output.parent().filter(|folder| work.is_folder && !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| told(folder, e))?;
    }
    std::fs::write(&output, &image.bytes).map_err(|e| told(&output, e))?;
    Ok(Some(json!({ "file": output.display().to_string(), "format": format, "size": image.size.to_string(), "bytes": image.bytes.len() })))
}

fn line(told: &Value, as_json: bool) -> String {
    let word = |name: &str| told[name].as_str().unwrap_or_default();
    if as_json {
        return told.to_string();
    }
    format!("{}: {} {} {} bytes", word("file"), word("format"), word("size"), told["bytes"])
}
