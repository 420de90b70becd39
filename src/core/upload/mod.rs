//! What happens to a body between the wire and storage: `intake` takes it off the wire and holds it to
//! every promise, `inspect` looks at what it is.

mod chunked;
mod digests;
mod inspect;
mod intake;
mod promises;

pub use crate::grant::UploadPromise;
pub use digests::{Digested, Digests, CHECKSUM_HEADERS};
pub use inspect::{inspect, kind, Kind};
pub use intake::Intake;
pub use promises::content_encoding;
