//! What is stored beside an object's bytes and goes out with them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Content headers and user metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// `cache-control`, `content-disposition`, `content-encoding`, `content-language`, `expires`: lower-case
    /// name and value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// User metadata: what follows `x-oss-meta-` or `x-amz-meta-`, in lower case, and the value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}
