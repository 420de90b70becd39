//! Which query parameters an operation may have beside its own.

use crate::parts::Parts;
use crate::{Error, Result};

/// Refuses the first parameter that is neither among `own` nor a signature's nor a cloud's general one. A
/// parameter that nobody reads may be one that matters, misspelt.
///
/// # Errors
/// `unknown_param`.
pub fn check(parts: &Parts, own: &[&str]) -> Result<()> {
    let known = |name: &str| own.contains(&name) || is_beside(name);
    match parts.query.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Error::UnknownParam(format!("The parameter {:?} is not known here.", name.chars().take(64).collect::<String>())))
        }
    }
}

/// What may stand beside any operation's own parameters: a signature's, and the headers that signers of S3
/// links move into the query.
pub fn is_beside(name: &str) -> bool {
    let moved = name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    // OSS reads these two in a link's query: a bound on its speed, and who pays.
    let idle = ["x-oss-traffic-limit", "x-oss-request-payer"].contains(&name);
    moved || idle || crate::grant::signature::is_parameter(name)
}
