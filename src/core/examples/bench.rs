//! The engine alone as a plain WASM file, for `scripts/bench`: a query and a source in, an image out.
#![allow(clippy::missing_safety_doc, missing_docs)]

use limn_core::accept::Class;
use limn_core::config::{Bucket, Config};
use limn_core::image::Size;
use limn_core::kit::Kit;
use limn_core::params::{short, Program};
use limn_core::plan::Quality;
use limn_core::rare::{Job, Made, Rare, Whole};
use limn_core::render::{render, Scene};
use std::cell::RefCell;

thread_local! {
    static OUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Memory for the host to write to; not cleared, as no contender's is.
#[no_mangle]
pub extern "C" fn limn_alloc(len: u32) -> *mut u8 {
    std::mem::ManuallyDrop::new(Vec::with_capacity(len as usize)).as_mut_ptr()
}

/// `ptr` and `len` must be those of one [`limn_alloc`].
#[no_mangle]
pub unsafe extern "C" fn limn_free(ptr: *mut u8, len: u32) {
    drop(Vec::from_raw_parts(ptr, 0, len as usize));
}

/// 0 and the image as output, or 1 and the error's sentence.
#[no_mangle]
pub unsafe extern "C" fn limn_render(src: *const u8, src_len: u32, query: *const u8, query_len: u32) -> i32 {
    let source = std::slice::from_raw_parts(src, src_len as usize);
    let query = String::from_utf8_lossy(std::slice::from_raw_parts(query, query_len as usize)).into_owned();
    let made = run(source, &query);
    let failed = made.is_err() as i32;
    OUT.with(|out| *out.borrow_mut() = made.unwrap_or_else(|e| e.to_string().into_bytes()));
    failed
}

/// Reads the pixels that encoders alone are measured with, and does no other rare job.
struct Pixels;

impl Rare for Pixels {
    fn run(&self, job: &Job, data: &[u8]) -> limn_core::Result<Made> {
        let (Job::WholeHeader { format: Whole::Pnm } | Job::WholeDecode { format: Whole::Pnm }) = job else {
            return Err(limn_core::Error::NotImplemented("The engine alone does no rare jobs.".into()));
        };
        let (size, channels, samples) = pam(data).ok_or_else(|| limn_core::Error::ImageCorrupt("The PAM is damaged.".into()))?;
        let bytes = match job {
            Job::WholeHeader { .. } => vec![channels, 0],
            _ => samples.to_vec(),
        };
        Ok(Made { size, bytes })
    }
}

/// Size, channels and samples of a PAM of 8 bits a sample.
fn pam(data: &[u8]) -> Option<(Size, u8, &[u8])> {
    const END: &[u8] = b"ENDHDR\n";
    let end = data.windows(END.len()).take(200).position(|at| at == END)?;
    let (head, samples) = (std::str::from_utf8(data.get(..end)?).ok()?, data.get(end + END.len()..)?);
    let number = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u32>().ok());
    let (size, channels) = (Size::new(number("WIDTH")?, number("HEIGHT")?), u8::try_from(number("DEPTH")?).ok()?);
    (samples.len() as u64 == size.pixels() * u64::from(channels)).then_some((size, channels, samples))
}

fn run(source: &[u8], query: &str) -> limn_core::Result<Vec<u8>> {
    let config = Config::parse([
        ("LIMN_NODE_A", r#"{"name":"a","kind":"r2","binding":"A"}"#),
        ("LIMN_BUCKET_A", r#"{"name":"bench","nodes":["a"]}"#),
    ])?;
    let bucket: &Bucket = config.bucket("bench")?;
    let pairs = query.split('&').filter_map(|p| p.split_once('=')).filter_map(|(n, v)| Some((short::canonical_name(n)?, v.to_string())));
    let plan = Program::Short(pairs.collect()).compile(bucket)?;
    // A bucket's setting elsewhere, and no parameter.
    let mut kit = Kit::new(bucket.limits.clone(), &Pixels);
    kit.linear = query.split('&').any(|pair| pair == "linear=1");
    Ok(render(&plan, source, &Scene::new(Class::Base, &kit, Quality::Default))?.bytes)
}

#[no_mangle]
pub extern "C" fn limn_out_ptr() -> *const u8 {
    OUT.with(|out| out.borrow().as_ptr())
}

#[no_mangle]
pub extern "C" fn limn_out_len() -> u32 {
    OUT.with(|out| out.borrow().len() as u32)
}
