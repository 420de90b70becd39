//! What a ledger is asked, and what it answers.

use super::once::{Done, Mark};
use super::quota::{Claim, Word};
use super::usage;
use super::Row;
use crate::api::conditions::WriteCondition;
use crate::api::list::{PartsQuery, Query, UploadsQuery};
use crate::api::meta::Meta;
use crate::api::multipart::Part;
use crate::purge::Purge;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A question to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Call {
    /// Rows and generations of some keys: a list of [`Seen`], in the order of the keys.
    Look {
        /// The object's key, then those of its files.
        keys: Vec<String>,
    },
    /// A version for an upload: a [`Reservation`].
    Reserve {
        /// The object's key.
        key: String,
        /// The nodes that it may be written to.
        nodes: Vec<String>,
        /// Bytes.
        length: u64,
        /// Who stores it.
        user: String,
        /// What it becomes.
        becomes: Becomes,
    },
    /// Makes a stored blob the object. An upload that was superseded by one that was reserved later is a
    /// conflict.
    Commit {
        /// The object's key.
        key: String,
        /// What it is.
        row: Row,
        /// What must hold of the object that is there.
        only_if: WriteCondition,
        /// Nodes that failed to store the blob, and may hold it all the same.
        failed: Vec<String>,
    },
    /// Has copies of a blob made anew on nodes that were found to hold none, or other bytes.
    Repair {
        /// The blob's version.
        version: String,
        /// The nodes.
        nodes: Vec<String>,
    },
    /// Gives reservations back.
    Release {
        /// Their versions.
        versions: Vec<String>,
    },
    /// Deletes objects; deleting what is not there is no error, as in OSS and S3.
    Delete {
        /// Their keys.
        keys: Vec<String>,
        /// What must hold of each.
        only_if: WriteCondition,
    },
    /// The names under a prefix: a `Listing`.
    List {
        /// What is asked.
        query: Query,
    },
    /// How much there is: a [`Sum`].
    Sum,
    /// Opens a multipart upload: its id, as a [`Reservation`].
    Open {
        /// The object's key.
        key: String,
        /// The declared type.
        content_type: Option<String>,
        /// What goes with the object.
        meta: Meta,
        /// Who stores it.
        user: String,
    },
    /// Adds a stored blob to an upload, in place of an earlier part of the number.
    AddPart {
        /// The upload.
        upload: Open,
        /// The part.
        part: Part,
        /// Where its bytes are.
        blob: Blob,
    },
    /// The parts of an upload: `PartsListing`.
    Parts {
        /// The object's key.
        key: String,
        /// What is asked.
        query: PartsQuery,
    },
    /// The uploads under way: `UploadsListing`.
    Uploads {
        /// What is asked.
        query: UploadsQuery,
    },
    /// All that completing an upload needs: a [`Gathered`].
    Gather {
        /// The upload.
        upload: Open,
    },
    /// Commits the object that an upload's parts became, and ends the upload.
    Finish {
        /// The upload.
        upload: Open,
        /// What the object is.
        row: Row,
        /// What must hold of the object that is there.
        only_if: WriteCondition,
        /// As of a commit.
        failed: Vec<String>,
    },
    /// Ends an upload without an object.
    Abort {
        /// The upload.
        upload: Open,
    },
    /// Refuses all further commits, if there is no object: the first half of deleting a bucket.
    Close,
    /// Takes commits again: a bucket of the name was made anew.
    Reopen,
    /// Counts generations up, so that nothing made before is reached any more.
    Purge {
        /// What is purged.
        purge: Purge,
        /// Who asked.
        user: String,
    },
    /// Directory: adds to the deployment's counters.
    Count {
        /// By name and labels, as Prometheus writes them.
        counts: BTreeMap<String, u64>,
    },
    /// Directory: the counters' sums, a [`Counted`].
    Counted,
    /// Notes that a stranger has a variant made; refused beyond the most that the bucket allows.
    NoteVariant {
        /// The object's key.
        key: String,
        /// Its version.
        version: String,
        /// Digest of the plan.
        plan: String,
        /// Most variants of one version.
        most: u32,
    },
    /// Directory: makes a bucket.
    MakeBucket {
        /// Its name.
        name: String,
        /// Whose it is.
        user: String,
        /// How many the user may make.
        most: u64,
    },
    /// Directory: the bucket of a name, an `Option<MadeBucket>`.
    FindBucket {
        /// Its name.
        name: String,
    },
    /// Directory: the buckets that a user made, a list of [`MadeBucket`].
    BucketsOf {
        /// Whose they are.
        user: String,
    },
    /// Directory: forgets a bucket.
    DropBucket {
        /// Its name.
        name: String,
    },
    /// What an upload came to that happened before under one of these marks: an `Option` of [`Done`]. Refused
    /// where it was another upload.
    Recall {
        /// The object's key, if it is known: marks lie in its shard.
        key: String,
        /// The marks.
        marks: Vec<Mark>,
    },
    /// As a commit, and the marks are used up in the same step. Where the same upload was committed before,
    /// nothing is, and what it came to then is the answer: a [`Done`].
    CommitOnce {
        /// What is to be stored.
        done: Done,
        /// As of a commit.
        only_if: WriteCondition,
        /// As of a commit.
        failed: Vec<String>,
        /// The marks.
        marks: Vec<Mark>,
    },
    /// Where blobs lie and how far jobs are: a [`Census`](super::jobs::Census).
    Census,
    /// Starts a job from its beginning; refused while one of another kind runs.
    StartJob {
        /// What it does.
        kind: super::jobs::Kind,
    },
    /// Ends the job that runs, if one does.
    StopJob,
    /// Adds to a bucket's traffic, by the minutes in which it was, unix seconds.
    Use {
        /// Each with its minute's beginning.
        traffic: Vec<(u64, usage::Traffic)>,
    },
    /// What the bucket holds, and its traffic: a [`Usage`](usage::Usage).
    Usage {
        /// What is asked.
        query: usage::Query,
    },
    /// Objects with their rows, one more than is asked for: a list of [`Item`](super::inventory::Item).
    Inventory {
        /// What is asked.
        query: super::inventory::Query,
    },
    /// Account: whether an upload fits, which is counted from now on: a list of warnings. Asked again of the same
    /// upload, it is let in as before.
    Take {
        /// The upload.
        claim: Claim,
    },
    /// Account: what a ledger holds by now.
    Settle {
        /// What it says.
        word: Word,
    },
    /// Account: what all ledgers hold together, and what was let in: an [`Amount`](super::quota::Amount).
    Held,
    /// Directory: some buckets that users made, by name, a list of [`MadeBucket`].
    AllBuckets {
        /// Most of them.
        most: u64,
    },
}

impl Call {
    /// The key whose shard is asked; none where the call is about a version, several keys or the bucket.
    pub fn key(&self) -> Option<&str> {
        match self {
            Call::Reserve { key, .. }
            | Call::Commit { key, .. }
            | Call::Open { key, .. }
            | Call::Parts { key, .. }
            | Call::NoteVariant { key, .. }
            | Call::Recall { key, .. } => Some(key),
            Call::CommitOnce { done, .. } => Some(&done.key),
            Call::AddPart { upload, .. } | Call::Gather { upload } | Call::Finish { upload, .. } | Call::Abort { upload } => {
                Some(&upload.key)
            }
            _ => None,
        }
    }
}

/// A multipart upload as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The object's key.
    pub key: String,
    /// The upload's id.
    pub id: String,
}

/// Where a part's bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Version that they are stored under.
    pub version: String,
    /// Names of the nodes that hold them, joined by commas.
    pub nodes: String,
    /// How many.
    pub length: u64,
}

/// An upload that is to be completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gathered {
    /// Its parts by number, and what goes with the object.
    Parts {
        /// By number, ascending.
        parts: Vec<Part>,
        /// Where each one's bytes are.
        blobs: Vec<Blob>,
        /// The declared type.
        content_type: Option<String>,
        /// What goes with the object.
        meta: Meta,
    },
    /// It was completed before: the object's ETag then.
    Done {
        /// Without quotes.
        etag: String,
    },
}

/// What a ledger knows of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The object, if it is there.
    pub row: Option<Row>,
    /// Its purge generation.
    pub generation: u64,
}

/// Sums of the deployment's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// By name and labels.
    pub sums: BTreeMap<String, u64>,
    /// When one was added to last, unix milliseconds.
    pub updated: u64,
}

/// A promise of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Where the blob is to be written; of an upload its id.
    pub version: String,
    /// Bounds that are near: whose and which, and how many per cent of it are used.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// What reserved bytes become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// An object.
    Object,
    /// A part of a multipart upload, or a piece of an object that is stored in pieces.
    Part,
    /// The object that the parts of an upload become, which are not counted beside it.
    Joined(String),
}

impl Reservation {
    /// Without a warning.
    pub fn of(version: String) -> Reservation {
        Reservation { version, warnings: Vec::new() }
    }
}

/// How much a bucket holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Multipart uploads under way.
    pub uploads: u64,
}

/// A bucket that was made through the object API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBucket {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub user: String,
    /// When, unix milliseconds.
    pub made: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_told_as_json_and_back() {
        let call = Call::Use { traffic: vec![(60, usage::Traffic { reads: 1, ..usage::Traffic::default() })] };
        assert_eq!(serde_json::from_str::<Call>(&serde_json::to_string(&call).unwrap()).unwrap(), call);
    }

    #[test]
    fn a_call_is_told_as_json_and_back() {
        let call = Call::Reserve {
            key: "a\"b".into(),
            nodes: vec!["a".into()],
            length: 3,
            user: "dev".into(),
            becomes: Becomes::Joined("7".into()),
        };
        let json = serde_json::to_string(&call).unwrap();
        assert_eq!(json, r#"{"do":"reserve","key":"a\"b","nodes":["a"],"length":3,"user":"dev","becomes":{"joined":"7"}}"#);
        assert_eq!(serde_json::from_str::<Call>(&json).unwrap(), call);
    }
}
