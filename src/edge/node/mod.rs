//! Storage nodes behind one small interface: find what an object is, read it, write and delete blobs.

mod http;
mod kept;
mod r2;

use crate::failure::{begin, Failure, Outcome};
use crate::{remember, Edge};
use limn_core::codec::sniff::{self, Sniffed};
use limn_core::config::{Access, Bucket, Node, NodeKind};
use limn_core::kit::FileRef;
use limn_core::ledger::Row;
use limn_core::node::{blob_key, unmanaged_key};
use limn_core::reply::Head;
use limn_core::{hash, Error};
use worker::Response;

pub use r2::{concatenated, put_blob, put_stream};

/// Where an object's bytes come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A row of the ledger.
    Managed {
        /// The row.
        row: Row,
    },
    /// A key on a node that Limn only reads; its version is known once its head was seen.
    Unmanaged {
        /// The object's key.
        key: String,
        /// From the node's validators.
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

/// A whole object in memory.
pub struct Original {
    /// Verified bytes.
    pub bytes: Vec<u8>,
    /// The version that they are.
    pub version: String,
    /// As served when nothing is made of them.
    pub content_type: String,
    /// When they were stored, unix seconds.
    pub modified: Option<u64>,
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
        let seen = remember::look(edge, bucket, keys).await?;
        // A purge of a mark reaches the images that carry it.
        let generation = seen.iter().map(|s| s.generation).sum();
        let mut rows = seen.into_iter().map(|s| s.row);
        let row = rows.next().flatten().ok_or(Error::NoSuchKey)?;
        for ((file, _), row) in stored.into_iter().zip(rows) {
            let row = row.ok_or_else(|| absent(file))?;
            found.push((file.clone(), Source::Managed { row }));
        }
        return Ok(Found { source: Source::Managed { row }, generation, files: found });
    }
    let generation = generation(edge, bucket, key, &stored).await?;
    let source = head(edge, bucket, key, generation).await?;
    for (file, key) in stored {
        let source = head(edge, bucket, key, generation).await.map_err(|e| match e {
            crate::Failure::Refused(Error::NoSuchKey) => absent(file).into(),
            other => other,
        })?;
        found.push((file.clone(), source));
    }
    Ok(Found { source, generation, files: found })
}

/// The purge generation of an unmanaged object and its files. Such a bucket works without its ledger: a
/// public one goes on with none, a private one is closed.
async fn generation(edge: &Edge, bucket: &Bucket, key: &str, files: &[(&FileRef, &str)]) -> Outcome<u64> {
    let keys = std::iter::once(key).chain(files.iter().map(|(_, key)| *key)).map(String::from).collect();
    match remember::look(edge, bucket, keys).await {
        Ok(seen) => Ok(seen.iter().map(|s| s.generation).sum()),
        Err(Failure::Refused(Error::Unavailable(_))) if bucket.access == Access::PublicRead => Ok(0),
        Err(e) => Err(e),
    }
}

fn object_key(file: &FileRef) -> Option<&str> {
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

async fn head(edge: &Edge, bucket: &Bucket, key: &str, generation: u64) -> Outcome<Source> {
    let version = match bucket.node.kind {
        NodeKind::R2 => Some(r2::version(edge, &bucket.node, &unmanaged_key(&bucket.node, key)).await?),
        NodeKind::Http => http::known_version(edge, bucket, key, generation).await?,
        NodeKind::S3 | NodeKind::Oss => return Err(unspoken()),
    };
    Ok(Source::Unmanaged { key: key.to_string(), version, generation })
}

/// Reads an object whole and verifies it.
///
/// # Errors
/// `no_such_key`, `origin_failed`, `origin_timeout`, `image_too_large` beyond the bucket's `max_bytes`.
pub async fn read(edge: &Edge, bucket: &Bucket, source: &Source) -> Outcome<Original> {
    let max_bytes = bucket.limits.max_bytes;
    match source {
        Source::Managed { row } => {
            if row.length > max_bytes {
                return Err(Error::ImageTooLarge(format!("The source has {} bytes; at most {max_bytes} are allowed.", row.length)).into());
            }
            let blob = r2::get(edge, holder(edge, bucket, row), &blob_key(&bucket.name, &row.version), max_bytes).await?;
            let (bytes, _) = blob.ok_or_else(|| Error::OriginFailed("The node does not hold the object.".into()))?;
            if hash::hex(&hash::sha256(&bytes)) != row.sha256 {
                return Err(Error::OriginFailed("The node holds other bytes than were stored.".into()).into());
            }
            Ok(Original { bytes, version: row.version.clone(), content_type: row.content_type.clone(), modified: Some(row.stored / 1_000) })
        }
        Source::Unmanaged { key, version, generation } => match bucket.node.kind {
            NodeKind::R2 => {
                let found = r2::get(edge, &bucket.node, &unmanaged_key(&bucket.node, key), max_bytes).await?;
                let (bytes, stamp) = found.ok_or(Error::NoSuchKey)?;
                Ok(Original { content_type: content_type(&bytes), bytes, version: stamp.version, modified: Some(stamp.uploaded) })
            }
            NodeKind::Http => http::read(edge, bucket, key, version.as_deref(), *generation).await,
            NodeKind::S3 | NodeKind::Oss => Err(unspoken()),
        },
    }
}

fn unspoken() -> Failure {
    Error::Misconfigured("The node is of a kind that is not spoken to yet.".into()).into()
}

/// The node that holds a managed object's bytes: the one they were written to, whatever the bucket's is now.
pub fn holder<'a>(edge: &'a Edge, bucket: &'a Bucket, row: &Row) -> &'a Node {
    edge.config.nodes.get(&row.nodes).unwrap_or(&bucket.node)
}

/// Hands a managed blob, or the part of it from a first to a last byte, to the client as the node streams it.
///
/// # Errors
/// `origin_failed` when the node does not hold it or holds another length.
pub async fn stream(edge: &Edge, bucket: &Bucket, row: &Row, part: Option<(u64, u64)>, head: &Head) -> Outcome<Response> {
    let blob = blob_key(&bucket.name, &row.version);
    let body = r2::stream(edge, holder(edge, bucket, row), &blob, (row.length, part)).await?;
    Ok(begin(head)?.body(body))
}

/// The type of an unmanaged object, by content: what its store says of it is not believed.
fn content_type(bytes: &[u8]) -> String {
    match sniff::sniff(bytes) {
        Sniffed::Known(format) => format.mime().into(),
        Sniffed::Recognised(name) => sniff::recognised_mime(name).unwrap_or("application/octet-stream").into(),
        Sniffed::Unknown => "application/octet-stream".into(),
    }
}
