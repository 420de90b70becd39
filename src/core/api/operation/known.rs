//! Which query parameters an operation may have beside its own.

use crate::parts::Parts;
use crate::{Error, Result};

/// Refuses the first parameter that is neither among `own` nor a signature's nor a cloud's general one. A
/// parameter that nobody reads may be one that matters, misspelt.
///
/// # Errors
/// `unknown_param`.
pub fn check(parts: &Parts, own: &[&str]) -> Result<()> {
    let known = |name: &str| own.contains(&name) || is_general(name) || is_signing(name);
    match parts.query.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Error::UnknownParam(format!("The parameter {:?} is not known here.", name.chars().take(64).collect::<String>())))
        }
    }
}

/// What SDKs add to any request: the operation's name, and headers moved into the query of a link.
fn is_general(name: &str) -> bool {
    let start = |prefix: &str| name.get(..prefix.len()).is_some_and(|s| s.eq_ignore_ascii_case(prefix));
    name == "x-id" || start("x-amz-") || start("x-oss-")
}

/// Parameters of signatures.
fn is_signing(name: &str) -> bool {
    const NAMES: [&str; 11] =
        ["OSSAccessKeyId", "AWSAccessKeyId", "Expires", "Signature", "security-token", "kid", "exp", "s", "ct", "len", "sha256"];
    NAMES.contains(&name)
}
