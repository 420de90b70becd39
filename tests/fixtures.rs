//! Real files through several plans: a right image or a named error, never a panic.
//!
//! The files are found by `LIMN_FIXTURES`; without it there is nothing to test and the run says so.

mod common;

use limn_core::accept::Class;
use limn_core::codec::Header;
use limn_core::kit::Kit;
use limn_core::params::oss::parse_canonical;
use limn_core::plan::Quality;
use limn_core::render::{render, Scene};
use limn_core::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

const PLANS: [&str; 6] = [
    "image/resize,w_100",
    "image/resize,m_fill,w_64,h_64/format,webp",
    "image/resize,m_pad,w_90,h_30,color_ff8800/format,jpg",
    "image/auto-orient,0/resize,p_30/format,png",
    "image/resize,w_50,limit_0/format,webp/quality,lossless",
    "image/format,auto",
];

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["LICENCES", "clients"].contains(&name.as_str()) {
                files(&path, into);
            }
        } else if !name.ends_with(".md") && !name.ends_with(".tsv") {
            into.push(path);
        }
    }
}

/// What a file is refused for by a plan, if it is; an image that is made of it is as it says.
fn one(path: &Path, text: &str, kit: &Kit) -> Option<Error> {
    let bytes = std::fs::read(path).unwrap();
    let plan = parse_canonical(text).unwrap();
    match render(&plan, &bytes, &Scene::new(Class::WebP, kit, Quality::Default)) {
        Ok(image) => {
            let header = Header::read(&image.bytes, kit).unwrap_or_else(|e| panic!("{} {text}: {e}", path.display()));
            assert_eq!((header.size, Some(header.format)), (image.size, image.format), "{} {text}", path.display());
            None
        }
        Err(e) => {
            assert!((400..500).contains(&e.status()), "{} {text}: {e:?}", path.display());
            Some(e)
        }
    }
}

#[test]
fn every_file_makes_an_image_or_a_named_error() {
    let Some(folder) = std::env::var_os("LIMN_FIXTURES") else {
        eprintln!("LIMN_FIXTURES is not set: no real photo was tried.");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&folder), &mut paths);
    assert!(paths.len() > 100, "{} holds {} files", folder.to_string_lossy(), paths.len());
    let (next, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let kit = common::kit();
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let all = PLANS.map(|text| one(path, text, &kit));
                    let name = path.strip_prefix(&folder).unwrap().display().to_string();
                    told.lock().unwrap().push((name, all));
                }
            });
        }
    });
    let mut told = told.into_inner().unwrap();
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (mut made, mut refused) = (0, BTreeMap::<&str, Vec<String>>::new());
    for (name, all) in &told {
        made += all.iter().filter(|outcome| outcome.is_none()).count();
        for error in all.iter().flatten() {
            let seen = refused.entry(error.code()).or_default();
            let line = format!("{name}: {error}");
            if seen.last() != Some(&line) {
                seen.push(line);
            }
        }
    }
    assert_eq!(told.len(), paths.len());
    println!("{made} images made of {} files", paths.len());
    for (code, lines) in &refused {
        println!("{code}: {}", lines.len());
        lines.iter().for_each(|line| println!("  {line}"));
    }
    assert!(made > paths.len() * 3, "only {made} images of {} files", paths.len());
}
