//! Lists of a bucket: what a request asks for, which keys answer it, how the answer is written.

pub mod query;

pub use query::{PartsQuery, Query, UploadsQuery, Version};
