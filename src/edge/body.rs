//! A body on its way to a node: held in memory while it is small or must be looked at whole, passed on as
//! it comes when it is long, held to every promise either way.

use crate::admission::{self, Place};
use crate::failure::Outcome;
use crate::ledger::client;
use crate::node::{self, Extent, Writing};
use crate::Edge;
use futures_util::{stream, Stream, StreamExt, TryStreamExt};
use js_sys::Uint8Array;
use limn_core::admission::LARGEST;
use limn_core::codec::sniff::{self, Sniffed};
use limn_core::config::Bucket;
use limn_core::grant::Grant;
use limn_core::ledger::call::{Becomes, Blob};
use limn_core::ledger::Row;
use limn_core::node::Known;
use limn_core::parts::Parts;
use limn_core::upload::renaming::Naming;
use limn_core::upload::{self, Digested, Digests, Intake, Kind, UploadPromise};
use limn_core::Error;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use worker::{FixedLengthStream, Request, Response, ResponseBody};

/// How much of a body is held before it is passed on, bytes (also the size of the pieces in which a body
/// of unknown length is stored).
const HELD: usize = 8 << 20;

/// Bytes on their way, with what is told when they break off.
type Wire = Pin<Box<dyn Stream<Item = Result<Vec<u8>, Error>>>>;

/// A body that came whole and is what was promised.
pub enum Arrived {
    /// In memory, not yet stored, with its place there.
    Held(Vec<u8>, Digested, Option<Place>),
    /// On a quorum of nodes, with its content type.
    Stored(Placed, Digested, String),
}

/// Where a blob was stored.
pub struct Placed {
    /// The version that was reserved for it.
    pub version: String,
    /// The object's key, which may have been made of it.
    pub key: String,
    /// Names of the nodes that hold it, as many as the quorum asks for.
    pub held: Vec<String>,
    /// Names of those that failed to store it, and may hold it all the same.
    pub failed: Vec<String>,
}

impl Arrived {
    /// What is known of it.
    pub fn digested(&self) -> &Digested {
        match self {
            Arrived::Held(_, digested, _) | Arrived::Stored(_, digested, _) => digested,
        }
    }
}

/// Where a body goes.
pub struct Target<'a> {
    /// The bucket.
    pub bucket: &'a Bucket,
    /// The key; of what is named later, the file's name at the client.
    pub key: &'a str,
    /// What it is.
    pub body: What<'a>,
    /// Who stores it.
    pub user: &'a str,
    /// The multipart upload whose parts it is.
    pub joins: Option<&'a str>,
}

/// What a body is.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// An object, of the type that the client declares.
    Object(Option<&'a str>),
    /// The same, whose key is made when its version and type are known.
    Named(Option<&'a str>, &'a Naming<'a>),
    /// A part of one, of which nothing can be told yet.
    Part,
}

/// What is known of bytes when their version is reserved; a name may be made of it.
#[derive(Clone, Copy, Default)]
pub struct Told<'a> {
    /// As served.
    pub content_type: &'a str,
    /// Absent while the body is still coming.
    pub sha256: Option<&'a [u8; 32]>,
}

impl<'a> Target<'a> {
    /// A body that a grant lets in.
    pub fn new(grant: &'a Grant<'a>, key: &'a str, body: What<'a>) -> Target<'a> {
        Target { bucket: grant.bucket(), key, body, user: grant.user().unwrap_or(""), joins: None }
    }

    fn becomes(&self) -> Becomes {
        match (self.body, self.joins) {
            (What::Part, _) => Becomes::Part,
            (_, Some(upload)) => Becomes::Joined(upload.into()),
            (_, None) => Becomes::Object,
        }
    }

    fn kind(&self, head: &[u8]) -> Outcome<Kind> {
        Ok(match self.body {
            What::Object(declared) | What::Named(declared, _) => upload::kind(head, declared, self.key, self.bucket)?,
            What::Part => Kind::Opaque(String::new()),
        })
    }

    /// A version for a body of this length, and what writes it.
    async fn reserve<'b>(&'b self, edge: &'b Edge, length: u64, of: Told<'_>) -> Outcome<Writing<'b>> {
        if let What::Named(_, naming) = self.body {
            return self.reserve_named(edge, length, naming, of).await;
        }
        let order = node::order(edge, self.bucket, self.key)?;
        let names = order.iter().map(|node| node.name.clone()).collect();
        let version = client::reserve(edge, &self.bucket.name, (self.key, names), length, self.user, &self.becomes()).await?;
        Ok(Writing::new(edge, self.bucket, self.key, version, order))
    }

    /// The version is part of the key, and homes are those of the key: so the version is reserved first, for any
    /// node of the bucket.
    async fn reserve_named<'b>(&'b self, edge: &'b Edge, length: u64, naming: &Naming<'_>, of: Told<'_>) -> Outcome<Writing<'b>> {
        let names = self.bucket.nodes.iter().map(|node| node.name.clone()).collect();
        let version = client::reserve(edge, &self.bucket.name, (naming.pattern.text(), names), length, self.user, &self.becomes()).await?;
        let named = naming.key(&version, of.content_type, of.sha256).map_err(Into::into);
        match named.and_then(|key| Ok((node::order(edge, self.bucket, &key)?, key))) {
            Ok((order, key)) => Ok(Writing::new(edge, self.bucket, &key, version, order)),
            Err(e) => {
                client::release(edge, &self.bucket.name, vec![version]).await;
                Err(e)
            }
        }
    }

    /// Whether nothing may be written before the whole body was hashed.
    fn needs_digest(&self) -> bool {
        matches!(self.body, What::Named(_, naming) if naming.pattern.needs_digest())
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
    let (wire, intake) = joined(edge, pieces);
    take_in(edge, to, wire, intake).await
}

/// Takes in bytes that a node holds already.
///
/// # Errors
/// What the intake finds, `upload_too_large`, `origin_failed`; then nothing is stored.
pub async fn fetched(edge: &Edge, to: &Target<'_>, body: ResponseBody, length: u64, md5: Option<[u8; 16]>) -> Outcome<Arrived> {
    let most = to.bucket.limits.max_bytes;
    if length > most {
        return Err(Error::UploadTooLarge(format!("The object has {length} bytes; at most {most} are allowed.")).into());
    }
    let broken = |_| Error::OriginFailed("The node broke off.".into());
    let wire: Wire = match body {
        ResponseBody::Empty => Box::pin(stream::empty()),
        body => Box::pin(Response::from_body(body)?.stream()?.map(move |chunk| chunk.map_err(broken))),
    };
    take_in(edge, to, wire, Intake::of_node(length, md5)).await
}

fn joined(edge: &Edge, pieces: &[Piece]) -> (Wire, Intake) {
    let broken = |e| {
        worker::console_error!("node: {e}");
        Error::OriginFailed("A node broke off.".into())
    };
    // Each is opened when the one before has ended, since a Worker may hold few connections at a time.
    let (edge, pieces_left) = (edge.clone(), pieces.to_vec());
    let opened = stream::iter(pieces_left).then(move |piece| {
        let edge = edge.clone();
        async move {
            let opened = node::open(&edge, &piece.bucket, &piece.nodes, &piece.version, piece.range).await;
            let opened = opened.map_err(|_| worker::Error::from("no node gives a piece"))?;
            Response::from_body(opened.body)?.stream()
        }
    });
    let wire = Box::pin(opened.try_flatten().map(move |chunk| chunk.map_err(broken)));
    (wire, Intake::of_length(pieces.iter().map(Piece::length).sum()))
}

async fn take_in(edge: &Edge, to: &Target<'_>, mut wire: Wire, mut intake: Intake) -> Outcome<Arrived> {
    let (mut held, mut place) = (Vec::new(), None);
    let mut must_be_held = false;
    // The rest of a long one goes to its node while it comes, and is part of that step.
    let step = edge.step("body");
    while let Some(chunk) = wire.next().await {
        intake.push(&chunk?, &mut held)?;
        if place.is_none() {
            // What it begins with tells how much of it will be held.
            let is_image = matches!(sniff::sniff(&held), Sniffed::Known(_));
            let most = intake.length().unwrap_or(to.bucket.limits.max_bytes.min(LARGEST));
            place = Some(admission::upload(if is_image { most } else { most.min(HELD as u64) }).await?);
        }
        if held.len() as u64 > LARGEST {
            let sentence = format!("An image is looked at whole, in memory, which {LARGEST} bytes at most allow.");
            return Err(Error::UploadTooLarge(sentence).into());
        }
        if held.len() <= HELD || must_be_held {
            continue;
        }
        match (to.kind(&held)?, intake.length()) {
            (Kind::Image, _) => must_be_held = true,
            (Kind::Opaque(content_type), Some(length)) if !to.needs_digest() => {
                // What is held leaves with the first step of the rest, however slowly that comes.
                drop((step, place));
                return pass_on(edge, to, held, wire, intake, (length, None), content_type).await;
            }
            (Kind::Opaque(content_type), _) => {
                drop(step);
                return in_pieces(edge, to, held, wire, intake, content_type).await;
            }
        }
    }
    drop(step);
    let digested = intake.finish()?;
    Ok(Arrived::Held(held, digested, place))
}

/// A body of known length goes to the node while it comes in.
async fn pass_on(
    edge: &Edge,
    to: &Target<'_>,
    held: Vec<u8>,
    wire: Wire,
    intake: Intake,
    (length, sha256): (u64, Option<&[u8; 32]>),
    content_type: String,
) -> Outcome<Arrived> {
    let end = Rc::new(RefCell::new(None));
    let chunks = checked(held, wire, intake, end.clone());
    let writing = to.reserve(edge, length, Told { content_type: &content_type, sha256 }).await?;
    let claim = writing.put_stream(FixedLengthStream::wrap(chunks, length)).await;
    let stored = match (claim, end.take()) {
        (Ok(claim), Some(Ok(digested))) => writing.spread(&claim, &Known::of(&digested)).await.map(|placed| (placed, digested)),
        // What the intake found is the reason, not that the node was cut off because of it.
        (_, Some(Err(found))) => Err(found.into()),
        (Err(e), _) => Err(e),
        (Ok(_), None) => Err(Error::OriginFailed("The node did not take the whole body.".into()).into()),
    };
    match stored {
        Ok((placed, digested)) => Ok(Arrived::Stored(placed, digested, content_type)),
        Err(e) => {
            client::release(edge, &to.bucket.name, vec![writing.version]).await;
            Err(e)
        }
    }
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

/// A body of unknown length, or one that is named by its digest, is stored in pieces, which are put together
/// once that is known.
async fn in_pieces(
    edge: &Edge,
    to: &Target<'_>,
    mut held: Vec<u8>,
    mut wire: Wire,
    mut intake: Intake,
    content_type: String,
) -> Outcome<Arrived> {
    let mut pieces: Vec<Piece> = Vec::new();
    let part = Target { body: What::Part, ..*to };
    let stored = async {
        loop {
            if held.len() > HELD {
                pieces.push(put_piece(edge, &part, std::mem::take(&mut held)).await?);
            }
            match wire.next().await {
                Some(chunk) => intake.push(&chunk?, &mut held)?,
                None => break,
            }
        }
        if !held.is_empty() {
            pieces.push(put_piece(edge, &part, std::mem::take(&mut held)).await?);
        }
        let promised = intake.finish()?;
        let (wire, intake) = joined(edge, &pieces);
        match pass_on(edge, to, Vec::new(), wire, intake, (promised.length, Some(&promised.sha256)), content_type).await? {
            Arrived::Stored(placed, whole, content_type) if whole.sha256 == promised.sha256 => {
                Ok(Arrived::Stored(placed, promised, content_type))
            }
            _ => Err(Error::OriginFailed("The node gave other bytes back than were stored.".into()).into()),
        }
    }
    .await;
    client::release(edge, &to.bucket.name, pieces.into_iter().map(|p| p.version).collect()).await;
    stored
}

/// A stored blob, or a part of one, that is to become part of another.
#[derive(Clone)]
pub struct Piece {
    bucket: String,
    version: String,
    /// Names of the nodes that hold it, joined by commas.
    nodes: String,
    /// Length of the blob, and its bytes from the first to the last that are meant.
    range: Extent,
}

impl Piece {
    /// An object's bytes, or those from a first to a last one.
    pub fn of(bucket: &Bucket, row: &Row, part: Option<(u64, u64)>) -> Piece {
        Piece { bucket: bucket.name.clone(), version: row.version.clone(), nodes: row.nodes.clone(), range: (row.length, part) }
    }

    /// A part of a multipart upload.
    pub fn of_part(bucket: &Bucket, blob: &Blob) -> Piece {
        Piece { bucket: bucket.name.clone(), version: blob.version.clone(), nodes: blob.nodes.clone(), range: (blob.length, None) }
    }

    fn length(&self) -> u64 {
        match self.range {
            (_, Some((first, last))) => (last + 1).saturating_sub(first),
            (length, None) => length,
        }
    }
}

async fn put_piece(edge: &Edge, to: &Target<'_>, bytes: Vec<u8>) -> Outcome<Piece> {
    let mut digests = Digests::default();
    digests.update(&bytes);
    let digested = digests.finish();
    let placed = put_held(edge, to, bytes, &digested, "").await?;
    let nodes = placed.held.join(",");
    Ok(Piece { bucket: to.bucket.name.clone(), version: placed.version, nodes, range: (digested.length, None) })
}

/// Stores bytes that are in memory on a quorum of nodes, under a version that is reserved.
///
/// # Errors
/// `unavailable`; then nothing is stored that a row will ever name.
pub async fn put_held(edge: &Edge, to: &Target<'_>, bytes: Vec<u8>, digested: &Digested, content_type: &str) -> Outcome<Placed> {
    let writing = to.reserve(edge, digested.length, Told { content_type, sha256: Some(&digested.sha256) }).await?;
    let all = Uint8Array::from(bytes.as_slice());
    // WASM's memory never shrinks; the runtime's does.
    drop(bytes);
    let placed = writing.put(&all, &Known::of(digested)).await;
    if placed.is_err() {
        client::release(edge, &to.bucket.name, vec![writing.version]).await;
    }
    placed
}
