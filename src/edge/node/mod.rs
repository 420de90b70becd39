//! Storage nodes behind one small interface. `find` says what an object is, `read` gets its bytes from the nearest
//! node that holds them, `write` stores blobs until a quorum holds them; `store` is one node, spoken to as `r2`
//! or `remote`, `http` a web server; `health` and `patience` say which nodes are asked and how long, `kept` keeps
//! originals in the data centre.

mod find;
pub mod health;
pub mod http;
mod kept;
pub mod patience;
mod r2;
mod read;
mod remote;
pub mod store;
mod write;

pub use find::{find, object_key, Found, Source};
pub use read::{open, read, stream, Extent, Original};
pub use write::{order, Writing};
