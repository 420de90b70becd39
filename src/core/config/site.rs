//! The deployment as a whole: the table `LIMN`.

use super::bad;
use crate::dialect::Dialect;
use crate::Result;
use serde::Deserialize;

/// Where this deployment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Anywhere.
    #[default]
    Production,
    /// On this machine only: any other host is refused.
    Development,
}

/// Which requests leave a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// None.
    Off,
    /// Those that failed through no fault of the client's, and those whose signature was refused.
    #[default]
    Errors,
    /// Every one.
    All,
}

/// A region's name, which only clients make anything of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Region(pub String);

impl Default for Region {
    fn default() -> Self {
        Region("auto".into())
    }
}

/// The table.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// Where it runs.
    pub mode: Mode,
    /// Whether `GET /` shows browsers the page; as the mode says where absent.
    pub page: Option<bool>,
    /// The host under whose names buckets answer: `{bucket}.{endpoint}`. Lower case, without port.
    pub endpoint: Option<String>,
    /// What clients are told as the region of every bucket.
    pub region: Region,
    /// The zone whose cache is purged by tag, with the secret `ZONE_TOKEN`.
    pub zone: Option<String>,
    /// Development: what stands for the platform's API.
    pub zone_api: Option<String>,
    /// Which requests leave a line in the log.
    pub log: Log,
    /// Of a thousand requests how many are sampled beside those whose `traceparent` asks; absent: none, whoever asks.
    pub trace: Option<u16>,
    /// Nodes of buckets that are made through the object API, at most 16; empty: the first managed node by name.
    pub nodes: Vec<String>,
}

impl Site {
    /// Whether `GET /` shows browsers the page: only in development, unless the table says.
    pub fn shows_page(&self) -> bool {
        self.page.unwrap_or(self.mode == Mode::Development)
    }

    /// The region as a dialect spells it: OSS's begin with `oss-`.
    pub fn region_in(&self, dialect: Dialect) -> String {
        let region = &self.region.0;
        match dialect {
            Dialect::Oss if !region.starts_with("oss-") => format!("oss-{region}"),
            _ => region.clone(),
        }
    }

    pub(super) fn check(&mut self, table: &str) -> Result<()> {
        if let Some(endpoint) = &mut self.endpoint {
            *endpoint = host_name(endpoint).ok_or_else(|| bad(table, &format!("endpoint: {endpoint:?} is no host name")))?;
        }
        if self.zone.as_ref().is_some_and(|z| z.is_empty() || !z.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return Err(bad(table, "zone: the id of a zone is wanted"));
        }
        if self.trace.is_some_and(|per_mille| per_mille > 1_000) {
            return Err(bad(table, "trace: a number from 0 to 1000 is wanted, of a thousand requests"));
        }
        match self.zone_api.is_some() && self.mode != Mode::Development {
            true => Err(bad(table, "zone_api: is for development only")),
            false => Ok(()),
        }
    }
}

/// A host name in lower case; none when it is something else, a port or a scheme included.
pub(super) fn host_name(text: &str) -> Option<String> {
    let label = |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (text.len() <= 253 && text.split('.').all(label)).then(|| text.to_ascii_lowercase())
}
