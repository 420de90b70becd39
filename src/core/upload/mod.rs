//! What happens to a body between the wire and storage: `intake` takes it off the wire and holds it to
//! every promise, `inspect` looks at what it is; `renaming` makes names by a `pattern`, `receipt` tells what came of it.

mod chunked;
mod digests;
mod inspect;
mod intake;
pub mod normalise;
pub mod pattern;
mod promises;
pub mod receipt;
pub mod renaming;
mod safe;
mod strip;

pub use crate::grant::UploadPromise;
pub use digests::{Digested, Digests, CHECKSUM_HEADERS};
pub use inspect::{inspect, kind, Kind};
pub use intake::Intake;
pub use promises::content_encoding;
