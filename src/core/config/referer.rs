//! A bucket's setting `referer`.

use super::{bad, yes};
use crate::grant::referer::Pattern;
use crate::Result;
use serde::Deserialize;

/// As it stands in the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefererTable {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default = "yes")]
    allow_empty: bool,
}

/// A bucket's Referer rule.
#[derive(Debug, Clone)]
pub struct RefererRule {
    /// If not empty, one of these must match.
    pub allow: Vec<Pattern>,
    /// None of these may match.
    pub deny: Vec<Pattern>,
    /// Whether a request without a Referer passes.
    pub allow_empty: bool,
}

impl RefererTable {
    /// # Errors
    /// `misconfigured` for what is no host pattern.
    pub(super) fn check(self, table: &str) -> Result<RefererRule> {
        let patterns = |list: Vec<String>| -> Result<Vec<Pattern>> {
            let parse = |text: String| Pattern::parse(&text).ok_or_else(|| bad(table, &format!("referer: {text:?} is no host pattern")));
            list.into_iter().map(parse).collect()
        };
        Ok(RefererRule { allow: patterns(self.allow)?, deny: patterns(self.deny)?, allow_empty: self.allow_empty })
    }
}
