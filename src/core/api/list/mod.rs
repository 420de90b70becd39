//! Lists of a bucket: what a request asks for, which keys answer it, how the answer is written.

mod collect;
mod query;
mod xml;

pub use collect::{collect, collect_uploads, Bound, Entry, Upload};
pub use query::{token, PartsQuery, Query, UploadsQuery, Version, MAX_ENTRIES};
pub(in crate::api) use xml::{person, storage_class};
pub use xml::{Listing, PartsListing, UploadsListing};
