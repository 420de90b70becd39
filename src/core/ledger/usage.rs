//! What a bucket's traffic came to, by minute, hour and day, and what it held then: for a bill.

use super::quota::Amount;
use crate::admin::only;
use crate::parts::Parts;
use crate::sort;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Rows by span and time. They are added to at once for all three spans, so that nothing is to be rolled up later, and a
/// ledger that sleeps for long loses nothing.
pub const TABLES: &[&str] = &["CREATE TABLE usage (
    span INTEGER NOT NULL, at INTEGER NOT NULL, reads INTEGER NOT NULL, writes INTEGER NOT NULL, bytes_out INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL, bytes INTEGER NOT NULL, objects INTEGER NOT NULL, PRIMARY KEY (span, at))"];

/// How long one row's time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A minute; kept for two days.
    Minute,
    /// An hour; kept for 62 days.
    Hour,
    /// A day of UTC; kept for three years.
    Day,
}

impl Span {
    /// All of them.
    pub const ALL: [Span; 3] = [Span::Minute, Span::Hour, Span::Day];

    /// In seconds.
    pub fn seconds(self) -> u64 {
        match self {
            Span::Minute => 60,
            Span::Hour => 3_600,
            Span::Day => 86_400,
        }
    }

    /// How long its rows are kept, seconds.
    pub fn kept_seconds(self) -> u64 {
        match self {
            Span::Minute => 2 * 86_400,
            Span::Hour => 62 * 86_400,
            Span::Day => 3 * 366 * 86_400,
        }
    }

    /// As a URL and an answer name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Span::Minute => "minute",
            Span::Hour => "hour",
            Span::Day => "day",
        }
    }

    /// The beginning of the one in which a time lies, unix seconds.
    pub fn begin(self, at: u64) -> u64 {
        at - at % self.seconds()
    }
}

/// Requests for a bucket's objects, and the bytes of their bodies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Answered GETs and HEADs of objects, refusals among them.
    pub reads: u64,
    /// PUTs and POSTs that were answered well: objects, parts, and what opens, ends and deletes several.
    pub writes: u64,
    /// Bytes of the answers to reads; of HEAD none.
    pub bytes_out: u64,
    /// Bytes of the bodies of writes.
    pub bytes_in: u64,
}

impl Traffic {
    /// Both together.
    pub fn plus(self, more: Traffic) -> Traffic {
        Traffic {
            reads: self.reads + more.reads,
            writes: self.writes + more.writes,
            bytes_out: self.bytes_out + more.bytes_out,
            bytes_in: self.bytes_in + more.bytes_in,
        }
    }
}

/// A row of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// When it begins, unix seconds.
    pub at: u64,
    /// What was asked and answered in it.
    #[serde(flatten)]
    pub traffic: Traffic,
    /// What the bucket held when something was counted in it last.
    #[serde(flatten)]
    pub held: Amount,
}

/// What one user holds in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The user.
    pub user: String,
    /// Its objects.
    #[serde(flatten)]
    pub held: Amount,
}

/// What a ledger tells of its usage; of a sharded bucket, the sums of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Objects.
    pub held: Amount,
    /// Uploads under way, parts of multipart uploads among them.
    pub pending: Amount,
    /// By user.
    pub users: Vec<Share>,
    /// By time, ascending.
    pub rows: Vec<Row>,
}

impl Usage {
    /// Two shards' together.
    pub fn join(mut self, other: Usage) -> Usage {
        self.held = self.held.plus(other.held);
        self.pending = self.pending.plus(other.pending);
        for share in other.users {
            match self.users.iter_mut().find(|mine| mine.user == share.user) {
                Some(mine) => mine.held = mine.held.plus(share.held),
                None => self.users.push(share),
            }
        }
        for row in other.rows {
            match self.rows.iter_mut().find(|mine| mine.at == row.at) {
                Some(mine) => (mine.traffic, mine.held) = (mine.traffic.plus(row.traffic), mine.held.plus(row.held)),
                None => self.rows.push(row),
            }
        }
        sort::by(&mut self.users, |a, b| a.user.cmp(&b.user));
        sort::by_key(&mut self.rows, |row| row.at);
        self
    }
}

/// Most rows of an answer.
const MAX_ROWS: u64 = 5_000;

/// What `/-/usage/{bucket}` is asked: `span` (`minute`, `hour`, `day`; `hour` if absent), `from` and `until` in unix
/// seconds, the first within, the last not; a day of minutes, 31 days of hours or a year of days if absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Seconds.
    pub span: u64,
    /// Unix seconds.
    pub from: u64,
    /// Unix seconds.
    pub until: u64,
}

impl Query {
    /// As the request says.
    ///
    /// # Errors
    /// `bad_arg`, `unknown_param`.
    pub fn of(parts: &Parts, now: u64) -> Result<(Query, Span)> {
        only(parts, &["span", "from", "until"])?;
        let span = match parts.param("span") {
            None => Span::Hour,
            Some(word) => Span::ALL
                .into_iter()
                .find(|span| span.as_str() == word)
                .ok_or_else(|| Error::BadArg(format!("span: minute, hour or day is wanted, {word:?} came.")))?,
        };
        let time = |name: &str, absent: u64| match parts.param(name) {
            None => Ok(absent),
            Some(text) => {
                let bad = || Error::BadArg(format!("{name}: unix seconds are wanted, {text:?} came."));
                text.parse::<u64>().ok().filter(|at| *at < 1 << 40).ok_or_else(bad)
            }
        };
        let usual = match span {
            Span::Minute => 86_400,
            Span::Hour => 31 * 86_400,
            Span::Day => 366 * 86_400,
        };
        let until = time("until", now + 1)?;
        let from = time("from", until.saturating_sub(usual))?;
        if from >= until {
            return Err(Error::BadArg(format!("until: a time after from is wanted, {until} came, and {from} as from.")));
        }
        let from = span.begin(from);
        if (until - from) / span.seconds() > MAX_ROWS {
            return Err(Error::BadArg(format!("from, until: at most {MAX_ROWS} rows are answered; a longer span is wanted.")));
        }
        Ok((Query { span: span.seconds(), from, until }, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: u64, reads: u64, bytes: u64) -> Row {
        Row { at, traffic: Traffic { reads, ..Traffic::default() }, held: Amount { bytes, objects: 1 } }
    }

    #[test]
    fn shards_are_added() {
        let one = Usage {
            rows: vec![row(60, 1, 5), row(180, 1, 5)],
            users: vec![Share { user: "b".into(), held: Amount { bytes: 5, objects: 1 } }],
            ..Usage::default()
        };
        let two = Usage { rows: vec![row(120, 2, 7), row(180, 2, 7)], users: one.users.clone(), ..Usage::default() };
        let both = one.join(two);
        assert_eq!(
            both.rows.iter().map(|r| (r.at, r.traffic.reads, r.held.bytes)).collect::<Vec<_>>(),
            [(60, 1, 5), (120, 2, 7), (180, 3, 12)]
        );
        assert_eq!((both.users.len(), both.users[0].held), (1, Amount { bytes: 10, objects: 2 }));
    }

    #[test]
    fn a_row_is_flat_json() {
        let json = serde_json::to_string(&row(60, 1, 5)).unwrap();
        assert_eq!(json, r#"{"at":60,"reads":1,"writes":0,"bytes_out":0,"bytes_in":0,"bytes":5,"objects":1}"#);
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row(60, 1, 5));
    }

    #[test]
    fn what_is_asked_is_read_or_refused() {
        let of = |query: &str| {
            let parts = Parts::new("GET", &format!("https://x/-/usage/demo?{query}"), []).unwrap();
            Query::of(&parts, 1_000_000_000)
        };
        assert_eq!(
            of("").unwrap().0,
            Query { span: 3_600, from: 1_000_000_001 - 31 * 86_400 - (1_000_000_001 - 31 * 86_400) % 3_600, until: 1_000_000_001 }
        );
        assert_eq!(of("span=minute&from=61&until=121").unwrap().0, Query { span: 60, from: 60, until: 121 });
        for (query, word) in [
            ("span=week", "span"),
            ("from=x", "from"),
            ("from=9&until=9&span=minute", "until"),
            ("span=minute&from=0", "rows"),
            ("w=9", "w"),
        ] {
            let e = of(query).unwrap_err();
            assert!(e.status() == 400 && e.to_string().contains(word), "{query}: {e}");
        }
    }
}
