//! Plans as they are written in a shell, and the files that they read.

use limn_core::config::Limits;
use limn_core::kit::{FileRef, Kit, SHIPPED_FONTS};
use limn_core::params::{clouds, style};
use limn_core::parts::Parts;
use limn_core::plan::Plan;
use limn_rare::Workshop;
use std::path::Path;

static WORKSHOP: Workshop = Workshop;

/// The fonts that Limn ships are part of the command.
const FONTS: [&[u8]; 2] = [include_bytes!("../../www/fonts/sans.ttf"), include_bytes!("../../www/fonts/sans-bold.ttf")];

/// Parameters of a URL that say nothing of the picture.
const BESIDE: [&str; 10] = ["s", "kid", "exp", "v", "dl", "default", "explain", "OSSAccessKeyId", "Expires", "Signature"];

/// Reads short parameters (`w=200&f=webp`), an OSS program (`image/resize,w_200`) or a whole URL.
pub fn parse(text: &str) -> Result<Plan, String> {
    let program = match text.contains("://") {
        false => text.to_string(),
        true => {
            let parts = Parts::new("GET", text, []).map_err(|e| e.to_string())?;
            let mut pairs = parts.query.iter().filter(|(name, _)| !BESIDE.contains(&name.as_str()));
            match parts.query.iter().find_map(|(name, value)| clouds::find(name).map(|cloud| cloud.translate(value))) {
                Some(program) => program,
                None => {
                    let coded = |text: &str| limn_core::percent::encode(text, "");
                    let joined: Vec<String> = pairs.by_ref().map(|(n, v)| format!("{}={}", coded(n), coded(v))).collect();
                    joined.join("&")
                }
            }
        }
    };
    style::parse_body(&program).and_then(|program| program.compile(&style::AnyName)).map_err(|e| e.to_string())
}

/// A kit with the files that a plan reads: marks and fonts by their keys under `root`.
pub fn kit(plan: &Plan, root: &Path) -> Result<Kit<'static>, String> {
    let mut kit = Kit::new(Limits::default(), &WORKSHOP);
    for ((_, file), bytes) in SHIPPED_FONTS.into_iter().zip(FONTS) {
        kit.add(FileRef::Shipped(file), bytes.to_vec());
    }
    for file in plan.files() {
        if let FileRef::Mark(key) | FileRef::Font(key) = &file {
            let path = root.join(key);
            let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            kit.add(file, bytes);
        }
    }
    Ok(kit)
}
