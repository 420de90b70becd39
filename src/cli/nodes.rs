//! `limn nodes`: what storage nodes hold, and the jobs that move or check it.

use crate::progress::Progress;
use crate::remote::{self, Remote};
use clap::Subcommand;
use serde_json::{json, Value};
use std::thread::sleep;
use std::time::Duration;

/// How often a job is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Arguments of `limn nodes`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    deed: Option<Deed>,
    #[command(flatten)]
    look: Look,
}

#[derive(clap::Args)]
struct Look {
    /// One bucket alone.
    #[arg(long)]
    bucket: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    remote: Option<remote::Args>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Deed {
    /// Brings every object of a bucket to its homes: after a node came, drains or goes.
    Rebalance(Job),
    /// Reads every copy of a bucket's objects; wrong and missing ones are made anew.
    Scrub(Job),
    /// Ends the job that runs, where it is.
    Stop(Job),
}

#[derive(clap::Args)]
struct Job {
    /// The bucket.
    #[arg(long)]
    bucket: String,
    /// Waits for the end of the job, and until no copy is wanted any more.
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    common: Common,
}

fn remote_of(common: &Common) -> Result<Remote, String> {
    common.remote.as_ref().map(Remote::new).ok_or_else(|| "--key and --secret are wanted, or LIMN_KEY and LIMN_SECRET.".into())
}

/// What is to be printed.
pub fn run(args: &Args) -> Result<String, String> {
    let (word, job) = match &args.deed {
        None => {
            let query: Vec<(&str, &str)> = args.look.bucket.iter().map(|bucket| ("bucket", bucket.as_str())).collect();
            let told = remote_of(&args.look.common)?.ask("GET", "/-/nodes", &query, b"")?;
            return print(&told, args.look.common.json);
        }
        Some(Deed::Rebalance(job)) => ("rebalance", job),
        Some(Deed::Scrub(job)) => ("scrub", job),
        Some(Deed::Stop(job)) => ("stop", job),
    };
    let remote = remote_of(&job.common)?;
    let order = json!({ "bucket": job.bucket, "do": word }).to_string();
    let mut told = remote.ask("POST", "/-/nodes", &[], order.as_bytes())?;
    let mut progress = Progress::new(job.common.json);
    let watched = job.watch && word != "stop";
    let mut over = !watched;
    while !over {
        let state = state(&told, &job.bucket, word).ok_or("Limn tells nothing of the job.")?;
        progress.tell(&state.line());
        over = state.over();
        if !over {
            sleep(EVERY);
            told = remote.ask("GET", "/-/nodes", &[("bucket", &job.bucket)], b"")?;
        }
    }
    progress.end();
    if let (true, Some(state)) = (watched, state(&told, &job.bucket, word)) {
        if state.lost > 0 {
            return Err(format!("{}; no good copy is left of {} of the objects, the log names them.", state.line(), state.lost));
        }
    }
    print(&told, job.common.json)
}

/// How far a job is.
struct State {
    word: String,
    state: String,
    done: u64,
    total: u64,
    wanted: u64,
    lost: u64,
    counts: Vec<(&'static str, u64)>,
}

impl State {
    fn over(&self) -> bool {
        self.state != "running" && (self.wanted == 0 || self.state == "stopped")
    }

    fn line(&self) -> String {
        let counts: String = self.counts.iter().map(|(name, count)| format!(", {count} {name}")).collect();
        format!(
            "{} {}: {} of {} objects{counts}; {} copies wanted",
            self.word,
            self.state,
            self.done,
            self.total.max(self.done),
            self.wanted
        )
    }
}

fn state(told: &Value, bucket: &str, word: &str) -> Option<State> {
    let job = told["buckets"][bucket]["jobs"].as_array()?.iter().find(|job| job["kind"] == word)?;
    let number = |name: &str| job[name].as_u64().unwrap_or(0);
    let wanted = told["nodes"].as_array()?.iter().filter_map(|node| node["buckets"][bucket]["wanted"].as_u64()).sum();
    let names: &[&'static str] = if word == "scrub" { &["good", "wrong", "missing", "unreachable"] } else { &["moving"] };
    Some(State {
        word: word.into(),
        state: job["state"].as_str().unwrap_or("").into(),
        done: number("done"),
        total: number("total"),
        wanted,
        lost: number("lost"),
        counts: names.iter().map(|name| (*name, number(name))).collect(),
    })
}

fn print(told: &Value, as_json: bool) -> Result<String, String> {
    if as_json {
        return serde_json::to_string_pretty(told).map_err(|e| e.to_string());
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".into(),
        other => other.to_string(),
    };
    let mut lines = vec![row(["NODE", "KIND", "WEIGHT", "STATE", "BUCKET", "OBJECTS", "WANTED", "OLDEST", "GARBAGE"].map(String::from))];
    for node in told["nodes"].as_array().into_iter().flatten() {
        let state = match (&node["drain"], &node["drained"]) {
            _ if node["kind"].is_null() => "removed",
            (Value::Bool(true), Value::Bool(true)) => "drained",
            (Value::Bool(true), _) => "draining",
            _ => node["breaker"].as_str().filter(|state| *state != "closed").unwrap_or("up"),
        };
        let head = [text(&node["name"]), text(&node["kind"]), text(&node["weight"]), state.to_string()];
        let none = || ["-"; 5].map(String::from);
        let mut held: Vec<[String; 5]> = node["buckets"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(bucket, h)| {
                let age = h["oldest_wanted_seconds"].as_u64().map_or("-".into(), |s| format!("{s}s"));
                [bucket.clone(), text(&h["objects"]), text(&h["wanted"]), age, text(&h["garbage"])]
            })
            .collect();
        if held.is_empty() || node["managed"] == Value::Bool(false) {
            held = vec![none()];
        }
        for held in held {
            let [name, kind, weight, state] = head.clone();
            let [bucket, objects, wanted, oldest, garbage] = held;
            lines.push(row([name, kind, weight, state, bucket, objects, wanted, oldest, garbage]));
        }
    }
    for (bucket, told_of) in told["buckets"].as_object().into_iter().flatten() {
        for job in told_of["jobs"].as_array().into_iter().flatten() {
            let state = job["kind"].as_str().and_then(|word| state(told, bucket, word));
            lines.extend(state.map(|state| format!("{bucket}: {}", state.line())));
        }
    }
    Ok(lines.join("\n"))
}

fn row(cells: [String; 9]) -> String {
    let [name, kind, weight, state, bucket, objects, wanted, oldest, garbage] = cells;
    format!("{name:<16} {kind:<5} {weight:>6} {state:<9} {bucket:<20} {objects:>9} {wanted:>7} {oldest:>7} {garbage:>7}")
        .trim_end()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: &str, wanted: u64) -> Value {
        json!({
            "nodes": [
                { "name": "a", "kind": "r2", "weight": 1.0, "managed": true, "drain": false, "drained": null, "breaker": "closed",
                  "buckets": { "demo": { "objects": 7, "wanted": wanted, "oldest_wanted_seconds": 3, "garbage": 1 } } },
                { "name": "b", "kind": "s3", "weight": 1.0, "managed": true, "drain": true, "drained": true, "breaker": "open", "buckets": {} },
                { "name": "c", "kind": null, "buckets": {} },
            ],
            "buckets": { "demo": { "objects": 7, "jobs": [{ "kind": "scrub", "state": state, "total": 7, "done": 7, "good": 12, "wrong": 1, "missing": 1, "unreachable": 0, "lost": 0 }] } },
        })
    }

    #[test]
    fn a_table_tells_who_holds_what() {
        let table = print(&told("done", 2), false).unwrap();
        for word in [
            "demo",
            "up",
            "drained",
            "removed",
            "3s",
            "scrub done: 7 of 7 objects, 12 good, 1 wrong, 1 missing, 0 unreachable; 2 copies wanted",
        ] {
            assert!(table.contains(word), "{word}: {table}");
        }
    }

    #[test]
    fn a_job_is_over_when_nothing_is_wanted() {
        for (name, wanted, over) in [("running", 0, false), ("done", 1, false), ("done", 0, true), ("stopped", 1, true)] {
            assert_eq!(state(&told(name, wanted), "demo", "scrub").unwrap().over(), over, "{name}");
        }
        assert!(state(&told("done", 0), "demo", "rebalance").is_none());
    }
}
