//! Names of photon's colour effects.

/// Every effect that a URL may name.
pub const NAMES: &[&str] = &["sepia", "oceanic", "vintage"];
