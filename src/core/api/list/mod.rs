//! Lists of a bucket: what a request asks for, which keys answer it, how the answer is written.

mod collect;
mod merge;
mod query;
mod uploads;
mod xml;

pub use collect::{collect, collect_uploads, successor, Bound, Entry, Upload};
pub use merge::{merge, merge_uploads};
pub use query::{token, PartsQuery, Query, UploadsQuery, Version, MAX_ENTRIES};
pub use uploads::{PartsListing, UploadsListing};
pub use xml::Listing;
pub(in crate::api) use xml::{person, storage_class};
