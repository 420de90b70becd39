//! Buckets made through the object API: one ledger, the directory, knows their names; each bucket's own
//! ledger knows whether it takes objects.

use super::sql::Bind::{N, T};
use super::{Answer, Ledger};
use limn_core::ledger::call::MadeBucket;
use limn_core::Error;

const CLOSED: &str = "closed";

impl Ledger {
    pub(super) fn make_bucket(&self, name: &str, user: &str, most: u64, now: u64) -> Answer<()> {
        match self.find_bucket(name)? {
            // Asking again for one's own bucket is no error, as in OSS and in S3's first region.
            Some(bucket) if bucket.user == user => return Ok(()),
            Some(_) => return Err(Error::BucketExists(name.into()).into()),
            None => {}
        }
        if self.sql.number("SELECT COUNT(*) AS value FROM made_buckets WHERE user = ?", [T(user)])? >= most {
            return Err(Error::TooManyBuckets(format!("A user may make {most} buckets at most; {user:?} has as many.")).into());
        }
        Ok(self.sql.run("INSERT INTO made_buckets (name, user, made) VALUES (?, ?, ?)", [T(name), T(user), N(now)])?)
    }

    pub(super) fn find_bucket(&self, name: &str) -> Answer<Option<MadeBucket>> {
        Ok(self.sql.first("SELECT name, user, made FROM made_buckets WHERE name = ?", [T(name)])?)
    }

    pub(super) fn buckets_of(&self, user: &str) -> Answer<Vec<MadeBucket>> {
        Ok(self.sql.all("SELECT name, user, made FROM made_buckets WHERE user = ? ORDER BY name", [T(user)])?)
    }

    pub(super) fn all_buckets(&self, most: u64) -> Answer<Vec<MadeBucket>> {
        Ok(self.sql.all("SELECT name, user, made FROM made_buckets ORDER BY name LIMIT ?", [N(most)])?)
    }

    pub(super) fn drop_bucket(&self, name: &str) -> Answer<()> {
        Ok(self.sql.run("DELETE FROM made_buckets WHERE name = ?", [T(name)])?)
    }

    /// From here on no commit succeeds, so that nothing can be acknowledged into a bucket that goes.
    pub(super) fn close(&self) -> Answer<()> {
        if self.sql.number("SELECT COUNT(*) AS value FROM objects", [])? > 0 {
            return Err(Error::BucketNotEmpty.into());
        }
        Ok(self.sql.run("INSERT OR REPLACE INTO counters (name, value) VALUES (?, 1)", [T(CLOSED)])?)
    }

    pub(super) fn reopen(&self) -> Answer<()> {
        Ok(self.sql.run("DELETE FROM counters WHERE name = ?", [T(CLOSED)])?)
    }

    pub(super) fn is_closed(&self) -> worker::Result<bool> {
        Ok(self.sql.number("SELECT COUNT(*) AS value FROM counters WHERE name = ?", [T(CLOSED)])? > 0)
    }
}
