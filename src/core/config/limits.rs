//! The bounds of one bucket's images and uploads.

use super::bad;
use crate::admission::USABLE;
use crate::Result;
use serde::Deserialize;

/// The bounds of one bucket's images and uploads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest upload and largest source, in bytes. Default 20 MiB; at most 100 MiB, what the platform accepts.
    pub max_bytes: u64,
    /// Largest source in pixels, all frames together. Default and most: 250 million.
    pub max_pixels: u64,
    /// Most frames of a source. Default 1,000.
    pub max_frames: u32,
    /// Memory that one transformation may need beside the compressed source. Default 64 MiB; at most 72, what an isolate has.
    pub max_memory_bytes: u64,
    /// Most variants that strangers may have made of one version of one object. Default 1,000.
    pub max_variants: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_bytes: 20 << 20, max_pixels: 250_000_000, max_frames: 1_000, max_memory_bytes: 64 << 20, max_variants: 1_000 }
    }
}

impl Limits {
    pub(super) fn check(&self, table: &str) -> Result<()> {
        for (key, value, max) in [
            ("max_bytes", self.max_bytes, 100 << 20),
            ("max_pixels", self.max_pixels, 250_000_000),
            ("max_frames", u64::from(self.max_frames), 100_000),
            ("max_memory_bytes", self.max_memory_bytes, USABLE),
            ("max_variants", u64::from(self.max_variants), 1_000_000),
        ] {
            if value == 0 || value > max {
                return Err(bad(table, &format!("limits.{key}: 1 to {max} is wanted, {value} came")));
            }
        }
        Ok(())
    }
}
