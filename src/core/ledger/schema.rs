//! The tables of a ledger, and the steps by which an older one becomes the present one.

/// Each step runs once, in order; the counter `schema` tells how many have. A step is never changed
/// once it was released.
///
/// `objects` is the truth of managed objects; `pending` are versions that were promised and are not
/// committed; `copies` are those that are still to be made, or made anew; `garbage` are blobs that no row names
/// any more, by node; `tombstones` are deletions that an upload under way may not undo; `generations` are purges; `uploads` and
/// `parts` are multipart uploads under way, `completed` those that ended, for clients that ask again;
/// `purges` tells who purged what, `reclaim` which derived images wait to be deleted for it; `sums` are the
/// deployment's counters; `variants` are what strangers had made of an object; `sums` and `made_buckets` lie in the directory alone.
pub const STEPS: &[&[&str]] = &[
    &[
        "CREATE TABLE objects (
        key TEXT PRIMARY KEY, version TEXT NOT NULL, sha256 TEXT NOT NULL, etag TEXT NOT NULL, crc64 TEXT NOT NULL,
        length INTEGER NOT NULL, content_type TEXT NOT NULL, meta TEXT NOT NULL, user TEXT NOT NULL,
        nodes TEXT NOT NULL, stored INTEGER NOT NULL)",
        "CREATE TABLE pending (
        version TEXT PRIMARY KEY, key TEXT NOT NULL, nodes TEXT NOT NULL, length INTEGER NOT NULL, reserved INTEGER NOT NULL)",
        "CREATE INDEX objects_by_version ON objects (version)",
        "CREATE TABLE copies (
        version TEXT NOT NULL, node TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (version, node))",
        "CREATE TABLE garbage (version TEXT NOT NULL, node TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (version, node))",
        "CREATE TABLE tombstones (key TEXT PRIMARY KEY, version TEXT NOT NULL)",
        "CREATE TABLE generations (scope TEXT PRIMARY KEY, generation INTEGER NOT NULL)",
        "CREATE TABLE uploads (
        id TEXT PRIMARY KEY, key TEXT NOT NULL, content_type TEXT, meta TEXT NOT NULL, user TEXT NOT NULL, begun INTEGER NOT NULL)",
        "CREATE INDEX uploads_by_key ON uploads (key, id)",
        "CREATE TABLE parts (
        upload TEXT NOT NULL, number INTEGER NOT NULL, version TEXT NOT NULL, etag TEXT NOT NULL, length INTEGER NOT NULL,
        nodes TEXT NOT NULL, stored INTEGER NOT NULL, PRIMARY KEY (upload, number))",
        "CREATE TABLE completed (upload TEXT PRIMARY KEY, key TEXT NOT NULL, etag TEXT NOT NULL, ended INTEGER NOT NULL)",
        "CREATE TABLE variants (key TEXT NOT NULL, version TEXT NOT NULL, plan TEXT NOT NULL, PRIMARY KEY (key, version, plan))",
        "CREATE TABLE purges (at INTEGER NOT NULL, user TEXT NOT NULL, what TEXT NOT NULL)",
        "CREATE TABLE reclaim (scope TEXT PRIMARY KEY, before INTEGER NOT NULL)",
        "CREATE TABLE sums (name TEXT PRIMARY KEY, value INTEGER NOT NULL, updated INTEGER NOT NULL)",
        "CREATE TABLE made_buckets (name TEXT PRIMARY KEY, user TEXT NOT NULL, made INTEGER NOT NULL)",
    ],
    super::once::TABLES,
    super::jobs::TABLES,
    super::quota::TABLES,
    super::usage::TABLES,
    super::inventory::TABLES,
];

/// What is there before the first step.
pub const COUNTERS: &str = "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)";

/// The last version made: one statement, so that no two uploads can get the same one. `?` is the time in
/// milliseconds; where the clock stands still or steps back, the number goes on by one.
pub const NEXT_VERSION: &str = "INSERT INTO counters (name, value) VALUES ('version', ?)
     ON CONFLICT (name) DO UPDATE SET value = MAX(value + 1, excluded.value) RETURNING value";
