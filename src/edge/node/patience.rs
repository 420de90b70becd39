//! How long is waited for a node.

use super::store::{Told, Trouble};
use futures_util::future::{select, Either};
use std::future::Future;
use std::time::Duration;
use worker::Delay;

/// For an answer's head, milliseconds (reference: faults.md 3.2).
pub const HEAD_MS: u64 = 1_500;
/// For the next bytes of a body, milliseconds.
pub const STALL_MS: u64 = 2_000;
/// For a read as a whole, milliseconds.
pub const READ_MS: u64 = 6_000;
/// For bytes in memory to be stored, milliseconds.
pub const WRITE_MS: u64 = 15_000;
/// For a body of any length to be stored as it comes, which its client may send slowly, milliseconds.
pub const LONG_WRITE_MS: u64 = 15 * 60 * 1_000;

/// What comes of the work, if it comes in time; else it is dropped.
pub async fn within<T>(milliseconds: u64, what: &str, work: impl Future<Output = Told<T>>) -> Told<T> {
    let patience = Delay::from(Duration::from_millis(milliseconds));
    match select(Box::pin(work), patience).await {
        Either::Left((told, _)) => told,
        Either::Right(_) => Err(Trouble::Failed(format!("{what} took longer than {milliseconds} ms"))),
    }
}
