//! A body on its way to a node: held in memory while it is small or must be looked at whole, passed on as
//! it comes when it is long, held to every promise either way.

use crate::failure::Outcome;
use crate::ledger::client;
use crate::node;
use crate::Edge;
use futures_util::{stream, Stream, StreamExt};
use limn_core::config::{Bucket, Node};
use limn_core::ledger::call::Blob;
use limn_core::ledger::Row;
use limn_core::node::blob_key;
use limn_core::parts::Parts;
use limn_core::upload::{self, Digested, Intake, Kind, UploadPromise};
use limn_core::{hash, Error};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use worker::{FixedLengthStream, Request};

/// How much of a body is held before it is passed on, bytes (also the size of the pieces in which a body
/// of unknown length is stored).
const HELD: usize = 8 << 20;

/// Bytes on their way, with what is told when they break off.
type Wire = Pin<Box<dyn Stream<Item = Result<Vec<u8>, Error>>>>;

/// A body that came whole and is what was promised.
pub enum Arrived {
    /// In memory, not yet stored.
    Held(Vec<u8>, Digested),
    /// On the bucket's node under this reserved version, with its content type.
    Stored(String, Digested, String),
}

impl Arrived {
    /// What is known of it.
    pub fn digested(&self) -> &Digested {
        match self {
            Arrived::Held(_, digested) | Arrived::Stored(_, digested, _) => digested,
        }
    }
}

/// Where a body goes.
pub struct Target<'a> {
    /// The bucket.
    pub bucket: &'a Bucket,
    /// The key.
    pub key: &'a str,
    /// What it is.
    pub body: What<'a>,
}

/// What a body is.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// An object, of the type that the client declares.
    Object(Option<&'a str>),
    /// A part of one, of which nothing can be told yet.
    Part,
}

impl Target<'_> {
    fn kind(&self, head: &[u8]) -> Outcome<Kind> {
        Ok(match self.body {
            What::Object(declared) => upload::kind(head, declared, self.key, self.bucket)?,
            What::Part => Kind::Opaque(String::new()),
        })
    }

    async fn reserve(&self, edge: &Edge, length: u64) -> Outcome<String> {
        client::reserve(edge, &self.bucket.name, self.key, &self.bucket.node.name, length).await
    }
}

/// Takes a request's body in.
///
/// # Errors
/// What the intake finds; then nothing is stored.
pub async fn receive(edge: &Edge, to: &Target<'_>, parts: &Parts, promise: &UploadPromise, mut request: Request) -> Outcome<Arrived> {
    let intake = Intake::new(parts, to.bucket.limits.max_bytes, promise)?;
    let broken = |_| Error::BadDigest("The upload broke off before its end.".into());
    // A request without a body has no stream either.
    let wire: Wire = match request.stream() {
        Ok(stream) => Box::pin(stream.map(move |chunk| chunk.map_err(broken))),
        Err(_) => Box::pin(stream::empty()),
    };
    take_in(edge, to, wire, intake).await
}

/// A short body in memory, held to the same promises.
///
/// # Errors
/// What the intake finds.
pub async fn small(parts: &Parts, promise: &UploadPromise, mut request: Request, max_bytes: usize) -> Outcome<Vec<u8>> {
    let mut intake = Intake::new(parts, max_bytes as u64, promise)?;
    let mut body = Vec::new();
    if let Ok(mut stream) = request.stream() {
        while let Some(chunk) = stream.next().await {
            intake.push(&chunk?, &mut body)?;
        }
    }
    intake.finish()?;
    Ok(body)
}

/// Puts pieces together, one behind the other.
///
/// # Errors
/// `origin_failed`, `unavailable`; then nothing is stored.
pub async fn join(edge: &Edge, to: &Target<'_>, pieces: &[Piece]) -> Outcome<Arrived> {
    let (wire, intake) = joined(edge, pieces)?;
    take_in(edge, to, wire, intake).await
}

fn joined(edge: &Edge, pieces: &[Piece]) -> Outcome<(Wire, Intake)> {
    let blobs = pieces.iter().map(|p| (&p.node, blob_key(&p.bucket, &p.version), p.range)).collect();
    let broken = |e| {
        worker::console_error!("node: {e}");
        Error::OriginFailed("A node broke off.".into())
    };
    let wire = Box::pin(node::concatenated(edge, blobs)?.map(move |chunk| chunk.map_err(broken)));
    Ok((wire, Intake::of_length(pieces.iter().map(Piece::length).sum())))
}

async fn take_in(edge: &Edge, to: &Target<'_>, mut wire: Wire, mut intake: Intake) -> Outcome<Arrived> {
    let mut held = Vec::with_capacity(intake.length().map_or(0, |n| (n as usize).min(HELD)));
    let mut must_be_held = false;
    while let Some(chunk) = wire.next().await {
        intake.push(&chunk?, &mut held)?;
        if held.len() <= HELD || must_be_held {
            continue;
        }
        match (to.kind(&held)?, intake.length()) {
            (Kind::Image, _) => must_be_held = true,
            (Kind::Opaque(content_type), Some(length)) => return pass_on(edge, to, held, wire, intake, length, content_type).await,
            (Kind::Opaque(content_type), None) => return in_pieces(edge, to, held, wire, intake, content_type).await,
        }
    }
    let digested = intake.finish()?;
    Ok(Arrived::Held(held, digested))
}

/// A body of known length goes to the node while it comes in.
async fn pass_on(
    edge: &Edge,
    to: &Target<'_>,
    held: Vec<u8>,
    wire: Wire,
    intake: Intake,
    length: u64,
    content_type: String,
) -> Outcome<Arrived> {
    let end = Rc::new(RefCell::new(None));
    let chunks = checked(held, wire, intake, end.clone());
    let version = to.reserve(edge, length).await?;
    let blob = blob_key(&to.bucket.name, &version);
    let written = node::put_stream(edge, &to.bucket.node, &blob, FixedLengthStream::wrap(chunks, length)).await;
    let lies = || Error::OriginFailed("The node stored other bytes than were sent.".into()).into();
    let failure = match (written, end.take()) {
        (Ok(md5), Some(Ok(digested))) if hash::hex(&digested.md5) == md5 => return Ok(Arrived::Stored(version, digested, content_type)),
        // What the intake found is the reason, not that the node was cut off because of it.
        (_, Some(Err(found))) => found.into(),
        (Err(e), _) => e,
        (Ok(_), _) => lies(),
    };
    client::release(edge, &to.bucket.name, vec![version]).await;
    Err(failure)
}

/// How a body ended.
type End = Rc<RefCell<Option<Result<Digested, Error>>>>;

/// The body's bytes as they leave the intake. What was found at its end is told in `end`; the node may hold
/// all bytes by then, and without a row to name them they are garbage.
fn checked(held: Vec<u8>, wire: Wire, intake: Intake, end: End) -> impl Stream<Item = worker::Result<Vec<u8>>> + 'static {
    stream::unfold((held, wire, Some(intake)), move |(mut held, mut wire, mut intake)| {
        let end = end.clone();
        async move {
            while held.is_empty() {
                let step = match wire.next().await {
                    Some(Ok(chunk)) => intake.as_mut()?.push(&chunk, &mut held),
                    Some(Err(e)) => Err(e),
                    None => {
                        let finished = intake.take()?.finish();
                        let failed = finished.as_ref().err().cloned();
                        *end.borrow_mut() = Some(finished);
                        match failed {
                            None => return None,
                            Some(_) => return Some((Err("refused".into()), (held, wire, None))),
                        }
                    }
                };
                if let Err(e) = step {
                    *end.borrow_mut() = Some(Err(e));
                    return Some((Err("refused".into()), (held, wire, None)));
                }
            }
            Some((Ok(std::mem::take(&mut held)), (held, wire, intake)))
        }
    })
}

/// A body of unknown length is stored in pieces, which are put together once its length is known.
async fn in_pieces(
    edge: &Edge,
    to: &Target<'_>,
    mut held: Vec<u8>,
    mut wire: Wire,
    mut intake: Intake,
    content_type: String,
) -> Outcome<Arrived> {
    let mut pieces: Vec<Piece> = Vec::new();
    let stored = async {
        loop {
            if held.len() > HELD {
                pieces.push(put_piece(edge, to, std::mem::take(&mut held)).await?);
            }
            match wire.next().await {
                Some(chunk) => intake.push(&chunk?, &mut held)?,
                None => break,
            }
        }
        if !held.is_empty() {
            pieces.push(put_piece(edge, to, std::mem::take(&mut held)).await?);
        }
        let promised = intake.finish()?;
        let (wire, intake) = joined(edge, &pieces)?;
        match pass_on(edge, to, Vec::new(), wire, intake, promised.length, content_type).await? {
            Arrived::Stored(version, whole, content_type) if whole.sha256 == promised.sha256 => {
                Ok(Arrived::Stored(version, promised, content_type))
            }
            _ => Err(Error::OriginFailed("The node gave other bytes back than were stored.".into()).into()),
        }
    }
    .await;
    client::release(edge, &to.bucket.name, pieces.into_iter().map(|p| p.version).collect()).await;
    stored
}

/// A stored blob, or a part of one, that is to become part of another.
pub struct Piece {
    node: Node,
    bucket: String,
    version: String,
    /// Length of the blob, and its bytes from the first to the last that are meant.
    range: (u64, Option<(u64, u64)>),
}

impl Piece {
    /// An object's bytes, or those from a first to a last one.
    pub fn of(edge: &Edge, bucket: &Bucket, row: &Row, part: Option<(u64, u64)>) -> Piece {
        let node = node::holder(edge, bucket, row).clone();
        Piece { node, bucket: bucket.name.clone(), version: row.version.clone(), range: (row.length, part) }
    }

    /// A part of a multipart upload.
    pub fn of_part(edge: &Edge, bucket: &Bucket, blob: &Blob) -> Piece {
        let node = edge.config.nodes.get(&blob.node).unwrap_or(&bucket.node).clone();
        Piece { node, bucket: bucket.name.clone(), version: blob.version.clone(), range: (blob.length, None) }
    }

    fn length(&self) -> u64 {
        match self.range {
            (_, Some((first, last))) => (last + 1).saturating_sub(first),
            (length, None) => length,
        }
    }
}

async fn put_piece(edge: &Edge, to: &Target<'_>, bytes: Vec<u8>) -> Outcome<Piece> {
    let length = bytes.len() as u64;
    let version = put_held(edge, to, bytes).await?;
    Ok(Piece { node: to.bucket.node.clone(), bucket: to.bucket.name.clone(), version, range: (length, None) })
}

/// Stores bytes that are in memory; the version, which is reserved.
///
/// # Errors
/// `unavailable`; then nothing is stored.
pub async fn put_held(edge: &Edge, to: &Target<'_>, bytes: Vec<u8>) -> Outcome<String> {
    let sha256 = hash::sha256(&bytes);
    let version = to.reserve(edge, bytes.len() as u64).await?;
    let blob = blob_key(&to.bucket.name, &version);
    if let Err(e) = node::put_blob(edge, &to.bucket.node, &blob, bytes, sha256).await {
        client::release(edge, &to.bucket.name, vec![version]).await;
        return Err(e);
    }
    Ok(version)
}
