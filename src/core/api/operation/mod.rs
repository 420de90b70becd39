//! Which operation of the object API a request is, read from its method, its query and its headers.

mod bucket;
mod known;
mod object;
mod settings;

pub use bucket::BucketOp;
pub use known::is_beside;
pub use object::ObjectOp;
pub use settings::Unset;
