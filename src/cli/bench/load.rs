//! A URL of a running Limn, asked for many times at once.

use super::stats::{rounded, Times};
use limn_core::verdict;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::io::{copy, sink};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What answers said: how often each word.
type Counts = BTreeMap<String, u64>;

/// What came of some requests.
#[derive(Default)]
struct Told {
    times: Vec<f64>,
    bytes: u64,
    statuses: Counts,
    verdicts: Counts,
    /// The last one of those that had no answer.
    failed: Option<String>,
}

/// Asks, and tells the numbers; an error where an answer was no 200.
pub fn run(url: &str, requests: u32, connections: u32, as_json: bool) -> Result<String, String> {
    let left = AtomicU32::new(requests);
    let begun = Instant::now();
    let told = thread::scope(|scope| {
        let lanes: Vec<_> = (0..connections.min(requests)).map(|_| scope.spawn(|| lane(url, &left))).collect();
        lanes.into_iter().map(|lane| lane.join().map_err(|_| "a thread broke off.".to_string())).collect::<Result<Vec<_>, _>>()
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let told = told.into_iter().fold(Told::default(), Told::join);
    let good = told.statuses.get("200").copied().unwrap_or(0);
    let failed = told.failed.clone();
    let text = if as_json { told.json(url, connections, seconds).to_string() } else { told.text(seconds) };
    if good == u64::from(requests) {
        return Ok(text);
    }
    println!("{text}");
    let why = failed.map_or(String::new(), |why| format!(": {why}"));
    Err(format!("{} of {requests} requests were not answered 200{why}.", u64::from(requests) - good))
}

/// One connection, which asks as long as something is left.
fn lane(url: &str, left: &AtomicU32) -> Told {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).max_redirects(0).build();
    let agent: ureq::Agent = config.into();
    let mut told = Told::default();
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
        let begun = Instant::now();
        let asked = agent.get(url).call().map_err(|e| e.to_string()).and_then(|answer| {
            let status = answer.status().as_u16();
            let cache = answer.headers().get("cache-status").and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
            let body = answer.into_body().into_with_config().limit(u64::MAX).reader();
            let bytes = copy(&mut { body }, &mut sink()).map_err(|e| e.to_string())?;
            Ok((status, cache, bytes))
        });
        match asked {
            Ok((status, cache, bytes)) => {
                told.times.push(begun.elapsed().as_secs_f64() * 1_000.0);
                told.bytes += bytes;
                *told.statuses.entry(status.to_string()).or_default() += 1;
                // The tier that answered stands first.
                if let Some((tier, verdict)) = verdict::told(&cache).next() {
                    *told.verdicts.entry(format!("{tier} {verdict}")).or_default() += 1;
                }
            }
            // The error of a client names no URL, which may hold a signature.
            Err(why) => told.failed = Some(why),
        }
    }
    told
}

impl Told {
    fn join(mut self, other: Told) -> Told {
        self.times.extend(other.times);
        self.bytes += other.bytes;
        for (into, from) in [(&mut self.statuses, other.statuses), (&mut self.verdicts, other.verdicts)] {
            from.into_iter().for_each(|(word, count)| *into.entry(word).or_default() += count);
        }
        self.failed = self.failed.or(other.failed);
        self
    }

    fn json(self, url: &str, connections: u32, seconds: f64) -> Value {
        // Its signature is not for a file of results.
        let url = url.split('?').next().unwrap_or(url);
        let (answers, times) = (self.times.len(), Times::of(self.times));
        json!({ "url": url, "connections": connections, "answers": answers, "seconds": rounded(seconds),
            "requests_a_second": rounded(answers as f64 / seconds), "p50_ms": rounded(times.median()), "p95_ms": rounded(times.percentile(95)),
            "p99_ms": rounded(times.percentile(99)), "bytes": self.bytes, "statuses": self.statuses, "cache": self.verdicts })
    }

    fn text(self, seconds: f64) -> String {
        let counts = |counts: &Counts| counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
        let (statuses, verdicts) = (counts(&self.statuses), counts(&self.verdicts));
        let (answers, times) = (self.times.len(), Times::of(self.times));
        format!(
            "{answers} answers in {seconds:.2} s: {:.1} requests/s, {} bytes\nlatency: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms\nstatus: {statuses}\ncache: {}",
            answers as f64 / seconds,
            self.bytes,
            times.median(),
            times.percentile(95),
            times.percentile(99),
            if verdicts.is_empty() { "no word of it" } else { &verdicts },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers so many requests on connections of its own, every third as a hit.
    fn server(status: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/demo/a.jpg?w=9&s=secret", listener.local_addr().unwrap());
        let count = std::sync::Arc::new(AtomicU32::new(0));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, count) = (stream.unwrap(), count.clone());
                thread::spawn(move || {
                    let mut seen = Vec::new();
                    let mut chunk = [0; 1024];
                    while let Ok(n @ 1..) = stream.read(&mut chunk) {
                        seen.extend_from_slice(&chunk[..n]);
                        if seen.ends_with(b"\r\n\r\n") {
                            seen.clear();
                            let cache = if count.fetch_add(1, Ordering::Relaxed) % 3 == 0 {
                                "limn; fwd=uri-miss"
                            } else {
                                "limn-l1; hit, limn-l0; fwd=uri-miss"
                            };
                            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 5\r\ncache-status: {cache}\r\n\r\nimage").unwrap();
                        }
                    }
                });
            }
        });
        url
    }

    #[test]
    fn answers_are_counted_and_timed() {
        let url = server("200 OK");
        let told: Value = serde_json::from_str(&run(&url, 30, 4, true).unwrap()).unwrap();
        assert_eq!((told["answers"].as_u64(), told["bytes"].as_u64(), told["connections"].as_u64()), (Some(30), Some(150), Some(4)));
        assert_eq!(told["statuses"], json!({ "200": 30 }));
        assert_eq!(told["cache"], json!({ "limn uri-miss": 10, "limn-l1 hit": 20 }));
        assert!(told["p50_ms"].as_f64().unwrap() <= told["p99_ms"].as_f64().unwrap());
        assert!(told["requests_a_second"].as_f64().unwrap() > 0.0 && !told.to_string().contains("secret"));
        assert!(run(&url, 3, 8, false).unwrap().starts_with("3 answers in "));
    }

    #[test]
    fn what_is_no_200_is_a_failure() {
        assert!(run(&server("403 Forbidden"), 6, 2, false).unwrap_err().contains("6 of 6"));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(run(&format!("http://{closed}/"), 2, 1, false).unwrap_err().contains("2 of 2"));
    }
}
