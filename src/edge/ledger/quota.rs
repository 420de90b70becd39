//! What a bucket and its users hold, counted as rows come and go, and held to their quotas: here where all lies in this
//! ledger, else by the accounts, which are asked before an upload and told after it.

use super::sql::Bind::{N, O, T};
use super::{client, Answer, Ledger};
use crate::node::patience::within;
use crate::node::store::Trouble;
use limn_core::config::{Config, Quota};
use limn_core::ledger::call::{Becomes, Call};
use limn_core::ledger::quota::{admit, admit_minute, Account, Amount, Claim, Word};
use limn_core::ledger::{shard, version_text, Row};
use limn_core::Error;
use serde::Deserialize;
use worker::{Method, Request, RequestInit, Response};

/// How long an account is waited for, milliseconds.
const ACCOUNT_MS: u64 = 5_000;
/// How soon an account that did not hear is told again, milliseconds.
const AGAIN_MS: u64 = 10_000;

/// What is on its way into the ledger and not an object yet: reserved, or a part of a multipart upload. Parts that become
/// an object just now are not counted beside it.
const PENDING: &str = "SELECT
    (SELECT COALESCE(SUM(length), 0) FROM pending WHERE ?1 IS NULL OR user = ?1)
    + (SELECT COALESCE(SUM(length), 0) FROM parts WHERE upload NOT IN (SELECT joins FROM pending WHERE joins IS NOT NULL)
       AND (?1 IS NULL OR upload IN (SELECT id FROM uploads WHERE user = ?1))) AS bytes,
    (SELECT COUNT(*) FROM pending WHERE part = 0 AND (?1 IS NULL OR user = ?1)) AS objects";

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct Due {
    account: String,
    times: u64,
}

impl Ledger {
    /// The accounts that count what a user stores here.
    fn accounts(&self, config: &Config, user: &str) -> Vec<Account> {
        let bucket = self.bucket_name().and_then(|name| config.bucket(&name).ok());
        let shared = bucket.filter(|b| b.shards > 1 && b.quota.bounds_uploads()).map(|b| Account::Bucket(b.name.clone()));
        let bounded = config.user(user).filter(|u| u.quota.bounds_uploads()).map(|u| Account::User(u.name.clone()));
        shared.into_iter().chain(bounded).collect()
    }

    fn quota_here(&self, config: &Config) -> Quota {
        let bucket = self.bucket_name().and_then(|name| config.bucket(&name).ok());
        bucket.filter(|b| b.shards == 1).map_or(Quota::default(), |b| b.quota)
    }

    /// Objects of a user, or of all.
    pub(super) fn objects_of(&self, user: Option<&str>) -> worker::Result<Amount> {
        let sum = "SELECT COALESCE(SUM(bytes), 0) AS bytes, COALESCE(SUM(objects), 0) AS objects FROM totals WHERE ?1 IS NULL OR user = ?1";
        Ok(self.sql.first(sum, [O(user)])?.unwrap_or_default())
    }

    pub(super) fn pending_of(&self, user: Option<&str>) -> worker::Result<Amount> {
        Ok(self.sql.first(PENDING, [O(user)])?.unwrap_or_default())
    }

    /// Counts a row that came, in place of one that was there.
    pub(super) fn count_row(&self, came: Option<&Row>, went: Option<&Row>) -> worker::Result<()> {
        if let Some(row) = went {
            let less = "UPDATE totals SET bytes = bytes - ?2, objects = objects - 1 WHERE user = ?1";
            self.sql.run(less, [T(&row.user), N(row.length)])?;
            self.sql.run("DELETE FROM totals WHERE objects = 0", [])?;
            self.note_due(&row.user)?;
        }
        let Some(row) = came else { return Ok(()) };
        let more = "INSERT INTO totals (user, bytes, objects) VALUES (?, ?, 1)
             ON CONFLICT (user) DO UPDATE SET bytes = bytes + excluded.bytes, objects = objects + 1";
        self.sql.run(more, [T(&row.user), N(row.length)])?;
        self.note_due(&row.user)
    }

    /// What a user holds here has changed: whoever counts it is to be told.
    pub(super) fn note_due(&self, user: &str) -> worker::Result<()> {
        let Ok(config) = crate::settings::load(&self.env) else { return Ok(()) };
        for account in self.accounts(config, user) {
            let due = "INSERT INTO due (account, times) VALUES (?, 1) ON CONFLICT (account) DO UPDATE SET times = times + 1";
            self.sql.run(due, [T(&account.ledger_name())])?;
        }
        Ok(())
    }

    /// Lets an upload in, or refuses it and leaves nothing of it.
    pub(super) async fn reserve(
        &self,
        (key, nodes): (&str, &str),
        length: u64,
        user: &str,
        becomes: &Becomes,
        now: u64,
    ) -> Answer<(String, Vec<String>)> {
        let config = crate::settings::load(&self.env).map_err(|_| Error::Unavailable("The settings cannot be read.".into()))?;
        let (is_part, joins) = match becomes {
            Becomes::Object => (false, None),
            Becomes::Part => (true, None),
            Becomes::Joined(upload) => (false, Some(upload.as_str())),
        };
        let old = match is_part {
            true => None,
            false => self.look(std::slice::from_ref(&key.to_string()))?.into_iter().find_map(|seen| seen.row),
        };
        let asked = Amount { bytes: length, objects: u64::from(!is_part) };
        let freed = |of_user: bool| match &old {
            Some(row) if !of_user || row.user == user => Amount { bytes: row.length, objects: 1 },
            _ => Amount::default(),
        };
        // Until the first await nothing comes between: whoever is counted here is counted exactly.
        let version = self.next_version(now)?;
        self.sql.run(
            "INSERT INTO pending (version, key, nodes, length, reserved, user, part, joins) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [T(&version), T(key), T(nodes), N(length), N(now), T(user), N(is_part.into()), O(joins)],
        )?;
        let here = self.quota_here(config);
        let admitted = match here.bounds_uploads() {
            true => self.admit_here(&here, asked, freed(false), !is_part, now),
            false => Ok(Vec::new()),
        };
        let mut warnings = match admitted {
            Ok(warnings) => warnings,
            Err(e) => {
                self.sql.run("DELETE FROM pending WHERE version = ?", [T(&version)])?;
                return Err(e);
            }
        };
        for account in self.accounts(config, user) {
            let freed = freed(matches!(account, Account::User(_)));
            let ledger = self.state.id().name().unwrap_or_default();
            // What the parts of a multipart upload came to is held already.
            let asked = match joins {
                Some(upload) => Amount { bytes: length.saturating_sub(self.bytes_of_parts(upload)?), ..asked },
                None => asked,
            };
            let claim = Claim { ledger, version: version.clone(), asked, freed, counts: !is_part };
            match self.ask_account::<Vec<String>>(&account.ledger_name(), &Call::Take { claim }).await {
                Ok(more) => warnings.extend(more),
                Err(e) => {
                    // Whatever an account has counted, it hears that it is not.
                    self.sql.run("DELETE FROM pending WHERE version = ?", [T(&version)])?;
                    self.note_due(user)?;
                    self.tell_accounts(now).await?;
                    return Err(e);
                }
            }
        }
        Ok((version, warnings))
    }

    fn bytes_of_parts(&self, upload: &str) -> worker::Result<u64> {
        self.sql.number("SELECT COALESCE(SUM(length), 0) AS value FROM parts WHERE upload = ?", [T(upload)])
    }

    /// Holds what is reserved already, `asked` among it, to the bucket's quota.
    fn admit_here(&self, quota: &Quota, asked: Amount, freed: Amount, counts: bool, now: u64) -> Answer<Vec<String>> {
        let held = self.objects_of(None)?.plus(self.pending_of(None)?).minus(asked);
        let warnings = admit(quota, "bucket", held, asked, freed)?;
        if counts {
            self.count_upload(quota, "bucket", now)?;
        }
        Ok(warnings)
    }

    /// Counts an upload of the present minute, if one more is allowed.
    pub(super) fn count_upload(&self, quota: &Quota, of: &str, now: u64) -> Answer<()> {
        if quota.uploads_per_minute.is_none() {
            return Ok(());
        }
        let minute = now / 60_000;
        let so_far = "SELECT COALESCE(SUM(uploads), 0) AS value FROM minutes WHERE minute = ?";
        admit_minute(quota, of, self.sql.number(so_far, [N(minute)])?)?;
        self.sql.run("DELETE FROM minutes WHERE minute < ?", [N(minute)])?;
        let one = "INSERT INTO minutes (minute, uploads) VALUES (?, 1) ON CONFLICT (minute) DO UPDATE SET uploads = uploads + 1";
        Ok(self.sql.run(one, [N(minute)])?)
    }

    /// Tells the accounts that are due; those that do not hear are told by the next alarm.
    pub(super) async fn tell_accounts(&self, now: u64) -> worker::Result<()> {
        let due: Vec<Due> = self.sql.all("SELECT account, times FROM due", [])?;
        if due.is_empty() {
            return Ok(());
        }
        // Before anything is waited for, since the process may end meanwhile.
        self.wake_at(now + AGAIN_MS).await?;
        for Due { account, times } in due {
            let heard = match self.word(&account)? {
                Some(word) => self.ask_account::<()>(&account, &Call::Settle { word }).await.is_ok(),
                None => true,
            };
            if heard {
                self.sql.run("DELETE FROM due WHERE account = ? AND times = ?", [T(&account), N(times)])?;
            }
        }
        Ok(())
    }

    /// What this ledger holds of what an account counts.
    fn word(&self, account: &str) -> worker::Result<Option<Word>> {
        let (Some(of), Some(ledger)) = (Account::of_ledger_name(account), self.state.id().name()) else { return Ok(None) };
        let user = match &of {
            Account::User(user) => Some(user.as_str()),
            Account::Bucket(_) => None,
        };
        let one_more =
            "INSERT INTO counters (name, value) VALUES ('word', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value";
        let number = self.sql.number(one_more, [])?;
        let parts =
            "SELECT COALESCE(SUM(length), 0) AS value FROM parts WHERE ?1 IS NULL OR upload IN (SELECT id FROM uploads WHERE user = ?1)";
        let mut held = self.objects_of(user)?;
        held.bytes += self.sql.number(parts, [O(user)])?;
        let pending: Vec<Version> = self.sql.all("SELECT version FROM pending WHERE ?1 IS NULL OR user = ?1", [O(user)])?;
        let last = self.sql.number("SELECT COALESCE(MAX(value), 0) AS value FROM counters WHERE name = 'version'", [])?;
        let last = version_text(last) + &shard::version_suffix(&ledger);
        Ok(Some(Word { ledger, number, held, pending: pending.into_iter().map(|v| v.version).collect(), last }))
    }

    async fn ask_account<T: serde::de::DeserializeOwned>(&self, account: &str, call: &Call) -> Answer<T> {
        let away = |e: String| {
            worker::console_error!("account {account}: {e}");
            Error::Unavailable("What counts the user's or the bucket's quota did not answer.".into())
        };
        let asked = within(ACCOUNT_MS, "the account", async {
            let told: worker::Result<Response> = async {
                let body = serde_json::to_string(call).map_err(|e| worker::Error::from(e.to_string()))?;
                let mut init = RequestInit::new();
                init.with_method(Method::Post).with_body(Some(body.into()));
                let request = Request::new_with_init("https://ledger.limn.internal/", &init)?;
                self.env.durable_object("LEDGER")?.get_by_name(account)?.fetch_with_request(request).await
            }
            .await;
            told.map_err(|e| Trouble::Failed(e.to_string()))
        });
        let mut response = asked.await.map_err(|trouble| match trouble {
            Trouble::Failed(what) => away(what),
            Trouble::Busy(_) => away("is busy".into()),
        })?;
        match response.status_code() {
            200..=299 => Ok(response.json().await?),
            client::REFUSED => Err(response.json::<Error>().await?.into()),
            status => Err(away(format!("status {status}")).into()),
        }
    }
}
