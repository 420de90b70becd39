//! The object API that OSS and S3 SDKs speak, as far as it is decided without storage.

pub mod acl;
pub mod asked;
pub mod conditions;
pub mod copy;
pub mod documents;
pub mod list;
pub mod meta;
pub mod multipart;
pub mod operation;
pub mod range;
pub(crate) mod read;
pub mod xml;
