//! What keeps strangers from asking for too much: the platform's rate limiter, and a cap on variants.

use crate::failure::Outcome;
use crate::ledger::client;
use crate::Edge;
use limn_core::grant::Grant;
use limn_core::ledger::call::Call;
use limn_core::params::Ask;
use limn_core::parts::Parts;
use limn_core::plan::Plan;
use limn_core::{hash, Error};

/// The binding of the platform's rate limiter; without it nothing is damped.
const LIMITER: &str = "LIMITER";

/// Counts one attempt against a limit that is the binding's own.
///
/// # Errors
/// `rate_limited`.
async fn damp(edge: &Edge, key: String) -> Outcome<()> {
    let Ok(limiter) = edge.env.rate_limiter(LIMITER) else { return Ok(()) };
    match limiter.limit(key).await {
        Ok(outcome) if !outcome.success => {
            Err(Error::RateLimited("Too many requests from this address; try again in a minute.".into()).into())
        }
        Ok(_) => Ok(()),
        Err(e) => {
            worker::console_error!("limiter: {e}");
            Ok(())
        }
    }
}

/// The client's address as the platform tells it.
fn client_address(parts: &Parts) -> &str {
    parts.header("cf-connecting-ip").unwrap_or("unknown")
}

/// Damps whoever tries signatures: counted where one was refused.
///
/// # Errors
/// `rate_limited`.
pub async fn admit_refusal(edge: &Edge, parts: &Parts) -> Outcome<()> {
    damp(edge, format!("refused {}", client_address(parts))).await
}

/// Before a variant is made that no cache holds: who signed may have any; strangers are damped, and may
/// have only so many of one object, styles aside, which its bucket's owner chose.
///
/// # Errors
/// `rate_limited`, `too_many_variants`.
pub async fn admit_variant(edge: &Edge, parts: &Parts, grant: &Grant<'_>, ask: &Ask, plan: &Plan, version: &str) -> Outcome<()> {
    if grant.scheme().is_some() {
        return Ok(());
    }
    let bucket = grant.bucket();
    damp(edge, format!("{} {}", bucket.name, client_address(parts))).await?;
    if ask.by_style && ask.buster.is_none() {
        return Ok(());
    }
    let text = format!("{plan}\n{}", ask.buster.as_deref().unwrap_or(""));
    let call = Call::NoteVariant {
        key: grant.key().into(),
        version: version.into(),
        plan: hash::base64url(&hash::sha256(text.as_bytes())),
        most: bucket.limits.max_variants,
    };
    match client::tell(edge, &bucket.name, &call).await {
        // An unmanaged bucket works without its ledger, uncapped.
        Err(crate::Failure::Refused(Error::Unavailable(_))) if !bucket.node.managed => Ok(()),
        told => told,
    }
}
