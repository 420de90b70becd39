//! What a bucket or a user may hold and do: `quota` in the tables `LIMN_BUCKET_…` and `LIMN_USER_…`.

use super::bad;
use crate::Result;
use serde::{Deserialize, Serialize};

/// Bounds; what is absent is not bounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quota {
    /// Most bytes, those of uploads under way among them.
    pub bytes: Option<u64>,
    /// Most objects.
    pub objects: Option<u64>,
    /// Most objects that are stored in a minute of the clock, exactly.
    pub uploads_per_minute: Option<u64>,
    /// About how many requests for objects are answered in a minute of the clock; buckets alone have it.
    pub downloads_per_minute: Option<u64>,
}

impl Quota {
    /// Whether uploads are bounded.
    pub fn bounds_uploads(&self) -> bool {
        self.bytes.is_some() || self.objects.is_some() || self.uploads_per_minute.is_some()
    }

    pub(super) fn check(&self, table: &str) -> Result<()> {
        // What travels as a double is exact up to here.
        const MOST: u64 = 1 << 53;
        for (key, value) in [
            ("bytes", self.bytes),
            ("objects", self.objects),
            ("uploads_per_minute", self.uploads_per_minute),
            ("downloads_per_minute", self.downloads_per_minute),
        ] {
            if let Some(value) = value.filter(|value| !(1..=MOST).contains(value)) {
                return Err(bad(table, &format!("quota.{key}: 1 to {MOST} is wanted, {value} came")));
            }
        }
        Ok(())
    }
}
