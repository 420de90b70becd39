//! The object API that OSS and S3 SDKs speak, as far as it is decided without storage.

pub mod meta;
