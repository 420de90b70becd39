//! Settings of a bucket that clouds keep and Limn does not, or keeps in its own tables: what a read of them
//! answers.

use crate::dialect::Dialect;

/// Settings whose absence is told by a document that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unset {
    Logging,
    Accelerate,
    Notification,
    RequestPayment,
}

/// What a read of a setting answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A document that says nothing.
    Empty(Unset),
    /// A refusal with the code that SDKs map to "it is not set".
    None(&'static str),
    /// A refusal: nothing like it is done.
    Never,
}

/// The setting that a query parameter names, and what a read of it answers; `None` for a parameter that
/// names no setting.
#[rustfmt::skip]
pub fn of(name: &str, dialect: Dialect) -> Option<Answer> {
    use Answer::{Empty, Never};
    let oss = dialect == Dialect::Oss;
    let code = |in_oss, in_s3| Answer::None(if oss { in_oss } else { in_s3 });
    Some(match name {
        "logging"               => Empty(Unset::Logging),
        "accelerate"            => Empty(Unset::Accelerate),
        "notification"          => Empty(Unset::Notification),
        "requestPayment"        => Empty(Unset::RequestPayment),
        "lifecycle"             => code("NoSuchLifecycle", "NoSuchLifecycleConfiguration"),
        "website"               => Answer::None("NoSuchWebsiteConfiguration"),
        "tagging"               => Answer::None("NoSuchTagSet"),
        "policy"                => Answer::None("NoSuchBucketPolicy"),
        "policyStatus"          => Answer::None("NoSuchBucketPolicy"),
        "encryption"            => code("NoSuchServerSideEncryptionRule", "ServerSideEncryptionConfigurationNotFoundError"),
        "replication"           => code("NoSuchReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
        "object-lock"           => Answer::None("ObjectLockConfigurationNotFoundError"),
        "publicAccessBlock"     => Answer::None("NoSuchPublicAccessBlockConfiguration"),
        "ownershipControls"     => Answer::None("OwnershipControlsNotFoundError"),
        "inventory"             => code("NoSuchInventory", "NoSuchConfiguration"),
        "analytics" | "metrics" | "intelligent-tiering" => Answer::None("NoSuchConfiguration"),
        "worm"                  => Answer::None("NoSuchWORMConfiguration"),
        "transferAcceleration"  => Answer::None("NoSuchTransferAccelerationConfiguration"),
        "versions" | "cname" | "metaQuery" | "replicationLocation" | "replicationProgress" | "resourceGroup" | "accessmonitor"
        | "httpsConfig" | "qosInfo" | "live" | "vod" | "asyncFetch" | "objectFM" | "bucketArchiveDirectRead" | "session"
        | "callback" | "wormId" | "wormExtend" | "comp" => Never,
        _ => return None,
    })
}
