//! `limn render`.

use crate::plan;
use limn_core::accept::Class;
use limn_core::plan::Quality;
use limn_core::render::{render, Scene};
use std::path::{Path, PathBuf};

/// Arguments of `limn render`.
#[derive(clap::Args)]
pub struct Args {
    /// The source.
    input: PathBuf,
    /// Short parameters (w=200&f=webp), an OSS program (image/resize,w_200) or a URL with either.
    plan: String,
    /// Where the image goes.
    #[arg(short, long)]
    output: PathBuf,
    /// The folder in which marks and fonts are found by their keys.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// Makes the image and says what it is.
pub fn run(args: &Args) -> Result<String, String> {
    make(&args.input, &args.plan, &args.output, &args.root)
}

fn make(input: &Path, plan: &str, output: &Path, root: &Path) -> Result<String, String> {
    let bytes = std::fs::read(input).map_err(|e| format!("{}: {e}", input.display()))?;
    let plan = plan::parse(plan)?;
    let kit = plan::kit(&plan, root)?;
    let image = render(&plan, &bytes, &Scene::new(Class::Base, &kit, Quality::Default)).map_err(|e| e.to_string())?;
    std::fs::write(output, &image.bytes).map_err(|e| format!("{}: {e}", output.display()))?;
    Ok(format!("{}: {} {} {} bytes", output.display(), image.format.map_or("json", |f| f.name()), image.size, image.bytes.len()))
}
