//! What an object is: a row of the ledger, or a key on a node that Limn only reads.

use super::store::Trouble;
use super::{health, http, store};
use crate::failure::{Failure, Outcome};
use crate::{remember, Edge};
use limn_core::config::{Access, Bucket, Node, NodeKind};
use limn_core::freshness::Standing;
use limn_core::kit::FileRef;
use limn_core::ledger::Row;
use limn_core::node::unmanaged_key;
use limn_core::placement::read_order;
use limn_core::Error;

/// Beyond every generation of a ledger, which counts single purges.
const UNKNOWN_GENERATIONS: u64 = 1 << 52;

/// Where an object's bytes come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A row of the ledger.
    Managed {
        /// The row.
        row: Row,
    },
    /// A key on nodes that Limn only reads; its version is known once a node's head was seen.
    Unmanaged {
        /// The object's key.
        key: String,
        /// The name of the node that was asked.
        node: String,
        /// From that node's validators.
        version: Option<String>,
        /// Its purge generation.
        generation: u64,
    },
}

impl Source {
    /// The version that a cache key may carry, if it is known without reading the bytes.
    pub fn version(&self) -> Option<&str> {
        match self {
            Source::Managed { row } => Some(&row.version),
            Source::Unmanaged { version, .. } => version.as_deref(),
        }
    }
}

/// An object and the files of a plan, found.
pub struct Found {
    /// The object.
    pub source: Source,
    /// Its purge generation.
    pub generation: u64,
    /// How old the word is that this is the present version.
    pub standing: Standing,
    files: Vec<(FileRef, Source)>,
}

impl Found {
    /// The files that lie in the bucket.
    pub fn files(&self) -> &[(FileRef, Source)] {
        &self.files
    }

    /// Names and versions of the files, for the cache key.
    pub fn file_versions(&self) -> Vec<(String, String)> {
        self.files.iter().map(|(file, source)| (file.to_string(), source.version().unwrap_or("").to_string())).collect()
    }
}

/// Finds the object and those files of a plan that lie in its bucket.
///
/// # Errors
/// `no_such_key`, `no_such_mark`, `no_such_font`, `unavailable` when the ledger cannot be asked.
pub async fn find(edge: &Edge, bucket: &Bucket, key: &str, files: &[FileRef]) -> Outcome<Found> {
    let stored: Vec<(&FileRef, &str)> = files.iter().filter_map(|file| Some((file, object_key(file)?))).collect();
    let mut found = Vec::new();
    if bucket.node.managed {
        let keys: Vec<String> = std::iter::once(key).chain(stored.iter().map(|(_, key)| *key)).map(String::from).collect();
        let (seen, standing) = remember::look(edge, bucket, keys).await?;
        // A purge of a mark reaches the images that carry it.
        let generation = seen.iter().map(|s| s.generation).sum();
        let mut rows = seen.into_iter().map(|s| s.row);
        let row = rows.next().flatten().ok_or(Error::NoSuchKey)?;
        for ((file, _), row) in stored.into_iter().zip(rows) {
            let row = row.ok_or_else(|| absent(file))?;
            found.push((file.clone(), Source::Managed { row }));
        }
        return Ok(Found { source: Source::Managed { row }, generation, standing, files: found });
    }
    let (generation, mut standing) = generation(edge, bucket, key, &stored).await?;
    let (source, its) = head(edge, bucket, key, generation).await?;
    standing = standing.max(its);
    for (file, key) in stored {
        let (source, its) = head(edge, bucket, key, generation).await.map_err(|e| match e {
            Failure::Refused(Error::NoSuchKey) => absent(file).into(),
            other => other,
        })?;
        standing = standing.max(its);
        found.push((file.clone(), source));
    }
    Ok(Found { source, generation, standing, files: found })
}

/// The purge generation of an unmanaged object and its files. Such a bucket works without its ledger: a
/// public one goes on, a private one is closed. Where no generation is known, nothing that was made before may
/// be served, since it may have been purged: the generation is then one that no ledger gives, a new one each
/// minute.
async fn generation(edge: &Edge, bucket: &Bucket, key: &str, files: &[(&FileRef, &str)]) -> Outcome<(u64, Standing)> {
    let keys = std::iter::once(key).chain(files.iter().map(|(_, key)| *key)).map(String::from).collect();
    match remember::look(edge, bucket, keys).await {
        Ok((seen, standing)) => Ok((seen.iter().map(|s| s.generation).sum(), standing)),
        Err(Failure::Refused(Error::Unavailable(_))) if bucket.access == Access::PublicRead => {
            Ok((UNKNOWN_GENERATIONS + edge.now / 60, Standing::Failed))
        }
        Err(e) => Err(e),
    }
}

/// The key of a plan's file that lies in the bucket.
pub fn object_key(file: &FileRef) -> Option<&str> {
    match file {
        FileRef::Mark(key) | FileRef::Font(key) => Some(key),
        FileRef::Shipped(_) => None,
    }
}

fn absent(file: &FileRef) -> Error {
    match file {
        FileRef::Mark(key) => Error::NoSuchMark(key.clone()),
        FileRef::Font(key) => Error::NoSuchFont(key.clone()),
        FileRef::Shipped(name) => Error::NoSuchFont((*name).into()),
    }
}

/// The nodes of an unmanaged bucket, in the order in which they are asked.
pub(super) fn unmanaged<'a>(edge: &Edge, bucket: &'a Bucket) -> Vec<&'a Node> {
    read_order(&bucket.nodes.iter().collect::<Vec<_>>(), edge.place, health::lets)
}

/// What an unmanaged object is: absent only if each node says so.
async fn head(edge: &Edge, bucket: &Bucket, key: &str, generation: u64) -> Outcome<(Source, Standing)> {
    let mut failure: Option<Failure> = None;
    for node in unmanaged(edge, bucket) {
        match version(edge, bucket, node, key, generation).await {
            Ok((version, standing)) => {
                let source = Source::Unmanaged { key: key.to_string(), node: node.name.clone(), version, generation };
                return Ok((source, standing));
            }
            Err(Failure::Refused(Error::NoSuchKey)) => {}
            Err(e) => failure = failure.or(Some(e)),
        }
    }
    Err(failure.unwrap_or(Error::NoSuchKey.into()))
}

async fn version(edge: &Edge, bucket: &Bucket, node: &Node, key: &str, generation: u64) -> Outcome<(Option<String>, Standing)> {
    if node.kind == NodeKind::Http {
        return http::known_version(edge, bucket, node, key, generation).await;
    }
    let _step = edge.step("node");
    let head = health::watched(node, store::head(&edge.env, node, &unmanaged_key(node, key))).await;
    let stamp = head.map_err(unreachable)?.ok_or(Error::NoSuchKey)?;
    Ok((Some(stamp_version(node, &stamp)), Standing::Fresh))
}

/// The version of an object on an unmanaged node.
pub(super) fn stamp_version(node: &Node, stamp: &store::Stamp) -> String {
    format!("{}:{}", node.name, stamp.etag)
}

/// What a client is told of a node in trouble.
pub(super) fn unreachable(_: Trouble) -> Error {
    Error::Unavailable("The storage node did not answer.".into())
}
