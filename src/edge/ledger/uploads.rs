//! Multipart uploads: opened, filled, completed or aborted.

use super::sql::Bind::{N, O, T};
use super::{Answer, Ledger};
use limn_core::api::conditions::WriteCondition;
use limn_core::api::list::{self, Bound, PartsListing, PartsQuery, Upload, UploadsListing, UploadsQuery};
use limn_core::api::meta::Meta;
use limn_core::api::multipart::Part;
use limn_core::ledger::call::{Blob, Gathered, Open};
use limn_core::ledger::Row;
use limn_core::Error;
use serde::Deserialize;

#[derive(Deserialize)]
struct StoredUpload {
    key: String,
    user: String,
    content_type: Option<String>,
    meta: String,
}

#[derive(Deserialize)]
struct StoredPart {
    number: u16,
    etag: String,
    length: u64,
    stored: u64,
    version: String,
    nodes: String,
}

impl StoredPart {
    fn apart(self) -> (Part, Blob) {
        let blob = Blob { version: self.version, nodes: self.nodes, length: self.length };
        (Part { number: self.number, etag: self.etag, length: self.length, stored: self.stored }, blob)
    }
}

#[derive(Deserialize)]
struct Whose {
    user: String,
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
            self.sql.first("SELECT key, user, content_type, meta FROM uploads WHERE id = ?", [T(&upload.id)])?;
        Ok(found.filter(|u| u.key == upload.key).ok_or(Error::NoSuchUpload)?)
    }

    pub(super) fn add_part(&self, upload: &Open, part: &Part, blob: &Blob, now: u64) -> Answer<()> {
        let opened = match self.opened(upload) {
            Ok(opened) => opened,
            Err(gone) => {
                self.discard(std::slice::from_ref(&blob.version), now)?;
                return Err(gone);
            }
        };
        let number = || N(part.number.into());
        let old: Option<StoredPart> = self.sql.first("SELECT * FROM parts WHERE upload = ? AND number = ?", [T(&upload.id), number()])?;
        if let Some(old) = old.filter(|old| old.version != blob.version) {
            self.drop_blob(&old.version, &old.nodes, now)?;
        }
        self.sql.run(
            "INSERT OR REPLACE INTO parts (upload, number, version, etag, length, nodes, stored) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [T(&upload.id), number(), T(&blob.version), T(&part.etag), N(part.length), T(&blob.nodes), N(part.stored)],
        )?;
        self.sql.run("DELETE FROM pending WHERE version = ?", [T(&blob.version)])?;
        Ok(self.note_due(&opened.user)?)
    }

    fn parts_of(&self, id: &str) -> worker::Result<Vec<StoredPart>> {
        self.sql.all("SELECT * FROM parts WHERE upload = ? ORDER BY number", [T(id)])
    }

    pub(super) fn parts(&self, key: &str, query: &PartsQuery) -> Answer<PartsListing> {
        self.opened(&Open { key: key.into(), id: query.upload.clone() })?;
        // One more than is asked for tells whether there are more.
        let rows: Vec<StoredPart> = self.sql.all(
            "SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
            [T(&query.upload), N(query.after.into()), N(query.max as u64 + 1)],
        )?;
        Ok(PartsListing::of(query, rows.into_iter().map(|row| row.apart().0)))
    }

    pub(super) fn uploads(&self, query: &UploadsQuery) -> Answer<UploadsListing> {
        let page = |bound: &Bound, limit: usize| -> worker::Result<Vec<Upload>> {
            let sign = if bound.inclusive { ">=" } else { ">" };
            let statement = format!(
                "SELECT key, id, begun AS started, user FROM uploads
                 WHERE (key {sign} ?1 OR (key = ?1 AND id > ?2)) AND (?3 IS NULL OR key < ?3) ORDER BY key, id LIMIT ?4"
            );
            // A comparison with NULL holds for no id.
            self.sql.all(&statement, [T(&bound.from), O(bound.after_id.as_deref()), O(bound.until.as_deref()), N(limit as u64)])
        };
        Ok(list::collect_uploads(query, page)?)
    }

    pub(super) fn gather(&self, upload: &Open) -> Answer<Gathered> {
        let done = "SELECT etag FROM completed WHERE upload = ? AND key = ?";
        if let Some(Done { etag }) = self.sql.first(done, [T(&upload.id), T(&upload.key)])? {
            return Ok(Gathered::Done { etag });
        }
        let opened = self.opened(upload)?;
        let meta = serde_json::from_str(&opened.meta).unwrap_or_default();
        let (parts, blobs) = self.parts_of(&upload.id)?.into_iter().map(StoredPart::apart).unzip();
        Ok(Gathered::Parts { parts, blobs, content_type: opened.content_type, meta })
    }

    pub(super) fn finish(&self, upload: &Open, row: &Row, only_if: &WriteCondition, failed: &[String], now: u64) -> Answer<()> {
        if let Err(gone) = self.opened(upload) {
            self.discard(std::slice::from_ref(&row.version), now)?;
            return Err(gone);
        }
        self.commit(&upload.key, row, only_if, failed, now)?;
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
        if let Some(Whose { user }) = self.sql.first("SELECT user FROM uploads WHERE id = ?", [T(id)])? {
            self.note_due(&user)?;
        }
        for part in self.parts_of(id)? {
            self.drop_blob(&part.version, &part.nodes, now)?;
        }
        self.sql.run("DELETE FROM parts WHERE upload = ?", [T(id)])?;
        self.sql.run("DELETE FROM uploads WHERE id = ?", [T(id)])
    }
}
