//! Writes of blobs: to the nearest healthy node and on to the key's homes, until as many hold verified bytes as
//! the bucket's quorum asks for.

use super::{health, store};
use crate::body::Placed;
use crate::failure::Outcome;
use crate::Edge;
use futures_util::future::join_all;
use js_sys::Uint8Array;
use limn_core::config::{Bucket, Node};
use limn_core::node::{blob_key, Known};
use limn_core::placement::entry_order;
use limn_core::Error;
use worker::FixedLengthStream;

/// A blob that is to be written.
pub struct Writing<'a> {
    edge: &'a Edge,
    /// The version.
    pub version: String,
    key: String,
    blob: String,
    quorum: usize,
    /// The nodes that may take it, in the order in which they are tried.
    order: Vec<&'a Node>,
}

/// Which nodes may take a key's blob, in the order in which they are tried: those whose breaker is open last.
///
/// # Errors
/// `unavailable` where there are fewer than the quorum asks for.
pub fn order<'a>(edge: &Edge, bucket: &'a Bucket, key: &str) -> Outcome<Vec<&'a Node>> {
    let mut order = entry_order(bucket, key, edge.place, health::lets);
    let rest = entry_order(bucket, key, edge.place, |node| !order.iter().any(|n| n.name == node.name));
    order.extend(rest);
    match bucket.quorum_of(key) {
        quorum if order.len() < quorum => Err(too_few(order.len(), quorum).into()),
        _ => Ok(order),
    }
}

fn too_few(held: usize, quorum: usize) -> Error {
    Error::Unavailable(format!("{held} of the {quorum} storage nodes that an upload needs could be reached; nothing was stored."))
}

impl<'a> Writing<'a> {
    /// Of a key's version, on nodes in their [`order`].
    pub fn new(edge: &'a Edge, bucket: &'a Bucket, key: &str, version: String, order: Vec<&'a Node>) -> Writing<'a> {
        let blob = blob_key(&bucket.name, &version);
        Writing { edge, version, key: key.into(), blob, quorum: bucket.quorum_of(key), order }
    }

    /// Stores bytes that are in memory, on several nodes at once.
    ///
    /// # Errors
    /// `unavailable` when the quorum cannot be reached; some nodes may hold the blob all the same.
    pub async fn put(&self, all: &Uint8Array, known: &Known) -> Outcome<Placed> {
        let write = async |node: &Node| health::watched(node, store::put(&self.edge.env, node, &self.blob, all, known)).await;
        self.until_quorum(Vec::new(), write).await
    }

    /// Stores a body as it comes on the nearest node; what that node claims is to be [`proven`](Writing::spread).
    ///
    /// # Errors
    /// `unavailable`: a body that has left cannot be sent once more.
    pub async fn put_stream(&self, body: FixedLengthStream) -> Outcome<store::Claim> {
        let first = self.order.first().ok_or_else(|| too_few(0, self.quorum))?;
        let _step = self.edge.step("node");
        let claim = health::watched(first, store::put_stream(&self.edge.env, first, &self.blob, body)).await;
        Ok(claim.map_err(|_| too_few(0, self.quorum))?)
    }

    /// Proves what the nearest node claims, and copies it on from there.
    ///
    /// # Errors
    /// As of [`put`](Writing::put).
    pub async fn spread(&self, claim: &store::Claim, known: &Known) -> Outcome<Placed> {
        let first = self.order.first().ok_or_else(|| too_few(0, self.quorum))?;
        let env = &self.edge.env;
        if health::watched(first, store::proven(env, first, &self.blob, claim, known)).await.is_err() {
            return Err(Error::OriginFailed("The node stored other bytes than were sent.".into()).into());
        }
        let write = async |node: &Node| store::copy(env, first, node, &self.blob, known).await;
        self.until_quorum(vec![first.name.clone()], write).await
    }

    /// Tries as many nodes at once as are still wanted, then the next ones for those that failed.
    async fn until_quorum(&self, mut held: Vec<String>, write: impl AsyncFn(&Node) -> store::Told<()>) -> Outcome<Placed> {
        let _step = self.edge.step("node");
        let mut failed = Vec::new();
        let mut queue = self.order.iter().copied().filter(|n| !held.contains(&n.name)).collect::<Vec<_>>().into_iter();
        while held.len() < self.quorum {
            let next: Vec<&Node> = queue.by_ref().take(self.quorum - held.len()).collect();
            if next.is_empty() {
                return Err(too_few(held.len(), self.quorum).into());
            }
            let told = join_all(next.iter().map(|node| write(node))).await;
            for (node, told) in next.into_iter().zip(told) {
                if told.is_ok() { &mut held } else { &mut failed }.push(node.name.clone());
            }
        }
        self.edge.notes.borrow_mut().note_node(&held.join(","));
        Ok(Placed { version: self.version.clone(), key: self.key.clone(), held, failed })
    }
}
