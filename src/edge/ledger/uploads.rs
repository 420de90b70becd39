//! Multipart uploads: opened, filled, completed or aborted.

use super::sql::Bind::{N, O, T};
use super::{Answer, Ledger};
use limn_core::api::conditions::WriteCondition;
use limn_core::api::list::{self, PartEntry, PartsListing, PartsQuery, UploadEntry, UploadsListing, UploadsQuery};
use limn_core::api::meta::Meta;
use limn_core::ledger::call::{Gathered, Open, Part};
use limn_core::ledger::Row;
use limn_core::Error;
use serde::Deserialize;

#[derive(Deserialize)]
struct StoredUpload {
    key: String,
    content_type: Option<String>,
    meta: String,
}

#[derive(Deserialize)]
struct StoredPart {
    number: u16,
    #[serde(flatten)]
    part: Part,
}

#[derive(Deserialize)]
struct Done {
    etag: String,
}

impl Ledger {
    pub(super) fn open(&self, key: &str, content_type: Option<&str>, meta: &Meta, user: &str, now: u64) -> Answer<String> {
        let id = self.next_version(now)?;
        let meta = serde_json::to_string(meta).map_err(|e| worker::Error::from(e.to_string()))?;
        self.sql.run(
            "INSERT INTO uploads (id, key, content_type, meta, user, begun) VALUES (?, ?, ?, ?, ?, ?)",
            [T(&id), T(key), O(content_type), T(&meta), T(user), N(now)],
        )?;
        Ok(id)
    }

    /// The upload, if it is under way and of that key.
    fn opened(&self, upload: &Open) -> Answer<StoredUpload> {
        let found: Option<StoredUpload> =
            self.sql.first("SELECT key, content_type, meta FROM uploads WHERE id = ?", [T(&upload.id)])?;
        Ok(found.filter(|u| u.key == upload.key).ok_or(Error::NoSuchUpload)?)
    }

    pub(super) fn add_part(&self, upload: &Open, number: u16, part: &Part, now: u64) -> Answer<()> {
        if let Err(gone) = self.opened(upload) {
            self.discard(std::slice::from_ref(&part.version), now)?;
            return Err(gone);
        }
        let old: Option<StoredPart> =
            self.sql.first("SELECT * FROM parts WHERE upload = ? AND number = ?", [T(&upload.id), N(number.into())])?;
        if let Some(StoredPart { part: old, .. }) = old.filter(|old| old.part.version != part.version) {
            self.garbage(&old.version, &old.node, now)?;
        }
        self.sql.run(
            "INSERT OR REPLACE INTO parts (upload, number, version, etag, length, node, stored) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                T(&upload.id),
                N(number.into()),
                T(&part.version),
                T(&part.etag),
                N(part.length),
                T(&part.node),
                N(part.stored),
            ],
        )?;
        Ok(self.sql.run("DELETE FROM pending WHERE version = ?", [T(&part.version)])?)
    }

    fn parts_of(&self, id: &str) -> worker::Result<Vec<(u16, Part)>> {
        let parts: Vec<StoredPart> = self.sql.all("SELECT * FROM parts WHERE upload = ? ORDER BY number", [T(id)])?;
        Ok(parts.into_iter().map(|p| (p.number, p.part)).collect())
    }

    pub(super) fn gather(&self, upload: &Open) -> Answer<Gathered> {
        let done = "SELECT etag FROM completed WHERE upload = ? AND key = ?";
        if let Some(Done { etag }) = self.sql.first(done, [T(&upload.id), T(&upload.key)])? {
            return Ok(Gathered::Done { etag });
        }
        let opened = self.opened(upload)?;
        let meta = serde_json::from_str(&opened.meta).unwrap_or_default();
        Ok(Gathered::Parts { parts: self.parts_of(&upload.id)?, content_type: opened.content_type, meta })
    }

    pub(super) fn finish(&self, upload: &Open, row: &Row, only_if: &WriteCondition, now: u64) -> Answer<()> {
        if let Err(gone) = self.opened(upload) {
            self.discard(std::slice::from_ref(&row.version), now)?;
            return Err(gone);
        }
        self.commit(&upload.key, row, only_if, now)?;
        self.sql.run(
            "INSERT OR REPLACE INTO completed (upload, key, etag, ended) VALUES (?, ?, ?, ?)",
            [T(&upload.id), T(&upload.key), T(&row.etag), N(now)],
        )?;
        Ok(self.forget_upload(&upload.id, now)?)
    }

    pub(super) fn abort(&self, upload: &Open, now: u64) -> Answer<()> {
        self.opened(upload)?;
        Ok(self.forget_upload(&upload.id, now)?)
    }

    /// Removes an upload; its parts become garbage.
    pub(super) fn forget_upload(&self, id: &str, now: u64) -> worker::Result<()> {
        for (_, part) in self.parts_of(id)? {
            self.garbage(&part.version, &part.node, now)?;
        }
        self.sql.run("DELETE FROM parts WHERE upload = ?", [T(id)])?;
        self.sql.run("DELETE FROM uploads WHERE id = ?", [T(id)])
    }
}
