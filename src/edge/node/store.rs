//! One node: reads, writes, copies and deletes, whatever kind it is. Each answer is checked here, so that what
//! comes back is what was asked for or word of what went wrong.

use super::health;
use super::patience::{within, HEAD_MS, LONG_WRITE_MS, READ_MS, STALL_MS, WRITE_MS};
use super::{r2, remote};
use crate::bytes;
use futures_util::StreamExt;
use js_sys::{Reflect, Uint8Array};
use limn_core::api::range::Range;
use limn_core::config::{Node, NodeKind};
use limn_core::node::Known;
use limn_core::outbound::listing::Object;
use limn_core::upload::{Digested, Digests};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;
use worker::worker_sys::FixedLengthStream as Pipe;
use worker::{Env, FixedLengthStream, Response, ResponseBody};

/// Why a node did not do what it was asked. Not about the object: another node may do it.
#[derive(Debug)]
pub enum Trouble {
    /// It asks to be left alone for so many seconds.
    Busy(u64),
    /// Anything else, in words for the log.
    Failed(String),
}

/// What a node answers.
pub type Told<T> = Result<T, Trouble>;

impl From<worker::Error> for Trouble {
    fn from(error: worker::Error) -> Self {
        Trouble::Failed(error.to_string())
    }
}

impl From<wasm_bindgen::JsValue> for Trouble {
    fn from(error: wasm_bindgen::JsValue) -> Self {
        worker::Error::from(error).into()
    }
}

impl From<limn_core::Error> for Trouble {
    fn from(error: limn_core::Error) -> Self {
        Trouble::Failed(error.to_string())
    }
}

/// What a node says of an object.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Bytes of the whole.
    pub length: u64,
    /// Its ETag without quotes; it changes with every write.
    pub etag: String,
    /// When it was stored, unix seconds.
    pub modified: Option<u64>,
    /// The type that it was stored with; whoever stored it may have said anything.
    pub content_type: Option<String>,
}

/// An object, opened.
pub struct Opened {
    /// What it is.
    pub stamp: Stamp,
    /// Its bytes, or the part that was asked for, still on their way.
    pub body: ResponseBody,
}

/// The slowest copy that is waited for, bytes a millisecond.
const SLOWEST_BYTES_A_MS: u64 = 200;

/// A part of an object, from the first to the last byte; none is the whole.
pub type Part = Option<(u64, u64)>;

fn unspoken(node: &Node) -> Trouble {
    Trouble::Failed(format!("a node of kind {:?} keeps no blobs", node.kind))
}

/// What a node holds under a key; `None` where it says that it holds nothing.
pub async fn head(env: &Env, node: &Node, key: &str) -> Told<Option<Stamp>> {
    match node.kind {
        NodeKind::R2 => within(HEAD_MS, "a head", r2::head(env, node, key)).await,
        NodeKind::S3 | NodeKind::Oss => remote::head(node, key).await,
        NodeKind::Http => Err(unspoken(node)),
    }
}

/// Opens an object.
pub async fn open(env: &Env, node: &Node, key: &str, part: Part) -> Told<Option<Opened>> {
    match node.kind {
        NodeKind::R2 => within(HEAD_MS, "an opening", r2::open(env, node, key, part)).await,
        NodeKind::S3 | NodeKind::Oss => remote::open(node, key, part).await,
        NodeKind::Http => Err(unspoken(node)),
    }
}

/// All bytes of an object: as many as it is said to have, or the node is in trouble.
pub async fn whole(opened: Opened, node: &Node) -> Told<Uint8Array> {
    let length = opened.stamp.length;
    let all = match node.kind {
        NodeKind::R2 => within(READ_MS, "a body", async { Ok(bytes::read(opened.body).await?) }).await?,
        _ => within(READ_MS, "a body", slowly(opened)).await?,
    };
    match u64::from(all.length()) == length {
        true => Ok(all),
        false => Err(Trouble::Failed(format!("{} bytes came of {length}", all.length()))),
    }
}

/// As the bytes come, each time before patience ends; they stay in the runtime's heap.
async fn slowly(opened: Opened) -> Told<Uint8Array> {
    let length = u32::try_from(opened.stamp.length).map_err(|_| Trouble::Failed("the body is too long to be held".into()))?;
    let all = Uint8Array::new_with_length(length);
    let reader: ReadableStreamDefaultReader = stream_of(opened.body)?.get_reader().unchecked_into();
    let mut at = 0;
    loop {
        let step = within(STALL_MS, "the next bytes", async { Ok(JsFuture::from(reader.read()).await?) }).await?;
        let value = Reflect::get(&step, &"value".into())?;
        if value.is_undefined() {
            // Short of its length is as bad as beyond it.
            return Ok(all.subarray(0, at));
        }
        let chunk: Uint8Array = value.unchecked_into();
        if chunk.length() > length - at {
            return Err(Trouble::Failed(format!("more than {length} bytes came")));
        }
        all.set(&chunk, at);
        at += chunk.length();
    }
}

/// Stores bytes under a key, and returns once the node holds these very bytes.
pub async fn put(env: &Env, node: &Node, key: &str, all: &Uint8Array, known: &Known) -> Told<()> {
    let work = async {
        let body = bytes::body(all, Range::Whole)?;
        match node.kind {
            NodeKind::R2 => r2::put(env, node, key, stream_of(body)?, known).await.map(|()| true),
            NodeKind::S3 | NodeKind::Oss => remote::put(node, key, all.into(), known).await,
            NodeKind::Http => Err(unspoken(node)),
        }
    };
    settle(env, node, key, within(WRITE_MS, "a write", work).await?, known).await
}

/// What a node says of a body that it stored while it came, for [`proven`].
pub enum Claim {
    /// R2's MD5 of it.
    Md5(String),
    /// An HTTP node's answer.
    Answer(remote::Answer),
}

/// Stores a body as it comes. One that breaks off or has another length stores nothing.
pub async fn put_stream(env: &Env, node: &Node, key: &str, body: FixedLengthStream) -> Told<Claim> {
    match node.kind {
        NodeKind::R2 => within(LONG_WRITE_MS, "a write", r2::put_stream(env, node, key, body)).await.map(Claim::Md5),
        NodeKind::S3 | NodeKind::Oss => remote::put_stream(node, key, body).await.map(Claim::Answer),
        NodeKind::Http => Err(unspoken(node)),
    }
}

/// Whether what was stored as it came is what came, now that its digests are known.
pub async fn proven(env: &Env, node: &Node, key: &str, claim: &Claim, known: &Known) -> Told<()> {
    let proven = match claim {
        Claim::Md5(md5) => known.md5.is_some_and(|ours| limn_core::hash::hex(&ours) == *md5),
        Claim::Answer(answer) => remote::proves(node, answer, known),
    };
    settle(env, node, key, proven, known).await
}

/// A copy that no answer proves is read back.
async fn settle(env: &Env, node: &Node, key: &str, proven: bool, known: &Known) -> Told<()> {
    if proven {
        return Ok(());
    }
    let lies = || Trouble::Failed("it holds other bytes than were stored".into());
    let read = digest(open(env, node, key, None).await?.ok_or_else(lies)?).await?;
    (read.length == known.length && read.sha256 == known.sha256).then_some(()).ok_or_else(lies)
}

/// What a node holds in a blob's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// The very bytes.
    Good,
    /// Others.
    Wrong,
    /// Nothing.
    Missing,
}

/// Blobs of so many bytes at most are hashed whole, by the runtime.
const HASHED_WHOLE: u64 = 4 << 20;

/// Reads a copy and compares it with what is known of the blob.
pub async fn check(env: &Env, node: &Node, key: &str, known: &Known) -> Told<Copy> {
    let Some(opened) = open(env, node, key, None).await? else { return Ok(Copy::Missing) };
    if opened.stamp.length != known.length {
        if let ResponseBody::Stream(stream) = opened.body {
            let _ = stream.cancel();
        }
        return Ok(Copy::Wrong);
    }
    let sha256 = match known.length <= HASHED_WHOLE {
        true => bytes::sha256(&whole(opened, node).await?).await?,
        false => digest(opened).await?.sha256,
    };
    Ok(if sha256 == known.sha256 { Copy::Good } else { Copy::Wrong })
}

/// The digests of a body, as its bytes come.
pub async fn digest(opened: Opened) -> Told<Digested> {
    let mut digests = Digests::default();
    if !matches!(opened.body, ResponseBody::Empty) {
        let mut stream = Response::from_body(opened.body)?.stream()?;
        while let Some(chunk) = within(STALL_MS, "the next bytes", async { Ok(stream.next().await) }).await? {
            digests.update(&chunk?);
        }
    }
    Ok(digests.finish())
}

/// A page of what a node holds under a prefix, in order, behind a key; and whether there is more.
pub async fn list(env: &Env, node: &Node, prefix: &str, after: &str, most: usize) -> Told<(Vec<Object>, bool)> {
    match node.kind {
        NodeKind::R2 => within(READ_MS, "a list", r2::list(env, node, prefix, after, most)).await,
        NodeKind::S3 | NodeKind::Oss => remote::list(node, prefix, after, most).await,
        NodeKind::Http => Err(Trouble::Failed("a web server tells no list".into())),
    }
}

/// Copies a blob whose digest is known from one node to another; long ones without a copy in WASM.
pub async fn copy(env: &Env, from: &Node, to: &Node, key: &str, known: &Known) -> Told<()> {
    let absent = || Trouble::Failed("it does not hold the blob".into());
    // Each node answers for its own part.
    let opened = health::watched(from, open(env, from, key, None)).await?.ok_or_else(absent)?;
    if opened.stamp.length != known.length {
        return Err(Trouble::Failed(format!("it holds {} bytes of {}", opened.stamp.length, known.length)));
    }
    let pipe = pipe(known.length)?;
    let body = stream_of(opened.body)?;
    let flow = JsFuture::from(body.pipe_to(&pipe.writable()));
    // Nobody waits for the pipe: a source that breaks off breaks the write, and a write that fails needs no more.
    wasm_bindgen_futures::spawn_local(async move {
        let _ = flow.await;
    });
    let stored = async {
        match to.kind {
            NodeKind::R2 => r2::put(env, to, key, pipe.readable(), known).await.map(|()| true),
            NodeKind::S3 | NodeKind::Oss => remote::put(to, key, pipe.readable().into(), known).await,
            NodeKind::Http => Err(unspoken(to)),
        }
    };
    let patience = WRITE_MS.max(known.length / SLOWEST_BYTES_A_MS);
    let written = async {
        let stored = within(patience, "a copy", stored).await;
        if stored.is_err() {
            let _ = pipe.readable().cancel();
        }
        settle(env, to, key, stored?, known).await
    };
    health::watched(to, written).await
}

fn pipe(length: u64) -> Told<Pipe> {
    Ok(match u32::try_from(length) {
        Ok(length) => Pipe::new(length)?,
        Err(_) => Pipe::new_big_int(length.into())?,
    })
}

/// A body as a stream of the runtime.
fn stream_of(body: ResponseBody) -> Told<web_sys::ReadableStream> {
    match body {
        ResponseBody::Stream(stream) => Ok(stream),
        ResponseBody::Body(bytes) => stream_of(bytes::body(&bytes.as_slice().into(), Range::Whole)?),
        ResponseBody::Empty => Err(Trouble::Failed("there is no body".into())),
    }
}

/// Deletes a blob; one that is not there is deleted already.
pub async fn delete(env: &Env, node: &Node, key: &str) -> Told<()> {
    match node.kind {
        NodeKind::R2 => r2::delete(env, node, key).await,
        NodeKind::S3 | NodeKind::Oss => remote::delete(node, key).await,
        NodeKind::Http => Err(unspoken(node)),
    }
}
