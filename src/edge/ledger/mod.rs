//! The ledger: a Durable Object with SQLite, one a bucket, that holds what `limn_core::ledger` says.
//!
//! `objects`, `uploads`, `purges` and `counters` answer calls, `copies` makes what a bucket's replicas ask for,
//! `jobs` goes over all rows where an administrator asks for it, `garbage` deletes what no row names, `once`
//! remembers what may not happen twice, `quota` counts what is held and lets uploads in, `account` does so over several
//! ledgers, `usage` sums traffic up, `directory` knows the buckets made through the object API, `client` asks
//! from outside.

mod account;
pub mod client;
mod copies;
mod counters;
mod directory;
mod garbage;
mod jobs;
mod objects;
mod once;
mod purges;
mod quota;
mod sql;
mod uploads;
mod usage;

use limn_core::ledger::call::{Call, Reservation};
use limn_core::ledger::{schema, shard};
use limn_core::Error;
use serde::Serialize;
use sql::{Bind, Sql};
use worker::{durable_object, Date, DurableObject, Env, Request, Response, State};

/// The Durable Object.
#[durable_object]
pub struct Ledger {
    sql: Sql,
    state: State,
    env: Env,
}

/// How soon a purge's derived images are deleted, milliseconds.
const RECLAIM_AFTER_MS: u64 = 1_000;

/// A refusal that goes back to whoever asked, or a fault of the runtime.
enum Fault {
    Refused(Error),
    Broken(worker::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Refused(error)
    }
}

impl From<worker::Error> for Fault {
    fn from(error: worker::Error) -> Self {
        Fault::Broken(error)
    }
}

type Answer<T = Response> = Result<T, Fault>;

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let ledger = Ledger { sql: Sql(state.storage().sql()), state, env };
        if let Err(e) = ledger.migrate() {
            worker::console_error!("ledger schema: {e}");
        }
        ledger
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let call = request.json::<Call>().await?;
        match self.answer(call, Date::now().as_millis()).await {
            Ok(response) => Ok(response),
            Err(Fault::Refused(error)) => Ok(Response::from_json(&error)?.with_status(client::REFUSED)),
            Err(Fault::Broken(error)) => Err(error),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let now = Date::now().as_millis();
        self.make_copies(now).await?;
        self.collect_garbage(now).await?;
        self.tell_accounts(now).await?;
        if self.reclaim().await? {
            self.wake_at(now + RECLAIM_AFTER_MS).await?;
        }
        self.work_on_job(now).await?;
        self.wake_for_copies().await?;
        self.wake_for_job(Date::now().as_millis()).await?;
        Response::empty()
    }
}

impl Ledger {
    /// The bucket whose ledger it is, or a shard of.
    fn bucket_name(&self) -> Option<String> {
        self.state.id().name().map(|name| shard::bucket_of(&name).to_string())
    }

    fn migrate(&self) -> worker::Result<()> {
        self.sql.run(schema::COUNTERS, [])?;
        let done = self.sql.number("SELECT COALESCE(MAX(value), 0) AS value FROM counters WHERE name = 'schema'", [])?;
        for statement in schema::STEPS.iter().skip(done as usize).copied().flatten() {
            self.sql.run(statement, [])?;
        }
        self.sql.run("INSERT OR REPLACE INTO counters (name, value) VALUES ('schema', ?)", [Bind::N(schema::STEPS.len() as u64)])
    }

    async fn answer(&self, call: Call, now: u64) -> Answer {
        // Statements between two awaits are written together or not at all, and nothing comes between.
        match call {
            Call::Look { keys } => json(&self.look(&keys)?),
            Call::Reserve { key, nodes, length, user, becomes } => {
                let (version, warnings) = self.reserve((&key, &nodes.join(",")), length, &user, &becomes, now).await?;
                self.wake(now).await?;
                json(&Reservation { version, warnings })
            }
            Call::Commit { key, row, only_if, failed } => {
                let committed = self.commit(&key, &row, &only_if, &failed, now);
                self.wake_for_copies().await?;
                self.tell_accounts(now).await?;
                committed?;
                done(Ok(()))
            }
            Call::Repair { version, nodes } => {
                self.repair(&version, &nodes, now)?;
                self.wake_for_copies().await?;
                done(Ok(()))
            }
            Call::Release { versions } => {
                self.discard(&versions, now)?;
                done(Ok(self.tell_accounts(now).await?))
            }
            Call::Delete { keys, only_if } => {
                let deleted = self.delete(&keys, &only_if, now);
                self.wake(now).await?;
                self.tell_accounts(now).await?;
                deleted?;
                done(Ok(()))
            }
            Call::List { query } => json(&self.list(&query)?),
            Call::Sum => json(&self.sum()?),
            Call::Open { key, content_type, meta, user } => {
                let version = self.open(&key, content_type.as_deref(), &meta, &user, now)?;
                self.wake(now).await?;
                json(&Reservation::of(version))
            }
            Call::AddPart { upload, part, blob } => {
                let added = self.add_part(&upload, &part, &blob, now);
                self.tell_accounts(now).await?;
                done(added)
            }
            Call::Parts { key, query } => json(&self.parts(&key, &query)?),
            Call::Uploads { query } => json(&self.uploads(&query)?),
            Call::Gather { upload } => json(&self.gather(&upload)?),
            Call::Finish { upload, row, only_if, failed } => {
                let finished = self.finish(&upload, &row, &only_if, &failed, now);
                self.wake_for_copies().await?;
                self.tell_accounts(now).await?;
                finished?;
                done(Ok(()))
            }
            Call::Abort { upload } => {
                self.abort(&upload, now)?;
                done(Ok(self.tell_accounts(now).await?))
            }
            Call::Close => done(self.close()),
            Call::Reopen => done(self.reopen()),
            Call::Purge { purge, user } => {
                self.purge(&purge, &user, now)?;
                self.wake_at(now + RECLAIM_AFTER_MS).await?;
                done(Ok(()))
            }
            Call::Count { counts } => done(self.count(&counts, now)),
            Call::Counted => json(&self.counted()?),
            Call::NoteVariant { key, version, plan, most } => done(self.note_variant(&key, &version, &plan, most)),
            Call::MakeBucket { name, user, most } => done(self.make_bucket(&name, &user, most, now)),
            Call::FindBucket { name } => json(&self.find_bucket(&name)?),
            Call::BucketsOf { user } => json(&self.buckets_of(&user)?),
            Call::DropBucket { name } => done(self.drop_bucket(&name)),
            Call::Recall { marks, .. } => json(&self.recall(&marks, now)?),
            Call::CommitOnce { done, only_if, failed, marks } => {
                let done = self.commit_once(done, &only_if, &failed, &marks, now);
                self.wake_for_copies().await?;
                self.tell_accounts(now).await?;
                json(&done?)
            }
            Call::Census => {
                let census = self.census()?;
                // Whatever an alarm came to, whoever looks has the work go on.
                self.wake_for_copies().await?;
                self.wake_for_job(now).await?;
                json(&census)
            }
            Call::StartJob { kind } => {
                self.start_job(kind, now)?;
                self.wake_at(now).await?;
                done(Ok(()))
            }
            Call::StopJob => done(self.stop_job(now)),
            Call::AllBuckets { most } => json(&self.all_buckets(most)?),
            Call::Use { traffic } => {
                for (minute, traffic) in &traffic {
                    self.add_traffic(*minute, traffic)?;
                }
                json(&self.reads_of_minute(now)?)
            }
            Call::Usage { query } => json(&self.tell_usage(&query)?),
            Call::Inventory { query } => json(&self.inventory(&query)?),
            Call::Take { claim } => json(&self.take(&claim, now)?),
            Call::Settle { word } => json(&self.hear(&word)?),
            Call::Held => json(&self.held()?),
        }
    }
}

fn json<T: Serialize>(value: &T) -> Answer {
    Ok(Response::from_json(value)?)
}

fn done(result: Answer<()>) -> Answer {
    result?;
    Ok(Response::empty()?)
}
