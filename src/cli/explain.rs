//! `limn explain`.

use crate::plan;
use limn_core::accept::Class;
use limn_core::explain::explain;
use limn_core::plan::Quality;
use limn_core::render::Scene;
use std::path::PathBuf;

/// Arguments of `limn explain`.
#[derive(clap::Args)]
pub struct Args {
    /// A URL, short parameters or an OSS program.
    plan: String,
    /// The source whose decode scale, memory and result are told.
    #[arg(long)]
    source: Option<PathBuf>,
    /// The folder in which marks and fonts are found by their keys.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// The explanation as JSON.
pub fn run(args: &Args) -> Result<String, String> {
    let plan = plan::parse(&args.plan)?;
    let facts = match &args.source {
        None => serde_json::json!({ "plan": plan.to_string(), "files": plan.files().iter().map(|f| f.to_string()).collect::<Vec<_>>() }),
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            let kit = plan::kit(&plan, &args.root)?;
            explain(&plan, &bytes, &Scene::new(Class::Base, &kit, Quality::Default)).map_err(|e| e.to_string())?
        }
    };
    serde_json::to_string_pretty(&facts).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_explained_as_its_program() {
        let plan = |text: &str| {
            let args = Args { plan: text.into(), source: None, root: ".".into() };
            let facts: serde_json::Value = serde_json::from_str(&run(&args).unwrap()).unwrap();
            facts["plan"].as_str().unwrap().to_string()
        };
        assert_eq!(plan("http://h/demo/a.jpg?w=200&s=x&kid=y&f=webp"), "image/resize,w_200/format,webp");
        assert_eq!(plan("http://h/demo/a.jpg?x-image-process=image/crop,w_5,g_br"), "image/crop,w_5,g_se");
        assert_eq!(plan("wmt=%C2%A9"), "image/watermark,text_wqk");
    }

    #[test]
    fn of_a_source_its_cost_is_told() {
        let path = std::env::temp_dir().join(format!("limn-explain-{}.bmp", std::process::id()));
        // A bitmap of 2×2 black pixels.
        let mut bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0".to_vec();
        bmp.resize(70, 0);
        std::fs::write(&path, bmp).unwrap();
        let args = Args { plan: "w=1".into(), source: Some(path.clone()), root: ".".into() };
        let facts: serde_json::Value = serde_json::from_str(&run(&args).unwrap()).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!((facts["source"]["format"].as_str(), facts["result"]["width"].as_u64()), (Some("bmp"), Some(1)));
        assert!(facts["memory_bytes"].as_u64().unwrap() > 0 && facts["decode_scale"].as_f64() == Some(1.0));
    }
}
